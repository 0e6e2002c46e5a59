-- The statements that drop what killed concurrent builds of one index left on its table: $1 is the table's schema, $2 the
-- table, $3 the index, $4 the name under which its successor is about to be built, or NULL. On the target; PostgreSQL 12 and
-- later.
--
-- REINDEX CONCURRENTLY names them <index>_ccnew and <index>_ccold, adds a number if the name is taken, and shortens the
-- index's name to make it fit (commands/indexcmds.c, ChooseRelationName). vecferry_old_<its OID> is an index that another
-- has replaced. An index that a session is building now is invalid too, but not a leftover.
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
        -- A successor that is complete and no longer needed.
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
