-- All jobs, the newest first. On the target; PostgreSQL 12 and later.
SELECT
    id,
    state,
    to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') AS began_at,
    to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') AS finished_at,
    extract(epoch FROM now() - started_at)::float8 AS age
FROM vecferry.job
ORDER BY id DESC;
