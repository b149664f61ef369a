"""Lets the N-th write, sync, rename, open or truncate in the working folder fail, for N = 1, 2, 3, … until
a run is over before its N-th.

usage: python -m crash.io_faults [--every] [--kinds write sync …]

Without `--every` N grows by a fifth each time. After every fault the run goes on with sound calls.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from program import wait_until

from . import ledger
from .judge import Judge
from .senders import Send
from .sink import Sink

KINDS = {"write": 5, "sync": 5, "rename": 5, "open": 24, "truncate": 5}
ROWS = 60
CONNECTIONS = 4


def library(folder: Path) -> Path:
    """Compiles what makes calls fail."""
    folder.mkdir(parents=True, exist_ok=True)
    built = folder / "faults.so"
    source = Path(__file__).with_name("faults.c")
    # Swift brings a clang with it.
    compiler = shutil.which("cc") or "clang"
    subprocess.run([compiler, "-Wall", "-Werror", "-O1", "-shared", "-fPIC", "-o", built, source, "-ldl"], check=True)
    return built


@dataclass
class Outcomes:
    """What so many faults of one kind came to."""

    faults: int = 0
    # How runs with a fault ended, and what the fault fell on.
    codes: Counter = field(default_factory=Counter)
    files: Counter = field(default_factory=Counter)
    refused_commits: int = 0
    breaches: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        codes = ", ".join(f"{count} with exit {code}" for code, count in sorted(self.codes.items()))
        files = ", ".join(f"{name} {count}" for name, count in self.files.most_common(4))
        return f"{self.faults} faults ({files}); {codes}; breaches {len(self.breaches)}"


def one(folder: Path, shim: Path, kind: str, number: int, lasting: bool, outcomes: Outcomes) -> bool:
    """One campaign whose N-th call fails; whether there was an N-th call."""
    about = f"{kind} {number}{' and all later' if lasting else ''}"
    with Sink(folder / "sink") as sink:
        sender = Send(folder, ROWS, sink, CONNECTIONS)
        judge = Judge(sender, sink)
        log = folder / "hit"
        environment = {
            "LD_PRELOAD": str(shim), "FAULT_KIND": kind, "FAULT_NUMBER": str(number), "FAULT_LOG": str(log),
            "FAULT_ERROR": str(KINDS[kind]), "FAULT_FOLDER": str(sender.martlet.folder),
        }  # fmt: skip
        if lasting:
            environment["FAULT_LASTING"] = "1"
        try:
            sender.start(**environment)
            if not wait_until(sender.has_ended, 60):
                judge.breach(f"{about}: it had not ended after 60 s")
                sender.kill()
            if not log.exists():
                return False
            code, said, hit = sender.process.returncode, sender.errors, log.read_text().split()[-1]
            outcomes.faults += 1
            outcomes.codes[code] += 1
            outcomes.files[Path(hit).name] += 1
            judge_run(judge, about, code, said)
            judge.after_kill(about)
            if code:
                outcomes.refused_commits += hit.endswith("-wal")
                sender.start()
                if not wait_until(sender.has_ended, 60) or sender.process.returncode:
                    judge.breach(f"{about}: it does not go on: {sender.process.returncode} {sender.errors[-400:]}")
            if not judge.breaches:
                judge.at_end(sender.ledger())
                if not ledger.is_whole(sender.database):
                    judge.breach(f"{about}: the database is damaged")
        finally:
            sender.close()
        outcomes.breaches += [f"{about}: {breach}" for breach in judge.breaches]
    return True


def judge_run(judge: Judge, about: str, code: int, said: str) -> None:
    """It ends well, or gives up in words."""
    if code < 0:
        judge.breach(f"{about}: ended by signal {-code}: {said[-600:]}")
    elif code and not re.search(r"martlet: |stopped|cannot|could not|error", said):
        judge.breach(f"{about}: it gives up without a word: {said[-400:]}")
    if re.search(r"Fatal error|Backtrace", said):
        judge.breach(f"{about}: {said[-600:]}")


def run(folder: Path, kind: str, lasting: bool, slower: int, most: int = 100_000) -> Outcomes:
    """N = 1, 2, 3, … until no call was left to fail; growing by N / `slower`, and by 1 at least."""
    shim = library(folder)
    outcomes = Outcomes()
    number = 1
    while number <= most and not outcomes.breaches:
        if not one(folder / f"{kind}-{number}-{lasting}", shim, kind, number, lasting, outcomes):
            break
        number += max(1, number // slower)
    return outcomes


def main() -> int:
    parser = argparse.ArgumentParser(prog="crash.io_faults")
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    arguments = parser.parse_args()
    status = 0
    for kind in arguments.kinds:
        for lasting in (False, True):
            with tempfile.TemporaryDirectory(prefix="martlet-fault-") as folder:
                outcomes = run(Path(folder), kind, lasting, 1_000_000 if arguments.every else 5)
            print(f"{kind}{', lasting' if lasting else ''}: {outcomes.line}", flush=True)
            for breach in outcomes.breaches:
                status = 1
                print(f"  BREACH {breach}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
