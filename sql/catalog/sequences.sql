-- Every sequence, once for each column that owns it or that takes its default from it; `relation` is NULL where no column does.
-- A column may have several: a serial column that became an identity owns its old sequence too.
-- Both sides; PostgreSQL 12 and later.
WITH used AS (
    -- Owned: by serial (a), or by an identity (i), which takes its values from it.
    SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS attnum, d.deptype = 'i' AS feeds, true AS is_owned
    FROM pg_depend AS d
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    UNION ALL
    SELECT d.refobjid, ad.adrelid, ad.adnum, true, false
    FROM pg_depend AS d
    JOIN pg_attrdef AS ad ON ad.oid = d.objid
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
)
SELECT
    c.oid AS relation,
    a.attname AS column,
    coalesce(bool_or(used.is_owned) FILTER (WHERE a.attname IS NOT NULL), false) AS is_owned,
    coalesce(bool_or(used.feeds) FILTER (WHERE a.attname IS NOT NULL), false) AS feeds_default,
    n.nspname AS schema,
    s.relname AS name,
    has_sequence_privilege(s.oid, 'SELECT') AS may_select,
    has_sequence_privilege(s.oid, 'UPDATE') AS may_update
FROM pg_class AS s
JOIN pg_namespace AS n ON n.oid = s.relnamespace
LEFT JOIN used ON used.sequence = s.oid
LEFT JOIN pg_class AS c ON c.oid = used.relation AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = used.attnum AND a.attnum > 0 AND NOT a.attisdropped
WHERE s.relkind = 'S'
    AND s.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'vecferry')
    AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype = 'e'
    )
GROUP BY c.oid, a.attname, a.attnum, n.nspname, s.relname, s.oid
ORDER BY c.oid, a.attnum, n.nspname, s.relname;
