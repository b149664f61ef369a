"""The server with several receivers from the other side: starts it, sends to it, and reads its log."""

import json
import signal
import subprocess
import sys
from bisect import bisect_left
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from counterparts.processes import Server, free_port
from program import Martlet, wait_until

PROGRAM = Path(__file__).with_name("town_server.py")


@dataclass(frozen=True)
class Event:
    """A line of the log."""

    kind: str
    connection: str
    at: float
    who: str

    @property
    def domain(self) -> str:
        return self.who.rpartition("@")[2]


class Town(Server):
    """Who came, went and was taken, by the server's own clock."""

    def __init__(self, folder: Path, delay: str = "0", moods: dict[str, dict] = {}, away: dict | None = None):
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "town.log"
        self.path.write_bytes(b"")
        self.events: list[Event] = []
        self._offset = 0
        port = free_port()
        command = [sys.executable, str(PROGRAM), "--port", str(port), "--log", str(self.path), "--delay", delay]
        command += ["--moods", json.dumps(moods)] + (["--away", json.dumps(away)] if away else [])
        super().__init__(command, port, folder / "town.err")

    @property
    def url(self) -> str:
        return f"smtp+unsafe://127.0.0.1:{self.port}"

    def read(self) -> "Town":
        """Catches up with the log."""
        with self.path.open("rb") as file:
            file.seek(self._offset)
            content = file.read()
        whole = content.rfind(b"\n") + 1
        self._offset += whole
        for line in content[:whole].decode().splitlines():
            kind, connection, at, *rest = line.split(" ")
            self.events.append(Event(kind, connection, float(at), rest[0] if rest else ""))
        return self

    # -- Looking

    def of(self, kind: str, *domains: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind and (not domains or event.domain in domains)]

    def moments(self, *domains: str) -> list[float]:
        """When messages were taken."""
        return [event.at for event in self.of("T", *domains)]

    @property
    def copies(self) -> Counter[str]:
        return Counter(event.who for event in self.of("T"))

    def per_connection(self) -> Counter[str]:
        """How many messages each connection brought."""
        return Counter(event.connection for event in self.of("T"))

    @property
    def began(self) -> float:
        """When the first came who had something to say."""
        first = self.of("T")[0]
        return next(event.at for event in self.of("O") if event.connection == first.connection)

    def most_open(self, since: float = 0, until: float = float("inf")) -> int:
        """How many connections were open at once at most."""
        return self._most("O", "X", since, until)

    def most_held(self) -> int:
        """How many connections a slow receiver held at once at most."""
        return self._most("H", "FX", 0, float("inf"))

    def _most(self, begin: str, end: str, since: float, until: float) -> int:
        now, most = set(), 0
        for event in self.events:
            if event.kind in begin:
                now.add(event.connection)
            elif event.kind in end:
                now.discard(event.connection)
            if since <= event.at <= until:
                most = max(most, len(now))
        return most


def most_within(moments: list[float], seconds: float) -> int:
    """The most that fell into any span of that length, wherever it begins."""
    moments = sorted(moments)
    return max((bisect_left(moments, at + seconds) - index for index, at in enumerate(moments)), default=0)


# -- Sending


@contextmanager
def under_way(martlet: Martlet, contacts: bytes, town: Town, *options: str, politely: bool = True):
    """A `martlet send` at work, which is asked to end when it has been looked at enough, or simply killed."""
    arguments = martlet.campaign(martlet.write("contacts.csv", contacts), "--smtp", town.url, *options)
    process = subprocess.Popen(
        martlet.command(*arguments), cwd=martlet.folder, env=martlet.environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM if politely else signal.SIGKILL)
            if not wait_until(lambda: process.poll() is not None, 20):
                process.kill()
                process.wait()
