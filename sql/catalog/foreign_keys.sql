-- Every foreign key with both its ends. One that a partition inherits is listed for the partition too, since it can't be
-- dropped there. Both sides; PostgreSQL 12 and later.
SELECT
    con.oid,
    con.conrelid AS relation,
    con.conname AS name,
    con.confrelid AS referenced,
    pg_get_constraintdef(con.oid) AS definition,
    con.convalidated AS is_validated,
    con.conparentid <> 0 AS is_inherited,
    ARRAY(
        SELECT a.attname::text FROM unnest(con.conkey) WITH ORDINALITY AS k (attnum, position)
        JOIN pg_attribute AS a ON a.attrelid = con.conrelid AND a.attnum = k.attnum ORDER BY k.position
    ) AS columns,
    ARRAY(
        SELECT a.attname::text FROM unnest(con.confkey) WITH ORDINALITY AS k (attnum, position)
        JOIN pg_attribute AS a ON a.attrelid = con.confrelid AND a.attnum = k.attnum ORDER BY k.position
    ) AS referenced_columns,
    -- What ADD FOREIGN KEY requires besides owning the table (commands/tablecmds.c, checkFkeyPermissions): for this role, and for
    -- the owner.
    has_schema_privilege(r.relnamespace, 'USAGE') AND may.add AS may_add,
    has_schema_privilege(c.relowner, r.relnamespace, 'USAGE') AND may.owner_add AS owner_may_add,
    CASE WHEN obj_description(con.oid, 'pg_constraint') IS NULL THEN '{}'
        ELSE ARRAY[format('COMMENT ON CONSTRAINT %I ON %I.%I IS %L', con.conname, n.nspname, c.relname,
            obj_description(con.oid, 'pg_constraint'))]
    END AS after
FROM pg_constraint AS con
JOIN pg_class AS c ON c.oid = con.conrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_class AS r ON r.oid = con.confrelid
LEFT JOIN pg_constraint AS parent ON parent.oid = con.conparentid
CROSS JOIN LATERAL (
    SELECT
        bool_and(has_column_privilege(r.oid, k.attnum, 'REFERENCES')) AS add,
        bool_and(has_column_privilege(c.relowner, r.oid, k.attnum, 'REFERENCES')) AS owner_add
    FROM unnest(con.confkey) AS k (attnum)
) AS may
WHERE con.contype = 'f'
    -- A key that references a partitioned table has an entry for each of its partitions, too.
    AND (con.conparentid = 0 OR parent.conrelid <> con.conrelid)
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'vecferry')
ORDER BY con.conrelid, con.conname;
