-- The users' enabled triggers and rules: how each is enabled (pg_trigger.tgenabled, pg_rewrite.ev_enabled: O origin, A always,
-- R replica), and whether it fires for each row (pg_trigger.tgtype, bit 0). A partition's copies of its table's triggers are
-- included from PostgreSQL 15 on; before, they count as internal. COPY fires triggers and no rules; INSERT, UPDATE and DELETE
-- fire both.
-- Both sides; PostgreSQL 12 and later.
SELECT t.tgrelid AS relation, t.tgname AS name, t.tgenabled AS enabled, t.tgtype & 1 = 1 AS is_for_each_row, false AS is_rule
FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal
    AND t.tgenabled <> 'D'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'vecferry')
UNION ALL
SELECT r.ev_class, r.rulename, r.ev_enabled, false, true
FROM pg_rewrite AS r
JOIN pg_class AS c ON c.oid = r.ev_class AND c.relkind IN ('r', 'p')
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE r.ev_enabled <> 'D'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'vecferry')
ORDER BY 1, 5, 2;
