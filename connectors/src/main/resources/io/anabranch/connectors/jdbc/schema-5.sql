-- What was read lately, which tells how fast it is read now.
ALTER TABLE anabranch_slice ADD COLUMN recent_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE anabranch_slice ADD COLUMN recent_since INTEGER;
UPDATE anabranch_slice SET recent_since = read_since, recent_bytes = COALESCE(read_bytes, 0);
UPDATE anabranch_schema SET version = 5;
