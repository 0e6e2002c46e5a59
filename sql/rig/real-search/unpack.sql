-- Creates pg_temp.unpack: 384 signed bytes in base64 become a vector of 1,024 elements and unit length: the vector, the vector again and
-- its first 256 elements. Either side; pgvector 0.5 and later.
CREATE FUNCTION pg_temp.unpack(packed text) RETURNS vector LANGUAGE sql IMMUTABLE AS $$
    SELECT format('[%s,%s,%s]', v.elements, v.elements, v.first)::vector
    FROM (
        SELECT array_agg((get_byte(b.bytes, n) + 128) % 256 - 128 ORDER BY n) AS elements
        -- With OFFSET the text is decoded once, and not for each byte.
        FROM (SELECT decode(packed, 'base64') AS bytes OFFSET 0) AS b, generate_series(0, 383) AS n
    ) AS a
    CROSS JOIN LATERAL (
        SELECT sqrt(sum(x * x * CASE WHEN n <= 256 THEN 3 ELSE 2 END)) AS length FROM unnest(a.elements) WITH ORDINALITY AS e (x, n)
    ) AS l
    CROSS JOIN LATERAL (
        SELECT string_agg((x / length)::real::text, ',' ORDER BY n) AS elements,
            string_agg((x / length)::real::text, ',' ORDER BY n) FILTER (WHERE n <= 256) AS first
        FROM unnest(a.elements) WITH ORDINALITY AS e (x, n)
    ) AS v
$$;
