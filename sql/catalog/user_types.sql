-- The enum, domain, composite and range types that the columns of relations $1 (an array of OIDs) are made of, innermost
-- first, without those of extensions. On the source; PostgreSQL 12 and later.
WITH RECURSIVE part (type, depth) AS (
    SELECT a.atttypid, 0
    FROM pg_attribute AS a
    WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT inner_type.oid, p.depth + 1
    FROM part AS p
    JOIN pg_type AS t ON t.oid = p.type
    LEFT JOIN pg_range AS r ON r.rngtypid = t.oid
    JOIN LATERAL (
        SELECT t.typbasetype AS oid WHERE t.typtype = 'd'
        UNION ALL SELECT t.typelem WHERE t.typelem <> 0 AND t.typlen = -1
        UNION ALL SELECT r.rngsubtype WHERE r.rngsubtype IS NOT NULL
        UNION ALL
        SELECT f.atttypid FROM pg_attribute AS f
        WHERE t.typtype = 'c' AND f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped
    ) AS inner_type ON true
    WHERE p.depth < 32
)
SELECT t.oid, format('%I.%I', n.nspname, t.typname) AS name, n.nspname AS schema,
    CASE WHEN obj_description(t.oid, 'pg_type') IS NOT NULL
        THEN format('COMMENT ON TYPE %I.%I IS %L', n.nspname, t.typname, obj_description(t.oid, 'pg_type'))
    END AS comment
FROM (SELECT type, max(depth) AS depth FROM part GROUP BY type) AS p
JOIN pg_type AS t ON t.oid = p.type
JOIN pg_namespace AS n ON n.oid = t.typnamespace
WHERE t.typtype IN ('e', 'd', 'c', 'r')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
ORDER BY p.depth DESC, t.oid;
