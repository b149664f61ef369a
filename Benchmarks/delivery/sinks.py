"""The mail servers at the other end, and where they and the senders stand."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .peers import FOLDER
from .processes import ENVIRONMENT, Fault, cpu_of, end, start, wait_until

TALLY = re.compile(r"^sink messages (\d+) bytes (\d+) connections (\d+) tls (\d+)", re.MULTILINE)
NOBODY = 65534
# The sink's end of the line that tundelay makes, and what our namespaces' names begin with.
SINK_SIDE = "10.77.0.2"
NAMESPACE = "martlet-bench-"


class NoLine(Fault):
    """There can be no line with a delay here."""


@dataclass(frozen=True)
class Tally:
    """What a sink says it took."""

    messages: int
    octets: int
    connections: int
    encrypted: int


@dataclass(frozen=True)
class SinkKind:
    """A mail server that takes everything; `options` are those of `fastsink`."""

    name: str
    options: tuple[str, ...] = ()

    def command(self, host: str, port: int) -> list[str | Path]:
        if self.name == "fastsink":
            return [FOLDER / "fastsink", host, str(port), "0", "1", *self.options]
        return ["smtp-sink", "-m", "1024", f"{host}:{port}", "1024"]

    @property
    def prefix(self) -> list[str]:
        """smtp-sink will not run as root."""
        if self.name != "smtp-sink" or os.geteuid():
            return []
        return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--pdeathsig", "KILL"]


FASTSINK = SinkKind("fastsink")
SMTP_SINK = SinkKind("smtp-sink")


@dataclass(frozen=True)
class Place:
    """Where senders and sinks stand: both on loopback, or each in a network namespace of its own."""

    host: str = "127.0.0.1"
    sender: tuple[str, ...] = ()
    sink: tuple[str, ...] = ()
    # What carries the packets between them, if that is a program.
    carrier: subprocess.Popen | None = None


LOOPBACK = Place()


class Sink:
    """A sink that runs."""

    def __init__(self, kind: SinkKind, place: Place, port: int, process: subprocess.Popen, output: Path):
        self.kind = kind
        self.place = place
        self.port = port
        self.process = process
        self.output = output

    def cpu(self) -> float:
        """What it and the carrier of its packets have used, in seconds."""
        return cpu_of(self.process) + (cpu_of(self.place.carrier) if self.place.carrier else 0)

    def stop(self) -> Tally | None:
        """What it took; `None` of a sink that keeps no count."""
        end(self.process)
        found = TALLY.search(self.output.read_text())
        return Tally(*map(int, found.groups())) if found else None


@contextmanager
def running(kind: SinkKind, place: Place, folder: Path) -> Iterator[Sink]:
    port = _free_port()
    output = folder / "sink.log"
    process = start([*place.sink, *kind.prefix, *kind.command(place.host, port)], output, folder=folder)
    try:
        wait_until(lambda: _is_listening(process, port), kind.name, process, output)
        yield Sink(kind, place, port, process, output)
    finally:
        end(process)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _is_listening(process: subprocess.Popen, port: int) -> bool:
    """Whether someone listens at the port, in the namespace in which the process is."""
    try:
        table = Path(f"/proc/{process.pid}/net/tcp").read_text()
    except OSError:
        return False
    return re.search(rf":{port:04X} 00000000:0000 0A ", table) is not None


@contextmanager
def delayed(milliseconds: int, folder: Path) -> Iterator[Place]:
    """Two namespaces with so much time each way between them; needs root."""
    _remove_leftovers()
    near, far = (f"{NAMESPACE}{os.getpid()}-{side}" for side in ("near", "far"))
    carrier = None
    try:
        for name in (near, far):
            _ip("netns", "add", name)
        output = folder / "tundelay.log"
        carrier = start([FOLDER / "tundelay", near, far, str(milliseconds)], output, folder=folder)
        for name in (near, far):
            wait_until(lambda: SINK_SIDE in _addresses(name), "tundelay", carrier, output, NoLine)
        inside = ("ip", "netns", "exec")
        yield Place(SINK_SIDE, (*inside, near), (*inside, far), carrier)
    finally:
        if carrier:
            end(carrier)
        for name in (near, far):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, env=ENVIRONMENT)


def _remove_leftovers() -> None:
    """The namespaces of a benchmark that was killed."""
    for line in _ip("netns", "list").splitlines():
        found = re.match(rf"({NAMESPACE}(\d+)-\w+)", line)
        if found and not Path(f"/proc/{found[2]}").exists():
            _ip("netns", "del", found[1])


def _addresses(namespace: str) -> str:
    return subprocess.run(
        ["ip", "-n", namespace, "-oneline", "address", "show", "up"], capture_output=True, text=True, env=ENVIRONMENT
    ).stdout


def _ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, env=ENVIRONMENT)
    if done.returncode:
        raise NoLine(f"`ip {' '.join(words)}` failed: {done.stderr.strip()}")
    return done.stdout
