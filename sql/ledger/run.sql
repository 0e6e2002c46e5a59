-- The ledger's record of the processes that worked on a job. On the target, in the transaction that records the first of them; PostgreSQL
-- 12 and later. An older vecferry does not read it, so the ledger's format stays.
CREATE TABLE IF NOT EXISTS vecferry.run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job bigint NOT NULL REFERENCES vecferry.job ON DELETE CASCADE,
    began_at timestamptz NOT NULL DEFAULT now(),
    -- NULL while it works, and for one that was killed or had lost the target.
    ended_at timestamptz,
    -- Its host, its process, and how it ended, as JSON that names its format.
    document text NOT NULL
);
