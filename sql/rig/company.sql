-- Tables that a company added beside the sample's own: a document register with a second embedding table, a view over
-- items, and a table that has nothing to do with vectors. Runs on either side after bedrock-chat.sql (source.sql and
-- target.sql include it, and drop these first); PostgreSQL 15 and pgvector 0.5, and later.

CREATE TABLE public.bot_document (
    id bigserial PRIMARY KEY,
    bot_id char(26) NOT NULL,
    title text NOT NULL,
    tags text[] NOT NULL DEFAULT '{}',
    meta jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    size numeric
);

CREATE INDEX bot_document_bot_id_idx ON public.bot_document (bot_id);

-- Has no bot column: only the foreign key leads to its bot.
CREATE TABLE public.bot_document_chunk (
    document_id bigint NOT NULL REFERENCES public.bot_document (id) ON DELETE CASCADE,
    ordinal int NOT NULL,
    embedding vector(384) NOT NULL,
    PRIMARY KEY (document_id, ordinal)
);

CREATE INDEX bot_document_chunk_embedding_idx ON public.bot_document_chunk
    USING hnsw (embedding vector_cosine_ops) WITH (m = 16, ef_construction = 64);

-- Neither an embedding table nor a bot table: vecferry does not copy it by default.
CREATE TABLE public.app_migration (
    version int PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL
);

CREATE VIEW public.bot_knowledge AS
SELECT botid, count(*) AS chunks, count(DISTINCT source) AS sources, sum(octet_length(content)) AS content_bytes
FROM public.items
GROUP BY botid;
