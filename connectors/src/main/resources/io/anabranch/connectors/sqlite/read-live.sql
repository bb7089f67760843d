-- Parameters: 1 view, 2 known revision, 3 first epoch and 4 to 7 times and epochs of dead letters
-- to count, 8 and 9 bucket starts, 10 most dead letters to count. The first column says which
-- branch a result row is of, and for rows of the view also the layer: 3 is batch, 4 is speed. Each
-- column costs something for each row, so there are few, and whoever asks for one key has its text.
SELECT 0, c.revision,
  (SELECT MIN(?10, COALESCE(SUM(letters), 0)) FROM
    (SELECT n.letters FROM anabranch_live_letters t
     JOIN anabranch_dead_letter_count n
       ON n.generation = t.generation AND n.view IN ('', t.view) AND n.kind IN ('UNDECODABLE', 'FAILED', 'REFUSED')
       AND n.epoch >= ?3 AND n.epoch > t.after_epoch AND n.epoch <= t.through_epoch
     WHERE t.view = ?1 LIMIT ?10)),
  (SELECT COUNT(*) FROM
    (SELECT 1 FROM anabranch_live_letters t
     JOIN anabranch_dead_letter d
       ON d.generation = t.generation AND d.view = t.view AND d.kind IN ('LATE', 'EARLY')
       AND d.event_time >= ?4 AND d.event_time < ?5
       AND d.epoch > t.after_epoch AND d.epoch <= t.through_epoch
     WHERE t.view = ?1 AND NOT (d.epoch <= ?6 AND d.event_time <= ?7) LIMIT ?10)),
  NULL, CASE WHEN c.revision = ?2 THEN NULL ELSE c.document END, NULL
FROM anabranch_catalog c
WHERE c.view = ?1
UNION ALL
SELECT 1, g.closed_through, g.first_epoch, g.last_epoch, g.trimmed_through, g.position, NULL
FROM anabranch_log g
WHERE g.log = (SELECT l.log FROM anabranch_live_slice l WHERE l.view = ?1 LIMIT 1)
UNION ALL
SELECT 2, l.slice, p.complete_through,
  (SELECT SUM(a.changes) FROM anabranch_activity a WHERE a.slice = l.slice),
  (SELECT MAX(a.updated) FROM anabranch_activity a WHERE a.slice = l.slice),
  p.position, o.seen
FROM anabranch_live_slice l
LEFT JOIN anabranch_progress p ON p.slice = l.slice
LEFT JOIN anabranch_fence f ON f.slice = l.slice
LEFT JOIN anabranch_run o ON o.run = f.run AND o.ended IS NULL
WHERE l.view = ?1 AND l.through_epoch = 9223372036854775807
UNION ALL
SELECT 3 + l.speed, r.bucket, r.length, r.key, r.accumulator, r.key_text, NULL
FROM anabranch_live_slice l
CROSS JOIN anabranch_row r ON r.slice = l.slice
WHERE l.view = ?1 AND l.max_bucket >= ?8 AND l.min_bucket <= ?9
  AND r.bucket >= ?8 AND r.bucket <= ?9 AND r.epoch > l.after_epoch AND r.epoch <= l.through_epoch
