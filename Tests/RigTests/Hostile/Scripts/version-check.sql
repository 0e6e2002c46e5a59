-- On the source, by a role with CREATE on schema public: a check that is harmless below PostgreSQL 16, and from there on runs a
-- query that a superuser alone may run.
CREATE TABLE public.items (
    id int PRIMARY KEY,
    embedding public.vector(2),
    CHECK (
        CASE WHEN current_setting('server_version_num')::int < 160000 THEN true
            ELSE query_to_xml('SELECT pg_catalog.pg_read_file(''PG_VERSION'')', true, true, '') IS NOT NULL
        END
    )
);

INSERT INTO public.items SELECT i, ARRAY[i, i]::public.vector FROM generate_series(1, 5) AS i;
