-- The ledger: what a job is to do, what of it is done, and how to put back what it took off. In the target database;
-- PostgreSQL 12 and later. Runs in one transaction, and again without effect.
CREATE SCHEMA IF NOT EXISTS vecferry;

COMMENT ON SCHEMA vecferry IS 'vecferry''s ledger; may be dropped when no job is under way';

-- The version of this schema: an older vecferry leaves a newer ledger alone, and says which vecferry wrote it.
CREATE TABLE IF NOT EXISTS vecferry.format (version int NOT NULL, written_by text);

INSERT INTO vecferry.format (version) SELECT 2 WHERE NOT EXISTS (SELECT FROM vecferry.format);

CREATE TABLE IF NOT EXISTS vecferry.job (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Which source and which request: the same again is the same job.
    fingerprint text NOT NULL,
    state text NOT NULL CHECK (state IN ('loading', 'finished', 'abandoned')),
    -- The plan as JSON, byte for byte, and its hash. It says its own format, and which vecferry wrote it.
    plan text NOT NULL,
    plan_hash text NOT NULL,
    -- The source's snapshot, as txid_current_snapshot() tells it: unchanged means that nothing wrote there since.
    source_visibility text NOT NULL,
    -- Whether it was seen to change, so that the source must be read again to prove the copy.
    source_changed boolean NOT NULL DEFAULT false,
    report text,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);

CREATE TABLE IF NOT EXISTS vecferry.chunk (
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
    -- The transaction that brought the rows: their xmin tells them from all others.
    xid xid,
    PRIMARY KEY (job, pair, number)
);

-- What was dropped or switched off, and the statements that put it back.
CREATE TABLE IF NOT EXISTS vecferry.saved_definition (
    job bigint NOT NULL REFERENCES vecferry.job ON DELETE CASCADE,
    number int NOT NULL,
    pair int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('index', 'constraint', 'trigger')),
    -- Lower stages first; what shares a stage may be restored side by side.
    stage int NOT NULL,
    relation_schema text NOT NULL,
    relation_name text NOT NULL,
    name text NOT NULL,
    statements text[] NOT NULL,
    restored_at timestamptz,
    PRIMARY KEY (job, number)
);
