-- Gives the open transaction the settings under which role $1 searches in this database: those of pgvector and of the planner, and
-- what decides how a plan runs. Both sides, before searches, once pgvector's library is loaded; PostgreSQL 12 and later.
--
-- A role's setting in the database comes before its own, and that before the database's (documentation, ALTER ROLE). A setting of
-- pgvector that only the session's own role has goes back to pgvector's default. Returns what was set, and jit, which is not set here: it
-- would have the caller's other statements compiled.
WITH stored AS (
    SELECT lower(c.parts[1]) AS name, c.parts[2] AS value, s.setrole = 0 OR coalesce(r.rolname = $1::name, false) AS applies,
        (s.setrole <> 0)::int * 2 + (s.setdatabase <> 0)::int AS precedence
    FROM pg_db_role_setting AS s
    CROSS JOIN unnest(s.setconfig) AS line
    CROSS JOIN regexp_match(line, '^([^=]+)=(.*)$') AS c (parts)
    LEFT JOIN pg_roles AS r ON r.oid = s.setrole
    LEFT JOIN pg_database AS d ON d.oid = s.setdatabase
    WHERE (s.setrole = 0 OR r.rolname IN ($1::name, session_user)) AND (s.setdatabase = 0 OR d.datname = current_database())
), own AS (
    SELECT DISTINCT ON (name) name, value FROM stored WHERE applies ORDER BY name, precedence DESC
), chosen AS MATERIALIZED (
    SELECT g.name, coalesce(own.value, CASE g.name WHEN 'jit' THEN g.reset_val ELSE g.boot_val END) AS value
    FROM pg_settings AS g
    LEFT JOIN own ON own.name = g.name
    WHERE g.context = 'user'
        AND CASE
            WHEN g.name ~ '^(ivfflat|hnsw)[.]' THEN own.name IS NOT NULL OR g.name IN (SELECT name FROM stored WHERE NOT applies)
            WHEN g.name = 'jit' THEN true
            WHEN own.name IS NULL THEN false
            ELSE g.category LIKE 'Query Tuning%'
                OR g.name IN ('work_mem', 'hash_mem_multiplier', 'max_parallel_workers', 'max_parallel_workers_per_gather')
        END
)
SELECT name, CASE name WHEN 'jit' THEN value ELSE set_config(name, value, true) END AS value FROM chosen
