-- One document a view: all that is true of it. Nobody edits it by hand; the tables
-- anabranch_fence and anabranch_live_slice are derived from it.
CREATE TABLE anabranch_catalog (
  view TEXT COLLATE "C" PRIMARY KEY,
  revision BIGINT NOT NULL,
  document TEXT COLLATE "C" NOT NULL CHECK (document::json IS NOT NULL)
);
-- The last documents of each view, and what made them.
CREATE TABLE anabranch_catalog_history (
  view TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  at BIGINT NOT NULL,
  transition TEXT COLLATE "C" NOT NULL,
  document TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (view, revision)
);
-- The last number of each kind: runs, versions, row sets and generations.
CREATE TABLE anabranch_id (kind TEXT COLLATE "C" PRIMARY KEY, last BIGINT NOT NULL);
-- Which run may write to a row set, and after which epoch.
CREATE TABLE anabranch_fence (
  slice BIGINT PRIMARY KEY,
  view TEXT COLLATE "C" NOT NULL,
  run BIGINT NOT NULL,
  after_epoch BIGINT NOT NULL
);
CREATE INDEX anabranch_fence_view ON anabranch_fence (view);
-- The slices that readers see; joined by each read.
CREATE TABLE anabranch_live_slice (
  view TEXT COLLATE "C" NOT NULL,
  slice BIGINT NOT NULL,
  after_epoch BIGINT NOT NULL,
  through_epoch BIGINT NOT NULL,
  speed BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  log TEXT COLLATE "C" NOT NULL,
  min_bucket BIGINT NOT NULL,
  max_bucket BIGINT NOT NULL,
  merge TEXT COLLATE "C",
  PRIMARY KEY (view, slice, after_epoch)
);
-- The dead letters of the live versions.
CREATE TABLE anabranch_live_letters (
  view TEXT COLLATE "C" NOT NULL,
  generation BIGINT NOT NULL,
  after_epoch BIGINT NOT NULL,
  through_epoch BIGINT NOT NULL,
  PRIMARY KEY (view, generation, after_epoch)
);
-- Rows, in the order of their keys. An index takes no long values, and a text takes no zero
-- character: of a long key, key_text and key are short stand-ins (its beginning and its SHA-256),
-- and whole_text and whole_key are the key. The part is JSON: what anabranch_answer makes values of.
CREATE TABLE anabranch_row (
  slice BIGINT NOT NULL,
  bucket BIGINT NOT NULL,
  length BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  contributions BIGINT NOT NULL,
  key_text TEXT COLLATE "C" NOT NULL,
  key BYTEA NOT NULL,
  accumulator BYTEA NOT NULL,
  whole_text TEXT COLLATE "C",
  whole_key BYTEA,
  part TEXT COLLATE "C",
  PRIMARY KEY (slice, key_text, bucket, length, key, epoch)
) WITH (autovacuum_vacuum_scale_factor = 0.02);
-- Through which epoch a row set is complete; the position in the log that a run stopped at.
CREATE TABLE anabranch_progress (
  slice BIGINT PRIMARY KEY,
  complete_through BIGINT NOT NULL,
  position TEXT COLLATE "C"
);
-- What a run wrote to a row set; connections that write at once have a stripe each.
CREATE TABLE anabranch_activity (
  slice BIGINT NOT NULL,
  run BIGINT NOT NULL,
  stripe BIGINT NOT NULL,
  rows BIGINT NOT NULL,
  changes BIGINT NOT NULL,
  updated BIGINT NOT NULL,
  PRIMARY KEY (slice, run, stripe)
) WITH (fillfactor = 50);
CREATE INDEX anabranch_activity_run ON anabranch_activity (run);
-- How far a run has read the log for a row set, and how far those before it had.
CREATE TABLE anabranch_reading (
  slice BIGINT PRIMARY KEY,
  run BIGINT NOT NULL,
  bounded BOOLEAN NOT NULL,
  after_epoch BIGINT NOT NULL,
  through_epoch BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  records BIGINT NOT NULL,
  position TEXT COLLATE "C" NOT NULL,
  earlier TEXT COLLATE "C" NOT NULL,
  since BIGINT NOT NULL,
  at BIGINT NOT NULL,
  stored BOOLEAN NOT NULL,
  recent_bytes BIGINT NOT NULL,
  recent_records BIGINT NOT NULL,
  recent_since BIGINT
);
CREATE INDEX anabranch_reading_run ON anabranch_reading (run);
-- Runs, when they were last alive, and how long they waited for the store.
CREATE TABLE anabranch_run (
  run BIGINT PRIMARY KEY,
  layer TEXT COLLATE "C" NOT NULL,
  started BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  ended BIGINT,
  suspended BOOLEAN NOT NULL,
  retries BIGINT NOT NULL DEFAULT 0,
  wait_millis BIGINT NOT NULL DEFAULT 0,
  breaker_opened BIGINT NOT NULL DEFAULT 0
);
-- Each log as a run saw it last.
CREATE TABLE anabranch_log (
  log TEXT COLLATE "C" PRIMARY KEY,
  closed_through BIGINT NOT NULL,
  first_epoch BIGINT NOT NULL,
  last_epoch BIGINT NOT NULL,
  position TEXT COLLATE "C" NOT NULL,
  trimmed_through BIGINT NOT NULL
);
-- What the log held of the epochs that a row set was computed from.
CREATE TABLE anabranch_epoch (
  slice BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  position TEXT COLLATE "C" NOT NULL,
  parts BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  checksum TEXT COLLATE "C" NOT NULL,
  closed BOOLEAN NOT NULL,
  PRIMARY KEY (slice, epoch)
);
-- Records that were set aside; view is '' for those of all views.
CREATE TABLE anabranch_dead_letter (
  generation BIGINT NOT NULL,
  view TEXT COLLATE "C" NOT NULL,
  epoch BIGINT NOT NULL,
  origin TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  event_time BIGINT,
  error TEXT COLLATE "C" NOT NULL,
  record BYTEA NOT NULL,
  PRIMARY KEY (generation, view, epoch, origin, position)
);
CREATE INDEX anabranch_dead_letter_event_time
ON anabranch_dead_letter (generation, view, event_time, epoch);
-- Those that never will be taken, in whatever generation they are.
CREATE TABLE anabranch_discarded (
  view TEXT COLLATE "C" NOT NULL,
  epoch BIGINT NOT NULL,
  origin TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL,
  PRIMARY KEY (epoch, view, origin, position)
);
-- How many there are.
CREATE TABLE anabranch_dead_letter_count (
  generation BIGINT NOT NULL,
  view TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  epoch BIGINT NOT NULL,
  letters BIGINT NOT NULL,
  PRIMARY KEY (generation, view, kind, epoch)
);
-- What comparisons of batch rows with those before them found, and the rows that differ most.
CREATE TABLE anabranch_reconciliation (
  reconciliation BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  view TEXT COLLATE "C" NOT NULL,
  run BIGINT NOT NULL,
  after_epoch BIGINT NOT NULL,
  through_epoch BIGINT NOT NULL,
  at BIGINT NOT NULL,
  rows BIGINT NOT NULL,
  different BIGINT NOT NULL,
  only_live BIGINT NOT NULL,
  only_other BIGINT NOT NULL,
  largest DOUBLE PRECISION NOT NULL,
  late BIGINT NOT NULL,
  skipped TEXT COLLATE "C"
);
CREATE INDEX anabranch_reconciliation_view ON anabranch_reconciliation (view);
CREATE TABLE anabranch_reconciliation_row (
  reconciliation BIGINT NOT NULL,
  rank BIGINT NOT NULL,
  bucket BIGINT NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  live TEXT COLLATE "C",
  other TEXT COLLATE "C",
  PRIMARY KEY (reconciliation, rank)
);
-- The rows that readers see, for people with an SQL shell.
CREATE VIEW anabranch_live AS
SELECT l.view, CASE WHEN l.speed THEN 'speed' ELSE 'batch' END AS layer, l.version, r.bucket,
  to_timestamp(r.bucket / 1000.0) AT TIME ZONE 'UTC' AS bucket_utc, r.length,
  COALESCE(r.whole_text, r.key_text) AS key, r.epoch, r.contributions, r.accumulator
FROM anabranch_live_slice l
JOIN anabranch_row r ON r.slice = l.slice
WHERE r.epoch > l.after_epoch AND r.epoch <= l.through_epoch;
-- What queries answer, for people and tools that speak SQL, of views whose rows SQL can merge;
-- answer_VIEW has those of one view. A value that is no number is in value_json. In batch and speed
-- is what the rows of that layer alone come to.
CREATE VIEW anabranch_answer AS
SELECT view, to_timestamp(bucket / 1000.0) AT TIME ZONE 'UTC' AS bucket_utc,
  CASE WHEN length > 0 THEN to_timestamp((bucket + length) / 1000.0) AT TIME ZONE 'UTC' END AS window_end_utc,
  key_text AS key,
  CASE WHEN COUNT(part) < COUNT(*) THEN NULL
    WHEN merge = 'SUM' THEN SUM(added)
    WHEN merge = 'MEAN' THEN SUM(added) / SUM(counted)
    WHEN merge = 'MIN' THEN MIN(number)
    ELSE MAX(number) END AS value,
  CASE WHEN COUNT(part) FILTER (WHERE NOT speed) < COUNT(*) FILTER (WHERE NOT speed) THEN NULL
    WHEN merge = 'SUM' THEN SUM(added) FILTER (WHERE NOT speed)
    WHEN merge = 'MEAN' THEN SUM(added) FILTER (WHERE NOT speed) / SUM(counted) FILTER (WHERE NOT speed)
    WHEN merge = 'MIN' THEN MIN(number) FILTER (WHERE NOT speed)
    ELSE MAX(number) FILTER (WHERE NOT speed) END AS batch,
  CASE WHEN COUNT(part) FILTER (WHERE speed) < COUNT(*) FILTER (WHERE speed) THEN NULL
    WHEN merge = 'SUM' THEN SUM(added) FILTER (WHERE speed)
    WHEN merge = 'MEAN' THEN SUM(added) FILTER (WHERE speed) / SUM(counted) FILTER (WHERE speed)
    WHEN merge = 'MIN' THEN MIN(number) FILTER (WHERE speed)
    ELSE MAX(number) FILTER (WHERE speed) END AS speed,
  CASE WHEN merge = 'WINDOW' THEN MAX(part) END AS value_json
FROM (
  SELECT l.view, l.merge, l.speed, r.bucket, r.length, COALESCE(r.whole_text, r.key_text) AS key_text, r.key, r.part,
    CASE WHEN l.merge IN ('SUM', 'MEAN') THEN NULL
      WHEN json_typeof(r.part::json) = 'number' THEN r.part::numeric END AS number,
    CASE l.merge WHEN 'SUM' THEN r.part::numeric
      WHEN 'MEAN' THEN (r.part::json ->> 1)::numeric END AS added,
    CASE l.merge WHEN 'MEAN' THEN (r.part::json ->> 0)::numeric END AS counted
  FROM anabranch_live_slice l
  JOIN anabranch_row r ON r.slice = l.slice
  WHERE l.merge IS NOT NULL AND r.epoch > l.after_epoch AND r.epoch <= l.through_epoch
) parts
GROUP BY view, merge, bucket, length, key_text, key;
CREATE TABLE anabranch_schema (version BIGINT NOT NULL);
INSERT INTO anabranch_schema VALUES (11);
