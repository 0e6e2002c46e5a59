-- The privileges that vecferry needs on the source, and no others: to connect, and to read. Run it as the database's owner or
-- a superuser, on the source, with psql 12 or later. The role must exist; nothing else about it changes.
--
--     psql -X -v ON_ERROR_STOP=1 -v role=ferry -v schema=public -f sql/grants/source.sql "$SOURCE"
--
-- Run it once for each schema that holds tables to be copied; the default schema is public. For tables with row-level
-- security, the role also needs BYPASSRLS; otherwise vecferry reports that it can't see all rows, and stops.

\if :{?schema}
\else
    \set schema public
\endif
SELECT current_database() AS database \gset

GRANT CONNECT ON DATABASE :"database" TO :"role";
GRANT USAGE ON SCHEMA :"schema" TO :"role";
GRANT SELECT ON ALL TABLES IN SCHEMA :"schema" TO :"role";
-- vecferry reads each sequence's value, and sets the target's to it.
GRANT SELECT ON ALL SEQUENCES IN SCHEMA :"schema" TO :"role";
