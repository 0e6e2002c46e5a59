-- The ledger's record of what vecferry tune has changed, and the statements that take it back. On the target, in the transaction that records the
-- first change; PostgreSQL 12 and later. An older vecferry does not read it, so the ledger's format stays.
CREATE TABLE IF NOT EXISTS vecferry.tuning (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    relation_schema text NOT NULL,
    relation_name text NOT NULL,
    column_name text NOT NULL,
    -- Each is run for itself, in order, in one session.
    statements text[] NOT NULL,
    undo text[] NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now(),
    -- NULL while the statements are run, and after one of them has failed.
    done_at timestamptz,
    undone_at timestamptz
);
