-- The session that holds vecferry's advisory lock in this database. Its application's name ends in the command; `silence` is how long ago
-- it last began or ended a statement. On the target; PostgreSQL 12 and later.
SELECT
    l.pid,
    a.usename AS user,
    coalesce(host(a.client_addr), 'a local socket') AS client,
    to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ') AS since,
    a.application_name AS application,
    extract(epoch FROM now() - a.backend_start)::float8 AS age,
    extract(epoch FROM clock_timestamp() - a.state_change)::float8 AS silence
FROM pg_locks AS l
LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory'
    AND l.granted
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    -- "vecf" and "erry" in ASCII: the two halves of the lock's number.
    AND l.classid = x'76656366'::bigint::oid
    AND l.objid = x'65727279'::bigint::oid;
