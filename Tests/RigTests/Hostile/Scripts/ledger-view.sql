-- On the target, by a role with CREATE on the database: a schema that looks like a ledger, and a view that calls its function.
CREATE SCHEMA vecferry;
GRANT USAGE ON SCHEMA vecferry TO PUBLIC;

CREATE FUNCTION vecferry.ran() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ran as %', current_user;
END $$;

CREATE VIEW vecferry.format AS SELECT vecferry.ran() AS version, 'x'::text AS written_by;

GRANT SELECT ON vecferry.format TO PUBLIC;
