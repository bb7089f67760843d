-- Runs number the attempts to compute something; a larger number came later.
CREATE TABLE anabranch_run (
  run INTEGER PRIMARY KEY AUTOINCREMENT,
  layer TEXT NOT NULL,
  started INTEGER NOT NULL,
  rows INTEGER NOT NULL DEFAULT 0
);
-- One complete computation of a view from one definition of it.
CREATE TABLE anabranch_version (
  version INTEGER PRIMARY KEY AUTOINCREMENT,
  view TEXT NOT NULL,
  kind TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  log TEXT NOT NULL,
  epoch_millis INTEGER NOT NULL,
  created INTEGER NOT NULL
);
-- The rows that a version holds for the epochs (after_epoch, through_epoch].
CREATE TABLE anabranch_slice (
  slice INTEGER PRIMARY KEY AUTOINCREMENT,
  version INTEGER NOT NULL REFERENCES anabranch_version (version),
  after_epoch INTEGER NOT NULL,
  through_epoch INTEGER NOT NULL,
  run INTEGER NOT NULL,
  visible INTEGER NOT NULL,
  complete_through INTEGER NOT NULL,
  base_when_opened INTEGER
);
CREATE INDEX anabranch_slice_version ON anabranch_slice (version);
-- Which versions answer queries, one row per view.
CREATE TABLE anabranch_pointer (
  view TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  architecture TEXT NOT NULL,
  base INTEGER,
  base_through INTEGER NOT NULL,
  speed INTEGER
);
CREATE TABLE anabranch_row (
  slice INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  key BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  key_text TEXT NOT NULL,
  accumulator BLOB NOT NULL,
  contributions INTEGER NOT NULL,
  PRIMARY KEY (slice, bucket, key, epoch)
) WITHOUT ROWID;
CREATE INDEX anabranch_row_key ON anabranch_row (slice, key_text);
CREATE TABLE anabranch_dead_letter (
  origin TEXT NOT NULL,
  position INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  error TEXT NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (origin, position)
);
-- What answers queries now, for people with an SQL shell.
CREATE VIEW anabranch_live AS
SELECT p.view, v.kind, r.bucket, datetime(r.bucket / 1000, 'unixepoch') AS bucket_utc,
  r.key_text AS key, r.epoch, r.contributions, r.accumulator
FROM anabranch_pointer p
JOIN anabranch_version v ON v.version IN (p.base, p.speed)
JOIN anabranch_slice s ON s.version = v.version AND s.visible = 1
JOIN anabranch_row r ON r.slice = s.slice
WHERE r.epoch > s.after_epoch AND r.epoch <= s.through_epoch
  AND (s.version = p.base OR r.epoch > p.base_through);
CREATE TABLE anabranch_schema (version INTEGER NOT NULL);
INSERT INTO anabranch_schema (version) VALUES (1);
