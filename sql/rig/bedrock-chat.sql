-- The schema that Bedrock Chat's stack deploys, v0 and v1 alike, on every stack create and update. Runs on either side
-- (source.sql and target.sql include it); from PostgreSQL 15 and pgvector 0.5.

CREATE EXTENSION IF NOT EXISTS vector;

-- The stack asks for pgcrypto too and never uses it; the embedded servers of the rig are built without it.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'pgcrypto') THEN
        CREATE EXTENSION IF NOT EXISTS pgcrypto;
    END IF;
END
$$;

DROP TABLE IF EXISTS public.items;

CREATE TABLE public.items (
    id char(26) PRIMARY KEY,
    botid char(26),
    content text,
    source text,
    embedding vector(1024)
);

-- On the empty table, as the stack does it: pgvector then draws the centres of the lists at random, each component from
-- [0, 1). Seen from there all embeddings of unit length look alike, and practically all rows fall into a single list.
CREATE INDEX idx_items_embedding ON public.items USING ivfflat (embedding vector_l2_ops) WITH (lists = 100);
CREATE INDEX idx_items_botid ON public.items USING btree (botid);
