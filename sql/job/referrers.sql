-- The foreign keys that refer to a table of $1 (an array of qualified names) or to a partition of one: the table that has the
-- key, the table of $1 and its relation that the key refers to, and the condition under which a row "f" refers to a row "r".
-- Between types of other roles the operator may be found by a cast that they have made: then any row may refer to any. On the
-- target; PostgreSQL 12 and later.
SELECT
    n.nspname AS schema,
    c.relname AS name,
    con.conname AS key,
    t.position,
    tn.nspname AS referenced_schema,
    tc.relname AS referenced_name,
    (
        SELECT CASE
            WHEN bool_and(ft.oid < 16384 OR fo.rolsuper) AND bool_and(rt.oid < 16384 OR ro.rolsuper) THEN string_agg(
                format('r.%I OPERATOR(%I.%s) f.%I', ra.attname, opn.nspname, op.oprname, fa.attname),
                ' AND ' ORDER BY k.position)
            ELSE 'true'
        END
        FROM unnest(con.conkey, con.confkey, con.conpfeqop) WITH ORDINALITY AS k (own, referenced, equals, position)
        JOIN pg_attribute AS fa ON fa.attrelid = con.conrelid AND fa.attnum = k.own
        JOIN pg_attribute AS ra ON ra.attrelid = con.confrelid AND ra.attnum = k.referenced
        JOIN pg_type AS ft ON ft.oid = fa.atttypid
        JOIN pg_roles AS fo ON fo.oid = ft.typowner
        JOIN pg_type AS rt ON rt.oid = ra.atttypid
        JOIN pg_roles AS ro ON ro.oid = rt.typowner
        JOIN pg_operator AS op ON op.oid = k.equals
        JOIN pg_namespace AS opn ON opn.oid = op.oprnamespace
    ) AS condition
FROM unnest($1::regclass[]) WITH ORDINALITY AS t (oid, position)
CROSS JOIN LATERAL (
    SELECT t.oid::oid AS relid UNION SELECT p.relid::oid FROM pg_partition_tree(t.oid) AS p
) AS part
-- Without the keys that a partition inherits from its table.
JOIN pg_constraint AS con ON con.contype = 'f' AND con.conparentid = 0 AND con.confrelid = part.relid
JOIN pg_class AS c ON c.oid = con.conrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_class AS tc ON tc.oid = con.confrelid
JOIN pg_namespace AS tn ON tn.oid = tc.relnamespace
ORDER BY 1, 2, 3;
