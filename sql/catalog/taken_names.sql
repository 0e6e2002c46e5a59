-- What has each of the names $1 (schemas) and $2 (names within them): tables, indexes and sequences share their names, and a table
-- has a type of its name. On the target, before tables are created; PostgreSQL 12 and later.
SELECT n.nspname AS schema, o.name, o.kind
FROM (
    SELECT relnamespace, relname, CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index'
        WHEN 'I' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'composite type' WHEN 'f' THEN 'foreign table' ELSE 'table' END
    FROM pg_class
    UNION ALL
    SELECT typnamespace, typname, 'type' FROM pg_type WHERE typrelid = 0 AND typcategory <> 'A'
) AS o (namespace, name, kind)
JOIN pg_namespace AS n ON n.oid = o.namespace
JOIN unnest($1::text[], $2::text[]) AS w (schema, name) ON w.schema = n.nspname AND w.name = o.name;
