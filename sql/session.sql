-- Settings of every vecferry session, so that it reads and writes values the same way on every server, database and role.
-- Both sides, first thing after connecting; PostgreSQL 12 and later.
-- pg_temp is last: where it is not named, temporary tables and types come before those of pg_catalog (documentation,
-- "search_path"), also those that a function of someone else has made in this session.
SET search_path TO pg_catalog, pg_temp;
SET DateStyle TO 'ISO, YMD';
SET IntervalStyle TO 'postgres';
SET TimeZone TO 'UTC';
SET bytea_output TO 'hex';
SET xmlbinary TO 'base64';
SET extra_float_digits TO 3;
SET lc_monetary TO 'C';
-- A policy makes a query fail instead of hiding rows.
SET row_security TO off;
-- Servers from Debian, PGDG and the clouds have JIT. It overestimates the cost of the catalog statements and compiles them,
-- which takes 2.5 s on each side for statements that run in milliseconds (measured on PostgreSQL 15.18 from Debian).
SET jit TO off;
-- Copies and index builds may take any length of time.
SET statement_timeout TO 0;
SET lock_timeout TO 0;
SET idle_in_transaction_session_timeout TO 0;
-- A client that disappears without closing its connection holds its locks for a minute, not for hours as by default.
SET tcp_keepalives_idle TO 30;
SET tcp_keepalives_interval TO 10;
SET tcp_keepalives_count TO 3;
-- The text of definitions, which are compared and run on the other side, and the order of rows. Where a backslash begins an
-- escape, a comment or a default that ends in one would end its literal elsewhere.
SET standard_conforming_strings TO on;
SET quote_all_identifiers TO off;
SET synchronize_seqscans TO off;
-- Settings that only newer servers have. From PostgreSQL 14 on, idle_session_timeout would end an idle session, and
-- client_connection_check_interval lets a backend notice that its client is gone, even in the middle of an index build.
-- restrict_nonsystem_relation_kind, in the minor releases since August 2024, refuses a view that someone has put in the place of
-- a table since its catalog was read: its functions would run as this role (CVE-2024-7348, the same in pg_dump).
SELECT set_config(
    name,
    CASE name
        WHEN 'client_connection_check_interval' THEN '2s'
        WHEN 'restrict_nonsystem_relation_kind' THEN 'view, foreign-table'
        ELSE '0'
    END,
    false)
FROM pg_settings
WHERE name IN (
    'idle_session_timeout', 'client_connection_check_interval', 'transaction_timeout', 'restrict_nonsystem_relation_kind');
