-- Adds definitions that are not restored yet to job $1: number, pair, kind, stage, schema and name of the table, name, and the statements, each
-- list of them an array as text. Arrays of equal length. On the target; PostgreSQL 12 and later.
INSERT INTO vecferry.saved_definition (job, number, pair, kind, stage, relation_schema, relation_name, name, statements)
SELECT $1::bigint, d.number, d.pair, d.kind, d.stage, d.relation_schema, d.relation_name, d.name, d.statements::text[]
FROM unnest($2::int[], $3::int[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[])
    AS d (number, pair, kind, stage, relation_schema, relation_name, name, statements);
