-- When a run was last heard of, and when it ended; whether it still says which epochs are complete.
ALTER TABLE anabranch_run ADD COLUMN seen INTEGER;
ALTER TABLE anabranch_run ADD COLUMN ended INTEGER;
ALTER TABLE anabranch_run ADD COLUMN marks INTEGER NOT NULL DEFAULT 1;
-- When another version took its place.
ALTER TABLE anabranch_version ADD COLUMN retired INTEGER;
-- When another slice took its place; when a row of it was last written; how many rows a slice that
-- changes no more has; through which epoch the batch version reached when the slice was opened; the
-- place in the log through which a run that followed it and ended has stored everything.
ALTER TABLE anabranch_slice ADD COLUMN retired INTEGER;
ALTER TABLE anabranch_slice ADD COLUMN updated INTEGER;
ALTER TABLE anabranch_slice ADD COLUMN row_count INTEGER;
ALTER TABLE anabranch_slice ADD COLUMN position TEXT;
ALTER TABLE anabranch_slice ADD COLUMN base_through_when_opened INTEGER;
-- Each log as a run saw it last.
CREATE TABLE anabranch_log (
  log TEXT PRIMARY KEY,
  closed_through INTEGER NOT NULL,
  first_epoch INTEGER NOT NULL,
  last_epoch INTEGER NOT NULL,
  position TEXT NOT NULL
);
-- What batch slices said, held against the rows that answered for the same epochs before them.
CREATE TABLE anabranch_reconciliation (
  reconciliation INTEGER PRIMARY KEY AUTOINCREMENT,
  view TEXT NOT NULL,
  run INTEGER NOT NULL,
  after_epoch INTEGER NOT NULL,
  through_epoch INTEGER NOT NULL,
  at INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  different INTEGER NOT NULL,
  largest REAL NOT NULL,
  skipped TEXT
);
CREATE INDEX anabranch_reconciliation_view ON anabranch_reconciliation (view);
-- The rows that differ most, worst first.
CREATE TABLE anabranch_reconciliation_row (
  reconciliation INTEGER NOT NULL REFERENCES anabranch_reconciliation (reconciliation),
  rank INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  key TEXT NOT NULL,
  live TEXT,
  other TEXT,
  PRIMARY KEY (reconciliation, rank)
) WITHOUT ROWID;
CREATE INDEX anabranch_dead_letter_epoch ON anabranch_dead_letter (epoch);
-- Versions that were replaced before it was written down when.
UPDATE anabranch_version SET retired = created
WHERE version NOT IN (SELECT base FROM anabranch_pointer WHERE base IS NOT NULL)
  AND version NOT IN (SELECT speed FROM anabranch_pointer WHERE speed IS NOT NULL)
  AND version IN (SELECT version FROM anabranch_slice WHERE visible = 1);
UPDATE anabranch_schema SET version = 2;
