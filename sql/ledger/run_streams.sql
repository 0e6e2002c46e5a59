-- The number of streams that a process is asked to have. On the target, when someone first asks; PostgreSQL 12 and later. An older vecferry
-- does not read it, so the ledger's format stays.
CREATE TABLE IF NOT EXISTS vecferry.run_streams (
    run bigint PRIMARY KEY REFERENCES vecferry.run ON DELETE CASCADE,
    streams int NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now()
);
