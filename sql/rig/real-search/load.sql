-- Adds real embeddings to `items` of Bedrock Chat's schema. The README beside it says what they are. Runs from the repository's root, on
-- the source; PostgreSQL 15 and pgvector 0.5, and later.
--
--     psql -X -v ON_ERROR_STOP=1 -f sql/rig/real-search/load.sql

\set QUIET on
SET client_min_messages = warning;
SET synchronous_commit = off;
SET jit = off;

\ir unpack.sql

CREATE TEMP TABLE packed_row (number int GENERATED ALWAYS AS IDENTITY, bot text, elements text);
\copy packed_row (bot, elements) FROM 'sql/rig/real-search/rows.tsv'

-- The app's splitter makes texts of about 1,000 characters. How much room they take decides which plan the server chooses.
INSERT INTO public.items (id, botid, content, source, embedding)
SELECT upper(lpad(to_hex(number), 26, '0')), bot,
    (SELECT string_agg(md5(number || '-' || n), ' ') FROM generate_series(1, 31) AS n), 's3://documents/' || bot,
    pg_temp.unpack(elements)
FROM packed_row ORDER BY number;
ANALYZE public.items;
