"""The results, as a table, as JSON and as a section of RESULTS.md."""

import datetime
import json
import os
import platform
import re
import subprocess

from harness import ROOT, counted, say

RESULTS = os.path.join(ROOT, "scripts", "bench", "RESULTS.md")


class Report:
    def __init__(self, options):
        self.options = options
        self.rows, self.problems, self.notes = [], [], []
        self.began = datetime.datetime.now(datetime.timezone.utc)
        self.about = {}

    def add(self, item, what, value, unit, how, target=None, estimated=False, **data):
        """Adds a line to the table. `how` says what the value is computed from. A target is an upper bound; an estimate is
        shown beside it without a verdict."""
        row = {"item": item, "what": what, "value": round(value, 4), "unit": unit, "how": how}
        if target is not None:
            row |= {"target": target, "met": None if estimated else value <= target}
        self.rows.append(row | {"data": data})
        say("bench: " + " | ".join(self.cells(row)))

    def problem(self, item, text):
        self.problems.append({"item": item, "problem": text})
        say(f"bench: {item}: {text}")

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)
            say(f"bench: {text}")

    def describe(self, source, target, vecferry, pgcopydb):
        self.about = {
            "date": self.began.strftime("%Y-%m-%d %H:%M UTC"),
            "machine": machine(),
            "system": f"{system()}, Linux {platform.release()}",
            "source": source.version(),
            "target": target.version(),
            "vecferry": program(vecferry),
            "pgcopydb": pgcopydb or "none",
        }
        if self.options.beside:
            self.about["beside"] = program(self.options.beside)
        if self.options.label:
            self.about["label"] = self.options.label

    @staticmethod
    def cells(row):
        value = f"{row['value']:.3g}" if abs(row["value"]) < 100 else f"{row['value']:,.0f}"
        unit = "" if row["unit"] == "ratio" else " " + row["unit"]
        target = f"at most {row['target']:g}" if "target" in row else "-"
        verdict = "-" if "target" not in row else {True: "met", False: "MISSED", None: "(estimate)"}[row["met"]]
        return [row["item"], row["what"], value + unit, target, verdict, row["how"]]

    def table(self):
        head = ["item", "what", "measured", "target", "verdict", "how"]
        lines = [head, *(self.cells(row) for row in self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(head) - 1)] + [0]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)

    def write_json(self):
        folder = os.path.join(ROOT, ".rig", "bench", "results")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, self.began.strftime("%Y%m%dT%H%M%SZ.json"))
        with open(path, "w") as file:
            json.dump(
                {"about": self.about, "options": vars(self.options), "results": self.rows, "notes": self.notes,
                 "problems": self.problems}, file, indent=2)
            file.write("\n")
        return path

    def section(self):
        lines = [f"## {self.about['date']}" + (f": {self.options.label}" if self.options.label else ""), ""]
        for name in ("machine", "system", "source", "target", "vecferry", "beside", "pgcopydb"):
            if name in self.about:
                lines.append(f"- {name}: {self.about[name]}")
        options = self.options
        lines.append(f"- {counted(options.rows, 'row')} of 1,024 dimensions unless said otherwise; medians of"
                     f" {counted(options.runs, 'run')} (range in parentheses)")
        lines += ["", "| item | what | measured | target | verdict | how |", "| --- | --- | --- | --- | --- | --- |"]
        for row in self.rows:
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in self.cells(row)) + " |")
        if self.notes or self.problems:
            lines.append("")
        lines += [f"- {note}" for note in self.notes]
        for entry in self.problems:
            lines.append(f"- **{entry['item']} was not measured:** {entry['problem'].splitlines()[0]}")
        return "\n".join(lines) + "\n"

    def record(self):
        """Adds a section to RESULTS.md, above the older ones."""
        head = (
            "# Results of scripts/bench/run\n\n"
            "All runs with `--record`, newest first. `scripts/bench/run --help` says what each item measures. Both sides of"
            " a ratio\nwere measured in turns in the same run, on the same machine; seconds are that machine's. A line"
            " `beside` compares vecferry\nwith the program of `--beside`. A target is an upper bound.\n")
        old = ""
        if os.path.exists(RESULTS):
            with open(RESULTS) as file:
                text = file.read()
            first = re.search(r"^## ", text, re.MULTILINE)
            old = text[first.start():] if first else ""
        with open(RESULTS, "w") as file:
            file.write(head + "\n" + self.section() + ("\n" + old if old else ""))


def output(*argv):
    try:
        return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True, cwd=ROOT).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def program(path):
    """The version of a vecferry, and the commit of the checkout that holds it."""
    git = ("git", "-C", os.path.dirname(path))
    changes = " with changes" if output(*git, "status", "--porcelain", "--untracked-files=no") else ""
    # The commit that it names itself may be that of an earlier build in the same folder.
    version = output(path, "--version").split(",")[0]
    return f"{version} at {output(*git, 'rev-parse', '--short', 'HEAD')}{changes}"


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{os.cpu_count()} x {model}, {pages / 2**30:.0f} GiB"


def system():
    try:
        with open("/etc/os-release") as file:
            return next(line.split("=", 1)[1].strip().strip('"') for line in file if line.startswith("PRETTY_NAME"))
    except (OSError, StopIteration):
        return "unknown system"
