-- The epoch that workers can join: the newest of the newest job, if it is going on. On the target; PostgreSQL 12 and later.
SELECT
    e.job,
    e.number,
    e.format,
    e.written_by,
    e.snapshot,
    e.visibility,
    e.source_beacon,
    e.target_beacon,
    e.lease
FROM vecferry.epoch AS e
JOIN vecferry.job AS j ON j.id = e.job
WHERE j.state = 'loading' AND e.ended_at IS NULL
ORDER BY e.job DESC, e.number DESC
LIMIT 1;
