-- Whether the database has each of some objects: $1 are their kinds and $2 their identities, as pg_identify_object has them.
-- On the target; PostgreSQL 12 and later.
SELECT
    wanted.position,
    EXISTS (
        SELECT FROM (
            SELECT 'pg_proc'::regclass AS classid, oid FROM pg_proc WHERE wanted.kind IN ('function', 'procedure', 'aggregate')
                AND position(proname IN wanted.name) > 0
            UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator WHERE wanted.kind = 'operator'
                AND position(oprname IN wanted.name) > 0
            UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass WHERE wanted.kind = 'operator class'
            UNION ALL SELECT 'pg_collation'::regclass, oid FROM pg_collation WHERE wanted.kind = 'collation'
                AND position(collname IN wanted.name) > 0
            UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config WHERE wanted.kind = 'text search configuration'
            UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am WHERE wanted.kind = 'access method'
            UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE wanted.kind = 'type' AND position(typname IN wanted.name) > 0
        ) AS o (classid, oid)
        CROSS JOIN LATERAL pg_identify_object(o.classid, o.oid, 0) AS found
        WHERE found.identity = wanted.name
    ) AS is_there
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (kind, name, position)
ORDER BY wanted.position;
