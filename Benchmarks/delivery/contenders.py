"""Who sends: `martlet send`, and each of the peers."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .letters import Letter, Post
from .processes import Usage, measure
from .sinks import FASTSINK, Place, Sink, SinkKind

LAST_LINE = re.compile(
    r"^sent (\d+) failed (\d+) unknown (\d+) .* of (\d+) in ([\d.]+) s \(([\d.]+)/s\)$", re.MULTILINE
)
# What the ledger writes for a delivery that the server took.
SENT = 3
PEER_LINE = re.compile(r"messages/s (\d+)")


@dataclass(frozen=True)
class Sending:
    """How one run of a contender went."""

    usage: Usage
    # Messages a second in the contender's own words, or over the whole process if it says nothing.
    rate: float
    # Why it does not count as a clean run.
    wrong: str | None = None
    # Messages a second once the contact file was read, by Martlet's ledger.
    dispatching: float | None = None


@dataclass(frozen=True)
class Peer:
    """A program that sends so many messages; `command` is told the host, the port and the count."""

    name: str
    messages: int
    command: Callable[[str, int, int], list[str | Path]]
    sink: SinkKind = FASTSINK
    folder: Path = Path("/")

    def send(self, sink: Sink, folder: Path) -> Sending:
        command = self.command(sink.place.host, sink.port, self.messages)
        usage = measure(
            [*sink.place.sender, *command], folder / "sender.log", folder=self.folder, limit=limit(self.messages)
        )
        found = PEER_LINE.search(usage.output)
        rate = float(found[1]) if found else self.messages / usage.seconds
        wrong = f"it ended with {usage.code}: {usage.output.strip()[-200:]}" if usage.code else None
        return Sending(usage, rate, wrong)


@dataclass(frozen=True)
class Martlet:
    """`martlet send` into a new data folder, on the database's own settings."""

    name: str
    messages: int
    binary: Path
    post: Post
    letter: Letter
    connections: int
    sink: SinkKind = FASTSINK
    # The certificate that vouches for the sink's; none: TLS is not asked for.
    trusted: Path | None = None

    def send(self, sink: Sink, folder: Path) -> Sending:
        data = folder / "data"
        usage = measure(
            [*sink.place.sender, *self._command(sink.place, sink.port, data)], folder / "sender.log", folder=folder,
            environment={"SSL_CERT_FILE": str(self.trusted)} if self.trusted else {}, limit=limit(self.messages),
        )
        found = LAST_LINE.search(usage.output)
        recorded, seconds = _ledger(data) if found else (0, 0)
        shutil.rmtree(data, ignore_errors=True)
        return Sending(
            usage, float(found[6]) if found else 0, self._wrong(usage, found, recorded),
            self.messages / seconds if seconds else None,
        )

    def _command(self, place: Place, port: int, data: Path) -> list[str | Path]:
        scheme = "smtp" if self.trusted else "smtp+unsafe"
        command = [
            self.binary, "send", "--smtp", f"{scheme}://{place.host}:{port}",
            "--contacts", self.post.people(self.messages), "--subject", self.letter.subject,
            "--body", self.letter.html, "--text", self.letter.text,
            "--from", "News <news@news.example.test>", "--base-url", "https://news.example.test",
            "--connections", str(self.connections), "--data", data,
        ]
        for file in self.letter.attachments:
            command += ["--attach", file]
        return command

    def _wrong(self, usage: Usage, found: re.Match | None, recorded: int) -> str | None:
        if usage.code or not found:
            return f"it ended with {usage.code}: {usage.output.strip()[-400:]}"
        wanted = tuple(map(str, (self.messages, 0, 0, self.messages)))
        if found.group(1, 2, 3, 4) != wanted:
            return f"it says: {found[0]}"
        return None if recorded == self.messages else f"its ledger has {recorded} of {self.messages} as sent"


Contender = Peer | Martlet


def limit(messages: int) -> float:
    """The seconds after which a sender is given up: one that does 100 messages a second is not."""
    return 60 + messages / 100


def _ledger(data: Path) -> tuple[int, float]:
    """How many deliveries are recorded as sent, and the seconds that took once the file was read."""
    database = sqlite3.connect(f"file:{data / 'martlet.db'}?mode=ro", uri=True)
    try:
        recorded, = database.execute("SELECT count(*) FROM deliveries WHERE state = ?", (SENT,)).fetchone()
        microseconds, = database.execute("SELECT finished_at - started_at FROM campaigns").fetchone()
    finally:
        database.close()
    return recorded, microseconds / 1e6
