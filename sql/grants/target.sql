-- The smallest rights that vecferry needs on the target: to connect, to keep its ledger in schema vecferry, and to be what the
-- tables' owner is. Only an owner may drop and build indexes, and take foreign keys and triggers off for the load. Run it as the
-- database's owner or a superuser, on the target, with psql 12 or later.
--
--     psql -X -v ON_ERROR_STOP=1 -v role=ferry -v owner=app -v schema=public -f sql/grants/target.sql "$TARGET"
--
-- owner is the role that owns the tables; schema is public where none is given. Afterwards:
--     DROP SCHEMA vecferry CASCADE; REVOKE app FROM ferry;

\if :{?schema}
\else
    \set schema public
\endif
SELECT current_database() AS database \gset

GRANT CONNECT, CREATE, TEMPORARY ON DATABASE :"database" TO :"role";
-- CREATE is what building an index in a schema takes, of its owner too.
GRANT USAGE, CREATE ON SCHEMA :"schema" TO :"owner";
GRANT USAGE ON SCHEMA :"schema" TO :"role";
GRANT :"owner" TO :"role";
