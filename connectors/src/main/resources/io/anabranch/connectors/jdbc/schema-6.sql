-- What the log held of the epochs that the rows of a slice were computed from.
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
-- Rows that differ only as one side counts events that came too late for the other.
ALTER TABLE anabranch_reconciliation ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
UPDATE anabranch_schema SET version = 6;
