-- Who holds a lock on a table or an index that the text $1 names, qualified and quoted: the strongest and oldest first.
-- On the target, after a statement has given up waiting; PostgreSQL 12 and later.
SELECT
    l.pid,
    coalesce(a.usename::text, 'another user') AS user,
    format('%I.%I', n.nspname, c.relname) AS relation,
    to_char(a.xact_start, 'YYYY-MM-DD HH24:MI:SS TZ') AS since,
    coalesce(a.application_name = current_setting('application_name') AND a.usename = session_user, false) AS is_ours
FROM pg_locks AS l
JOIN pg_class AS c ON c.oid = l.relation
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'relation'
    AND l.granted
    AND l.pid <> pg_backend_pid()
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'vecferry')
    -- The whole name: "public.items" is not in "public.items_2".
    AND $1::text ~ (
        '(^|[^[:alnum:]_$".])' || regexp_replace(format('%I.%I', n.nspname, c.relname), '([^[:alnum:]_])', '\\\1', 'g')
        || '($|[^[:alnum:]_$"])'
    )
ORDER BY l.mode IN ('AccessShareLock', 'RowShareLock'), a.xact_start NULLS LAST, l.pid
LIMIT 1;
