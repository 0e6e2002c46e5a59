-- The functions of other roles that run when rows of a table change: in its checks, its defaults and generated columns, its
-- indexes, its partition key, its rules, and the checks of its columns' domains. Those of superusers are not listed: whoever
-- installs pgvector is trusted. Triggers are in triggers.sql. Both sides; PostgreSQL 12 and later.
WITH RECURSIVE theirs AS (
    SELECT p.oid, format('%I.%I', n.nspname, p.proname) AS name, r.rolname AS owner
    FROM pg_proc AS p
    JOIN pg_namespace AS n ON n.oid = p.pronamespace
    JOIN pg_roles AS r ON r.oid = p.proowner
    WHERE NOT r.rolsuper AND r.rolname <> current_user
), used AS (
    SELECT d.classid, d.objid, t.name, t.owner
    FROM theirs AS t
    JOIN pg_depend AS d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = t.oid
    UNION
    SELECT d.classid, d.objid, t.name, t.owner
    FROM theirs AS t
    JOIN pg_operator AS o ON o.oprcode = t.oid
    JOIN pg_depend AS d ON d.refclassid = 'pg_operator'::regclass AND d.refobjid = o.oid
), typed (type, name, owner) AS (
    -- A domain with such a check, or a range with such a function, and the types that are made of it.
    SELECT con.contypid, u.name, u.owner
    FROM used AS u
    JOIN pg_constraint AS con ON u.classid = 'pg_constraint'::regclass AND con.oid = u.objid AND con.contypid <> 0
    UNION
    SELECT r.rngtypid, t.name, t.owner FROM theirs AS t JOIN pg_range AS r ON t.oid IN (r.rngcanonical::oid, r.rngsubdiff::oid)
    UNION
    SELECT made.oid, typed.name, typed.owner
    FROM typed
    JOIN LATERAL (
        SELECT t.oid FROM pg_type AS t WHERE t.typelem = typed.type OR t.typbasetype = typed.type
        UNION
        SELECT r.rngtypid FROM pg_range AS r WHERE r.rngsubtype = typed.type
        UNION
        SELECT t.oid
        FROM pg_attribute AS a
        JOIN pg_type AS t ON t.typrelid = a.attrelid AND t.typtype = 'c'
        WHERE a.atttypid = typed.type AND NOT a.attisdropped
    ) AS made ON true
), found (relation, name, owner) AS (
    SELECT con.conrelid, u.name, u.owner
    FROM used AS u
    JOIN pg_constraint AS con ON u.classid = 'pg_constraint'::regclass AND con.oid = u.objid AND con.conrelid <> 0
    UNION
    SELECT ad.adrelid, u.name, u.owner
    FROM used AS u
    JOIN pg_attrdef AS ad ON u.classid = 'pg_attrdef'::regclass AND ad.oid = u.objid
    UNION
    SELECT i.indrelid, u.name, u.owner
    FROM used AS u
    JOIN pg_index AS i ON u.classid = 'pg_class'::regclass AND i.indexrelid = u.objid
    UNION
    SELECT k.partrelid, u.name, u.owner
    FROM used AS u
    JOIN pg_partitioned_table AS k ON u.classid = 'pg_class'::regclass AND k.partrelid = u.objid
    UNION
    SELECT w.ev_class, u.name, u.owner
    FROM used AS u
    JOIN pg_rewrite AS w ON u.classid = 'pg_rewrite'::regclass AND w.oid = u.objid
    UNION
    SELECT a.attrelid, t.name, t.owner
    FROM typed AS t
    JOIN pg_attribute AS a ON a.atttypid = t.type AND a.attnum > 0 AND NOT a.attisdropped
)
SELECT f.relation, f.name, f.owner
FROM found AS f
JOIN pg_class AS c ON c.oid = f.relation AND c.relkind IN ('r', 'p')
ORDER BY f.relation, f.name;
