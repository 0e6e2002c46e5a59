-- The chunks of a job ($1) that are committed, in the order in which they were, with the seconds since it began. On the target; PostgreSQL
-- 12 and later.
SELECT
    c.pair,
    extract(epoch FROM c.finished_at - j.started_at)::float8 AS seconds,
    c.rows
FROM vecferry.chunk AS c
JOIN vecferry.job AS j ON j.id = c.job
WHERE c.job = $1::bigint AND c.finished_at IS NOT NULL
ORDER BY c.finished_at, c.pair, c.number;
