-- Versions that share dead letters have one generation: a replay begins a new one.
ALTER TABLE anabranch_version ADD COLUMN generation INTEGER;
UPDATE anabranch_version SET generation = (SELECT MIN(v.version) FROM anabranch_version v);
-- The slice whose rows a slice shows, within its own epochs, if it has none of its own.
ALTER TABLE anabranch_slice ADD COLUMN rows_of INTEGER;
CREATE INDEX anabranch_slice_rows_of ON anabranch_slice (rows_of);
-- How far the run that fills a slice has read the log, and since when.
ALTER TABLE anabranch_slice ADD COLUMN read_after INTEGER;
ALTER TABLE anabranch_slice ADD COLUMN read_through INTEGER;
ALTER TABLE anabranch_slice ADD COLUMN read_bytes INTEGER;
ALTER TABLE anabranch_slice ADD COLUMN read_records INTEGER;
ALTER TABLE anabranch_slice ADD COLUMN read_since INTEGER;
ALTER TABLE anabranch_slice ADD COLUMN read_at INTEGER;
-- In Kappa: the version to roll back to, and the one that may be promoted.
ALTER TABLE anabranch_pointer ADD COLUMN former INTEGER;
ALTER TABLE anabranch_pointer ADD COLUMN candidate INTEGER;
ALTER TABLE anabranch_reconciliation ADD COLUMN only_live INTEGER NOT NULL DEFAULT 0;
ALTER TABLE anabranch_reconciliation ADD COLUMN only_other INTEGER NOT NULL DEFAULT 0;
DROP VIEW anabranch_live;
CREATE VIEW anabranch_live AS
SELECT p.view, v.kind, r.bucket, datetime(r.bucket / 1000, 'unixepoch') AS bucket_utc, r.length,
  r.key_text AS key, r.epoch, r.contributions, r.accumulator
FROM anabranch_pointer p
JOIN anabranch_version v ON v.version IN (p.base, p.speed)
JOIN anabranch_slice s ON s.version = v.version AND s.visible = 1
JOIN anabranch_row r ON r.slice = COALESCE(s.rows_of, s.slice)
WHERE r.epoch > s.after_epoch AND r.epoch <= s.through_epoch
  AND (s.version = p.base OR r.epoch > p.base_through);
-- Dead letters are of a generation.
ALTER TABLE anabranch_dead_letter RENAME TO anabranch_dead_letter_3;
DROP INDEX anabranch_dead_letter_epoch;
DROP INDEX anabranch_dead_letter_event_time;
DROP INDEX anabranch_dead_letter_place;
CREATE TABLE anabranch_dead_letter (
  generation INTEGER NOT NULL,
  origin TEXT NOT NULL,
  position INTEGER NOT NULL,
  view TEXT NOT NULL,
  kind TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  event_time INTEGER,
  error TEXT NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (generation, origin, position, view)
);
INSERT INTO anabranch_dead_letter
SELECT COALESCE((SELECT MIN(v.version) FROM anabranch_version v), 0), origin, position, view, kind,
  epoch, event_time, error, record
FROM anabranch_dead_letter_3;
DROP TABLE anabranch_dead_letter_3;
CREATE INDEX anabranch_dead_letter_epoch ON anabranch_dead_letter (view, generation, epoch);
CREATE INDEX anabranch_dead_letter_event_time
ON anabranch_dead_letter (view, generation, event_time, epoch);
CREATE INDEX anabranch_dead_letter_place
ON anabranch_dead_letter (epoch, origin, position, view, kind, generation);
UPDATE anabranch_schema SET version = 4;
