-- Adds unfinished chunks to job $1: pair, number, part, first page and end page (-1 for none), as arrays of equal length.
-- On the target; PostgreSQL 12 and later.
INSERT INTO vecferry.chunk (job, pair, number, part, first_page, end_page)
SELECT $1::bigint, c.pair, c.number, c.part, c.first_page, nullif(c.end_page, -1)
FROM unnest($2::int[], $3::int[], $4::int[], $5::bigint[], $6::bigint[]) AS c (pair, number, part, first_page, end_page);
