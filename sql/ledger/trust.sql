-- Whether the ledger exists, and the first reason not to trust it. What someone else may change in it could run as this role:
-- a view or a trigger when the ledger is used, a saved definition when it is restored. Trusted are the current user and the
-- superusers; other members of a role are not, even where the current user is one. On the target, before anything in schema
-- vecferry is read; it reads pg_catalog alone. PostgreSQL 12 and later.
WITH trusted AS (
    SELECT oid FROM pg_roles WHERE rolsuper OR rolname = current_user
), ledger AS (
    SELECT oid, nspowner, coalesce(nspacl, acldefault('n', nspowner)) AS acl FROM pg_namespace WHERE nspname = 'vecferry'
), relations AS (
    SELECT c.oid, c.relname, c.relowner, c.relkind, c.relrowsecurity,
        coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)) AS acl
    FROM pg_class AS c
    JOIN ledger ON c.relnamespace = ledger.oid
), faults (rank, fault, kind, relation, detail, role) AS (
    SELECT 1, 'owner', 'SCHEMA', NULL, NULL, nspowner FROM ledger WHERE nspowner NOT IN (SELECT oid FROM trusted)
    UNION ALL
    SELECT 2, 'owner', 'TABLE', relname, NULL, relowner FROM relations WHERE relowner NOT IN (SELECT oid FROM trusted)
    UNION ALL
    SELECT 3, 'kind', 'TABLE', relname, NULL, relowner FROM relations
    WHERE relkind NOT IN ('r', 'i', 'S')
        OR relrowsecurity
        OR EXISTS (SELECT FROM pg_inherits WHERE relations.oid IN (inhparent, inhrelid))
    UNION ALL
    SELECT 4, 'trigger', 'TABLE', r.relname, t.tgname, r.relowner
    FROM relations AS r
    JOIN pg_trigger AS t ON t.tgrelid = r.oid
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 5, 'rule', 'TABLE', r.relname, w.rulename, r.relowner
    FROM relations AS r
    JOIN pg_rewrite AS w ON w.ev_class = r.oid
    UNION ALL
    SELECT 6, 'policy', 'TABLE', r.relname, p.polname, r.relowner
    FROM relations AS r
    JOIN pg_policy AS p ON p.polrelid = r.oid
    UNION ALL
    SELECT 7, 'privilege', 'SCHEMA', NULL, a.privilege_type, a.grantee
    FROM ledger, aclexplode(ledger.acl) AS a
    WHERE a.privilege_type <> 'USAGE' AND a.grantee NOT IN (SELECT oid FROM trusted)
    UNION ALL
    SELECT 8, 'privilege', CASE r.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, r.relname, a.privilege_type, a.grantee
    FROM relations AS r, aclexplode(r.acl) AS a
    WHERE r.relkind IN ('r', 'S') AND a.privilege_type <> 'SELECT' AND a.grantee NOT IN (SELECT oid FROM trusted)
    UNION ALL
    SELECT 9, 'privilege', 'TABLE', r.relname, a.privilege_type || ' (' || c.attname || ')', a.grantee
    FROM relations AS r
    JOIN pg_attribute AS c ON c.attrelid = r.oid AND c.attacl IS NOT NULL
    CROSS JOIN aclexplode(c.attacl) AS a
    WHERE a.privilege_type <> 'SELECT' AND a.grantee NOT IN (SELECT oid FROM trusted)
)
SELECT
    EXISTS (SELECT FROM ledger) AS has_schema,
    EXISTS (SELECT FROM relations WHERE relname = 'format') AS has_format,
    EXISTS (SELECT FROM relations) AS has_relations,
    (
        SELECT has_schema_privilege(l.oid, 'USAGE') AND NOT EXISTS (
            SELECT FROM relations AS r WHERE r.relkind = 'r' AND NOT has_table_privilege(r.oid, 'SELECT')
        )
        FROM ledger AS l
    ) AS may_read,
    (SELECT pg_get_userbyid(nspowner) FROM ledger) AS owner,
    current_user AS user,
    f.fault,
    f.kind,
    f.relation,
    f.detail,
    CASE WHEN f.role = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(f.role) END AS role
FROM (SELECT) AS one
LEFT JOIN (SELECT * FROM faults ORDER BY rank, relation, detail LIMIT 1) AS f ON true;
