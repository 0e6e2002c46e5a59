-- Creates the target as the v1 deploy leaves it: every table empty, every index in place, no trace of an earlier copy.
-- DROPS and recreates the rig's tables and vecferry's ledger. Runs on the target; PostgreSQL 15 and pgvector 0.5, and later.
--
--     psql -X -v ON_ERROR_STOP=1 -f sql/rig/target.sql

\set QUIET on
SET client_min_messages = warning;

DROP SCHEMA IF EXISTS vecferry CASCADE;
DROP VIEW IF EXISTS public.bot_knowledge;
DROP TABLE IF EXISTS public.bot_document_chunk, public.bot_document, public.app_migration;

\ir bedrock-chat.sql
\ir company.sql

RESET client_min_messages;
