-- The session that holds a lock on a table or an index that the text $1 names with its schema. Other sessions come before
-- vecferry's own, then the strongest lock, then the oldest transaction. On the target, after a statement has given up
-- waiting; PostgreSQL 12 and later.
SELECT
    l.pid,
    coalesce(a.usename::text, 'another user') AS user,
    format('%I.%I', n.nspname, c.relname) AS relation,
    to_char(a.xact_start, 'YYYY-MM-DD HH24:MI:SS TZ') AS since,
    own.is_ours,
    bool_or(own.is_ours) OVER () AS ours_too
FROM pg_locks AS l
JOIN pg_class AS c ON c.oid = l.relation
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
CROSS JOIN LATERAL (
    SELECT coalesce(
        -- The session with vecferry's lock has the command behind its application's name.
        (
            starts_with(a.application_name || ' ', current_setting('application_name') || ' ')
            OR starts_with(current_setting('application_name') || ' ', a.application_name || ' ')
        ) AND a.usename = session_user, false
    ) AS is_ours
) AS own
WHERE l.locktype = 'relation'
    AND l.granted
    AND l.pid <> pg_backend_pid()
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'vecferry')
    -- The whole name, with or without quotes: "public.items" is not in "public.items_2".
    AND $1::text ~ (
        '(^|[^[:alnum:]_$".])"?'
        || regexp_replace(replace(n.nspname, '"', '""'), '([^[:alnum:]_])', '\\\1', 'g') || '"?\."?'
        || regexp_replace(replace(c.relname, '"', '""'), '([^[:alnum:]_])', '\\\1', 'g')
        || '($|"([^"]|$)|[^[:alnum:]_$"])'
    )
ORDER BY own.is_ours, l.mode = 'AccessShareLock', l.mode = 'RowShareLock', a.xact_start NULLS LAST, l.pid
LIMIT 1;
