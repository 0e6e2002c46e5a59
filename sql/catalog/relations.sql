-- Every table that could be copied, with its size, its place in a partition tree and the privileges of this session on it.
-- Both sides; PostgreSQL 12 and later. Sizes are those of one relation: a partitioned table itself has none.
SELECT
    c.oid,
    n.nspname AS schema,
    c.relname AS name,
    c.relkind AS kind,
    c.relpersistence AS persistence,
    c.relispartition AS is_partition,
    CASE WHEN c.relispartition THEN (SELECT i.inhparent FROM pg_inherits AS i WHERE i.inhrelid = c.oid) END AS parent,
    c.relkind = 'p' AND EXISTS (
        SELECT FROM pg_partition_tree(c.oid) AS t JOIN pg_class AS f ON f.oid = t.relid WHERE f.relkind = 'f'
    ) AS has_foreign_partition,
    CASE WHEN c.relkind = 'p' THEN 0 ELSE pg_relation_size(c.oid) / current_setting('block_size')::int END AS pages,
    CASE WHEN c.relkind = 'p' THEN 0 ELSE pg_table_size(c.oid) END AS bytes,
    greatest(c.reltuples, -1)::bigint AS estimated_rows,
    row_security_active(c.oid) AS row_security_active,
    has_schema_privilege(n.oid, 'USAGE') AS may_use_schema,
    has_table_privilege(c.oid, 'SELECT') AS may_select,
    has_table_privilege(c.oid, 'INSERT') AS may_insert,
    has_table_privilege(c.oid, 'DELETE') AS may_delete,
    has_table_privilege(c.oid, 'UPDATE') AS may_update,
    has_table_privilege(c.oid, 'TRUNCATE') AS may_truncate,
    pg_has_role(c.relowner, 'USAGE') AS is_owner,
    has_schema_privilege(n.oid, 'CREATE') AS may_create_in_schema,
    pg_get_userbyid(c.relowner) AS owner,
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
    -- Objects that --create leaves out: they are in pg_dump's post-data section, and depend on functions and roles.
    array_remove(ARRAY[
        CASE WHEN EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) THEN 'triggers' END,
        CASE WHEN c.relhasrules THEN 'rules' END,
        CASE WHEN c.relrowsecurity OR EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid)
            THEN 'row-level security' END,
        CASE WHEN EXISTS (SELECT FROM pg_statistic_ext AS s WHERE s.stxrelid = c.oid) THEN 'extended statistics' END
    ], NULL) AS left_out,
    -- Checks that are not validated. The data may violate them, so they are added after it, as pg_dump does.
    ARRAY(
        SELECT pg_get_constraintdef(con.oid) FROM pg_constraint AS con
        WHERE con.conrelid = c.oid AND con.contype = 'c' AND NOT con.convalidated ORDER BY con.conname
    ) AS late_checks,
    ARRAY(
        SELECT con.conname::text FROM pg_constraint AS con
        WHERE con.conrelid = c.oid AND con.contype = 'c' AND NOT con.convalidated ORDER BY con.conname
    ) AS late_check_names
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
