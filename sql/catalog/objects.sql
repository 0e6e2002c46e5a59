-- Everything else that a database holds, by kind and name, without what belongs to the system or to an extension: what a copy does
-- not carry must be accounted for. `rows` is the planner's estimate where the object holds rows, `relation` the table that it
-- belongs to. Tables are in relations.sql, sequences in sequences.sql.
-- Both sides; PostgreSQL 12 and later.
WITH own_schema AS (
    SELECT n.oid, n.nspname FROM pg_namespace AS n
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'vecferry') AND n.nspname !~ '^pg_(toast_)?temp_'
), object (classid, oid, kind, name, relation, rows) AS (
    SELECT 'pg_class'::regclass::oid, c.oid,
        CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END,
        format('%I.%I', n.nspname, c.relname), NULL::oid,
        CASE WHEN c.relkind = 'm' THEN greatest(c.reltuples, -1)::bigint END
    FROM pg_class AS c JOIN own_schema AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm', 'f')
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid,
        CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
        p.oid::regprocedure::text, NULL, NULL
    FROM pg_proc AS p JOIN own_schema AS n ON n.oid = p.pronamespace
    UNION ALL
    SELECT 'pg_trigger'::regclass, t.oid, 'trigger', format('%I on %I.%I', t.tgname, n.nspname, c.relname), c.oid, NULL
    FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN own_schema AS n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND NOT c.relispartition
    UNION ALL
    SELECT 'pg_rewrite'::regclass, r.oid, 'rule', format('%I on %I.%I', r.rulename, n.nspname, c.relname), c.oid, NULL
    FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class JOIN own_schema AS n ON n.oid = c.relnamespace
    WHERE r.rulename <> '_RETURN'
    UNION ALL
    SELECT 'pg_policy'::regclass, p.oid, 'policy', format('%I on %I.%I', p.polname, n.nspname, c.relname), c.oid, NULL
    FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid JOIN own_schema AS n ON n.oid = c.relnamespace
    UNION ALL
    SELECT 'pg_statistic_ext'::regclass, s.oid, 'extended statistics', format('%I.%I', n.nspname, s.stxname), s.stxrelid, NULL
    FROM pg_statistic_ext AS s JOIN own_schema AS n ON n.oid = s.stxnamespace
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid,
        CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite type' WHEN 'r' THEN 'range type'
            ELSE 'base type' END,
        format('%I.%I', n.nspname, t.typname), NULL, NULL
    FROM pg_type AS t JOIN own_schema AS n ON n.oid = t.typnamespace
    LEFT JOIN pg_class AS c ON c.oid = t.typrelid
    WHERE t.typtype IN ('e', 'd', 'r', 'b') AND t.typcategory <> 'A' OR t.typtype = 'c' AND c.relkind = 'c'
    UNION ALL
    SELECT 'pg_collation'::regclass, l.oid, 'collation', format('%I.%I', n.nspname, l.collname), NULL, NULL
    FROM pg_collation AS l JOIN own_schema AS n ON n.oid = l.collnamespace
    UNION ALL
    SELECT 'pg_ts_config'::regclass, f.oid, 'text search configuration', format('%I.%I', n.nspname, f.cfgname), NULL, NULL
    FROM pg_ts_config AS f JOIN own_schema AS n ON n.oid = f.cfgnamespace
    UNION ALL
    SELECT 'pg_ts_dict'::regclass, f.oid, 'text search dictionary', format('%I.%I', n.nspname, f.dictname), NULL, NULL
    FROM pg_ts_dict AS f JOIN own_schema AS n ON n.oid = f.dictnamespace
    UNION ALL
    SELECT 'pg_operator'::regclass, o.oid, 'operator',
        format('%I.%s (%s, %s)', n.nspname, o.oprname, format_type(nullif(o.oprleft, 0), NULL), format_type(o.oprright, NULL)),
        NULL, NULL
    FROM pg_operator AS o JOIN own_schema AS n ON n.oid = o.oprnamespace
    UNION ALL
    SELECT 'pg_opclass'::regclass, o.oid, 'operator class', format('%I.%I using %I', n.nspname, o.opcname, m.amname), NULL, NULL
    FROM pg_opclass AS o JOIN own_schema AS n ON n.oid = o.opcnamespace JOIN pg_am AS m ON m.oid = o.opcmethod
    UNION ALL
    SELECT 'pg_cast'::regclass, t.oid, 'cast',
        format('%s as %s', format_type(t.castsource, NULL), format_type(t.casttarget, NULL)), NULL, NULL
    FROM pg_cast AS t WHERE t.oid >= 16384
    UNION ALL
    SELECT 'pg_event_trigger'::regclass, e.oid, 'event trigger', quote_ident(e.evtname), NULL, NULL FROM pg_event_trigger AS e
    UNION ALL
    SELECT 'pg_publication'::regclass, p.oid, 'publication', quote_ident(p.pubname), NULL, NULL FROM pg_publication AS p
    UNION ALL
    -- Before PostgreSQL 14, only superusers may read its OID.
    SELECT 'pg_subscription'::regclass, NULL, 'subscription', quote_ident(s.subname), NULL, NULL
    FROM pg_subscription AS s WHERE s.subdbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, s.oid, 'foreign server', quote_ident(s.srvname), NULL, NULL FROM pg_foreign_server AS s
    UNION ALL
    SELECT 'pg_extension'::regclass, e.oid, 'extension', quote_ident(e.extname), NULL, NULL
    FROM pg_extension AS e WHERE e.extname <> 'plpgsql'
    UNION ALL
    SELECT 'pg_db_role_setting'::regclass, NULL, 'setting',
        format('%s%s', coalesce('of role ' || quote_ident(pg_get_userbyid(nullif(g.setrole, 0))) || ': ', ''), c.setting), NULL, NULL
    FROM pg_db_role_setting AS g CROSS JOIN unnest(g.setconfig) AS c (setting)
    WHERE g.setdatabase = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
    UNION ALL
    SELECT 'pg_default_acl'::regclass, a.oid, 'default privileges',
        format('of role %I%s', pg_get_userbyid(a.defaclrole), coalesce(' in schema ' || quote_ident(n.nspname), '')), NULL, NULL
    FROM pg_default_acl AS a LEFT JOIN pg_namespace AS n ON n.oid = a.defaclnamespace
)
SELECT o.kind, o.name, o.oid, o.relation, o.rows
FROM object AS o
WHERE o.oid IS NULL OR NOT EXISTS (
    SELECT FROM pg_depend AS d WHERE d.classid = o.classid AND d.objid = o.oid AND d.deptype = 'e'
)
UNION ALL
SELECT 'large object', NULL, NULL, NULL, count(*) FROM pg_largeobject_metadata HAVING count(*) > 0
ORDER BY 1, 2;
