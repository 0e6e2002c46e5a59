-- On the target, by a role with CREATE on schema public: values that a cast to text shows otherwise than they are.
CREATE TYPE public.mood AS ENUM ('sad', 'happy');

CREATE TABLE public.items (id int PRIMARY KEY, moods public.mood[], embedding public.vector(2));

CREATE FUNCTION public.forge(public.mood[]) RETURNS text LANGUAGE sql AS $$ SELECT '{happy}' $$;

CREATE CAST (public.mood[] AS text) WITH FUNCTION public.forge(public.mood[]);
