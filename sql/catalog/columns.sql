-- The columns of every table, their types by name, and whether a type's binary form means the same in another cluster.
-- Both sides; PostgreSQL 12 and later.
--
-- A binary array carries its element type's OID and a binary composite those of its fields (array_send, record_send);
-- OIDs below 10000 are assigned by hand in PostgreSQL's sources and the same everywhere (access/transam.h). reg* values
-- are OIDs themselves. text_reason says why a column must be copied as text, and is NULL if its bytes may be copied.
WITH RECURSIVE column_type AS (
    SELECT DISTINCT a.atttypid AS type
    FROM pg_attribute AS a
    JOIN pg_class AS c ON c.oid = a.attrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'vecferry')
), part (type, part) AS (
    SELECT type, type FROM column_type
    UNION
    SELECT p.type, inner_type.oid
    FROM part AS p
    JOIN pg_type AS t ON t.oid = p.part
    LEFT JOIN pg_range AS r ON r.rngtypid = t.oid
    JOIN LATERAL (
        SELECT t.typbasetype AS oid WHERE t.typtype = 'd'
        UNION ALL SELECT t.typelem WHERE t.typelem <> 0 AND t.typlen = -1
        UNION ALL SELECT r.rngsubtype WHERE r.rngsubtype IS NOT NULL
        UNION ALL
        SELECT f.atttypid FROM pg_attribute AS f
        WHERE t.typtype = 'c' AND f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped
        UNION ALL
        SELECT m.rngtypid FROM (
            -- pg_range has rngmultitypid from PostgreSQL 14 on; read by name so that 12 and 13 run this too.
            SELECT q.rngtypid, (to_jsonb(q) ->> 'rngmultitypid')::oid AS multirange FROM pg_range AS q
        ) AS m
        WHERE m.multirange = t.oid
    ) AS inner_type ON true
), base_step (type, oid, typmod) AS (
    SELECT c.type, c.type, -1 FROM column_type AS c
    UNION ALL
    SELECT s.type, t.typbasetype, t.typtypmod FROM base_step AS s JOIN pg_type AS t ON t.oid = s.oid AND t.typtype = 'd'
), base AS (
    SELECT s.type, s.oid, (SELECT max(m.typmod) FROM base_step AS m WHERE m.type = s.type) AS typmod
    FROM base_step AS s JOIN pg_type AS t ON t.oid = s.oid AND t.typtype <> 'd'
), extension_type AS (
    SELECT d.objid AS oid, e.extname
    FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
    WHERE d.classid = 'pg_type'::regclass AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
), structure AS (
    SELECT
        p.type,
        string_agg(format('%s (%s)', format_type(t.oid, NULL), made_of.text), '; ' ORDER BY format_type(t.oid, NULL))
            FILTER (WHERE made_of.text IS NOT NULL) AS structure
    FROM part AS p
    JOIN pg_type AS t ON t.oid = p.part AND t.typtype IN ('d', 'c', 'r') AND t.oid >= 16384
    CROSS JOIN LATERAL (
        SELECT string_agg(
            concat_ws(' ', m.label, CASE WHEN x.oid IS NULL THEN format_type(m.type, m.typmod)
                ELSE regexp_replace(format_type(m.type, m.typmod), '^("[^"]+"|[^".]+)\.', '') END),
            ', ' ORDER BY m.position) AS text
        FROM (
            SELECT 0 AS position, NULL AS label, t.typbasetype AS type, t.typtypmod AS typmod WHERE t.typtype = 'd'
            UNION ALL SELECT 0, NULL, r.rngsubtype, -1 FROM pg_range AS r WHERE r.rngtypid = t.oid
            UNION ALL
            SELECT f.attnum, quote_ident(f.attname), f.atttypid, f.atttypmod FROM pg_attribute AS f
            WHERE t.typtype = 'c' AND f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped
        ) AS m
        JOIN pg_type AS mt ON mt.oid = m.type
        LEFT JOIN extension_type AS x ON x.oid = CASE WHEN mt.typelem <> 0 THEN mt.typelem ELSE mt.oid END
    ) AS made_of
    WHERE t.oid NOT IN (SELECT oid FROM extension_type)
    GROUP BY p.type
), labels AS (
    SELECT p.type, array_agg(format('%s %L', format_type(e.enumtypid, NULL), e.enumlabel) ORDER BY e.oid) AS enum_labels
    FROM part AS p JOIN pg_enum AS e ON e.enumtypid = p.part
    GROUP BY p.type
), reason AS (
    SELECT p.type, array_agg(t.oid ORDER BY t.oid) FILTER (WHERE t.typtype IN ('e', 'd', 'c', 'r') AND t.oid >= 16384)
        AS user_types, min(
        CASE
            WHEN t.typsend = 0 OR t.typreceive = 0 THEN format('%s has no binary form', format_type(t.oid, NULL))
            WHEN t.typname LIKE 'reg%' AND t.typnamespace = 'pg_catalog'::regnamespace
                THEN format('%s is an OID of this cluster', format_type(t.oid, NULL))
            WHEN t.typelem >= 10000 AND t.typlen = -1
                THEN format('a binary %s carries its element type''s OID', format_type(t.oid, NULL))
            WHEN t.typtype = 'c' AND EXISTS (
                SELECT FROM pg_attribute AS f
                WHERE f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped AND f.atttypid >= 10000
            ) THEN format('a binary %s carries its fields'' type OIDs', format_type(t.oid, NULL))
        END
    ) AS text_reason
    FROM part AS p
    JOIN pg_type AS t ON t.oid = p.part
    GROUP BY p.type
)
SELECT
    a.attrelid AS relation,
    a.attname AS name,
    -- An extension may live in another schema on the other side; its types are compared without the schema.
    CASE WHEN x.oid IS NULL THEN format_type(a.atttypid, a.atttypmod)
        ELSE regexp_replace(format_type(a.atttypid, a.atttypmod), '^("[^"]+"|[^".]+)\.', '')
    END AS type,
    CASE WHEN b.oid IN (SELECT oid FROM extension_type WHERE extname = 'vector') THEN b.typname END AS vector_type,
    -- Also in an array, a composite, a range, a domain, and any of these in another.
    a.atttypid IN (
        SELECT p.type FROM part AS p JOIN extension_type AS v ON v.oid = p.part AND v.extname = 'vector'
    ) AS holds_vectors,
    -- The number of a large object is of type oid, or of a domain over it (extension lo).
    b.oid = 'oid'::regtype AS is_oid,
    CASE
        WHEN b.typname NOT IN ('vector', 'halfvec', 'sparsevec', 'bit') THEN NULL
        WHEN t.typtype = 'd' THEN nullif((SELECT base.typmod FROM base WHERE base.type = a.atttypid), -1)
        ELSE nullif(a.atttypmod, -1)
    END AS dimensions,
    -- What domains, composites and ranges consist of, and the labels of enums: two types may share a name and differ.
    s.structure,
    l.enum_labels,
    a.attnotnull AS is_not_null,
    a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL AS has_default,
    a.attgenerated <> '' AS is_generated,
    -- pg_attribute has attcompression from PostgreSQL 14 on; read by name so that 12 and 13 run this too.
    CASE
        WHEN a.attlen = -1 AND current_setting('server_version_num')::int >= 140000
            THEN CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END
    END AS toast_method,
    -- OIDs from 16384 on are those of users' objects (access/transam.h).
    a.atttypid < 16384 AS is_built_in,
    r.text_reason,
    -- The enums, domains, composites and ranges in the type, for user_types.sql.
    r.user_types
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_type AS t ON t.oid = a.atttypid
JOIN reason AS r ON r.type = a.atttypid
-- A domain over a vector is a vector, and so is a domain over that.
JOIN pg_type AS b ON b.oid = (SELECT base.oid FROM base WHERE base.type = a.atttypid)
LEFT JOIN structure AS s ON s.type = a.atttypid
LEFT JOIN labels AS l ON l.type = a.atttypid
LEFT JOIN extension_type AS x ON x.oid = CASE WHEN t.typelem <> 0 THEN t.typelem ELSE t.oid END
WHERE c.relkind IN ('r', 'p')
    AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'vecferry')
    AND a.attnum > 0
    AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum;
