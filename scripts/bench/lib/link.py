"""The item link: a copy over a long, narrow line."""

from bench import BARE, DATABASE
from harness import median, pipe, seconds
from shapes import Shapes


class Link(Shapes):
    def link(self):
        """Both servers behind one long, narrow line: how well it is filled, and whether small tables and chunks wait for
        replies."""
        with self.line(self.source, self.target, latency_ms=self.options.latency_ms) as ports:
            self.fill(ports)
            self.small_tables(ports)

    def fill(self, ports):
        name, trip, rate = f"{DATABASE}_link", self.options.latency_ms / 1e3, self.options.mbit * 1e6 / 8
        rows = min(self.options.rows, 20_000)
        if not (self.source.has(name) and self.count(self.source, name) == rows):
            self.source.fresh(name, *BARE)
            pipe(self.source.command("-c", f"COPY (SELECT * FROM items LIMIT {rows}) TO STDOUT (FORMAT binary)"),
                 self.source.command("-c", "COPY items FROM STDIN (FORMAT binary)"), self.source.env(DATABASE),
                 self.source.env(name))
            self.source.sql("VACUUM (ANALYZE) items", database=name)

        def fresh():
            self.target.fresh(name, *BARE)
            self.settle()

        def raw():
            fresh()
            return self.raw_pipe(
                "items", self.source, name, self.target, name, source_port=ports[0], target_port=ports[1])

        def copy(*arguments):
            """over a link"""
            fresh()
            return self.run_copy(*arguments, source=name, target=name, ports=ports)

        def copy_in_small_chunks():
            """over a link, with chunks of 1 MiB"""
            return copy("--chunk-size", "1")

        raws, runs, smalls = self.rounds(min(3, self.options.runs), raw, copy, copy_in_small_chunks)
        copies, size = [run.copy for run in runs], runs[0].report["streamedBytes"]
        # One round trip each to claim, read, write and commit, and one for the last byte.
        ideal = size / rate + 5 * trip
        self.compare(
            f"{size / 1e6:.0f} MB moved against an ideal link", copies, [ideal], 1.1,
            f" = bytes / {self.options.mbit} Mbit/s + 5 x {self.options.latency_ms} ms", bytes=size,
            wall=[run.wall for run in runs])
        self.compare("the same for one raw psql pipe", raws, [ideal])
        self.compare(
            "with chunks of 1 MiB, against an ideal link", [run.copy for run in smalls], [ideal], 1.1,
            f", some {size / 2**20:.0f} chunks")
        for server in (self.source, self.target):
            server.drop(name)

    def small_tables(self, ports):
        count, name, trip = min(300, self.options.many), f"{DATABASE}_link_many", self.options.latency_ms / 1e3
        self.make_tables(self.source, name, count, rows=10)

        def copy():
            """small tables over a link"""
            self.make_tables(self.target, name, count)
            self.settle()
            return self.run_copy(source=name, target=name, ports=ports)

        (runs,) = self.rounds(min(3, self.options.runs), copy)
        copies, walls = [run.copy for run in runs], [run.wall for run in runs]
        self.report.add(
            "link", f"{count} small tables: rows moved, a table", median(copies) / count / trip, "round trips",
            f"{seconds(copies)} in all", 1.0, copy=copies)
        self.report.add(
            "link", "the same, whole copy, a table", median(walls) / count / trip, "round trips",
            f"{seconds(walls)} in all", wall=walls)
        for server in (self.source, self.target):
            server.drop(name)
