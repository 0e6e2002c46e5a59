-- Every foreign key with both its ends. Those that a partition inherits are listed once, for the parent.
-- Both sides; PostgreSQL 12 and later.
SELECT
    con.oid,
    con.conrelid AS relation,
    con.conname AS name,
    con.confrelid AS referenced,
    pg_get_constraintdef(con.oid) AS definition,
    con.convalidated AS is_validated,
    ARRAY(
        SELECT a.attname::text FROM unnest(con.conkey) WITH ORDINALITY AS k (attnum, position)
        JOIN pg_attribute AS a ON a.attrelid = con.conrelid AND a.attnum = k.attnum ORDER BY k.position
    ) AS columns,
    ARRAY(
        SELECT a.attname::text FROM unnest(con.confkey) WITH ORDINALITY AS k (attnum, position)
        JOIN pg_attribute AS a ON a.attrelid = con.confrelid AND a.attnum = k.attnum ORDER BY k.position
    ) AS referenced_columns,
    CASE WHEN obj_description(con.oid, 'pg_constraint') IS NULL THEN '{}'
        ELSE ARRAY[format('COMMENT ON CONSTRAINT %I ON %I.%I IS %L', con.conname, n.nspname, c.relname,
            obj_description(con.oid, 'pg_constraint'))]
    END AS after
FROM pg_constraint AS con
JOIN pg_class AS c ON c.oid = con.conrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE con.contype = 'f'
    AND con.conparentid = 0
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'vecferry')
ORDER BY con.conrelid, con.conname;
