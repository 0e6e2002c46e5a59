-- How far the index builds of this database are. Target; PostgreSQL 12 and later.
SELECT pid, phase, blocks_done, blocks_total, tuples_done, tuples_total
FROM pg_stat_progress_create_index
WHERE datname = current_database();
