-- The names and comments of the types $1 (an array of OIDs, from columns.sql) that are to be created, without those of
-- extensions. On the source; PostgreSQL 12 and later.
SELECT t.oid, format('%I.%I', n.nspname, t.typname) AS name, n.nspname AS schema,
    CASE WHEN obj_description(t.oid, 'pg_type') IS NOT NULL
        THEN format('COMMENT ON TYPE %I.%I IS %L', n.nspname, t.typname, obj_description(t.oid, 'pg_type'))
    END AS comment
FROM pg_type AS t
JOIN pg_namespace AS n ON n.oid = t.typnamespace
WHERE t.oid = ANY ($1::oid[])
    AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
ORDER BY t.oid;
