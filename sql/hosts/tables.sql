-- How several hosts share one job. On the target, in the transaction that first offers a job to workers; PostgreSQL 12 and later.
-- An older vecferry does not read it, so the ledger's format stays.

-- The time that one process coordinates a job: the next one begins another epoch, and no claim of an earlier epoch can commit.
CREATE TABLE IF NOT EXISTS vecferry.epoch (
    job bigint NOT NULL REFERENCES vecferry.job ON DELETE CASCADE,
    number int NOT NULL,
    -- The version of these tables and of how they are used, and the vecferry that coordinates.
    format int NOT NULL,
    written_by text NOT NULL,
    -- The snapshot in which all workers read the source.
    snapshot text NOT NULL,
    visibility text NOT NULL,
    -- Keys of advisory locks that the coordinator holds, in the session with the snapshot and in the one with vecferry's lock:
    -- where a worker does not find them, its server is another one, or the coordinator is gone.
    source_beacon bigint NOT NULL,
    target_beacon bigint NOT NULL,
    -- Seconds after its last heartbeat for which a worker keeps its claims.
    lease int NOT NULL,
    -- The pairs that can't be finished.
    given_up int[] NOT NULL DEFAULT '{}',
    began_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    PRIMARY KEY (job, number)
);

CREATE TABLE IF NOT EXISTS vecferry.worker (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job bigint NOT NULL,
    epoch int NOT NULL,
    joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- By this server's clock, as all times here. Later, others may take its claims over.
    lease_until timestamptz NOT NULL,
    -- NULL while it works, and for one that was killed.
    left_at timestamptz,
    -- Its host, its process and the tables that it could not finish, as JSON that names its format.
    document text NOT NULL,
    FOREIGN KEY (job, epoch) REFERENCES vecferry.epoch ON DELETE CASCADE
);

-- The chunks that are moved in one transaction, and who moves them.
CREATE TABLE IF NOT EXISTS vecferry.claim (
    job bigint NOT NULL,
    epoch int NOT NULL,
    number int NOT NULL,
    pairs int[] NOT NULL,
    chunks int[] NOT NULL,
    worker bigint,
    -- The fencing token: each claim counts it up.
    token int NOT NULL DEFAULT 0,
    -- The token of the worker that commits, so that the commit of one whose claim was taken over fails.
    fence int,
    bytes bigint NOT NULL DEFAULT 0,
    done_at timestamptz,
    PRIMARY KEY (job, epoch, number),
    FOREIGN KEY (job, epoch) REFERENCES vecferry.epoch ON DELETE CASCADE,
    CONSTRAINT claim_is_held CHECK (fence = token)
);

CREATE INDEX IF NOT EXISTS claim_open ON vecferry.claim (job, epoch, number) WHERE done_at IS NULL;
