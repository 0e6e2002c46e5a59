-- Asks the real questions as Bedrock Chat does, and prints a line a bot: the bot, the rows of the exact answers, how many of them the
-- answers have, and the empty answers. Runs from the repository's root, on either side, and changes nothing.
--
--     psql -X -v ON_ERROR_STOP=1 -A -t -f sql/rig/real-search/measure.sql

\set QUIET on
SET client_min_messages = warning;
\if :{?operator}
\else
    \set operator '<->'
\endif
-- Each how-manieth question is asked.
\if :{?step}
\else
    \set step 1
\endif

\ir unpack.sql

CREATE TEMP TABLE packed_question (number int GENERATED ALWAYS AS IDENTITY, bot text, elements text);
\copy packed_question (bot, elements) FROM 'sql/rig/real-search/queries.tsv'

DELETE FROM packed_question WHERE number % :step <> 0;

CREATE TEMP TABLE answer (number int, bot text, exact text[], found text[]);
SELECT set_config('real_search.operator', :'operator', false) \g /dev/null

DO $$
DECLARE
    question record;
    query text := format(
        'SELECT array(SELECT id::text FROM items WHERE botid = $1 ORDER BY embedding %s $2 LIMIT 20)',
        current_setting('real_search.operator'));
    exact text[];
    found text[];
    may_scan text := current_setting('enable_seqscan');
BEGIN
    FOR question IN SELECT number, bot::bpchar AS bot, pg_temp.unpack(elements) AS embedding FROM packed_question LOOP
        -- EXECUTE plans for the values, as the server does for the application.
        EXECUTE query INTO found USING question.bot, question.embedding;
        PERFORM set_config('enable_indexscan', 'off', true), set_config('enable_seqscan', 'on', true);
        EXECUTE query INTO exact USING question.bot, question.embedding;
        PERFORM set_config('enable_indexscan', 'on', true), set_config('enable_seqscan', may_scan, true);
        INSERT INTO answer VALUES (question.number, question.bot, exact, found);
    END LOOP;
END
$$;

SELECT bot, sum(cardinality(exact)),
    sum((SELECT count(*) FROM unnest(exact) AS e WHERE e = ANY (found))), count(*) FILTER (WHERE found = '{}')
FROM answer GROUP BY bot ORDER BY bot;
