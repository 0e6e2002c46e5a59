-- The roles besides the owner that have a privilege in schema vecferry; NULL for PUBLIC. On the target; PostgreSQL 12 and
-- later.
SELECT DISTINCT CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END AS role
FROM (
    SELECT nspowner AS owner, nspacl AS acl FROM pg_namespace WHERE nspname = 'vecferry'
    UNION ALL
    SELECT relowner, relacl FROM pg_class WHERE relnamespace = 'vecferry'::regnamespace
) AS granted
CROSS JOIN aclexplode(granted.acl) AS a
WHERE a.grantee <> granted.owner;
