-- Brings a ledger of format 1 to format 2: who wrote it. Its jobs stay as they are. On the target, in the transaction that
-- begins the next job; PostgreSQL 12 and later.
ALTER TABLE vecferry.format ADD COLUMN IF NOT EXISTS written_by text;

UPDATE vecferry.format SET version = 2;
