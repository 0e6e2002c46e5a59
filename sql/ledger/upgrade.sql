-- Upgrades a ledger of an older format to format 3. Since format 2, it records the vecferry that wrote it; since format 3, a
-- plan's constraints are in the saved definitions alone. Its jobs stay as they are. On the target, in the transaction that
-- begins the next job; PostgreSQL 12 and later.
ALTER TABLE vecferry.format ADD COLUMN IF NOT EXISTS written_by text;

UPDATE vecferry.format SET version = 3;
