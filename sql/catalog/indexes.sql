-- Every index of every table, with all that is needed to build exactly the same index again. Both sides; PostgreSQL 12 and
-- later.
--
-- pg_get_indexdef leaves out the tablespace, the comment, statistics targets of expression columns, CLUSTER's mark and the
-- replica identity; pg_get_constraintdef also leaves out the storage parameters. `after` holds the statements that put those
-- back. The quoted_ columns are parts of a new statement, quoted by this server.
SELECT
    i.indexrelid AS oid,
    i.indrelid AS relation,
    n.nspname AS schema,
    c.relname AS name,
    c.relkind AS kind,
    am.amname AS method,
    pg_get_indexdef(i.indexrelid) AS definition,
    i.indisunique AS is_unique,
    i.indisprimary AS is_primary,
    i.indisvalid AND i.indisready AS is_valid,
    i.indisreplident AS is_replica_identity,
    i.indpred IS NOT NULL AS is_partial,
    -- A deferrable unique index, or one over columns that may be NULL, does not identify a row.
    i.indisunique AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL AND NOT EXISTS (
        SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, position)
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
        WHERE k.position <= i.indnkeyatts AND NOT a.attnotnull
    ) AS is_key,
    ARRAY(
        SELECT pg_get_indexdef(i.indexrelid, k.position::int, true)
        FROM generate_series(1, i.indnkeyatts) AS k (position) ORDER BY k.position
    ) AS expressions,
    ARRAY(
        SELECT a.attname::text
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, position)
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
        WHERE k.position <= i.indnkeyatts ORDER BY k.position
    ) AS columns,
    ARRAY(
        SELECT o.opcname::text FROM unnest(i.indclass::oid[]) WITH ORDINALITY AS k (opclass, position)
        JOIN pg_opclass AS o ON o.oid = k.opclass ORDER BY k.position
    ) AS operator_classes,
    -- The equality operator of each key column: btree's strategy 3 (access/stratnum.h).
    ARRAY(
        SELECT format('OPERATOR(%I.%s)', opn.nspname, op.oprname)
        FROM unnest(i.indclass::oid[]) WITH ORDINALITY AS k (opclass, position)
        JOIN pg_opclass AS oc ON oc.oid = k.opclass
        JOIN pg_amop AS amop ON amop.amopfamily = oc.opcfamily AND amop.amopstrategy = 3
            AND amop.amoplefttype = oc.opcintype AND amop.amoprighttype = oc.opcintype
        JOIN pg_operator AS op ON op.oid = amop.amopopr
        JOIN pg_namespace AS opn ON opn.oid = op.oprnamespace
        WHERE am.amname = 'btree'
        ORDER BY k.position
    ) AS equality_operators,
    -- The operator by which the index orders its first column: one of pgvector's distance operators.
    (
        SELECT format('OPERATOR(%I.%s)', opn.nspname, op.oprname)
        FROM pg_opclass AS oc
        JOIN pg_amop AS amop ON amop.amopfamily = oc.opcfamily AND amop.amoppurpose = 'o'
        JOIN pg_operator AS op ON op.oid = amop.amopopr
        JOIN pg_namespace AS opn ON opn.oid = op.oprnamespace
        WHERE oc.oid = i.indclass[0] AND amop.amoplefttype = oc.opcintype
        ORDER BY amop.amopstrategy LIMIT 1
    ) AS order_operator,
    coalesce(c.reloptions, '{}') AS options,
    -- The type of the first key column, which may be an expression: `embedding::halfvec(1024)`.
    kt.typname AS key_type,
    CASE WHEN key.atttypmod > 0 THEN key.atttypmod END AS key_dimensions,
    format('%I', c.relname) AS quoted_name,
    format('%I.%I', n.nspname, c.relname) AS quoted_qualified_name,
    format('%I.%I', tn.nspname, tc.relname) AS quoted_relation,
    (
        SELECT format('%I.%I', ocn.nspname, oc.opcname)
        FROM pg_opclass AS oc JOIN pg_namespace AS ocn ON ocn.oid = oc.opcnamespace WHERE oc.oid = i.indclass[0]
    ) AS quoted_operator_class,
    quote_ident(ts.spcname) AS quoted_tablespace,
    pg_get_expr(i.indpred, i.indrelid) AS predicate,
    CASE WHEN con.oid IS NOT NULL
        THEN format('ALTER TABLE ONLY %I.%I ADD CONSTRAINT %I %s', tn.nspname, tc.relname, con.conname,
            pg_get_constraintdef(con.oid))
    END AS add_constraint,
    CASE WHEN pc.oid IS NOT NULL
        THEN format('ALTER INDEX %I.%I ATTACH PARTITION %I.%I', pn.nspname, pc.relname, n.nspname, c.relname)
    END AS attach,
    con.oid IS NOT NULL AS is_of_constraint,
    parent.inhparent AS parent,
    CASE WHEN c.relkind = 'I' THEN 0 ELSE pg_relation_size(c.oid) END AS bytes,
    array_remove(ARRAY[
        CASE WHEN ts.spcname IS NOT NULL
            THEN format('ALTER INDEX %I.%I SET TABLESPACE %I', n.nspname, c.relname, ts.spcname) END,
        CASE WHEN obj_description(c.oid, 'pg_class') IS NOT NULL
            THEN format('COMMENT ON INDEX %I.%I IS %L', n.nspname, c.relname, obj_description(c.oid, 'pg_class')) END,
        CASE WHEN i.indisclustered
            THEN format('ALTER TABLE %I.%I CLUSTER ON %I', tn.nspname, tc.relname, c.relname) END,
        CASE WHEN i.indisreplident
            THEN format('ALTER TABLE ONLY %I.%I REPLICA IDENTITY USING INDEX %I', tn.nspname, tc.relname, c.relname)
        END,
        CASE WHEN con.oid IS NOT NULL AND c.reloptions IS NOT NULL
            THEN format('ALTER INDEX %I.%I SET (%s)', n.nspname, c.relname, array_to_string(c.reloptions, ', ')) END,
        CASE WHEN con.oid IS NOT NULL AND obj_description(con.oid, 'pg_constraint') IS NOT NULL
            THEN format('COMMENT ON CONSTRAINT %I ON %I.%I IS %L', con.conname, tn.nspname, tc.relname,
                obj_description(con.oid, 'pg_constraint')) END
    ], NULL) || ARRAY(
        SELECT format('ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s',
            n.nspname, c.relname, s.attnum, s.attstattarget)
        FROM pg_attribute AS s
        WHERE s.attrelid = c.oid AND s.attstattarget >= 0
        ORDER BY s.attnum
    ) AS after
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_class AS tc ON tc.oid = i.indrelid
JOIN pg_namespace AS tn ON tn.oid = tc.relnamespace
JOIN pg_am AS am ON am.oid = c.relam
JOIN pg_attribute AS key ON key.attrelid = c.oid AND key.attnum = 1
JOIN pg_type AS kt ON kt.oid = key.atttypid
LEFT JOIN pg_tablespace AS ts ON ts.oid = c.reltablespace
LEFT JOIN pg_inherits AS parent ON parent.inhrelid = c.oid
LEFT JOIN pg_class AS pc ON pc.oid = parent.inhparent
LEFT JOIN pg_namespace AS pn ON pn.oid = pc.relnamespace
LEFT JOIN pg_constraint AS con
    ON con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x') AND con.conrelid = i.indrelid
WHERE tc.relkind IN ('r', 'p')
    AND tc.relpersistence <> 't'
    AND tn.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'vecferry')
ORDER BY i.indrelid, c.relname;
