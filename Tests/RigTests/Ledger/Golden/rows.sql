-- The source of a golden ledger: the same rows on the same pages each time, items of some ten chunks of a MiB.
ALTER TABLE items DISABLE TRIGGER ALL;
ALTER TABLE bot_document DISABLE TRIGGER USER;
INSERT INTO items SELECT lpad(i::text, 26, '0'), 'bot' || i % 7,
    (SELECT string_agg(md5(i::text || k), '') FROM generate_series(1, 90) AS k),
    (SELECT array_agg(sin(i * d)) FROM generate_series(1, 48) AS d)::vector
FROM generate_series(1, 2000) AS i;
INSERT INTO bot_document (bot_id, title) SELECT 'bot' || i % 7, 'title ' || i FROM generate_series(1, 60) AS i;
INSERT INTO bot_document_chunk
SELECT i % 60 + 1, i, (SELECT array_agg(cos(i * d)) FROM generate_series(1, 8) AS d)::vector
FROM generate_series(1, 600) AS i;
INSERT INTO pieces SELECT i, 'bot' || i % 7, (SELECT array_agg(cos(i + d)) FROM generate_series(1, 8) AS d)::vector
FROM generate_series(1, 400) AS i;
INSERT INTO "Mixed ""Case""/é" SELECT i, ARRAY[i, i, 1] FROM generate_series(1, 30) AS i;
ALTER TABLE items ENABLE TRIGGER ALL;
ALTER TABLE items ENABLE ALWAYS TRIGGER always_noted;
ALTER TABLE bot_document ENABLE TRIGGER USER;
ANALYZE;
