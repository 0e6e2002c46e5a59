-- Every table that could be copied, with its size, its place in a partition tree and the privileges of this session on it.
-- Both sides; PostgreSQL 12 and later. Sizes are those of one relation: a partitioned table itself has none.
--
-- Nothing here waits for a lock: the size functions, and those that write expressions, would wait for a table that someone has
-- locked (or is about to lock) whole. Such a table is marked, and its size is the planner's last estimate.
WITH RECURSIVE locked AS MATERIALIZED (
    SELECT DISTINCT l.relation
    FROM pg_locks AS l
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.pid <> pg_backend_pid()
        AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
), above_foreign (oid) AS (
    SELECT i.inhparent FROM pg_inherits AS i JOIN pg_class AS f ON f.oid = i.inhrelid
    WHERE f.relkind = 'f' AND f.relispartition
    UNION
    SELECT i.inhparent FROM above_foreign AS a JOIN pg_inherits AS i ON i.inhrelid = a.oid
)
SELECT
    c.oid,
    n.nspname AS schema,
    c.relname AS name,
    c.relkind AS kind,
    c.relpersistence AS persistence,
    c.relispartition AS is_partition,
    CASE WHEN c.relispartition THEN (SELECT i.inhparent FROM pg_inherits AS i WHERE i.inhrelid = c.oid) END AS parent,
    -- The tables of whose columns it inherits, as a child and not as a partition.
    CASE WHEN NOT c.relispartition
        THEN ARRAY(SELECT i.inhparent FROM pg_inherits AS i WHERE i.inhrelid = c.oid ORDER BY i.inhseqno)
    END AS inherits,
    c.relkind = 'p' AND c.oid IN (SELECT oid FROM above_foreign) AS has_foreign_partition,
    CASE
        WHEN c.relkind = 'p' THEN 0
        WHEN c.oid IN (SELECT relation FROM locked) THEN c.relpages
        ELSE pg_relation_size(c.oid) / current_setting('block_size')::int
    END AS pages,
    CASE
        WHEN c.relkind = 'p' THEN 0
        WHEN c.oid IN (SELECT relation FROM locked) THEN c.relpages::bigint * current_setting('block_size')::int
        ELSE pg_table_size(c.oid)
    END AS bytes,
    greatest(c.reltuples, -1)::bigint AS estimated_rows,
    c.oid IN (SELECT relation FROM locked) AS is_locked,
    row_security_active(c.oid) AS row_security_active,
    has_schema_privilege(n.oid, 'USAGE') AS may_use_schema,
    has_table_privilege(c.oid, 'SELECT') AS may_select,
    has_table_privilege(c.oid, 'INSERT') AS may_insert,
    has_table_privilege(c.oid, 'DELETE') AS may_delete,
    has_table_privilege(c.oid, 'UPDATE') AS may_update,
    has_table_privilege(c.oid, 'TRUNCATE') AS may_truncate,
    has_table_privilege(c.oid, 'REFERENCES') AS may_reference,
    pg_has_role(c.relowner, 'USAGE') AS is_owner,
    has_schema_privilege(n.oid, 'CREATE') AS may_create_in_schema,
    pg_get_userbyid(c.relowner) AS owner,
    -- The type of CREATE TABLE OF.
    nullif(c.reloftype, 0) AS of_type,
    -- The changes of rows that a publication sends and that fail, since nothing identifies the old row (executor/execReplication.c,
    -- CheckCmdReplicaIdentity).
    CASE
        WHEN c.relreplident = 'f' OR c.relreplident = 'd' AND EXISTS (
            SELECT FROM pg_index AS k WHERE k.indrelid = c.oid AND k.indisprimary AND k.indimmediate
        ) OR c.relreplident = 'i' AND EXISTS (
            SELECT FROM pg_index AS k WHERE k.indrelid = c.oid AND k.indisreplident
        ) THEN '{}'
        ELSE ARRAY(
            SELECT DISTINCT change.name
            FROM pg_publication AS p
            CROSS JOIN LATERAL (VALUES ('UPDATE', p.pubupdate), ('DELETE', p.pubdelete)) AS change (name, is_sent)
            WHERE change.is_sent AND c.relpersistence = 'p' AND (
                p.puballtables
                OR EXISTS (SELECT FROM pg_publication_rel AS r WHERE r.prpubid = p.oid AND r.prrelid = c.oid)
                -- FOR TABLES IN SCHEMA: pg_publication_namespace is there from PostgreSQL 15 on, its dependencies are in all.
                OR EXISTS (
                    SELECT FROM pg_depend AS of_schema JOIN pg_depend AS of_publication USING (classid, objid)
                    WHERE of_schema.refclassid = 'pg_namespace'::regclass AND of_schema.refobjid = n.oid
                        AND of_publication.refclassid = 'pg_publication'::regclass AND of_publication.refobjid = p.oid
                ))
            ORDER BY change.name
        )
    END AS unidentified_changes,
    c.relacl IS NOT NULL AS has_grants,
    -- Whether this role may act as another one, the owner, who may do all that changes rows.
    pg_get_userbyid(c.relowner) <> current_user
        AND pg_has_role(
            c.relowner, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
        AND has_schema_privilege(c.relowner, n.oid, 'USAGE')
        AND has_table_privilege(c.relowner, c.oid, 'SELECT')
        AND has_table_privilege(c.relowner, c.oid, 'INSERT')
        AND has_table_privilege(c.relowner, c.oid, 'UPDATE')
        AND has_table_privilege(c.relowner, c.oid, 'DELETE')
        AND has_table_privilege(c.relowner, c.oid, 'TRUNCATE')
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AS may_act_as_owner,
    -- What --create leaves out: objects of pg_dump's post-data section, which depend on functions and roles, and tablespaces.
    array_remove(ARRAY[
        CASE WHEN EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) THEN 'triggers' END,
        CASE WHEN c.relhasrules THEN 'rules' END,
        CASE WHEN c.relrowsecurity OR EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid)
            THEN 'row-level security' END,
        CASE WHEN EXISTS (SELECT FROM pg_statistic_ext AS s WHERE s.stxrelid = c.oid) THEN 'extended statistics' END,
        (SELECT format('tablespace %I', t.spcname) FROM pg_tablespace AS t WHERE t.oid = c.reltablespace)
    ], NULL) AS left_out,
    -- Checks that are not validated. The data may violate them, so they are added after it, as pg_dump does. One that is only
    -- inherited comes with the parent's.
    ARRAY(
        SELECT pg_get_constraintdef(con.oid) FROM pg_constraint AS con
        WHERE con.conrelid = c.oid AND con.contype = 'c' AND NOT con.convalidated AND con.conislocal
            AND c.oid NOT IN (SELECT relation FROM locked)
        ORDER BY con.conname
    ) AS late_checks,
    ARRAY(
        SELECT con.conname::text FROM pg_constraint AS con
        WHERE con.conrelid = c.oid AND con.contype = 'c' AND NOT con.convalidated AND con.conislocal
            AND c.oid NOT IN (SELECT relation FROM locked)
        ORDER BY con.conname
    ) AS late_check_names,
    -- An empty text for a check without a comment.
    ARRAY(
        SELECT CASE WHEN obj_description(con.oid, 'pg_constraint') IS NULL THEN ''
            ELSE format('COMMENT ON CONSTRAINT %I ON %I.%I IS %L', con.conname, n.nspname, c.relname,
                obj_description(con.oid, 'pg_constraint'))
        END
        FROM pg_constraint AS con
        WHERE con.conrelid = c.oid AND con.contype = 'c' AND NOT con.convalidated AND con.conislocal
            AND c.oid NOT IN (SELECT relation FROM locked)
        ORDER BY con.conname
    ) AS late_check_comments
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p')
    AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'vecferry')
    AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    )
ORDER BY n.nspname, c.relname;
