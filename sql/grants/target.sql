-- The privileges that vecferry needs on the target, and no others: to connect, to keep its ledger in schema vecferry, and to
-- act as the tables' owner. Only an owner may drop and build indexes, and switch foreign keys and triggers off during the load.
-- Run it as the database's owner or a superuser, on the target, with psql 12 or later.
--
--     psql -X -v ON_ERROR_STOP=1 -v role=ferry -v owner=app -v schema=public -f sql/grants/target.sql "$TARGET"
--
-- owner is the role that owns the tables; the default schema is public. When all copies are done, undo it:
--
--     DROP SCHEMA vecferry CASCADE; REVOKE app FROM ferry;

\if :{?schema}
\else
    \set schema public
\endif
SELECT current_database() AS database \gset

GRANT CONNECT, CREATE, TEMPORARY ON DATABASE :"database" TO :"role";
-- Building an index in a schema requires CREATE on it, from the table's owner too.
GRANT USAGE, CREATE ON SCHEMA :"schema" TO :"owner";
GRANT USAGE ON SCHEMA :"schema" TO :"role";
GRANT :"owner" TO :"role";
