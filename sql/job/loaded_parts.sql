-- The relations that hold the rows of the tables $1 (an array of qualified names), with their current sizes. For a partitioned
-- table, these are its leaves. A table without any has one row without a name; a table that no longer exists has no row.
-- On the target; PostgreSQL 12 and later.
--
-- Only a partitioned table's tree is joined with pg_class: the planner expects 1,000 relations of it and reads all of pg_class,
-- which takes 0.7 ms where there are 2,000 tables.
SELECT
    t.position,
    n.nspname AS schema,
    leaf.relname AS name,
    pg_relation_size(leaf.oid) / current_setting('block_size')::int AS pages,
    pg_table_size(leaf.oid) AS bytes
FROM unnest($1::text[]) WITH ORDINALITY AS t (name, position)
JOIN pg_class AS root ON root.oid = to_regclass(t.name) AND root.relkind IN ('r', 'p')
LEFT JOIN LATERAL (
    SELECT root.oid, root.relnamespace, root.relname WHERE root.relkind = 'r'
    UNION ALL
    SELECT c.oid, c.relnamespace, c.relname
    FROM pg_partition_tree(root.oid) AS p
    JOIN pg_class AS c ON c.oid = p.relid AND c.relkind = 'r'
    WHERE root.relkind = 'p'
) AS leaf ON true
LEFT JOIN pg_namespace AS n ON n.oid = leaf.relnamespace
ORDER BY t.position, schema, name;
