-- What a target has to do besides a copy: how far its log is and how far the standbys are with it, and the statements that others run. On
-- the target; PostgreSQL 12 and later.
--
-- Only a member of pg_monitor or pg_read_all_stats sees what others do; others see the standbys without their positions.
SELECT
    (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint AS position,
    (SELECT (min(r.replay_lsn) - '0/0'::pg_lsn)::bigint FROM pg_stat_replication AS r) AS replayed,
    (
        SELECT coalesce(nullif(r.application_name, ''), host(r.client_addr)) FROM pg_stat_replication AS r
        WHERE r.replay_lsn IS NOT NULL ORDER BY r.replay_lsn LIMIT 1
    ) AS standby,
    (
        SELECT count(*) FROM pg_stat_activity AS a
        WHERE a.backend_type = 'client backend' AND a.state = 'active' AND a.application_name NOT LIKE 'vecferry%'
    ) AS sessions,
    EXISTS (SELECT FROM pg_roles AS u WHERE u.rolname = current_user AND u.rolsuper)
        OR pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all;
