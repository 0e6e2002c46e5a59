-- The tables outside of $1 (an array of qualified names) that refer to a table of $1 by a foreign key.
-- On the target; PostgreSQL 12 and later.
SELECT DISTINCT n.nspname AS schema, c.relname AS name
FROM pg_constraint AS con
JOIN pg_class AS c ON c.oid = con.conrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE con.contype = 'f'
    AND con.conparentid = 0
    AND con.confrelid = ANY ($1::regclass[]::oid[])
    AND con.conrelid <> ALL ($1::regclass[]::oid[])
    -- A partition has what its table has.
    AND NOT EXISTS (
        SELECT FROM pg_partition_ancestors(con.conrelid) AS a (oid) WHERE a.oid::oid = ANY ($1::regclass[]::oid[])
    )
ORDER BY 1, 2;
