-- The extensions whose types, functions, operator classes or collations the tables $1 (an array of OIDs) use in their
-- columns, defaults, checks and indexes. On the source; PostgreSQL 12 and later.
--
-- `types` are the extension's types that the tables use, as SQL.
WITH RECURSIVE object (classid, objid) AS (
    SELECT 'pg_class'::regclass::oid, t.oid FROM unnest($1::oid[]) AS t (oid)
    UNION ALL
    SELECT 'pg_class'::regclass, i.indexrelid FROM pg_index AS i WHERE i.indrelid = ANY ($1::oid[])
    UNION ALL
    SELECT 'pg_attrdef'::regclass, d.oid FROM pg_attrdef AS d WHERE d.adrelid = ANY ($1::oid[])
    UNION ALL
    SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint AS c WHERE c.conrelid = ANY ($1::oid[]) AND c.contype <> 'f'
    UNION
    SELECT n.classid, n.objid
    FROM object AS o
    CROSS JOIN LATERAL (
        SELECT d.refclassid AS classid, d.refobjid AS objid
        FROM pg_depend AS d
        WHERE d.classid = o.classid AND d.objid = o.objid
            AND d.refclassid IN ('pg_type'::regclass, 'pg_proc'::regclass, 'pg_opclass'::regclass, 'pg_operator'::regclass,
                'pg_collation'::regclass)
        UNION ALL
        -- The dependencies of a composite type and of a domain belong to objects of their own.
        SELECT 'pg_class'::regclass, t.typrelid FROM pg_type AS t
        WHERE o.classid = 'pg_type'::regclass AND t.oid = o.objid AND t.typrelid <> 0
        UNION ALL
        SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint AS c
        WHERE o.classid = 'pg_type'::regclass AND c.contypid = o.objid
    ) AS n
    -- Dependencies of an extension's own objects are left to the extension.
    WHERE NOT EXISTS (
        SELECT FROM pg_depend AS e WHERE e.classid = o.classid AND e.objid = o.objid AND e.deptype = 'e'
    )
)
SELECT
    e.extname AS name,
    n.nspname AS schema,
    coalesce(
        array_agg(DISTINCT format('%I.%I', tn.nspname, t.typname)) FILTER (WHERE t.oid IS NOT NULL), '{}'
    ) AS types
FROM object AS o
JOIN pg_depend AS d ON d.classid = o.classid AND d.objid = o.objid AND d.deptype = 'e'
JOIN pg_extension AS e ON e.oid = d.refobjid
JOIN pg_namespace AS n ON n.oid = e.extnamespace
LEFT JOIN pg_type AS t ON o.classid = 'pg_type'::regclass AND t.oid = o.objid
LEFT JOIN pg_namespace AS tn ON tn.oid = t.typnamespace
GROUP BY e.extname, n.nspname
ORDER BY e.extname;
