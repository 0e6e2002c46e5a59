-- Begins an epoch of a job ($1), of a format ($2) and a vecferry ($3), with the source's snapshot ($4, $5), the keys of the
-- coordinator's locks ($6, $7) and a lease ($8). No claim of an earlier epoch can commit any more: a commit locks its epoch, and looks
-- whether that has ended. On the target; PostgreSQL 12 and later.
WITH ended AS (
    UPDATE vecferry.epoch SET ended_at = now() WHERE job = $1::bigint AND ended_at IS NULL
)
INSERT INTO vecferry.epoch
    (job, number, format, written_by, snapshot, visibility, source_beacon, target_beacon, lease)
SELECT $1::bigint, coalesce(max(number), 0) + 1, $2::int, $3, $4, $5, $6::bigint, $7::bigint, $8::int
FROM vecferry.epoch
WHERE job = $1::bigint
RETURNING number;
