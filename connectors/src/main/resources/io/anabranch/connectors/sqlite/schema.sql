-- One document a view: all that is true of it. Nobody edits it by hand; the tables
-- anabranch_fence and anabranch_live_slice are derived from it.
CREATE TABLE anabranch_catalog (
  view TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  document TEXT NOT NULL CHECK (json_valid(document))
) WITHOUT ROWID;
-- The last documents of each view, and what made them.
CREATE TABLE anabranch_catalog_history (
  view TEXT NOT NULL,
  revision INTEGER NOT NULL,
  at INTEGER NOT NULL,
  transition TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (view, revision)
) WITHOUT ROWID;
-- The last number of each kind: runs, versions, row sets and generations.
CREATE TABLE anabranch_id (kind TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
-- Which run may write to a row set, and after which epoch.
CREATE TABLE anabranch_fence (
  slice INTEGER PRIMARY KEY,
  view TEXT NOT NULL,
  run INTEGER NOT NULL,
  after_epoch INTEGER NOT NULL
);
CREATE INDEX anabranch_fence_view ON anabranch_fence (view);
-- The slices that readers see; joined by each read.
CREATE TABLE anabranch_live_slice (
  view TEXT NOT NULL,
  slice INTEGER NOT NULL,
  after_epoch INTEGER NOT NULL,
  through_epoch INTEGER NOT NULL,
  speed INTEGER NOT NULL,
  version INTEGER NOT NULL,
  log TEXT NOT NULL,
  min_bucket INTEGER NOT NULL,
  max_bucket INTEGER NOT NULL,
  merge TEXT,
  PRIMARY KEY (view, slice, after_epoch)
) WITHOUT ROWID;
-- The dead letters of the live versions.
CREATE TABLE anabranch_live_letters (
  view TEXT NOT NULL,
  generation INTEGER NOT NULL,
  after_epoch INTEGER NOT NULL,
  through_epoch INTEGER NOT NULL,
  PRIMARY KEY (view, generation, after_epoch)
) WITHOUT ROWID;
-- Rows. The hash is the CRC-32C of key_text in UTF-8, so that each shard of keys is one range of
-- the table and rows of a shard append. The part is JSON: what anabranch_answer makes values of.
CREATE TABLE anabranch_row (
  slice INTEGER NOT NULL,
  hash INTEGER NOT NULL,
  key_text TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  length INTEGER NOT NULL,
  key BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  accumulator BLOB NOT NULL,
  contributions INTEGER NOT NULL,
  part TEXT,
  PRIMARY KEY (slice, hash, key_text, bucket, length, key, epoch)
) WITHOUT ROWID;
-- Through which epoch a row set is complete; the position in the log that a run stopped at.
CREATE TABLE anabranch_progress (
  slice INTEGER PRIMARY KEY,
  complete_through INTEGER NOT NULL,
  position TEXT
);
-- What a run wrote to a row set.
CREATE TABLE anabranch_activity (
  slice INTEGER NOT NULL,
  run INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  changes INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  PRIMARY KEY (slice, run)
) WITHOUT ROWID;
CREATE INDEX anabranch_activity_run ON anabranch_activity (run);
-- How far a run has read the log for a row set, and how far those before it had.
CREATE TABLE anabranch_reading (
  slice INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  bounded INTEGER NOT NULL,
  after_epoch INTEGER NOT NULL,
  through_epoch INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  records INTEGER NOT NULL,
  position TEXT NOT NULL,
  earlier TEXT NOT NULL,
  since INTEGER NOT NULL,
  at INTEGER NOT NULL,
  stored INTEGER NOT NULL,
  recent_bytes INTEGER NOT NULL,
  recent_records INTEGER NOT NULL,
  recent_since INTEGER
);
CREATE INDEX anabranch_reading_run ON anabranch_reading (run);
-- Runs, when they were last alive, and how long they waited for the store.
CREATE TABLE anabranch_run (
  run INTEGER PRIMARY KEY,
  layer TEXT NOT NULL,
  started INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  ended INTEGER,
  suspended INTEGER NOT NULL,
  retries INTEGER NOT NULL DEFAULT 0,
  wait_millis INTEGER NOT NULL DEFAULT 0,
  breaker_opened INTEGER NOT NULL DEFAULT 0
);
-- Each log as a run saw it last.
CREATE TABLE anabranch_log (
  log TEXT PRIMARY KEY,
  closed_through INTEGER NOT NULL,
  first_epoch INTEGER NOT NULL,
  last_epoch INTEGER NOT NULL,
  position TEXT NOT NULL,
  trimmed_through INTEGER NOT NULL
) WITHOUT ROWID;
-- What the log held of the epochs that a row set was computed from.
CREATE TABLE anabranch_epoch (
  slice INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  position TEXT NOT NULL,
  parts INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  checksum TEXT NOT NULL,
  closed INTEGER NOT NULL,
  PRIMARY KEY (slice, epoch)
) WITHOUT ROWID;
-- Records that were set aside; view is '' for those of all views.
CREATE TABLE anabranch_dead_letter (
  generation INTEGER NOT NULL,
  view TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  origin TEXT NOT NULL,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  event_time INTEGER,
  error TEXT NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (generation, view, epoch, origin, position)
);
CREATE INDEX anabranch_dead_letter_event_time
ON anabranch_dead_letter (generation, view, event_time, epoch);
-- Those that never will be taken, in whatever generation they are.
CREATE TABLE anabranch_discarded (
  view TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  origin TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (epoch, view, origin, position)
) WITHOUT ROWID;
-- How many there are.
CREATE TABLE anabranch_dead_letter_count (
  generation INTEGER NOT NULL,
  view TEXT NOT NULL,
  kind TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  letters INTEGER NOT NULL,
  PRIMARY KEY (generation, view, kind, epoch)
) WITHOUT ROWID;
-- What comparisons of batch rows with those before them found, and the rows that differ most.
CREATE TABLE anabranch_reconciliation (
  reconciliation INTEGER PRIMARY KEY AUTOINCREMENT,
  view TEXT NOT NULL,
  run INTEGER NOT NULL,
  after_epoch INTEGER NOT NULL,
  through_epoch INTEGER NOT NULL,
  at INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  different INTEGER NOT NULL,
  only_live INTEGER NOT NULL,
  only_other INTEGER NOT NULL,
  largest REAL NOT NULL,
  late INTEGER NOT NULL,
  skipped TEXT
);
CREATE INDEX anabranch_reconciliation_view ON anabranch_reconciliation (view);
CREATE TABLE anabranch_reconciliation_row (
  reconciliation INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  key TEXT NOT NULL,
  live TEXT,
  other TEXT,
  PRIMARY KEY (reconciliation, rank)
) WITHOUT ROWID;
-- The rows that readers see, for people with an SQL shell.
CREATE VIEW anabranch_live AS
SELECT l.view, CASE l.speed WHEN 1 THEN 'speed' ELSE 'batch' END AS layer, l.version, r.bucket,
  datetime(r.bucket / 1000, 'unixepoch') AS bucket_utc, r.length, r.key_text AS key, r.epoch,
  r.contributions, r.accumulator
FROM anabranch_live_slice l
JOIN anabranch_row r ON r.slice = l.slice
WHERE r.epoch > l.after_epoch AND r.epoch <= l.through_epoch;
-- What queries answer, for people and tools that speak SQL, of views whose rows SQL can merge;
-- answer_VIEW has those of one view. A value that is no number is in value_json. In batch and speed
-- is what the rows of that layer alone come to.
CREATE VIEW anabranch_answer AS
SELECT view, strftime('%Y-%m-%d %H:%M:%f', bucket / 1000.0, 'unixepoch') AS bucket_utc,
  CASE WHEN length > 0 THEN strftime('%Y-%m-%d %H:%M:%f', (bucket + length) / 1000.0, 'unixepoch') END AS window_end_utc,
  key_text AS key,
  CASE WHEN COUNT(part) < COUNT(*) THEN NULL
    WHEN merge = 'SUM' THEN SUM(added)
    WHEN merge = 'MEAN' THEN SUM(added) / SUM(counted)
    WHEN merge = 'MIN' THEN MIN(number)
    ELSE MAX(number) END AS value,
  CASE WHEN COUNT(part) FILTER (WHERE speed = 0) < COUNT(*) FILTER (WHERE speed = 0) THEN NULL
    WHEN merge = 'SUM' THEN SUM(added) FILTER (WHERE speed = 0)
    WHEN merge = 'MEAN' THEN SUM(added) FILTER (WHERE speed = 0) / SUM(counted) FILTER (WHERE speed = 0)
    WHEN merge = 'MIN' THEN MIN(number) FILTER (WHERE speed = 0)
    ELSE MAX(number) FILTER (WHERE speed = 0) END AS batch,
  CASE WHEN COUNT(part) FILTER (WHERE speed = 1) < COUNT(*) FILTER (WHERE speed = 1) THEN NULL
    WHEN merge = 'SUM' THEN SUM(added) FILTER (WHERE speed = 1)
    WHEN merge = 'MEAN' THEN SUM(added) FILTER (WHERE speed = 1) / SUM(counted) FILTER (WHERE speed = 1)
    WHEN merge = 'MIN' THEN MIN(number) FILTER (WHERE speed = 1)
    ELSE MAX(number) FILTER (WHERE speed = 1) END AS speed,
  CASE WHEN merge = 'WINDOW' THEN MAX(part) END AS value_json
FROM (
  SELECT l.view, l.merge, l.speed, r.bucket, r.length, r.key_text AS key_text, r.key, r.part,
    CASE WHEN l.merge IN ('SUM', 'MEAN') THEN NULL
      WHEN json_type(r.part) IN ('integer', 'real') THEN json_extract(r.part, '$') END AS number,
    CASE l.merge WHEN 'SUM' THEN json_extract(r.part, '$')
      WHEN 'MEAN' THEN json_extract(r.part, '$[1]') END AS added,
    CASE l.merge WHEN 'MEAN' THEN json_extract(r.part, '$[0]') END AS counted
  FROM anabranch_live_slice l
  JOIN anabranch_row r ON r.slice = l.slice
  WHERE l.merge IS NOT NULL AND r.epoch > l.after_epoch AND r.epoch <= l.through_epoch
) parts
GROUP BY view, merge, bucket, length, key_text, key;
CREATE TABLE anabranch_schema (version INTEGER NOT NULL);
INSERT INTO anabranch_schema VALUES (11);
