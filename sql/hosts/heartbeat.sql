-- Renews the lease of a worker ($1) with its document ($2), and reads the epoch that it works in. On the target; PostgreSQL 12 and
-- later.
UPDATE vecferry.worker AS w SET lease_until = clock_timestamp() + make_interval(secs => e.lease), document = $2
FROM vecferry.epoch AS e
JOIN vecferry.job AS j ON j.id = e.job
WHERE w.id = $1::bigint AND e.job = w.job AND e.number = w.epoch
RETURNING
    e.snapshot,
    e.visibility,
    j.state,
    (SELECT count(*) FROM vecferry.chunk AS c WHERE c.job = w.job AND c.finished_at IS NOT NULL) AS done_chunks,
    e.ended_at IS NOT NULL AS has_ended,
    NOT EXISTS (
        SELECT FROM vecferry.chunk AS c
        WHERE c.job = w.job AND c.finished_at IS NULL AND c.pair <> ALL (e.given_up)
    ) AS is_copied;
