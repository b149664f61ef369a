"""The built `martlet`, run as a person or a script would run it."""

import csv
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("MARTLET_BINARY", ROOT / ".build" / "release" / "martlet"))

LAST_LINE = re.compile(
    r"^sent (?P<sent>\d+) failed (?P<failed>\d+) unknown (?P<unknown>\d+) suppressed (?P<suppressed>\d+) "
    r"skipped (?P<skipped>\d+) deferred (?P<deferred>\d+) cancelled (?P<cancelled>\d+) of (?P<total>\d+) "
    r"in [\d.]+ s \([\d.]+/s\)$"
)
STATES = ["sent", "failed", "unknown", "suppressed", "skipped", "deferred", "cancelled"]


@dataclass(frozen=True)
class Run:
    """How one run of the program ended."""

    code: int
    out: str
    err: str

    @property
    def counts(self) -> dict[str, int]:
        """The last line's figures, which must add up."""
        lines = self.out.strip().splitlines()
        found = LAST_LINE.match(lines[-1]) if lines else None
        assert found, f"no last line; out: {self.out[-500:]!r}, err: {self.err[-2000:]!r}"
        counts = {name: int(value) for name, value in found.groupdict().items()}
        assert sum(counts[state] for state in STATES) == counts["total"], counts
        return counts

    def complains(self, pattern: str, codes: tuple[int, ...] = (1,)) -> None:
        """The program gave up with a sentence a person can act on, and did not crash."""
        assert self.code in codes, f"exit {self.code}; out: {self.out[-500:]}, err: {self.err[-2000:]}"
        assert re.search(pattern, self.err, re.IGNORECASE), f"{pattern!r} is not in {self.err!r}"
        assert not re.search(r"Fatal error|Backtrace|\.swift:\d+|Optional\(", self.err), self.err


class Martlet:
    """The program with a working folder, a data folder and an environment of its own."""

    def __init__(self, folder: Path):
        if not BINARY.exists():
            raise RuntimeError(f"{BINARY} is not there; run `make build`, or name one in MARTLET_BINARY")
        self.folder = folder / "work"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "data"
        self.report = self.folder / "report.csv"
        # Nothing of the developer's own settings reaches the program under test.
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def command(self, *arguments: str | Path) -> list[str]:
        return [str(BINARY), *map(str, arguments)]

    def run(self, *arguments: str | Path, timeout: float = 240, before: list[str] = [], **environment: str) -> Run:
        done = subprocess.run(
            [*before, *self.command(*arguments)],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
        )
        return Run(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"))

    def campaign(self, contacts: Path, *more: str | Path) -> list[str | Path]:
        """The arguments of a `send` with a small body; what `more` names again wins."""
        for name, content in (("body.html", BODY), ("body.txt", TEXT)):
            if not (self.folder / name).exists():
                self.write(name, content)
        arguments = {
            "--contacts": contacts,
            "--subject": "Hello {{ first_name }}",
            "--body": self.folder / "body.html",
            "--text": self.folder / "body.txt",
            "--from": "Ada <ada@example.com>",
            "--base-url": "https://martlet.example.com",
            "--data": self.data,
            "--report": self.report,
        }
        for name in [name for name in arguments if name in more]:
            del arguments[name]
        return ["send", *(part for pair in arguments.items() for part in pair), *more]

    def send(self, contacts: Path, *more: str | Path, **environment: str) -> Run:
        return self.run(*self.campaign(contacts, *more), **environment)

    def send_and_kill(self, after: float, arguments: list[str | Path], **environment: str) -> int:
        """Starts a `send`, kills it with SIGKILL after so many seconds; its return code."""
        process = subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(timeout=after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        return process.wait()

    def report_rows(self) -> list[dict[str, str]]:
        with self.report.open(newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))


BODY = """<!doctype html>
<html><body>
<p>Dear <b id="name">{{ first_name }}</b> of <i id="company">{{ company }}</i>,</p>
<p>this is the letter.</p>
</body></html>
"""
TEXT = "Dear {{ first_name }} of {{ company }},\n\nthis is the letter.\n"


def wait_until(condition, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
