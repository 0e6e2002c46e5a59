-- The chunks of claims ($3) of an epoch ($2) of a job ($1) that are finished, with the worker that finished them. On the target;
-- PostgreSQL 12 and later.
SELECT
    c.pair,
    c.number,
    c.rows,
    c.sum,
    c.kept_rows,
    k.worker,
    k.number AS claim,
    k.bytes
FROM vecferry.claim AS k
CROSS JOIN unnest(k.pairs, k.chunks) WITH ORDINALITY AS p (pair, chunk, place)
JOIN vecferry.chunk AS c ON c.job = k.job AND c.pair = p.pair AND c.number = p.chunk
WHERE k.job = $1::bigint AND k.epoch = $2::int AND k.number = ANY ($3::int[]) AND c.finished_at IS NOT NULL
ORDER BY k.number, p.place;
