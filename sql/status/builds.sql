-- The index builds in this database, with the tables that they are on. On the target; PostgreSQL 12 and later.
SELECT
    n.nspname AS schema,
    c.relname AS name,
    p.phase,
    p.blocks_done,
    p.blocks_total,
    p.tuples_done,
    p.tuples_total,
    extract(epoch FROM now() - coalesce(a.query_start, now()))::float8 AS seconds
FROM pg_stat_progress_create_index AS p
JOIN pg_class AS c ON c.oid = p.relid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_activity AS a ON a.pid = p.pid
WHERE p.datname = current_database()
ORDER BY a.query_start, n.nspname, c.relname;
