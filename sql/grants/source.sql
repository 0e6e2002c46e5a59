-- The smallest rights that vecferry needs on the source: to connect, and to read. Run it as the database's owner or a
-- superuser, on the source, with psql 12 or later; the role is there already, and nothing else of it changes.
--
--     psql -X -v ON_ERROR_STOP=1 -v role=ferry -v schema=public -f sql/grants/source.sql "$SOURCE"
--
-- Once for each schema that holds tables to be copied; schema is public where none is given. Under row security, the role must
-- also have BYPASSRLS, or vecferry says that it can't see all rows and stops.

\if :{?schema}
\else
    \set schema public
\endif
SELECT current_database() AS database \gset

GRANT CONNECT ON DATABASE :"database" TO :"role";
GRANT USAGE ON SCHEMA :"schema" TO :"role";
GRANT SELECT ON ALL TABLES IN SCHEMA :"schema" TO :"role";
-- Where columns are numbered by a sequence, the target's goes on from where the source's stands.
GRANT SELECT ON ALL SEQUENCES IN SCHEMA :"schema" TO :"role";
