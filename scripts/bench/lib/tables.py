"""The items copy, hnsw, memory and scale, which copy the usual table."""

import os
import shutil

from bench import BARE, BOTID_INDEX, DATABASE, HNSW_INDEX, IVFFLAT_INDEX, SCHEMA, Bench
from harness import Failed, measure, median, say


class Tables(Bench):
    def copy(self):
        """Moving rows with their digests against one raw stream, and the whole copy against the sum of its parts."""
        if self.data.is_text:
            self.copy_texts()
            return

        def raw():
            self.target.fresh(DATABASE, *BARE)
            self.settle()
            moved = self.copy_items_raw()
            self.settle()
            built = self.target.timed(BOTID_INDEX, IVFFLAT_INDEX, database=DATABASE)
            read = measure(
                ["sh", "-c", 'exec "$@" >/dev/null', "sh", *self.target.command(
                    "-c", "COPY items TO STDOUT (FORMAT binary)")], self.target.env(DATABASE)).wall
            return moved, built, read

        def bare():
            """items with its key alone"""
            self.target.fresh(DATABASE, *BARE)
            self.settle()
            return self.run_copy(cpu=True)

        def deployed():
            """items as deployed"""
            self.target.fresh(DATABASE, file=SCHEMA)
            self.settle()
            return self.run_copy()

        raws, bares, deployeds = self.rounds(self.options.runs, raw, bare, deployed)
        moves = [moved for moved, _, _ in raws]
        sums = [sum(parts) for parts in raws]
        self.compare(
            "rows moved against one raw psql pipe", [run.copy for run in bares], moves, 0.85,
            bytes=bares[0].report["streamedBytes"])
        self.compare("the same, with start, plan and proof", [run.wall for run in bares], moves)
        self.compare(
            "as-deployed, whole, against pipe + builds + one read", [run.wall for run in deployeds], sums, 1.0,
            f": pipe {median(moves):.2f}, builds {median([built for _, built, _ in raws]):.2f},"
            f" read {median([read for _, _, read in raws]):.2f}",
            copy=[run.copy for run in deployeds], parts=[list(parts) for parts in raws])
        self.cpu_share("copy", bares)
        self.memory_of("copy", bares + deployeds)

    def copy_texts(self):
        """The same for rows with real text, where the vectors are stored as pgvector creates such a column from 0.6 on, and as one
        keeps it that an older pgvector created. Both sides have their servers' own defaults."""
        name = self.data.database
        for storage, target in (("external", 0.65), ("extended", 0.45)):
            schema = (*BARE, f"ALTER TABLE items ALTER embedding SET STORAGE {storage}")

            def raw():
                self.target.fresh(name, *schema)
                self.settle()
                return self.copy_items_raw()

            def copy():
                """real text"""
                self.target.fresh(name, *schema)
                self.settle()
                return self.run_copy()

            raws, runs = self.rounds(self.options.runs, raw, copy)
            self.note_texts()
            self.compare(
                f"rows moved against one raw psql pipe, vectors {storage}", [run.copy for run in runs], raws, target,
                wall=[run.wall for run in runs])

    def hnsw(self):
        """The build that vecferry plans against the same build at the server's default memory."""

        def planned():
            """hnsw build"""
            self.target.fresh(DATABASE, *BARE, HNSW_INDEX)
            self.settle()
            run = self.run_copy(timeout=3600)
            built = [index for index in self.indexes_of(run) if index["name"]["name"] == "idx_items_hnsw"]
            if not built or not built[0].get("seconds"):
                raise Failed("vecferry copy did not say how long the hnsw build took")
            return built[0]["seconds"]

        def default():
            # The table that `planned` copied, if it has run already.
            if not self.target.has(DATABASE) or self.count(self.target, DATABASE) != self.options.rows:
                self.target.fresh(DATABASE, *BARE)
                self.copy_items_raw()
            self.target.sql("DROP INDEX IF EXISTS idx_items_hnsw", database=DATABASE)
            self.settle()
            return self.target.timed(HNSW_INDEX, database=DATABASE, timeout=3600)

        ours, theirs = self.rounds(self.options.hnsw_runs, planned, default)
        memory = self.target.sql("SHOW maintenance_work_mem")
        self.compare(
            f"planned build against maintenance_work_mem {memory}", ours, theirs, 0.25,
            f", {self.options.rows:,} rows; ours while it reads back")

    def memory(self):
        """The client's peak memory as the table grows."""
        by_rows = self.at_sizes()
        peaks = {rows: max(run.peak_kib for run in runs) / 1024 for rows, runs in by_rows.items()}
        how = ", ".join(f"{peak:.1f} MiB at {rows:,}" for rows, peak in peaks.items())
        self.report.add("memory", "client memory, highest peak", max(peaks.values()), "MiB", how, 64, peaks=peaks)
        least, most = min(peaks), max(peaks)
        self.report.add(
            "memory", f"at {most:,} rows against {least:,}", peaks[most] / peaks[least], "ratio", how, 1.1,
            peaks=peaks)

    def scale(self):
        """The cost of a row in a large table, against the usual one."""
        by_rows = self.at_sizes()
        small, large = min(by_rows), max(by_rows)
        for what, cost in (("rows moved", lambda run: run.copy), ("whole copy", lambda run: run.wall)):
            each = {rows: [cost(run) / rows * 1e6 for run in by_rows[rows]] for rows in (small, large)}
            self.report.add(
                "scale", f"{what}: cost per row at {large:,} against {small:,}",
                median(each[large]) / median(each[small]), "ratio",
                f"{median(each[large]):.1f} / {median(each[small]):.1f} us a row", 1.05 if what == "rows moved" else 1.1,
                microseconds={str(rows): values for rows, values in each.items()})

    def at_sizes(self):
        """Copies into the table as deployed, by rows of the source. Run once, for memory and for scale."""
        if self.sized:
            return self.sized
        options = self.options
        small, middle, large = options.rows, 10 * options.rows, options.large
        self.check_room(max(middle, large))

        def copy(rows):
            source = self.grown(rows)
            self.target.fresh(DATABASE, file=SCHEMA)
            self.settle()
            # What the other size has displaced from memory would be read from the disk.
            self.source.sql("COPY items TO '/dev/null' (FORMAT binary)", database=source)
            return self.run_copy(source=source, timeout=3600)

        by_rows = {rows: [] for rows in sorted({small, middle, large})}
        # The middle one first, so that its source can be dropped.
        if middle not in (small, large):
            by_rows[middle].append(copy(middle))
            self.source.drop(f"{DATABASE}_{middle}")
        self.grown(large)

        def copy_small():
            return copy(small)

        def copy_large():
            return copy(large)

        copy_small.__doc__, copy_large.__doc__ = f"{small:,} rows", f"{large:,} rows"
        smalls, larges = self.rounds(options.large_runs, copy_small, copy_large)
        by_rows[small] += smalls
        by_rows[large] += larges
        self.target.drop(DATABASE)
        self.sized = {rows: by_rows[rows] for rows in sorted(by_rows)}
        return self.sized

    def check_room(self, rows):
        """Fails unless there is disk space for a table of this many rows on both sides, its WAL and its index."""
        needed = rows * 7_000 * 3 + 10 * 2**30 * min(1, rows / 1_000_000)
        free = shutil.disk_usage(os.environ["VECFERRY_RIG_DIR"]).free
        if free < needed:
            raise Failed(f"{rows:,} rows need {needed / 2**30:.0f} GiB of disk, and {free / 2**30:.0f} GiB are free")

    def grown(self, rows):
        """The name of a source database with this many rows: the seeded ones, and copies of them with new ids."""
        base = self.options.rows
        if rows == base:
            return DATABASE
        name = f"{DATABASE}_{rows}"
        if self.source.has(name) and self.count(self.source, name) == rows:
            return name
        say(f"bench: growing the source to {rows:,} rows")
        self.source.drop(name)
        self.source.sql(f"CREATE DATABASE {name} TEMPLATE {DATABASE}")
        times = -(-rows // base) - 1
        self.source.sql(
            # The copy reads only the heap, and keeping the indexes would cost minutes.
            "DROP INDEX idx_items_embedding, idx_items_botid",
            f"INSERT INTO items SELECT 'B' || lpad(n::text, 3, '0') || substr(id, 5), botid, content, source, embedding"
            f" FROM items, generate_series(1, {times}) AS n LIMIT {rows - base}",
            "VACUUM (ANALYZE) items", database=name, timeout=3600)
        if self.count(self.source, name) != rows:
            raise Failed(f"the grown source holds {self.count(self.source, name)} rows")
        return name
