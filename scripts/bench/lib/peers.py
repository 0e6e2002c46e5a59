"""The items full and verify, which are measured against other programs."""

import os
import re
import tempfile
import time

from bench import SCHEMA, Bench
from harness import Failed, end, measure, median, seconds, start, wait_for

# Seconds of pgcopydb 0.18, clone --use-copy-binary and compare data, over those of pg_dump and pg_restore, measured
# earlier with 60,000 rows. Used for estimates where pgcopydb 0.18 is not available.
CLONE_TO_DUMP = 9.5 / 22.4
COMPARE_TO_DUMP = 4.1 / 22.4
NO_PEER = "pgcopydb 0.18 was not installed; with PGCOPYDB=$(scripts/bench/pgcopydb) it is measured instead of estimated"


class Peers(Bench):
    def full(self):
        """The whole copy, loaded, indexed and proven, against other tools."""

        def vecferry():
            """items as deployed"""
            self.target.fresh(self.data.database, file=SCHEMA)
            self.settle()
            return self.run_copy()

        variants = [vecferry, lambda: self.dump_restore(), lambda: self.dump_restore("--compress=0")]
        if self.pgcopydb:
            variants.append(self.pgcopydb_clone)
        runs, dumps, plains, *clones = self.rounds(self.options.runs, *variants)
        if self.data.is_text:
            self.target.fresh(self.data.database, file=SCHEMA)
            self.run_copy()
            self.note_texts()
        walls = [run.wall for run in runs]
        self.against_pgcopydb(walls, clones[0] if clones else None, dumps)
        self.compare("against pg_dump -j2, pg_restore -j2", walls, dumps, 0.35, "; theirs is not verified")
        self.compare("the same with pg_dump --compress=0", walls, plains)
        parts = [(run.copy, sum(index.get("seconds") or 0 for index in self.indexes_of(run))) for run in runs]
        self.report.add(
            self.item, "of which rows moved", median([part[0] for part in parts]), "s",
            f"index builds {seconds(part[1] for part in parts)}, side by side with reading back", parts=parts)

    def against_pgcopydb(self, walls, clones, dumps):
        if clones:
            clone = [copied for copied, _ in clones]
            compare = [compared for _, compared in clones if compared is not None]
            theirs = [copied + (compared or 0) for copied, compared in clones]
            binary = "--use-copy-binary" if self.has_binary_copy() else "text (it has no --use-copy-binary)"
            self.compare(
                f"against pgcopydb {self.pgcopydb_version} clone, {binary}", walls, theirs,
                # The target is about a binary copy.
                (0.45 if self.data.is_text else 0.6) if self.has_binary_copy() else None,
                f": clone {median(clone):.2f}, compare data {median(compare):.2f}" if compare else
                ": clone alone, it has no compare data", clone=clone, compare_data=compare)
            if compare and self.has_binary_copy():
                return
        factor = CLONE_TO_DUMP + COMPARE_TO_DUMP
        estimate = factor * median(dumps)
        self.compare(
            "against pgcopydb 0.18 --use-copy-binary + compare data", walls, [estimate], 0.6,
            f" = {factor:.2f} x this run's pg_dump, pg_restore (ratio of an earlier measurement)", estimated=True)
        self.report.note(NO_PEER)

    def dump_restore(self, *arguments):
        self.target.fresh(self.data.database)
        self.settle()
        programs = os.environ["VECFERRY_RIG_BIN"]
        with tempfile.TemporaryDirectory(prefix="vecferry-bench-") as folder:
            dump = [f"{programs}/pg_dump", "--format=directory", "--jobs=2", f"--file={folder}/dump", *arguments]
            restore = [
                f"{programs}/pg_restore", "--jobs=2", f"--dbname={self.data.database}", "--exit-on-error", f"{folder}/dump"]
            return (measure(dump, self.source.env(self.data.database)).wall
                    + measure(restore, self.target.env(self.data.database)).wall)

    def pgcopydb_clone(self):
        """(seconds of the clone, seconds of compare data or None)"""
        self.target.fresh(self.data.database)
        self.settle()
        seconds_taken = self.pgcopydb_clone_of(self.data.database)
        # pgcopydb only warns of some failures.
        if self.count(self.target, self.data.database) != self.data.rows:
            raise Failed("pgcopydb exited with 0, but has not copied all rows")
        return seconds_taken

    def pgcopydb_clone_of(self, name):
        binary = ["--use-copy-binary"] if self.has_binary_copy() else []
        ends = ["--source", self.source.uri(name), "--target", self.target.uri(name)]
        env = self.pgcopydb_env()
        with tempfile.TemporaryDirectory(prefix="vecferry-bench-") as folder:
            clone = measure(
                [self.pgcopydb, "clone", *ends, "--dir", f"{folder}/clone", "--table-jobs", "2", "--index-jobs", "2",
                 *binary], env).wall
            return clone, self.pgcopydb_compare(folder, name)

    def pgcopydb_compare(self, folder, name=None):
        if not self.has_compare_data():
            return None
        name = name or self.data.database
        # Not every version that can compare data does so in parallel.
        jobs = ["--jobs", "2"] if "--jobs" in self.pgcopydb_help("compare", "data") else []
        return measure(
            [self.pgcopydb, "compare", "data", "--source", self.source.uri(name), "--target",
             self.target.uri(name), "--dir", f"{folder}/compare", *jobs], self.pgcopydb_env()).wall

    def pgcopydb_env(self):
        path = os.environ["VECFERRY_RIG_BIN"] + ":" + os.environ["PATH"]
        return {"PGPASSWORD": self.source.password, "PATH": path}

    def pgcopydb_help(self, *words):
        run = measure([self.pgcopydb, *words, "--help"], expect=None)
        return run.out + "\n".join(line for _, line in run.lines)

    def has_binary_copy(self):
        return "--use-copy-binary" in self.pgcopydb_help("clone")

    def has_compare_data(self):
        return bool(self.pgcopydb) and re.search(r"^\s+data\s", self.pgcopydb_help("compare"), re.MULTILINE) is not None

    def verify(self):
        """Comparing both sides again, against another tool's comparison and against only reading them."""
        if not self.has_command("verify"):
            raise Failed("this vecferry has no verify command")
        self.target.fresh(self.data.database, file=SCHEMA)
        self.run_copy()
        streams = min(4, max(2, os.cpu_count() or 2))

        def compare():
            self.settle()
            with tempfile.TemporaryDirectory(prefix="vecferry-bench-") as folder:
                return self.pgcopydb_compare(folder)

        def vecferry():
            """verify"""
            self.settle()
            return self.command("verify")[0]

        variants = [vecferry, lambda: self.read(self.source, streams), lambda: self.read(self.target, streams)]
        if self.has_compare_data():
            variants.append(compare)
        runs, sources, targets, *compares = self.rounds(self.options.runs, *variants)
        walls = [run.wall for run in runs]
        slower = max(sources, targets, key=median)
        self.compare(
            f"against reading the slower side in {streams} streams", walls, slower, read_source=sources,
            read_target=targets)
        self.compare(
            "against reading both sides one after the other", walls, [sum(pair) for pair in zip(sources, targets)],
            how=f": what {os.cpu_count()} cores must do in all")
        self.memory_of(self.item, runs)
        if compares:
            self.compare(f"against pgcopydb {self.pgcopydb_version} compare data", walls, compares[0], 0.3 if self.data.is_text else 0.35)
            return
        estimate = COMPARE_TO_DUMP * self.dump_restore()
        self.compare(
            "against pgcopydb 0.18 compare data", walls, [estimate], 0.35,
            f" = {COMPARE_TO_DUMP:.2f} x one pg_dump, pg_restore (ratio of an earlier measurement)", estimated=True)
        self.report.note(NO_PEER)

    def read(self, server, streams, table="items"):
        """Seconds to read a table in this many ranges of its heap at once, and to discard the rows."""
        database = self.data.database
        pages = int(server.sql(
            f"SELECT pg_relation_size('{table}') / current_setting('block_size')::int", database=database))
        self.settle()
        began = time.monotonic()
        readers = []
        with open(os.devnull, "w") as nothing:
            for number in range(streams):
                low, high = pages * number // streams, pages * (number + 1) // streams
                bound = "" if number == streams - 1 else f" AND ctid < '({high},0)'"
                query = f"COPY (SELECT * FROM {table} WHERE ctid >= '({low},0)'{bound}) TO STDOUT (FORMAT binary)"
                readers.append(start(server.command("-c", query), server.env(database), stdout=nothing))
        try:
            for reader in readers:
                wait_for(reader, 1800)
        finally:
            for reader in readers:
                if reader.returncode is None:
                    end(reader)
        if any(reader.returncode for reader in readers):
            raise Failed(f"reading {table} failed")
        return time.monotonic() - began
