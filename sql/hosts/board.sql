-- What is left of an epoch ($2) of a job ($1): the claims that are not done, but for those of which only pairs are left that can't be
-- finished, and whether a worker could take one. On the target; PostgreSQL 12 and later.
SELECT
    coalesce(array_agg(c.number ORDER BY c.number), '{}') AS open,
    coalesce(
        bool_or(
            c.worker IS NULL OR w.left_at IS NOT NULL OR w.lease_until < clock_timestamp()),
        false) AS has_free
FROM vecferry.claim AS c
JOIN vecferry.epoch AS e ON e.job = c.job AND e.number = c.epoch
LEFT JOIN vecferry.worker AS w ON w.id = c.worker
WHERE c.job = $1::bigint
    AND c.epoch = $2::int
    AND c.done_at IS NULL
    AND (
        e.given_up = '{}'
        OR EXISTS (
            SELECT FROM unnest(c.pairs, c.chunks) AS p (pair, chunk)
            JOIN vecferry.chunk AS k ON k.job = c.job AND k.pair = p.pair AND k.number = p.chunk
            WHERE k.finished_at IS NULL AND k.pair <> ALL (e.given_up)
        )
    );
