-- The server's version and limits, and the privileges of this session. Both sides; PostgreSQL 12 and later.
SELECT
    current_setting('server_version_num')::int AS version_number,
    current_setting('server_version') AS version,
    to_regproc('pg_catalog.aurora_version') IS NOT NULL AS is_aurora,
    current_database() AS database,
    session_user AS session_user,
    current_user AS current_user,
    current_setting('is_superuser') = 'on' AS is_superuser,
    pg_is_in_recovery() AS is_in_recovery,
    -- What a session of this role begins with in this database.
    (SELECT s.reset_val = 'on' FROM pg_settings AS s WHERE s.name = 'default_transaction_read_only') AS begins_read_only,
    pg_encoding_to_char(d.encoding) AS encoding,
    CASE
        WHEN has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')
            THEN (SELECT system_identifier::text FROM pg_control_system())
    END AS system_identifier,
    current_setting('block_size')::int AS block_size,
    current_setting('max_connections')::int AS max_connections,
    pg_size_bytes(current_setting('shared_buffers')) AS shared_buffers,
    pg_size_bytes(current_setting('maintenance_work_mem')) AS maintenance_work_mem,
    current_setting('max_parallel_maintenance_workers')::int AS max_parallel_maintenance_workers,
    current_setting('max_parallel_workers')::int AS max_parallel_workers,
    current_setting('max_worker_processes')::int AS max_worker_processes,
    -- From PostgreSQL 14 on. What a server comes with, nobody has chosen.
    ts.setting AS toast_compression,
    coalesce(ts.source = 'default', false) AS toast_compression_is_built_in,
    coalesce('lz4' = ANY (ts.enumvals), false) AS offers_lz4,
    e.extversion AS vector_version,
    en.nspname AS vector_schema,
    has_database_privilege(d.oid, 'CREATE') AS may_create_schema,
    ln.oid IS NOT NULL AS has_ledger_schema,
    coalesce(pg_has_role(ln.nspowner, 'USAGE'), has_database_privilege(d.oid, 'CREATE')) AS may_keep_ledger
FROM pg_database AS d
LEFT JOIN pg_extension AS e ON e.extname = 'vector'
LEFT JOIN pg_namespace AS en ON en.oid = e.extnamespace
LEFT JOIN pg_namespace AS ln ON ln.nspname = 'vecferry'
LEFT JOIN pg_settings AS ts ON ts.name = 'default_toast_compression'
WHERE d.datname = current_database();
