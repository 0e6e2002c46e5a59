"""Reads the command line of scripts/bench/run, measures the items that it names, and reports the results."""

import argparse
import os
import subprocess
import sys
import time
import traceback

import harness
from harness import ROOT, Failed, Server, say
from report import Report

ITEMS = ["copy", "full", "verify", "start", "hnsw", "uneven", "mixed", "plan", "memory", "scale", "narrow", "many", "huge-row",
         "link", "hosts"]
# Those that are measured with real text too.
WITH_TEXT = {"copy", "full", "verify"}


def options_of(words):
    parser = argparse.ArgumentParser(prog="scripts/bench/run", add_help=False)
    parser.add_argument("items", nargs="+", choices=[*ITEMS, "all"])
    for name, default in (
        ("rows", 60_000), ("runs", 5), ("large", 1_000_000), ("large-runs", 3), ("hnsw-runs", 1), ("wide", 40_000),
        ("narrow", 10_000_000), ("many", 2_000), ("huge-mb", 200), ("latency-ms", 20), ("mbit", 200),
        ("budget", 1_200),
    ):
        parser.add_argument(f"--{name}", type=positive, default=default)
    parser.add_argument("--text", choices=["no", "only", "too"], default="no")
    parser.add_argument("--servers", choices=["wheels", "debian"], default="wheels")
    parser.add_argument("--vecferry")
    parser.add_argument("--beside")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--label", default="")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if "all" in options.items:
        options.items = ITEMS
    for name in ("vecferry", "beside"):
        path = getattr(options, name)
        if path:
            setattr(options, name, os.path.realpath(path))
            if not os.access(path, os.X_OK):
                parser.error(f"{path} is not a program")
    return options


def positive(word):
    number = int(word)
    if number < 1:
        raise ValueError
    return number


def main():
    options = options_of(sys.argv[1:])
    if options.check:
        return 0
    harness.end_with_us()
    import items

    folder = os.environ["VECFERRY_RIG_DIR"]
    prefix = "debian-" if options.servers == "debian" else ""
    source, target = (
        Server(side, os.environ[f"VECFERRY_{side.upper()}"], os.path.join(folder, prefix + side))
        for side in ("source", "target"))
    # The items name both servers themselves.
    for name in [name for name in os.environ if name.startswith("VECFERRY_") and not name.startswith("VECFERRY_RIG")]:
        del os.environ[name]
    vecferry = options.vecferry or built()
    report = Report(options)
    bench = items.Items(options, source, target, vecferry, report)
    began = time.monotonic()
    try:
        report.describe(source, target, vecferry, bench.pgcopydb_version)
        bench.seed()
        for name in options.items:
            method = getattr(bench, name.replace("-", "_"))
            if name not in WITH_TEXT or options.text != "only":
                run(name, method, bench, report)
            if name in WITH_TEXT and options.text != "no":
                def with_texts():
                    with bench.with_texts():
                        method()

                run(f"{name}, text", with_texts, bench, report)
    finally:
        harness.end_all()
        print(report.table())
        print(f"JSON: {os.path.relpath(report.write_json(), ROOT)}, {time.monotonic() - began:.0f} s in all")
    if options.record:
        report.record()
        say("bench: recorded in scripts/bench/RESULTS.md")
    return 1 if report.problems else 0


def run(name, method, bench, report):
    say(f"bench: == {name}")
    start, bench.item = time.monotonic(), name
    try:
        method()
    except Failed as problem:
        report.problem(name, str(problem))
    except Exception as problem:
        # A bug in one item must not cost the results of the others.
        traceback.print_exc()
        report.problem(name, f"{type(problem).__name__}: {problem}")
    say(f"bench: == {name} took {time.monotonic() - start:.0f} s")


def built():
    folder = subprocess.run(
        ["swift", "build", "--configuration", "release", "--show-bin-path"], cwd=ROOT, check=True, capture_output=True,
        text=True).stdout.strip()
    return os.path.join(folder, "vecferry")


if __name__ == "__main__":
    sys.exit(main())
