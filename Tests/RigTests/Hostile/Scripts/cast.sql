-- On either side, by a role with CREATE on schema public: a table of bots whose ids are of the role's own type, with a cast to
-- text that runs its function.
CREATE TYPE public.bot AS ENUM ('a', 'b');

CREATE FUNCTION public.ran(public.bot) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ran as %', current_user;
END $$;

CREATE CAST (public.bot AS text) WITH FUNCTION public.ran(public.bot);

CREATE TABLE public.bots (bot_id public.bot PRIMARY KEY, name text);

CREATE TABLE public.items (id int PRIMARY KEY, botid public.bot, embedding public.vector(2));

-- The bot of these is found in bots, by a key of the role's type.
CREATE TABLE public.pages (id int PRIMARY KEY, bot public.bot REFERENCES public.bots, embedding public.vector(2));
