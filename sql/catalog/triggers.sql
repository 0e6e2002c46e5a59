-- The users' triggers that are enabled, and how (pg_trigger.tgenabled: O origin, A always, R replica).
-- Both sides; PostgreSQL 12 and later.
SELECT t.tgrelid AS relation, t.tgname AS name, t.tgenabled AS enabled
FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal
    AND t.tgenabled <> 'D'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'vecferry')
ORDER BY t.tgrelid, t.tgname;
