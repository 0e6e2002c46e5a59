-- The sequences that columns take their defaults from: owned ones (serial, identity) and those named in a default.
-- Both sides; PostgreSQL 12 and later.
SELECT DISTINCT ON (a.attrelid, a.attnum)
    a.attrelid AS relation,
    a.attname AS column,
    n.nspname AS schema,
    s.relname AS name,
    has_sequence_privilege(s.oid, 'SELECT') AS may_select,
    has_sequence_privilege(s.oid, 'UPDATE') AS may_update
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
JOIN pg_namespace AS cn ON cn.oid = c.relnamespace
JOIN (
    SELECT d.refobjid AS relation, d.refobjsubid AS attnum, d.objid AS sequence, 0 AS preference
    FROM pg_depend AS d
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    UNION ALL
    SELECT ad.adrelid, ad.adnum, d.refobjid, 1
    FROM pg_depend AS d
    JOIN pg_attrdef AS ad ON ad.oid = d.objid
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
) AS used ON used.relation = a.attrelid AND used.attnum = a.attnum
JOIN pg_class AS s ON s.oid = used.sequence AND s.relkind = 'S'
JOIN pg_namespace AS n ON n.oid = s.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped
    AND c.relpersistence <> 't'
    AND cn.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'vecferry')
ORDER BY a.attrelid, a.attnum, used.preference;
