-- The users' enabled triggers: how each is enabled (pg_trigger.tgenabled: O origin, A always, R replica), and whether it fires
-- for each row (pg_trigger.tgtype, bit 0). A partition's copies of its table's triggers are included from PostgreSQL 15 on;
-- before, they count as internal.
-- Both sides; PostgreSQL 12 and later.
SELECT t.tgrelid AS relation, t.tgname AS name, t.tgenabled AS enabled, t.tgtype & 1 = 1 AS is_for_each_row
FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal
    AND t.tgenabled <> 'D'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'vecferry')
ORDER BY t.tgrelid, t.tgname;
