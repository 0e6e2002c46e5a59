-- The progress of the index builds in this database. On the target; PostgreSQL 12 and later.
SELECT pid, phase, blocks_done, blocks_total, tuples_done, tuples_total
FROM pg_stat_progress_create_index
WHERE datname = current_database();
