-- Upgrades a ledger from format 1 to format 2, which records the vecferry that wrote it. Its jobs stay as they are. On the
-- target, in the transaction that begins the next job; PostgreSQL 12 and later.
ALTER TABLE vecferry.format ADD COLUMN IF NOT EXISTS written_by text;

UPDATE vecferry.format SET version = 2;
