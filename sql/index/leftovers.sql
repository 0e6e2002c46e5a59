-- The statements that drop what killed builds beside writers left on a table, of one index of it: $1 the table's schema, $2 the
-- table, $3 the index, $4 the name under which its successor is about to be built, or NULL. Target; PostgreSQL 12 and later.
--
-- REINDEX CONCURRENTLY calls them <index>_ccnew and <index>_ccold, with a number where that name is taken, and cuts the
-- index's name to make them fit (commands/indexcmds.c, ChooseRelationName). vecferry_old_<its OID> is an index whose place
-- another has taken. An index that a session is building now is invalid too, and not a leftover.
SELECT format('DROP INDEX CONCURRENTLY IF EXISTS %I.%I', n.nspname, c.relname) AS statement
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_class AS t ON t.oid = i.indrelid
JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
LEFT JOIN pg_class AS o ON o.relnamespace = c.relnamespace AND o.relname = $3
CROSS JOIN LATERAL (SELECT regexp_replace(c.relname, '_cc(new|old)[0-9]*$', '') AS stem) AS base
WHERE tn.nspname = $1 AND t.relname = $2
    AND (
        c.relname = 'vecferry_old_' || i.indexrelid
        -- A successor that is whole and that nothing needs any more.
        OR ($4::text IS NULL AND c.relname = 'vecferry_new_' || o.oid)
        OR (
            NOT i.indisvalid
            AND (
                c.relname = $4
                OR (
                    c.relname ~ '_cc(new|old)[0-9]*$'
                    AND (base.stem = $3 OR (length(base.stem) > 40 AND starts_with($3, base.stem)))
                )
            )
        )
    )
    AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS p WHERE p.index_relid = i.indexrelid)
ORDER BY c.relname;
