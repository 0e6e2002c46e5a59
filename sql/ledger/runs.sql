-- The processes that worked on a job ($1), the first one first. On the target; PostgreSQL 12 and later.
SELECT
    to_char(began_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') AS began_at,
    to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') AS ended_at,
    extract(epoch FROM coalesce(ended_at, now()) - began_at)::float8 AS seconds,
    document
FROM vecferry.run
WHERE job = $1::bigint
ORDER BY id;
