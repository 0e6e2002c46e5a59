-- The workers of a job ($1) in its newest epoch, with what they have done. On the target; PostgreSQL 12 and later.
SELECT
    w.id,
    w.document,
    to_char(w.joined_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') AS joined_at,
    w.left_at IS NOT NULL AS has_left,
    w.lease_until < clock_timestamp() AS is_silent,
    extract(epoch FROM clock_timestamp() - w.lease_until)::float8 + e.lease AS silence,
    d.chunks,
    d.bytes,
    d.held
FROM vecferry.worker AS w
JOIN vecferry.epoch AS e ON e.job = w.job AND e.number = w.epoch
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(cardinality(c.chunks)) FILTER (WHERE c.done_at IS NOT NULL), 0) AS chunks,
        coalesce(sum(c.bytes), 0) AS bytes,
        coalesce(sum(cardinality(c.chunks)) FILTER (WHERE c.done_at IS NULL), 0) AS held
    FROM vecferry.claim AS c
    WHERE c.job = w.job AND c.epoch = w.epoch AND c.worker = w.id
) AS d
WHERE w.job = $1::bigint AND e.number = (SELECT max(n.number) FROM vecferry.epoch AS n WHERE n.job = $1::bigint)
ORDER BY w.id;
