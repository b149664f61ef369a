"""Starts programs that cannot outlive this one, and measures what they use."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

TICKS = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count() or 1
# Debian keeps Postfix's programs where only root looks.
ENVIRONMENT = {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "LANG": "C.UTF-8"}


class Fault(Exception):
    """A sentence about what went wrong; the benchmark ends with it."""


@dataclass(frozen=True)
class Usage:
    """What one run of a program took."""

    seconds: float
    # User and system time of all its threads, in seconds.
    cpu: float
    # Peak resident memory in octets. It is never below this program's own, which it is forked from.
    memory: int
    code: int
    output: str


def start(
    command: Sequence[str | Path], output: Path, *, folder: Path, environment: Mapping[str, str] = {}
) -> subprocess.Popen:
    """Starts a program that the kernel kills when this one dies."""
    with output.open("wb") as file:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *map(str, command)],
            stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, cwd=folder,
            env={**ENVIRONMENT, **environment},
        )


def measure(
    command: Sequence[str | Path], output: Path, *, folder: Path, environment: Mapping[str, str] = {},
    limit: float,
) -> Usage:
    """Runs a program to its end, `limit` seconds at most."""
    began = time.monotonic()
    process = start(command, output, folder=folder, environment=environment)
    timer = Timer(limit, process.kill)
    timer.start()
    try:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
    finally:
        timer.cancel()
        end(process, signal.SIGKILL)
    return Usage(
        seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, process.returncode,
        output.read_text(errors="replace"),
    )


def end(process: subprocess.Popen, how: signal.Signals = signal.SIGTERM) -> None:
    """Ends a program that may have ended already."""
    if process.returncode is not None:
        return
    process.send_signal(how)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def cpu_of(process: subprocess.Popen) -> float:
    """The CPU seconds that a running program has used, to a hundredth."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def busy_seconds() -> tuple[float, float]:
    """The seconds that all cores together have been busy, and those that have passed on them."""
    ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / TICKS, sum(ticks) / TICKS


def wait_for_quiet(patience: float) -> None:
    """Waits until the machine is an eighth busy or less, `patience` seconds at most."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        before, then = busy_seconds()
        time.sleep(0.3)
        after, now = busy_seconds()
        if (after - before) * 8 <= now - then:
            return


def wait_until(
    condition: Callable[[], bool], what: str, process: subprocess.Popen, output: Path, fault: type[Fault] = Fault
) -> None:
    """Waits ten seconds at most for something that a program just started brings about."""
    deadline = time.monotonic() + 10
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise fault(f"{what} did not start: {output.read_text(errors='replace').strip()[-400:]}")
        time.sleep(0.02)
