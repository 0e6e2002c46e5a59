-- The relations that hold the rows of the tables $1 (an array of qualified names), with their current sizes. For a partitioned
-- table, these are its leaves. A table without any has one row without a name; a table that no longer exists has no row.
-- On the target; PostgreSQL 12 and later.
SELECT
    t.position,
    leaf.schema,
    leaf.name,
    pg_relation_size(leaf.oid) / current_setting('block_size')::int AS pages,
    pg_table_size(leaf.oid) AS bytes
FROM unnest($1::text[]) WITH ORDINALITY AS t (name, position)
JOIN pg_class AS root ON root.oid = to_regclass(t.name) AND root.relkind IN ('r', 'p')
LEFT JOIN LATERAL (
    SELECT c.oid, n.nspname AS schema, c.relname AS name
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r'
        AND c.oid IN (SELECT root.oid UNION ALL SELECT p.relid FROM pg_partition_tree(root.oid) AS p)
) AS leaf ON true
ORDER BY t.position, leaf.schema, leaf.name;
