-- Claims the next chunks of a job ($1) in an epoch ($2) for a worker ($3): those that nobody has, or whose worker has left or
-- was silent for longer than its lease. Claims nothing unless the epoch is going on. On the target; PostgreSQL 12 and later.
WITH free AS MATERIALIZED (
    SELECT c.number, c.worker AS former
    FROM vecferry.claim AS c
    LEFT JOIN vecferry.worker AS w ON w.id = c.worker
    JOIN vecferry.epoch AS e ON e.job = c.job AND e.number = c.epoch
    WHERE c.job = $1::bigint
        AND c.epoch = $2::int
        AND c.done_at IS NULL
        AND NOT c.pairs <@ e.given_up
        AND (c.worker IS NULL OR w.left_at IS NOT NULL OR w.lease_until < clock_timestamp())
        AND e.ended_at IS NULL
    ORDER BY c.number
    LIMIT 1
    FOR UPDATE OF c SKIP LOCKED
)
UPDATE vecferry.claim AS c SET worker = $3::bigint, token = c.token + 1, fence = NULL
FROM free, vecferry.epoch AS e
WHERE c.job = $1::bigint AND c.epoch = $2::int AND c.number = free.number AND e.job = c.job AND e.number = c.epoch
RETURNING
    c.number,
    c.token,
    free.former,
    (
        SELECT array_agg(p.pair ORDER BY p.place) FROM unnest(c.pairs) WITH ORDINALITY AS p (pair, place)
        WHERE p.pair <> ALL (e.given_up)
    ) AS pairs,
    (
        SELECT array_agg(p.chunk ORDER BY p.place)
        FROM unnest(c.pairs, c.chunks) WITH ORDINALITY AS p (pair, chunk, place)
        WHERE p.pair <> ALL (e.given_up)
    ) AS chunks;
