"""The items about other shapes of data: narrow, many and huge-row."""

import os

from bench import DATABASE, EXTENSION, Bench
from harness import median, pipe, say, seconds


class Shapes(Bench):
    def narrow(self):
        """A bot table of very many small rows: what a row costs, not what a byte costs."""
        rows, name = self.options.narrow, f"{DATABASE}_narrow"
        table = "CREATE TABLE bot_event (bot_id text, n bigint PRIMARY KEY, kind smallint, note text)"
        if not (self.source.has(name) and self.count(self.source, name, "bot_event") == rows):
            say(f"bench: making {rows:,} small rows")
            self.source.fresh(
                name, EXTENSION, table,
                f"INSERT INTO bot_event SELECT 'bot-' || n % 1000, n, n % 7, CASE WHEN n % 5 > 0 THEN 'note ' || n END"
                f" FROM generate_series(1, {rows}) AS n", "VACUUM (ANALYZE) bot_event")

        def raw():
            self.target.fresh(name, EXTENSION, table)
            self.settle()
            return self.raw_pipe("bot_event", self.source, name, self.target, name)

        def copy():
            self.target.fresh(name, EXTENSION, table)
            self.settle()
            return self.run_copy(source=name, target=name, cpu=True)

        # Half a minute a side: three runs say as much as five.
        raws, runs = self.rounds(min(3, self.options.runs), raw, copy)
        copies = [run.copy for run in runs]
        self.compare(
            f"{rows:,} small rows moved, against one raw psql pipe", copies, raws,
            how=f", {median(copies) / rows * 1e6:.2f} us a row", wall=[run.wall for run in runs])
        self.cpu_share("narrow", runs)
        self.memory_of("narrow", runs)
        for server in (self.source, self.target):
            server.drop(name)

    def many(self):
        """Very many small tables: what a table costs."""
        count, name = self.options.many, f"{DATABASE}_many"
        self.make_tables(self.source, name, count, rows=10)

        def dump():
            """One session on each side: pg_dump --data-only | psql, the usual way for such a database."""
            self.make_tables(self.target, name, count)
            self.settle()
            programs = os.environ["VECFERRY_RIG_BIN"]
            return pipe(
                [f"{programs}/pg_dump", "--data-only"], self.target.command("-o", os.devnull), self.source.env(name),
                self.target.env(name))

        def copy():
            self.make_tables(self.target, name, count)
            self.settle()
            return self.run_copy(source=name, target=name)

        dumps, runs = self.rounds(min(3, self.options.runs), dump, copy)
        walls, copies = [run.wall for run in runs], [run.copy for run in runs]
        self.compare(
            f"{count:,} small tables, whole copy, against pg_dump --data-only into psql", walls, dumps,
            how=f", {median(walls) / count * 1e3:.2f} ms a table")
        self.report.add(
            "many", "rows moved, a table", median(copies) / count * 1e3, "ms", f"{seconds(copies)} in all", copy=copies)
        self.memory_of("many", runs)
        for server in (self.source, self.target):
            server.drop(name)

    def make_tables(self, server, name, count, rows=0):
        """Small embedding tables, empty or with rows. A hundred a transaction, for the sake of the lock table."""
        server.fresh(
            name, EXTENSION,
            *(f"""DO $$ BEGIN FOR n IN {first}..{min(first + 99, count)} LOOP
                EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, botid text, embedding vector(32))', n);
                EXECUTE format('INSERT INTO t%s SELECT i, ''bot'', array_fill(i / 8.0, ARRAY[32])::vector'
                    ' FROM generate_series(1, {rows}) AS i', n);
            END LOOP; END $$""" for first in range(1, count + 1, 100)), "VACUUM ANALYZE")

    def huge_row(self):
        """One row as large as they come: it goes in one piece, so the client must hold it."""
        size, name = self.options.huge_mb, f"{DATABASE}_huge"
        table = ("CREATE TABLE document (id int PRIMARY KEY, botid text, body bytea)",
                 "ALTER TABLE document ALTER body SET STORAGE EXTERNAL")
        self.source.fresh(
            name, EXTENSION, *table,
            f"INSERT INTO document SELECT 1, 'bot', decode(repeat(md5('x'), {size} * 1000000 / 16), 'hex')",
            "INSERT INTO document SELECT n, 'bot', 'small' FROM generate_series(2, 100) AS n",
            "VACUUM ANALYZE document")

        def raw():
            self.target.fresh(name, EXTENSION, *table)
            self.settle()
            return self.raw_pipe("document", self.source, name, self.target, name)

        def copy():
            self.target.fresh(name, EXTENSION, *table)
            self.settle()
            return self.run_copy(source=name, target=name)

        raws, runs = self.rounds(min(3, self.options.runs), raw, copy)
        copies = [run.copy for run in runs]
        self.compare(
            f"a row of {size} MB moved, against one raw psql pipe", copies, raws, wall=[run.wall for run in runs])
        peak = max(run.peak_kib for run in runs) / 1024
        self.report.add(
            "huge-row", "client memory, peak, in sizes of the row", peak * 2**20 / (size * 1e6), "ratio",
            f"{peak:.0f} MiB; libpq holds a row whole on either side", peak=peak)
        for server in (self.source, self.target):
            server.drop(name)
