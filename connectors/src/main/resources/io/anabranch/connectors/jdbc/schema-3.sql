-- Through which epoch the run that began a version read the log from its beginning, and the event
-- time through which it counted in events that did not come in time.
ALTER TABLE anabranch_version ADD COLUMN whole_through INTEGER;
ALTER TABLE anabranch_version ADD COLUMN counted_in_through INTEGER;
UPDATE anabranch_version SET whole_through =
  (SELECT MIN(s.through_epoch) FROM anabranch_slice s WHERE s.version = anabranch_version.version)
WHERE kind = 'batch';
-- Rows of windows, which may be of any length; that of a bucket, 0 here, is in the definition.
DROP VIEW anabranch_live;
ALTER TABLE anabranch_row RENAME TO anabranch_row_2;
DROP INDEX anabranch_row_key;
CREATE TABLE anabranch_row (
  slice INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  length INTEGER NOT NULL,
  key BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  key_text TEXT NOT NULL,
  accumulator BLOB NOT NULL,
  contributions INTEGER NOT NULL,
  PRIMARY KEY (slice, bucket, length, key, epoch)
) WITHOUT ROWID;
INSERT INTO anabranch_row
SELECT slice, bucket, 0, key, epoch, key_text, accumulator, contributions FROM anabranch_row_2;
DROP TABLE anabranch_row_2;
CREATE INDEX anabranch_row_key ON anabranch_row (slice, key_text);
CREATE VIEW anabranch_live AS
SELECT p.view, v.kind, r.bucket, datetime(r.bucket / 1000, 'unixepoch') AS bucket_utc, r.length,
  r.key_text AS key, r.epoch, r.contributions, r.accumulator
FROM anabranch_pointer p
JOIN anabranch_version v ON v.version IN (p.base, p.speed)
JOIN anabranch_slice s ON s.version = v.version AND s.visible = 1
JOIN anabranch_row r ON r.slice = s.slice
WHERE r.epoch > s.after_epoch AND r.epoch <= s.through_epoch
  AND (s.version = p.base OR r.epoch > p.base_through);
-- Events that did not come in time for a view; '' stands for all views.
ALTER TABLE anabranch_dead_letter RENAME TO anabranch_dead_letter_2;
DROP INDEX anabranch_dead_letter_epoch;
CREATE TABLE anabranch_dead_letter (
  origin TEXT NOT NULL,
  position INTEGER NOT NULL,
  view TEXT NOT NULL,
  kind TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  event_time INTEGER,
  error TEXT NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (origin, position, view)
);
INSERT INTO anabranch_dead_letter
SELECT origin, position, '', 'UNDECODABLE', epoch, NULL, error, record
FROM anabranch_dead_letter_2;
DROP TABLE anabranch_dead_letter_2;
CREATE INDEX anabranch_dead_letter_epoch ON anabranch_dead_letter (view, epoch);
CREATE INDEX anabranch_dead_letter_event_time ON anabranch_dead_letter (view, event_time, epoch);
CREATE INDEX anabranch_dead_letter_place
ON anabranch_dead_letter (epoch, origin, position, view, kind);
UPDATE anabranch_schema SET version = 3;
