-- The users' objects that the definitions of tables $1 (an array of OIDs) need and that are not created with them: functions,
-- operators, operator classes, collations, text search configurations, access methods, base types. `user` is what needs it, as
-- the server describes it. Extensions' own are in extensions.sql.
-- On the source; PostgreSQL 12 and later.
WITH RECURSIVE part (relation, root_class, root, root_column, classid, objid, objsubid) AS (
    SELECT t.oid, 'pg_class'::regclass::oid, t.oid, 0, 'pg_class'::regclass::oid, t.oid, 0 FROM unnest($1::oid[]) AS t (oid)
    UNION ALL
    SELECT a.attrelid, 'pg_class'::regclass, a.attrelid, a.attnum::int, 'pg_class'::regclass, a.attrelid, a.attnum::int
    FROM pg_attribute AS a WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT i.indrelid, 'pg_class'::regclass, i.indexrelid, 0, 'pg_class'::regclass, i.indexrelid, 0
    FROM pg_index AS i WHERE i.indrelid = ANY ($1::oid[])
    UNION ALL
    SELECT d.adrelid, 'pg_attrdef'::regclass, d.oid, 0, 'pg_attrdef'::regclass, d.oid, 0
    FROM pg_attrdef AS d WHERE d.adrelid = ANY ($1::oid[])
    UNION ALL
    SELECT c.conrelid, 'pg_constraint'::regclass, c.oid, 0, 'pg_constraint'::regclass, c.oid, 0
    FROM pg_constraint AS c WHERE c.conrelid = ANY ($1::oid[]) AND c.contype IN ('c', 'x')
    UNION
    SELECT p.relation, p.root_class, p.root, p.root_column, n.classid, n.objid, 0
    FROM part AS p
    CROSS JOIN LATERAL (
        SELECT d.refclassid AS classid, d.refobjid AS objid FROM pg_depend AS d
        WHERE d.classid = p.classid AND d.objid = p.objid AND d.objsubid = p.objsubid
            AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_collation'::regclass,
                'pg_ts_config'::regclass, 'pg_am'::regclass, 'pg_type'::regclass)
        UNION ALL
        -- What a composite type and a domain need belongs to objects of their own.
        SELECT 'pg_class'::regclass, t.typrelid FROM pg_type AS t
        WHERE p.classid = 'pg_type'::regclass AND t.oid = p.objid AND t.typtype = 'c'
        UNION ALL
        SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint AS c
        WHERE p.classid = 'pg_type'::regclass AND c.contypid = p.objid
        UNION ALL
        SELECT 'pg_type'::regclass, a.atttypid FROM pg_attribute AS a
        WHERE p.classid = 'pg_class'::regclass AND a.attrelid = p.objid AND p.objid <> p.root AND a.attnum > 0
    ) AS n
    -- A function's own needs are its own, and those of an extension's objects are the extension's.
    WHERE p.classid <> 'pg_proc'::regclass AND NOT EXISTS (
        SELECT FROM pg_depend AS e WHERE e.classid = p.classid AND e.objid = p.objid AND e.deptype = 'e'
    )
)
SELECT DISTINCT
    p.relation,
    o.type AS kind,
    o.identity AS name,
    pg_describe_object(p.root_class, p.root, p.root_column) AS user,
    -- A check whose function takes a row of the table, or a value of the domain, that it is on: pg_dump writes it after the data,
    -- since neither can be made before the other.
    p.root_class = 'pg_constraint'::regclass AND p.classid = 'pg_proc'::regclass AND (
        SELECT r.reltype = ANY (f.proargtypes::oid[]) FROM pg_proc AS f, pg_class AS r WHERE f.oid = p.objid AND r.oid = p.relation
    ) AS takes_own_row
FROM part AS p
CROSS JOIN LATERAL pg_identify_object(p.classid, p.objid, 0) AS o
LEFT JOIN pg_type AS t ON p.classid = 'pg_type'::regclass AND t.oid = p.objid
WHERE p.objid >= 16384
    AND (p.classid NOT IN ('pg_class'::regclass, 'pg_constraint'::regclass, 'pg_attrdef'::regclass, 'pg_type'::regclass)
        OR t.typtype = 'b' AND t.typcategory <> 'A')
    AND NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = p.classid AND e.objid = p.objid AND e.deptype = 'e')
ORDER BY 1, 2, 3, 4;
