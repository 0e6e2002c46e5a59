-- Upgrades a ledger of an older format to format 4. Since format 2, it records the vecferry that wrote it; since format 3, a
-- plan's constraints are in the saved definitions alone; since format 4, rules are among them, and the table of the format has a
-- key. Its jobs stay as they are. On the target, in the transaction that begins the next job; PostgreSQL 12 and later.
ALTER TABLE vecferry.format ADD COLUMN IF NOT EXISTS written_by text;

ALTER TABLE vecferry.format ADD PRIMARY KEY (version);

ALTER TABLE vecferry.saved_definition
    DROP CONSTRAINT saved_definition_kind_check,
    ADD CONSTRAINT saved_definition_kind_check CHECK (kind IN ('index', 'constraint', 'trigger', 'rule'));

UPDATE vecferry.format SET version = 4;
