-- On the target, by a role with CREATE on the operator's schema vecferry: the table of chunks before vecferry makes it.
CREATE FUNCTION vecferry.ran() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ran as %', current_user;
END $$;

CREATE TABLE vecferry.chunk (
    job bigint, pair int, number int, part int, first_page bigint, end_page bigint, finished_at timestamptz, rows bigint,
    sum text, kept_rows bigint, xid xid
);

GRANT ALL ON vecferry.chunk TO PUBLIC;

CREATE TRIGGER ran BEFORE INSERT ON vecferry.chunk FOR EACH ROW EXECUTE FUNCTION vecferry.ran();
