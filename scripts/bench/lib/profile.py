"""Profiles one copy: CPU with perf, and what the servers' sessions wait for with pg_stat_activity."""

import argparse
import collections
import os
import re
import shutil
import subprocess
import sys
import threading
import time

import harness
import measure as command_line
from bench import BARE, DATABASE, SCHEMA, Bench
from harness import ROOT, Server, end, say, start
from report import Report

# The sessions and their parallel workers. One without a wait event is on a CPU, or waits for one.
ACTIVITY = """
SELECT extract(epoch FROM clock_timestamp()), pid, CASE WHEN backend_type = 'client backend' THEN
        CASE WHEN query ILIKE '%COPY%' THEN 'copy' WHEN query ILIKE '%CREATE INDEX%' THEN 'index build' ELSE 'other' END
        ELSE backend_type END,
    CASE WHEN wait_event_type IS NULL THEN 'running' ELSE wait_event_type || ':' || wait_event END
FROM pg_catalog.pg_stat_activity
WHERE pid <> pg_backend_pid() AND state = 'active' AND backend_type IN ('client backend', 'parallel worker')
"""


def options_of(words):
    parser = argparse.ArgumentParser(prog="scripts/bench/profile", add_help=False)
    parser.add_argument("--rows", type=command_line.positive, default=60_000)
    parser.add_argument("--top", type=command_line.positive, default=25)
    for name in ("bare", "psql", "keep", "check"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--vecferry")
    parser.add_argument("arguments", nargs="*")
    return parser.parse_args(words)


class Watcher:
    """Samples one server's sessions until it is stopped."""

    def __init__(self, server):
        self.server, self.samples, self.pids = server, [], set()
        self.process = start(
            server.command("-F", "\t"), server.env(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.process.stdin.write(ACTIVITY.encode() + b"\\watch 0.01\n")
        self.process.stdin.flush()
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        for line in self.process.stdout:
            words = line.decode().rstrip("\n").split("\t")
            if len(words) == 4:
                self.samples.append((float(words[0]), words[2], words[3]))
                self.pids.add(int(words[1]))

    def stop(self):
        end(self.process)
        self.thread.join(5)
        self.process.stdin.close()
        self.process.stdout.close()


def main():
    options = options_of(sys.argv[1:])
    if options.check:
        return 0
    harness.end_with_us()
    folder = os.environ["VECFERRY_RIG_DIR"]
    servers = [Server(side, os.environ[f"VECFERRY_{side.upper()}"], os.path.join(folder, side))
               for side in ("source", "target")]
    vecferry = options.vecferry and os.path.realpath(options.vecferry)
    if not vecferry and not options.psql:
        vecferry = command_line.built()
    bench_options = command_line.options_of(["copy", "--rows", str(options.rows)])
    bench = Bench(bench_options, *servers, vecferry, Report(bench_options))
    try:
        bench.seed()
        if options.bare or options.psql:
            servers[1].fresh(DATABASE, *BARE)
        else:
            servers[1].fresh(DATABASE, file=SCHEMA)
        bench.settle()
        profile(options, bench, os.path.join(folder, "results"))
    finally:
        harness.end_all()
    return 0


def profile(options, bench, folder):
    os.makedirs(folder, exist_ok=True)
    data = os.path.join(folder, time.strftime("perf-%Y%m%dT%H%M%SZ.data", time.gmtime()))
    watchers = [Watcher(bench.source), Watcher(bench.target)]
    recorder = start_perf(data)
    # perf takes a moment to start.
    time.sleep(1)
    began, clock = time.monotonic(), time.time() - time.monotonic()
    try:
        client = None
        if options.psql:
            wall = bench.copy_items_raw()
            stages = [("psql pipe", began, began + wall)]
        else:
            run = bench.run_copy(*options.arguments)
            wall, began = run.wall, run.began
            stages, client = stages_of(run), run.pid
    finally:
        if recorder:
            # On SIGINT, perf writes its data and ends.
            recorder.send_signal(2)
            recorder.wait()
            harness.running.pop(recorder.pid, None)
        for watcher in watchers:
            watcher.stop()
    names = {watcher.process.pid: "(this profile)" for watcher in watchers} | {os.getpid(): "(this profile)"}
    for watcher in watchers:
        names |= dict.fromkeys(watcher.pids, watcher.server.name)
        names[watcher.server.postmaster()] = watcher.server.name
    names[client] = "vecferry"
    print(f"{wall:.2f} s: " + ", ".join(f"{name} {stop - first:.2f}" for name, first, stop in stages))
    for name, first, stop in stages:
        if stop - first < 0.05 * wall:
            continue
        print(f"\n=== {name}, {stop - first:.2f} s")
        for watcher in watchers:
            print_waits(watcher, first + clock, stop + clock)
        if recorder:
            print_symbols(data, first, stop, options.top, names)
    if recorder:
        print(f"\n{os.path.relpath(data, ROOT)}: perf report -i … shows the rest")


def stages_of(run):
    """(name, begin, end) of the stages that vecferry reports on standard error. Each ends where the next begins: with a
    single table, copying is over when indexes are built."""
    words = (("plan", "Reading the catalogs"), ("prepare", "Preparing the target"), ("copy", "Copying rows"),
             ("index and read back", "Building indexes"), ("finish", "Finishing"))
    begins = [(name, run.began + when) for name, text in words if (when := run.at(text)) is not None]
    if not begins:
        return [("everything", run.began, run.began + run.wall)]
    ends = [begin for _, begin in begins[1:]] + [run.began + run.wall]
    return [(name, begin, stop) for (name, begin), stop in zip(begins, ends)]


def start_perf(data):
    """Starts perf on the whole machine; returns None if that is not possible."""
    perf = shutil.which("perf")
    if not perf:
        say("profile: no perf in PATH (Debian: apt-get install linux-perf); waits only")
        return None
    # The software clock works in virtual machines that hide the processor's counters.
    for event in ("cycles", "cpu-clock"):
        probe = subprocess.run(
            [perf, "record", "-q", "-a", "-e", event, "-o", os.devnull, "--", "true"], capture_output=True)
        if probe.returncode == 0:
            return start([perf, "record", "-q", "-a", "-g", "-F", "499", "-k", "CLOCK_MONOTONIC", "-e", event,
                          "-o", data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    say("profile: perf may not see the whole machine (kernel.perf_event_paranoid); run as root for symbols. Waits only")
    return None


def print_waits(watcher, first, stop):
    kinds = collections.defaultdict(collections.Counter)
    for when, kind, event in watcher.samples:
        if first <= when < stop:
            kinds[kind][event] += 1
    for kind, events in sorted(kinds.items(), key=lambda entry: -entry[1].total()):
        total = events.total()
        shares = ", ".join(f"{event} {100 * count / total:.0f} %" for event, count in events.most_common(6))
        print(f"{watcher.server.name:6}  {kind:15}  {total:5} samples: {shares}")


def print_symbols(data, first, stop, top, names):
    """Prints the stage's CPU time by process and by symbol. `names` maps process ids to names."""
    script = subprocess.run(
        ["perf", "script", "-i", data, "-G", "--time", f"{first:.6f},{stop:.6f}", "-F", "comm,pid,ip,sym,dso"],
        capture_output=True, text=True)
    samples = [found.groups() for line in script.stdout.splitlines()
               if (found := re.match(r"\s*(.+?)\s+(\d+)\s+[0-9a-f]+\s+(.*?)\s+\((.*)\)$", line))]
    # A server's background processes are not sessions; they are recognized by the path of their program.
    cache = os.environ["VECFERRY_RIG_BIN"].split("/pixeltable")[0]
    names = dict(names)
    for _, pid, _, path in samples:
        for folder, name in (("/pgserver-", "source"), ("/pixeltable-", "target")):
            if path.startswith(cache + folder) and path.endswith("/postgres"):
                names.setdefault(int(pid), name)
    processes, symbols = collections.Counter(), collections.Counter()
    for command, pid, symbol, path in samples:
        if pid == "0":
            continue
        name = names.get(int(pid), command)
        processes[name] += 1
        symbols[name, re.sub(r"\+0x.*", "", symbol), os.path.basename(path)] += 1
    total = sum(processes.values())
    if not total:
        say("profile: perf gave no samples: " + script.stderr.strip()[-200:])
        return
    print("CPU by process: " + ", ".join(f"{name} {100 * n / total:.1f} %" for name, n in processes.most_common(8)))
    for (name, symbol, path), count in symbols.most_common(top):
        print(f"{100 * count / total:5.1f} %  {name:14}  {symbol[:70]}  ({path})")
    ours = sum(count for (name, _, _), count in symbols.items() if name == "vecferry")
    if ours:
        print(f"of vecferry's own {100 * ours / total:.1f} %:")
        own = collections.Counter({key: count for key, count in symbols.items() if key[0] == "vecferry"})
        for (_, symbol, path), count in own.most_common(12):
            print(f"{100 * count / ours:5.1f} %  {symbol[:80]}  ({path})")


if __name__ == "__main__":
    sys.exit(main())
