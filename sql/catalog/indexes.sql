-- Every index of every table, with all that is needed to build exactly the same index again. Both sides; PostgreSQL 12 and
-- later.
--
-- pg_get_indexdef leaves out the tablespace, the comment, statistics targets of expression columns, CLUSTER's mark and the
-- replica identity; pg_get_constraintdef also leaves out the storage parameters. `after` holds the statements that put those
-- back. The quoted_ columns are parts of a new statement, quoted by this server. The indexes of locked
-- tables are left out: see relations.sql.
WITH locked AS MATERIALIZED (
    SELECT DISTINCT l.relation
    FROM pg_locks AS l
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.pid <> pg_backend_pid()
        AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
), used AS (
    -- The users' objects that a definition names, each with its schema, in which CREATE INDEX must find it.
    SELECT DISTINCT i.indexrelid AS index, o.namespace, o.function
    FROM pg_index AS i
    JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
    JOIN LATERAL (
        SELECT p.pronamespace AS namespace, p.oid AS function FROM pg_proc AS p
        WHERE d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
        UNION ALL
        SELECT p.oprnamespace, p.oprcode::oid FROM pg_operator AS p
        WHERE d.refclassid = 'pg_operator'::regclass AND p.oid = d.refobjid
        UNION ALL
        SELECT p.opcnamespace, NULL FROM pg_opclass AS p WHERE d.refclassid = 'pg_opclass'::regclass AND p.oid = d.refobjid
        UNION ALL
        SELECT p.collnamespace, NULL FROM pg_collation AS p
        WHERE d.refclassid = 'pg_collation'::regclass AND p.oid = d.refobjid
        UNION ALL
        SELECT p.typnamespace, NULL FROM pg_type AS p WHERE d.refclassid = 'pg_type'::regclass AND p.oid = d.refobjid
        UNION ALL
        SELECT p.cfgnamespace, NULL FROM pg_ts_config AS p
        WHERE d.refclassid = 'pg_ts_config'::regclass AND p.oid = d.refobjid
    ) AS o ON true
), obstacle AS (
    SELECT u.index, format('it would need USAGE on schema %I', n.nspname) AS reason
    FROM used AS u JOIN pg_namespace AS n ON n.oid = u.namespace
    WHERE NOT has_schema_privilege(n.oid, 'USAGE')
    UNION ALL
    -- The table's owner runs the functions of an index while it is built (catalog/index.c, index_build).
    SELECT u.index, format('the owner of the table would need EXECUTE on function %s', u.function::regprocedure)
    FROM used AS u JOIN pg_class AS c ON c.oid = u.index
    WHERE u.function IS NOT NULL AND NOT has_function_privilege(c.relowner, u.function, 'EXECUTE')
    UNION ALL
    SELECT u.index, format('function %s is no longer IMMUTABLE', u.function::regprocedure)
    FROM used AS u JOIN pg_proc AS p ON p.oid = u.function
    WHERE p.provolatile <> 'i'
    UNION ALL
    SELECT c.oid, format('it would need CREATE on tablespace %I', t.spcname)
    FROM pg_class AS c JOIN pg_tablespace AS t ON t.oid = c.reltablespace
    WHERE c.relkind IN ('i', 'I') AND NOT has_tablespace_privilege(t.oid, 'CREATE')
), class AS MATERIALIZED (
    SELECT oc.oid, oc.opcname AS name, format('%I.%I', ocn.nspname, oc.opcname) AS quoted_name,
        -- btree's strategy 3 (access/stratnum.h).
        (
            SELECT format('OPERATOR(%I.%s)', opn.nspname, op.oprname)
            FROM pg_amop AS amop
            JOIN pg_operator AS op ON op.oid = amop.amopopr
            JOIN pg_namespace AS opn ON opn.oid = op.oprnamespace
            WHERE am.amname = 'btree' AND amop.amopfamily = oc.opcfamily AND amop.amopstrategy = 3
                AND amop.amoplefttype = oc.opcintype AND amop.amoprighttype = oc.opcintype
        ) AS equality_operator,
        -- The operator by which an index orders its column: one of pgvector's distance operators.
        (
            SELECT format('OPERATOR(%I.%s)', opn.nspname, op.oprname)
            FROM pg_amop AS amop
            JOIN pg_operator AS op ON op.oid = amop.amopopr
            JOIN pg_namespace AS opn ON opn.oid = op.oprnamespace
            WHERE amop.amopfamily = oc.opcfamily AND amop.amoppurpose = 'o' AND amop.amoplefttype = oc.opcintype
            ORDER BY amop.amopstrategy LIMIT 1
        ) AS order_operator
    FROM pg_opclass AS oc
    JOIN pg_namespace AS ocn ON ocn.oid = oc.opcnamespace
    JOIN pg_am AS am ON am.oid = oc.opcmethod
), keys AS MATERIALIZED (
    -- By index, the classes of its key columns and their equality operators, which only btree's have.
    SELECT i.indexrelid AS index,
        array_agg(class.name::text ORDER BY k.position) AS operator_classes,
        coalesce(
            array_agg(class.equality_operator ORDER BY k.position) FILTER (WHERE class.equality_operator IS NOT NULL), '{}'
        ) AS equality_operators
    FROM pg_index AS i
    CROSS JOIN unnest(i.indclass::oid[]) WITH ORDINALITY AS k (class, position)
    JOIN class ON class.oid = k.class
    GROUP BY i.indexrelid
)
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
    keys.operator_classes,
    keys.equality_operators,
    first_class.order_operator,
    coalesce(c.reloptions, '{}') AS options,
    -- The type of the first key column, which may be an expression: `embedding::halfvec(1024)`.
    kt.typname AS key_type,
    CASE WHEN key.atttypmod > 0 THEN key.atttypmod END AS key_dimensions,
    format('%I', c.relname) AS quoted_name,
    format('%I.%I', n.nspname, c.relname) AS quoted_qualified_name,
    format('%I.%I', tn.nspname, tc.relname) AS quoted_relation,
    first_class.quoted_name AS quoted_operator_class,
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
    CASE
        WHEN c.relkind = 'I' THEN 0
        WHEN c.oid IN (SELECT relation FROM locked)
            THEN c.relpages::bigint * current_setting('block_size')::int
        ELSE pg_relation_size(c.oid)
    END AS bytes,
    -- Why this role could not build it again, if it were dropped.
    (SELECT min(o.reason) FROM obstacle AS o WHERE o.index = c.oid) AS obstacle,
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
JOIN keys ON keys.index = i.indexrelid
JOIN class AS first_class ON first_class.oid = i.indclass[0]
LEFT JOIN pg_tablespace AS ts ON ts.oid = c.reltablespace
LEFT JOIN pg_inherits AS parent ON parent.inhrelid = c.oid
LEFT JOIN pg_class AS pc ON pc.oid = parent.inhparent
LEFT JOIN pg_namespace AS pn ON pn.oid = pc.relnamespace
LEFT JOIN pg_constraint AS con
    ON con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x') AND con.conrelid = i.indrelid
WHERE tc.relkind IN ('r', 'p')
    AND tc.relpersistence <> 't'
    AND tc.oid NOT IN (SELECT relation FROM locked)
    AND tn.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'vecferry')
ORDER BY i.indrelid, c.relname;
