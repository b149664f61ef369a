"""The recording mail server from the other side: starts it, and reads what it wrote down."""

import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from counterparts.processes import Server, free_port, wait_for

PROGRAM = Path(__file__).with_name("sink_server.py")


class Sink(Server):
    """The truth about who got what: `copies` per recipient, `identifiers` of their messages."""

    def __init__(self, folder: Path, delay: str = "0"):
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "taken.log"
        self.path.write_bytes(b"")
        self.delay = delay
        self.copies: Counter[str] = Counter()
        self.identifiers: defaultdict[str, set[str]] = defaultdict(set)
        self.open: set[str] = set()
        self.first_since: float | None = None
        self.last: float | None = None
        self._offset = 0
        port = free_port()
        command = [sys.executable, str(PROGRAM), "--port", str(port), "--log", str(self.path), "--delay", delay]
        super().__init__(command, port, folder / "sink.err")

    @property
    def url(self) -> str:
        return f"smtp+unsafe://127.0.0.1:{self.port}"

    def read(self) -> "Sink":
        """Catches up with the log."""
        with self.path.open("rb") as file:
            file.seek(self._offset)
            content = file.read()
        whole = content.rfind(b"\n") + 1
        self._offset += whole
        for line in content[:whole].decode().splitlines():
            kind, connection, *rest = line.split(" ")
            if kind == "O":
                self.open.add(connection)
            elif kind == "X":
                self.open.discard(connection)
            else:
                at, recipient, identifier = rest
                self.copies[recipient] += 1
                self.identifiers[recipient].add(identifier)
                self.last = float(at)
                if self.first_since is None:
                    self.first_since = self.last
        return self

    def settle(self) -> "Sink":
        """Waits until every connection has ended: then nothing of a dead sender can come any more."""
        wait_for(lambda: not self.read().open, "the sink's last connection to end", 30)
        return self

    def takes_more(self) -> Callable[[], bool]:
        """A question: has a message been taken since now?"""
        before = self.read().taken
        return lambda: os.stat(self.path).st_size > self._offset and self.read().taken > before

    @property
    def taken(self) -> int:
        """All copies, of whomever."""
        return self.copies.total()
