-- The ledger: what a job is to do, what of that is done, and how to put back what it dropped or switched off. On the target;
-- PostgreSQL 12 and later. Runs in the transaction that begins the first job. Nothing may be there: a table that someone else
-- made would be used as if it were this one.
-- The version of this schema. An older vecferry refuses a newer ledger, and reports which vecferry wrote it.
-- It has a key, so that it can be updated where everything is published.
CREATE TABLE vecferry.format (version int PRIMARY KEY, written_by text);

INSERT INTO vecferry.format (version) VALUES (4);

CREATE TABLE vecferry.job (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Identifies the source and the request: a command with the same fingerprint resumes the job.
    fingerprint text NOT NULL,
    state text NOT NULL CHECK (state IN ('loading', 'finished', 'abandoned')),
    -- The plan as JSON, byte for byte, and its hash. The JSON names its format, and the vecferry that wrote it.
    plan text NOT NULL,
    plan_hash text NOT NULL,
    -- The source's snapshot, as txid_current_snapshot() returns it: if unchanged, nothing has been written there since.
    source_visibility text NOT NULL,
    -- Whether the snapshot has changed, so that the source must be read again to prove the copy.
    source_changed boolean NOT NULL DEFAULT false,
    report text,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);

CREATE TABLE vecferry.chunk (
    job bigint NOT NULL REFERENCES vecferry.job ON DELETE CASCADE,
    pair int NOT NULL,
    number int NOT NULL,
    part int NOT NULL,
    first_page bigint NOT NULL,
    end_page bigint,
    -- NULL until the rows of the chunk are committed, together with the columns below.
    finished_at timestamptz,
    rows bigint,
    sum text,
    kept_rows bigint,
    -- The transaction that inserted the rows: their xmin distinguishes them from all others.
    xid xid,
    PRIMARY KEY (job, pair, number)
);

-- Objects that were dropped or switched off, and the statements that put them back.
CREATE TABLE vecferry.saved_definition (
    job bigint NOT NULL REFERENCES vecferry.job ON DELETE CASCADE,
    number int NOT NULL,
    pair int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('index', 'constraint', 'trigger', 'rule')),
    -- Lower stages are restored first; definitions of one stage may be restored in parallel.
    stage int NOT NULL,
    relation_schema text NOT NULL,
    relation_name text NOT NULL,
    name text NOT NULL,
    statements text[] NOT NULL,
    restored_at timestamptz,
    PRIMARY KEY (job, number)
);
