-- On the target, by a role with CREATE on the database: a ledger as vecferry makes it, whose trigger marks each chunk as
-- finished. The tables come from sql/ledger/schema.sql, which runs before this.
GRANT ALL ON SCHEMA vecferry TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA vecferry TO PUBLIC;
GRANT ALL ON ALL SEQUENCES IN SCHEMA vecferry TO PUBLIC;

CREATE FUNCTION vecferry.finish() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.finished_at := pg_catalog.now();
    NEW.rows := 0;
    NEW.sum := pg_catalog.repeat('0', 32);
    NEW.kept_rows := 0;
    RETURN NEW;
END $$;

CREATE TRIGGER finish BEFORE INSERT ON vecferry.chunk FOR EACH ROW EXECUTE FUNCTION vecferry.finish();
