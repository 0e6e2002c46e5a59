"""The item hosts: what offering chunks to workers costs, and what workers on lines of their own bring."""

import os
import subprocess
import tempfile

from bench import BARE, DATABASE, Bench
from harness import ROOT, Failed, end, measure, median, seconds, start

CLUSTER = os.path.join(ROOT, "scripts/rig.d/cluster")
MOST = 3


class Hosts(Bench):
    def hosts(self):
        """A copy that offers its chunks against one that does not, and N processes on N lines against one."""
        self.overhead()
        if os.geteuid() != 0:
            raise Failed("hosts with lines of their own need root")
        self.lines()

    def overhead(self):
        for size in ("", "1"):
            chunks = ["--chunk-size", size] if size else []

            def alone():
                """rows moved by one process"""
                self.target.fresh(DATABASE, *BARE)
                self.settle()
                return self.run_copy(*chunks)

            def offering():
                """rows moved by one process that offers its chunks"""
                self.target.fresh(DATABASE, *BARE)
                self.settle()
                return self.run_copy("--workers", *chunks)

            alones, offerings = self.rounds(2 * self.options.runs, alone, offering)
            self.compare(
                f"rows moved with --workers, and no worker, against without{f', chunks of {size} MiB' if size else ''}",
                [run.copy for run in offerings], [run.copy for run in alones], 1.03)

    def lines(self):
        """Each process is on a host of its own, in a network namespace whose link has --mbit each way."""
        with tempfile.TemporaryDirectory(prefix="vecferry-bench-") as folder:
            hosts = os.path.join(folder, "hosts")
            ports = [str(server.port) for server in (self.source, self.target)]
            address = measure([CLUSTER, "up", hosts, str(MOST), *ports]).out.strip()
            try:
                for number in range(MOST):
                    measure([CLUSTER, "rate", hosts, f"host{number + 1}", str(self.options.mbit)])
                variants = [self.on_lines(hosts, address, count) for count in range(1, MOST + 1)]
                one, *several = self.rounds(min(3, self.options.runs), *variants)
            finally:
                subprocess.run([CLUSTER, "down", hosts], check=True)
        for count, runs in enumerate(several, 2):
            self.report.add(
                "hosts", f"rows moved by {count} hosts, each with {self.options.mbit} Mbit/s: time x {count} against one host",
                median(runs) * count / median(one), "ratio", f"{seconds(runs)} x {count} / {seconds(one)}", 1.1, ours=runs,
                one=one)

    def on_lines(self, hosts, address, count):
        def copy():
            self.target.fresh(DATABASE, *BARE)
            self.settle()
            ends = [word for server in (self.source, self.target) for word in (
                f"--{server.name}", f"postgresql://{server.user}@{address}:{server.port}/{DATABASE}")]
            env = {"PGPASSWORD": self.source.password, "VECFERRY_NO_SEARCH_CHECK": "1"}
            workers = [
                start([CLUSTER, "run", hosts, f"host{number}", self.vecferry, "worker", *ends], env, stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL) for number in range(2, count + 1)]
            try:
                run = self.copied(measure(
                    [CLUSTER, "run", hosts, "host1", self.vecferry, "copy", "--workers", "--json", *ends], env))
                for worker in workers:
                    if worker.wait(60):
                        raise Failed(f"a worker exited with {worker.returncode}")
            finally:
                for worker in workers:
                    end(worker)
            return run.copy

        return copy
