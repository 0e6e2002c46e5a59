-- The privileges that vecferry needs on the target, and no others: to connect, to keep its ledger in a schema of its own, and to
-- act as the tables' owner. Only an owner may drop and build indexes, and switch foreign keys and triggers off during the load;
-- as the owner it also loads the rows, so that checks and defaults run with the owner's rights. Run it as a superuser, or as the
-- database's owner with membership in the role, on the target, with psql 12 or later.
--
--     psql -X -v ON_ERROR_STOP=1 -v role=ferry -v owner=app -v schema=public -f sql/grants/target.sql "$TARGET"
--
-- owner is the role that owns the tables; the default schema is public. To create tables in a schema that is not there, --create
-- needs CREATE on the database too. When all copies are done, undo it:
--
--     DROP SCHEMA vecferry CASCADE; REVOKE app FROM ferry;

\if :{?schema}
\else
    \set schema public
\endif
SELECT current_database() AS database \gset

GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"role";
-- A schema of someone else is not used: its owner could have statements run as this role.
CREATE SCHEMA IF NOT EXISTS vecferry AUTHORIZATION :"role";
-- Building an index in a schema requires CREATE on it, from the table's owner too.
GRANT USAGE, CREATE ON SCHEMA :"schema" TO :"owner";
GRANT USAGE ON SCHEMA :"schema" TO :"role";
GRANT :"owner" TO :"role";
