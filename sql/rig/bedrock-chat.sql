-- The schema that Bedrock Chat's stack deploys, v0 and v1 alike, whenever the stack is created or updated. Runs on either
-- side (source.sql and target.sql include it); PostgreSQL 15 and pgvector 0.5, and later.

CREATE EXTENSION IF NOT EXISTS vector;

-- The stack also creates pgcrypto, and never uses it; the rig's embedded servers are built without it.
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

-- Created on the empty table, as the stack does: pgvector then draws the centers of the lists at random, each component from
-- [0, 1). Embeddings of unit length are all about equally far from those, and practically all rows fall into a single list.
CREATE INDEX idx_items_embedding ON public.items USING ivfflat (embedding vector_l2_ops) WITH (lists = 100);
CREATE INDEX idx_items_botid ON public.items USING btree (botid);
