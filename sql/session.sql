-- How every session of vecferry reads and writes values, whatever the server, the database or the role has set.
-- Both sides, first thing after connecting; PostgreSQL 12 and later.
SET search_path TO '';
SET DateStyle TO 'ISO, YMD';
SET IntervalStyle TO 'postgres';
SET TimeZone TO 'UTC';
SET bytea_output TO 'hex';
SET xmlbinary TO 'base64';
SET extra_float_digits TO 3;
SET lc_monetary TO 'C';
-- A policy makes a query fail instead of hiding rows.
SET row_security TO off;
-- A server with JIT, as Debian, PGDG and the clouds ship it, takes the catalog's statements for expensive ones and compiles
-- them: 2.5 s on each side for statements that run in milliseconds (measured on PostgreSQL 15.18 from Debian).
SET jit TO off;
-- Copies and index builds take as long as they take.
SET statement_timeout TO 0;
SET lock_timeout TO 0;
SET idle_in_transaction_session_timeout TO 0;
-- A client that vanished without a word holds its locks for a minute, not for the hours of the system's default.
SET tcp_keepalives_idle TO 30;
SET tcp_keepalives_interval TO 10;
SET tcp_keepalives_count TO 3;
-- Text is compared with the text that pg_dump would write; nothing else depends on these.
SET quote_all_identifiers TO off;
SET synchronize_seqscans TO off;
-- Settings of later servers are set only where they exist: an idle session lives on from 14, and a backend notices
-- from 14 on that its client is gone, also in the middle of an index build.
SELECT set_config(name, CASE name WHEN 'client_connection_check_interval' THEN '2s' ELSE '0' END, false)
FROM pg_settings
WHERE name IN ('idle_session_timeout', 'client_connection_check_interval', 'transaction_timeout');
