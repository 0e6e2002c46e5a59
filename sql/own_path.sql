-- Sets the search path that the app's own statements have in this database, for the transaction or, where :local is false, for the session: that of
-- role :owner, or where that is NULL, the session's own. Code in a generated column, a check, an index or a trigger may name things without a schema.
-- On the target, after SET search_path TO DEFAULT; PostgreSQL 12 and later.
--
-- A role's setting in the database comes before its own, and that before the database's (documentation, ALTER ROLE). pg_catalog is
-- left out, so that it is searched first, and pg_temp is last: nothing can take the place of PostgreSQL's own functions. Names are
-- qualified here, since the path is someone else's by now.
SELECT pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', (
    SELECT pg_catalog.string_agg(item.parts[1], ', ' ORDER BY item.position)
    FROM pg_catalog.regexp_matches(coalesce((
        SELECT pg_catalog.substr(c.setting, 13)
        FROM pg_catalog.pg_db_role_setting AS s
        CROSS JOIN pg_catalog.unnest(s.setconfig) AS c (setting)
        LEFT JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) s.setrole
        LEFT JOIN pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) s.setdatabase
        WHERE :owner IS NOT NULL
            AND pg_catalog.left(c.setting, 12) OPERATOR(pg_catalog.=) 'search_path='
            AND (s.setrole OPERATOR(pg_catalog.=) 0 OR r.rolname OPERATOR(pg_catalog.=) :owner::pg_catalog.name)
            AND (s.setdatabase OPERATOR(pg_catalog.=) 0 OR d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
        ORDER BY s.setrole OPERATOR(pg_catalog.<>) 0 DESC, s.setdatabase OPERATOR(pg_catalog.<>) 0 DESC LIMIT 1
    ), pg_catalog.current_setting('search_path')), '("(?:[^"]|"")*"|[^,"\s]+)', 'g') WITH ORDINALITY AS item (parts, position)
    WHERE pg_catalog.btrim(item.parts[1], '"') OPERATOR(pg_catalog.<>) ALL (ARRAY['pg_catalog', 'pg_temp', ''])
), 'pg_temp'), :local)
