"""The basis of every item: the two servers, measured commands, and processes that end when the bench does."""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
TICKS = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """Something could not be measured."""


def say(text):
    print(text, file=sys.stderr, flush=True)


# Processes ----------------------------------------------------------------------------------------------------------

# Running processes, by id. Each leads a session of its own, so that its workers end with it.
running = {}


def start(argv, env=None, **how):
    process = subprocess.Popen(
        argv, env={**os.environ, **(env or {})}, start_new_session=True, **{"stdin": subprocess.DEVNULL, **how})
    running[process.pid] = process
    return process


def end(process):
    """Ends a process that we started, and its workers."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        if sign == signal.SIGTERM:
            deadline = time.monotonic() + 10
            while process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
    process.wait()
    running.pop(process.pid, None)


def end_all():
    for process in list(running.values()):
        end(process)


def end_with_us():
    """A signal becomes an exception, so that every `finally` runs."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda got, _: sys.exit(128 + got))


def wait_for(process, seconds):
    """Waits for a process, and returns the resources that it and its children used. Fails if it takes too long."""
    late = threading.Event()

    def stop():
        late.set()
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    running.pop(process.pid, None)
    if late.is_set():
        raise Failed(f"{os.path.basename(process.args[0])} took longer than {seconds} s")
    return usage


# Measured commands --------------------------------------------------------------------------------------------------


@dataclass
class Run:
    """One measured command."""

    wall: float
    status: int = 0
    pid: int = 0
    out: str = ""
    # (seconds since the start, line) of standard error
    lines: list = field(default_factory=list)
    # user and system time of the command and its children
    cpu: float = 0
    # VmHWM, not ru_maxrss, which includes the memory of the process that forked.
    peak_kib: int = 0
    # (monotonic time, client's CPU seconds, servers' CPU seconds)
    samples: list = field(default_factory=list)
    began: float = 0
    # For a copy: the seconds in which rows moved, and the whole report
    copy: float = 0
    report: dict = field(default_factory=dict)

    def at(self, text):
        """The time of the first line that holds the text, in seconds since the start."""
        return next((when for when, line in self.lines if text in line), None)


def measure(argv, env=None, timeout=1800, servers=None, expect=(0,)):
    """Runs a command; with servers, also samples the CPU time that it and they use."""
    run = Run(0)
    with tempfile.TemporaryFile() as out:
        began = run.began = time.monotonic()
        process = start(argv, env, stdout=out, stderr=subprocess.PIPE)
        run.pid = process.pid
        done = threading.Event()

        def listen():
            for line in process.stderr:
                run.lines.append((time.monotonic() - began, line.decode(errors="replace").rstrip()))

        def sample():
            # Ten times a second; more often would take CPU from the measured command.
            while True:
                run.peak_kib = max(run.peak_kib, peak_kib(process.pid))
                if servers:
                    run.samples.append(
                        (time.monotonic(), cpu_of(process.pid), sum(server.cpu() for server in servers)))
                if done.wait(0.1):
                    return

        threads = [threading.Thread(target=job, daemon=True) for job in (listen, sample)]
        for thread in threads:
            thread.start()
        try:
            usage = wait_for(process, timeout)
            run.wall = time.monotonic() - began
        finally:
            done.set()
            if process.returncode is None:
                end(process)
        for thread in threads:
            thread.join(5)
        process.stderr.close()
        run.cpu = usage.ru_utime + usage.ru_stime
        run.status = process.returncode
        out.seek(0)
        run.out = out.read().decode(errors="replace")
    if expect and run.status not in expect:
        tail = "\n".join(line for _, line in run.lines[-15:])
        raise Failed(f"{' '.join(argv[:3])} … exited with {run.status}:\n{tail}\n{run.out[-1000:]}")
    return run


def pipe(left, right, env_left, env_right, timeout=1800):
    """Runs `left | right`, and returns the seconds from the first start to the last end."""
    began = time.monotonic()
    first = start(left, env_left, stdout=subprocess.PIPE)
    second = start(right, env_right, stdin=first.stdout)
    first.stdout.close()
    try:
        for process in (first, second):
            wait_for(process, timeout)
        wall = time.monotonic() - began
    finally:
        for process in (first, second):
            if process.returncode is None:
                end(process)
    if first.returncode or second.returncode:
        raise Failed(f"{left[-1][:60]} | … exited with {first.returncode} and {second.returncode}")
    return wall


def peak_kib(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            return next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)
    except (OSError, ValueError):
        return 0


def stat_of(pid):
    """(user, system, reaped children's user, theirs in the system) in ticks."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return [int(word) for word in stat.read().rsplit(")", 1)[1].split()[11:15]]
    except (OSError, ValueError):
        return [0, 0, 0, 0]


def cpu_of(pid):
    return sum(stat_of(pid)[:2]) / TICKS


# The servers --------------------------------------------------------------------------------------------------------


class Server:
    """One server of the rig. Its password goes through the environment, where not every user can read it."""

    def __init__(self, name, uri, folder):
        parts = urlsplit(uri)
        self.name, self.host, self.port = name, parts.hostname, parts.port
        self.user, self.password, self.folder = parts.username, parts.password, folder
        self.psql = os.path.join(os.environ["VECFERRY_RIG_BIN"], "psql")

    def env(self, database="postgres", port=None):
        return {
            "PGHOST": self.host, "PGPORT": str(port or self.port), "PGUSER": self.user, "PGPASSWORD": self.password,
            "PGDATABASE": database, "PGOPTIONS": "-c client_min_messages=warning",
        }

    def uri(self, database, port=None):
        return f"postgresql://{self.user}@{self.host}:{port or self.port}/{database}"

    def command(self, *arguments):
        return [self.psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *arguments]

    def sql(self, *statements, database="postgres", timeout=1800):
        """Runs statements, each in a transaction of its own, and returns their output."""
        arguments = [word for statement in statements for word in ("-c", statement)]
        return measure(self.command(*arguments), self.env(database), timeout).out.strip()

    def timed(self, *statements, database, timeout=1800):
        arguments = [word for statement in statements for word in ("-c", statement)]
        return measure(self.command(*arguments), self.env(database), timeout).wall

    def file(self, path, database):
        measure(self.command("-f", os.path.join(ROOT, path)), self.env(database))

    def has(self, database):
        return self.sql(f"SELECT count(*) FROM pg_database WHERE datname = '{database}'") == "1"

    def drop(self, database):
        self.sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def fresh(self, database, *statements, file=None):
        """Creates the database anew, and runs the file and the statements in it."""
        self.drop(database)
        self.sql(f"CREATE DATABASE {database}")
        if file:
            self.file(file, database)
        if statements:
            self.sql(*statements, database=database)

    def postmaster(self):
        try:
            with open(os.path.join(self.folder, "data", "postmaster.pid")) as file:
                return int(file.readline())
        except (OSError, ValueError):
            return None

    def cpu(self):
        """CPU seconds that the server has used so far, in its processes and in those that have ended."""
        pid = self.postmaster()
        if not pid:
            return 0
        ticks = sum(stat_of(pid))
        try:
            with open(f"/proc/{pid}/task/{pid}/children") as children:
                ticks += sum(sum(stat_of(child)) for child in children.read().split())
        except OSError:
            pass
        return ticks / TICKS

    def version(self):
        return self.sql(
            "SELECT 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1) || ', pgvector ' ||"
            " (SELECT default_version FROM pg_available_extensions WHERE name = 'vector') ||"
            " CASE WHEN current_setting('server_version') LIKE '%Debian%' THEN"
            " ', Debian''s, ' || current_setting('lc_collate') || CASE WHEN pg_jit_available() AND"
            " current_setting('jit')::bool THEN ', with JIT' ELSE '' END ELSE '' END")


# Numbers ------------------------------------------------------------------------------------------------------------

median = statistics.median


def counted(number, noun):
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def seconds(values):
    """A median with its range, as text."""
    values = list(values)
    text = f"{median(values):.2f} s"
    return text if len(values) == 1 else f"{text} ({min(values):.2f}-{max(values):.2f})"
