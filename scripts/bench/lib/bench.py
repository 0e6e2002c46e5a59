"""Shared by the items: the seeded source, a fresh target, a measured copy, and reporting a comparison."""

import contextlib
import dataclasses
import json
import os
import re
import shutil
import subprocess
import time

from harness import ROOT, Failed, Run, counted, end, measure, median, pipe, say, seconds, start

DATABASE = "bench"
EXTENSION = "CREATE EXTENSION vector"
SCHEMA = "sql/rig/bedrock-chat.sql"
# `items` with its primary key alone.
BARE = (EXTENSION, "CREATE TABLE items (id char(26) PRIMARY KEY, botid char(26), content text, source text,"
        " embedding vector(1024))")
BOTID_INDEX = "CREATE INDEX idx_items_botid ON items USING btree (botid)"
IVFFLAT_INDEX = "CREATE INDEX idx_items_embedding ON items USING ivfflat (embedding vector_l2_ops) WITH (lists = 100)"
HNSW_INDEX = "CREATE INDEX idx_items_hnsw ON items USING hnsw (embedding vector_cosine_ops)"
COLUMNS = "id, botid, content, source, embedding"


@dataclasses.dataclass(frozen=True)
class DataSet:
    """A database of the source with the table `items`."""

    database: str
    rows: int
    # Whether its texts are natural language, which a server compresses; the other's are too short for that.
    is_text: bool = False


class Bench:
    def __init__(self, options, source, target, vecferry, report):
        self.options, self.source, self.target, self.report = options, source, target, report
        self.vecferry = vecferry
        # Whether the current step has run vecferry.
        self.ran_vecferry = False
        self.pgcopydb = os.environ.get("PGCOPYDB") or shutil.which("pgcopydb")
        self.pgcopydb_version = self.version_of_pgcopydb()
        self.sized = None
        # The item that is being measured.
        self.item = None
        self.data = DataSet(DATABASE, options.rows)

    @contextlib.contextmanager
    def with_texts(self):
        """Measures with real text."""
        hexadecimal, self.data = self.data, DataSet(f"{DATABASE}_text", self.options.wide, is_text=True)
        try:
            self.seed_texts()
            yield
        finally:
            self.data = hexadecimal

    def seed_texts(self):
        """The usual vectors, with texts in natural language."""
        name, rows = self.data.database, self.data.rows
        if self.source.has(name) and self.count(self.source, name) == rows:
            return
        say(f"bench: making {rows:,} rows of real text")
        folder = measure([os.path.join(ROOT, "scripts/bench/texts")]).out.strip()
        self.source.fresh(name, file=SCHEMA)
        self.source.sql(
            "CREATE TABLE texts (n int GENERATED ALWAYS AS IDENTITY, content text)",
            "CREATE TABLE others (n int GENERATED ALWAYS AS IDENTITY, id text, botid text, source text, embedding vector)",
            database=name)
        env = self.source.env(name)
        pipe(["python3", os.path.join(ROOT, "scripts/bench/lib/texts.py"), folder, str(rows)],
             self.source.command("-c", "COPY texts (content) FROM STDIN"), {}, env)
        times = -(-rows // self.options.rows)
        pipe(self.source.command(
                 "-c", "COPY (SELECT lpad(n::text, 3, '0') || substr(id, 4), botid, source, embedding"
                 f" FROM generate_series(1, {times}) AS n, items LIMIT {rows}) TO STDOUT (FORMAT binary)"),
             self.source.command("-c", "COPY others (id, botid, source, embedding) FROM STDIN (FORMAT binary)"),
             self.source.env(DATABASE), env)
        self.source.sql(
            "INSERT INTO items SELECT id, botid, content, source, embedding FROM others JOIN texts USING (n)",
            "DROP TABLE texts, others", "VACUUM (ANALYZE) items", database=name)

    def note_texts(self):
        """Says how much smaller the target has made the texts."""
        size = self.target.sql(
            "SELECT round(sum(pg_column_size(content)) / sum(octet_length(content))::numeric, 2) || ' of '"
            " || round(avg(octet_length(content))) FROM items", database=self.data.database)
        self.report.note(f"{self.item}: a text takes {size} bytes on the target")

    def seed(self):
        """The source's `items` in a database of their own, so that every peer moves the same rows."""
        rows = self.options.rows
        if self.source.has(DATABASE) and self.count(self.source, DATABASE) == rows:
            return
        say(f"bench: seeding {rows:,} rows")
        debian = ["--debian"] if self.options.servers == "debian" else []
        measure([os.environ["VECFERRY_RIG"], "seed", "--rows", str(rows), *debian], {})
        self.source.fresh(DATABASE, file=SCHEMA)
        self.raw_pipe("items", self.source, "postgres", self.source, DATABASE)
        self.source.sql("VACUUM (ANALYZE) items", database=DATABASE)

    @staticmethod
    def count(server, database, table="items"):
        exists = server.sql(f"SELECT to_regclass('{table}') IS NOT NULL", database=database)
        return int(server.sql(f"SELECT count(*) FROM {table}", database=database)) if exists == "t" else 0

    def settle(self):
        """Writes what earlier steps left to be written, so that it is not written while the next one is timed."""
        for server in (self.source, self.target):
            server.sql("CHECKPOINT")
        os.sync()

    def raw_pipe(self, table, source, source_database, target, target_database, columns="*", source_port=None,
                 target_port=None):
        listed = "" if columns == "*" else f" ({columns})"
        return pipe(
            source.command("-c", f"COPY (SELECT {columns} FROM {table}) TO STDOUT (FORMAT binary)"),
            target.command("-c", f"COPY {table}{listed} FROM STDIN (FORMAT binary)"),
            source.env(source_database, source_port), target.env(target_database, target_port))

    def copy_items_raw(self):
        name = self.data.database
        return self.raw_pipe("items", self.source, name, self.target, name, COLUMNS)

    def command(self, name, *arguments, source=None, target=None, ports=(None, None), cpu=False, timeout=1800):
        self.ran_vecferry = True
        source, target = source or self.data.database, target or self.data.database
        run = measure(
            [self.vecferry, name, "--source", self.source.uri(source, ports[0]), "--target",
             self.target.uri(target, ports[1]), "--json", *arguments],
            # The search check compares answers, which the programs beside it do not. An older vecferry has no such option.
            {"PGPASSWORD": self.source.password, "VECFERRY_NO_SEARCH_CHECK": "1"}, timeout,
            servers=(self.source, self.target) if cpu else None)
        return run, self.document_of(run)

    @staticmethod
    def document_of(run):
        try:
            return json.loads(run.out)
        except ValueError:
            raise Failed(f"vecferry wrote no JSON: {run.out[:200]!r}")

    def run_copy(self, *arguments, **how):
        run, _ = self.command("copy", *arguments, **how)
        return self.copied(run)

    def copied(self, run):
        """A run of a copy, with its report."""
        run.report = self.document_of(run)
        if run.report.get("outcome") != "proven":
            raise Failed(f"vecferry copy ended {run.report.get('outcome')!r}")
        run.copy = run.report["copySeconds"]
        return run

    def run_plan(self, **how):
        run, document = self.command("plan", **how)
        if not document.get("ready"):
            raise Failed("vecferry plan found a blocker")
        return run

    @contextlib.contextmanager
    def line(self, *servers, latency_ms):
        """The ports of servers that are all behind one long, narrow line."""
        ends = [f"{server.host}:{server.port}" for server in servers]
        shaper = start(
            ["python3", os.path.join(ROOT, "scripts/bench/lib/shaper.py"), "--rtt-ms", str(latency_ms), "--mbit",
             str(self.options.mbit), *ends], stdout=subprocess.PIPE)
        try:
            ports = [int(word) for word in shaper.stdout.readline().split()]
            if len(ports) != len(servers):
                raise Failed("the shaping proxy did not start")
            yield ports
        finally:
            end(shaper)
            shaper.stdout.close()

    def rounds(self, runs, *variants):
        """Runs every variant once a round, in reverse order every other round, and returns the results of each. A variant
        that runs vecferry is repeated with the program of --beside, right before or after."""
        results, others = [[] for _ in variants], {}
        began = time.monotonic()
        for number in range(runs):
            if number and time.monotonic() - began > self.options.budget:
                self.report.note(f"{self.item}: only {number} of {counted(runs, 'run')} within --budget {self.options.budget}")
                break
            order = list(enumerate(variants))
            for place, variant in reversed(order) if number % 2 else order:
                if number % 2 and place in others:
                    others[place].append(self.beside(variant))
                self.ran_vecferry = False
                results[place].append(variant())
                if self.options.beside and self.ran_vecferry and not number % 2:
                    others.setdefault(place, []).append(self.beside(variant))
        for place, theirs in sorted(others.items()):
            self.compare_beside(variants[place].__doc__ or variants[place].__name__, results[place], theirs)
        return results

    def beside(self, variant):
        ours = self.vecferry
        self.vecferry = self.options.beside
        try:
            return variant()
        finally:
            self.vecferry = ours

    def compare_beside(self, what, ours, theirs):
        if not isinstance(ours[0], Run):
            self.compare(f"beside: {what}", ours, theirs)
            return
        self.compare(
            f"beside: {what}, whole", [run.wall for run in ours], [run.wall for run in theirs],
            how=f", client CPU {seconds(run.cpu for run in ours)} / {seconds(run.cpu for run in theirs)}")
        if ours[0].copy and theirs[0].copy:
            self.compare(
                f"beside: {what}, rows moved", [run.copy for run in ours], [run.copy for run in theirs])

    def has_command(self, name):
        return measure([self.vecferry, name, "--help"], expect=None).out.find(f"USAGE: vecferry {name}") >= 0

    @staticmethod
    def indexes_of(run):
        return [index for table in run.report["tables"] for index in table["indexes"]]

    # Reporting results ----------------------------------------------------------------------------------------------

    def compare(self, what, ours, theirs, target=None, how="", estimated=False, **data):
        """The ratio of two medians, in seconds."""
        self.report.add(
            self.item, what, median(ours) / median(theirs), "ratio", f"{seconds(ours)} / {seconds(theirs)}{how}",
            target, estimated, ours=ours, theirs=theirs, **data)

    def cpu_share(self, item, runs):
        shares, clients, servers = [], [], []
        for run in runs:
            client, server = self.cpu_while_copying(run)
            if client + server > 0:
                shares.append(100 * client / (client + server))
                clients.append(client)
                servers.append(server)
        if not shares or not any(servers):
            self.report.note(f"{item}: the servers' CPU could not be read (in Docker?), so the client's share is not known")
            return
        self.report.add(
            item, "client CPU of all CPU while rows move", median(shares), "%",
            f"client {seconds(clients)}, servers {seconds(servers)}", 10 if item.startswith("copy") else None, shares=shares,
            client=clients, servers=servers)

    @staticmethod
    def cpu_while_copying(run):
        """CPU seconds of the client and of both servers from the start of the copy stage, for as long as rows moved."""
        first = run.at("Copying rows")
        if first is None or len(run.samples) < 2:
            return 0, 0

        def at(moment):
            before = run.samples[0]
            for sample in run.samples:
                # A client that has ended reads as zero.
                if sample[1] < before[1]:
                    break
                if sample[0] >= moment:
                    part = (moment - before[0]) / (sample[0] - before[0]) if sample[0] > before[0] else 0
                    return [a + part * (b - a) for a, b in zip(before[1:], sample[1:])]
                before = sample
            return before[1:]

        begin, stop = at(run.began + first), at(run.began + first + run.copy)
        return tuple(b - a for a, b in zip(begin, stop))

    def memory_of(self, item, runs):
        peaks = [run.peak_kib / 1024 for run in runs]
        self.report.add(
            item, "client memory, peak", max(peaks), "MiB", f"of {counted(len(peaks), 'run')}, least {min(peaks):.1f}", 64,
            peaks=peaks)

    def version_of_pgcopydb(self):
        if not self.pgcopydb:
            return None
        text = measure([self.pgcopydb, "--version"], expect=None).out
        found = re.search(r"pgcopydb version v?(\S+)", text)
        return found.group(1) if found else "of unknown version"
