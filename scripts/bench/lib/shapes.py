"""The items uneven, plan, narrow, many and huge-row, which copy other shapes of data."""

import os

from bench import DATABASE, EXTENSION, IVFFLAT_INDEX, SCHEMA
from harness import Failed, median, pipe, say, seconds
from peers import Peers


# (share of the usual table's rows, dimensions of the vectors) of each table.
UNEVEN = (
    (1, 128), (1 / 2, 256), (1 / 3, 192), (1 / 6, 256), (2 / 15, 128), (1 / 15, 256), (1 / 30, 256), (1 / 60, 256))
# Text that does not compress well and is cheap to make. The argument is the number of words of 33 bytes.
WORDS = "(SELECT string_agg(md5(id || k), ' ') FROM generate_series(1, {}) AS k)"


class Shapes(Peers):
    def uneven(self):
        """Tables of very uneven size, with hnsw and ivfflat indexes in turn: indexes of one table can be built while the
        rows of another still move."""
        name = f"{DATABASE}_uneven"
        tables = [(f"part{n}", max(1, round(share * self.options.rows)), dimensions)
                  for n, (share, dimensions) in enumerate(UNEVEN)]
        schema = [EXTENSION]
        for number, (table, _, dimensions) in enumerate(tables):
            schema.append(f"CREATE TABLE {table} (id text PRIMARY KEY, botid text, content text, embedding"
                          f" vector({dimensions}))")
            schema.append(f"ALTER TABLE {table} ALTER content SET STORAGE EXTERNAL")
            schema.append(f"CREATE INDEX {table}_embedding ON {table} USING " + (
                "ivfflat (embedding vector_l2_ops) WITH (lists = 50)" if number % 2 else
                "hnsw (embedding vector_cosine_ops)"))
        if not all(self.source.has(name) and self.count(self.source, name, table) == rows for table, rows, _ in tables):
            say(f"bench: making {len(tables)} uneven tables")
            self.source.fresh(name, *(line for line in schema if not line.startswith("CREATE INDEX")))
            for table, rows, dimensions in tables:
                pipe(
                    self.source.command(
                        "-c", f"COPY (SELECT id, botid, {WORDS.format(90)}, (embedding::real[])[1:{dimensions}]::vector"
                        f" FROM items LIMIT {rows}) TO STDOUT (FORMAT binary)"),
                    self.source.command("-c", f"COPY {table} FROM STDIN (FORMAT binary)"), self.source.env(DATABASE),
                    self.source.env(name))
            self.source.sql("VACUUM ANALYZE", database=name)

        def copy():
            """uneven tables"""
            self.target.fresh(name, *schema)
            self.settle()
            return self.run_copy(source=name, target=name)

        with self.line(self.source, latency_ms=1) as (port,):
            def copy_over_a_line():
                """uneven tables from behind a line"""
                self.target.fresh(name, *schema)
                self.settle()
                return self.run_copy(source=name, target=name, ports=(port, None))

            runs, slow_runs = self.rounds(min(3, self.options.runs), copy, copy_over_a_line)
        sizes = f"{len(tables)} tables of {tables[-1][1]:,} to {tables[0][1]:,} rows"
        for what, done in ((sizes, runs), (f"the same from behind a line of {self.options.mbit} Mbit/s", slow_runs)):
            copies = [run.copy for run in done]
            builds = [sum(index.get("seconds") or 0 for index in self.indexes_of(run)) for run in done]
            self.compare(
                f"{what}, whole, against rows moved and builds", [run.wall for run in done],
                [sum(pair) for pair in zip(copies, builds)],
                how=f": rows moved {median(copies):.2f}, builds {median(builds):.2f}", copy=copies, builds=builds)
        self.memory_of("uneven", runs)
        for server in (self.source, self.target):
            server.drop(name)

    def plan(self):
        """The time that a plan takes, and the time of the whole copy."""
        rows, name = self.options.wide, f"{DATABASE}_wide"
        if not (self.source.has(name) and self.count(self.source, name) == rows):
            say(f"bench: making {rows:,} rows of 2 KB of text and vectors of 4 KB")
            self.source.fresh(name, file=SCHEMA)
            times = -(-rows // self.options.rows)
            pipe(
                self.source.command(
                    "-c", f"COPY (SELECT lpad(n::text, 3, '0') || substr(id, 4), botid, {WORDS.format(60)}, source,"
                    f" embedding FROM generate_series(1, {times}) AS n, items LIMIT {rows}) TO STDOUT (FORMAT binary)"),
                self.source.command("-c", "COPY items FROM STDIN (FORMAT binary)"), self.source.env(DATABASE),
                self.source.env(name))
            self.source.sql("VACUUM (ANALYZE) items", database=name)

        def plan():
            """plan"""
            self.target.fresh(name, file=SCHEMA)
            self.settle()
            return self.run_plan(source=name, target=name)

        def copy():
            """copy"""
            self.target.fresh(name, file=SCHEMA)
            self.settle()
            return self.run_copy(source=name, target=name)

        plans, runs = self.rounds(self.options.runs, plan, copy)
        walls = [run.wall for run in plans]
        self.report.add("plan", "plan", median(walls), "s", seconds(walls), wall=walls)
        walls, copies = [run.wall for run in runs], [run.copy for run in runs]
        self.report.add(
            "plan", f"copy of {rows:,} rows of 2 KB of text and 4 KB of vector, whole", median(walls), "s",
            f"{seconds(walls)}, rows moved {seconds(copies)}", wall=walls, copy=copies)
        for server in (self.source, self.target):
            server.drop(name)

    def narrow(self):
        """A bot table of very many small rows: the cost of a row rather than of a byte."""
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
            """small rows"""
            self.target.fresh(name, EXTENSION, table)
            self.settle()
            return self.run_copy(source=name, target=name, cpu=True)

        # Half a minute a side: three runs are enough.
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
        """Very many small tables: the cost of a table."""
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
            """small tables"""
            self.make_tables(self.target, name, count)
            self.settle()
            return self.run_copy(source=name, target=name)

        dumps, runs = self.rounds(min(3, self.options.runs), dump, copy)
        walls, copies = [run.wall for run in runs], [run.copy for run in runs]
        self.compare(
            f"{count:,} small tables, whole copy, against pg_dump --data-only into psql", walls, dumps, 1.0,
            how=f", {median(walls) / count * 1e3:.2f} ms a table")
        self.report.add(
            "many", "rows moved, a table", median(copies) / count * 1e3, "ms", f"{seconds(copies)} in all", copy=copies)
        self.memory_of("many", runs)
        for server in (self.source, self.target):
            server.drop(name)

    def make_tables(self, server, name, count, rows=0):
        """Creates small embedding tables, empty or with rows: a hundred in a transaction, to spare the lock table."""
        server.fresh(
            name, EXTENSION,
            *(f"""DO $$ BEGIN FOR n IN {first}..{min(first + 99, count)} LOOP
                EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, botid text, embedding vector(32))', n);
                EXECUTE format('INSERT INTO t%s SELECT i, ''bot'', array_fill(i / 8.0, ARRAY[32])::vector'
                    ' FROM generate_series(1, {rows}) AS i', n);
            END LOOP; END $$""" for first in range(1, count + 1, 100)), "VACUUM ANALYZE")

    def mixed(self):
        """Thirty tables of uneven size with vector indexes, against pgcopydb's clone and comparison."""
        if not (self.has_binary_copy() and self.has_compare_data()):
            raise Failed(f"{self.item} needs pgcopydb 0.18: PGCOPYDB=$(scripts/bench/pgcopydb)")
        name, count, rows = f"{DATABASE}_mixed", 30, self.options.rows
        # Each has four fifths of the rows of the one before it.
        tables = [(f"part{n}", max(50, round(rows / 5 * 0.8 ** n)), (128, 256, 384)[n % 3]) for n in range(count)]
        if not all(self.source.has(name) and self.count(self.source, name, table) == size for table, size, _ in tables):
            say(f"bench: making {count} tables of uneven size")
            self.source.fresh(name, EXTENSION)
            for number, (table, size, dimensions) in enumerate(tables):
                self.source.sql(
                    f"CREATE TABLE {table} (id text PRIMARY KEY, botid text, content text, embedding vector({dimensions}))",
                    database=name)
                pipe(
                    self.source.command(
                        "-c", f"COPY (SELECT id, botid, content, (embedding::real[])[1:{dimensions}]::vector FROM items"
                        f" LIMIT {size}) TO STDOUT (FORMAT binary)"),
                    self.source.command("-c", f"COPY {table} FROM STDIN (FORMAT binary)"), self.source.env(DATABASE),
                    self.source.env(name))
                kind = "ivfflat (embedding vector_l2_ops) WITH (lists = 50)" if number % 2 else \
                    "hnsw (embedding vector_cosine_ops)"
                self.source.sql(f"CREATE INDEX {table}_embedding ON {table} USING {kind}", database=name, timeout=3600)
            self.source.sql("VACUUM ANALYZE", database=name)

        def vecferry():
            """thirty tables"""
            self.target.fresh(name, EXTENSION)
            self.settle()
            return self.run_copy("--create", source=name, target=name)

        def pgcopydb():
            self.target.fresh(name)
            self.settle()
            return self.pgcopydb_clone_of(name)

        runs, clones = self.rounds(min(3, self.options.runs), vecferry, pgcopydb)
        self.compare(
            f"{count} tables of {tables[-1][1]:,} to {tables[0][1]:,} rows, created, indexed and proven, against pgcopydb"
            f" {self.pgcopydb_version} clone, compare data", [run.wall for run in runs], [sum(parts) for parts in clones], 0.6,
            f": clone {median([parts[0] for parts in clones]):.2f}, compare data {median([parts[1] for parts in clones]):.2f}",
            clones=clones)
        for server in (self.source, self.target):
            server.drop(name)

    def start(self):
        """What a copy of few rows costs beyond doing the same by hand."""
        name, rows = f"{DATABASE}_start", 1_000
        self.source.fresh(name, file=SCHEMA)
        pipe(self.source.command("-c", f"COPY (SELECT * FROM items LIMIT {rows}) TO STDOUT (FORMAT binary)"),
             self.source.command("-c", "COPY items FROM STDIN (FORMAT binary)"), self.source.env(DATABASE),
             self.source.env(name))
        self.source.sql("VACUUM (ANALYZE) items", database=name)

        def by_hand():
            self.target.fresh(name, file=SCHEMA)
            self.target.sql("DROP INDEX idx_items_embedding", database=name)
            self.settle()
            moved = self.raw_pipe("items", self.source, name, self.target, name)
            return moved + self.target.timed(IVFFLAT_INDEX, database=name)

        def copy():
            """few rows"""
            self.target.fresh(name, file=SCHEMA)
            self.settle()
            return self.run_copy(source=name, target=name)

        hands, runs = self.rounds(2 * self.options.runs, by_hand, copy)
        walls = [run.wall for run in runs]
        self.report.add(
            "start", f"{rows:,} rows, whole copy, beyond psql's pipe and the index", median(walls) - median(hands), "s",
            f"{seconds(walls)} - {seconds(hands)}", 0.15, ours=walls, theirs=hands)
        for server in (self.source, self.target):
            server.drop(name)

    def huge_row(self):
        """One very large row, which the client must hold whole."""
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
            """huge row"""
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
