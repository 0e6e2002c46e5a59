-- How much of a job ($1) is done, for each of its pairs. `recent` are the chunks that were committed since the process that works now
-- began, and in the last minute; `recent_seconds` is how long that is. On the target; PostgreSQL 12 and later.
WITH since AS (
    SELECT greatest(now() - interval '1 minute', $2::timestamptz) AS time
)
SELECT
    c.pair,
    count(c.finished_at) AS done,
    coalesce(sum(c.rows), 0)::bigint + coalesce(sum(c.kept_rows), 0)::bigint AS rows,
    count(*) FILTER (WHERE c.finished_at >= since.time) AS recent,
    extract(epoch FROM now() - since.time)::float8 AS recent_seconds
FROM vecferry.chunk AS c, since
WHERE c.job = $1::bigint
GROUP BY c.pair, since.time;
