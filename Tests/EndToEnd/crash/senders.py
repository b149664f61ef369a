"""Who sends: `martlet send`, `martlet serve`, or an engine of the harness's own that may be broken.

Each is started anew after every death, goes on where it was, and is told by its environment where to
kill itself, if at all.
"""

import subprocess
import sys
from pathlib import Path

from contact_files import people
from office import ADMINISTRATOR, Office
from program import Martlet
from served import Served

from . import ledger
from .ledger import Ledger
from .sink import Sink


class Sender:
    """One campaign of so many rows, and the process that works on it."""

    connections: int
    # What becomes of messages in doubt: `hold` or `resend`.
    in_doubt = "hold"
    # The named points at which it can kill itself.
    points: tuple[str, ...] = ()
    # Those that come before the first message.
    early: tuple[str, ...] = ()

    def __init__(self, folder: Path, rows: int):
        self.folder = folder
        self.rows = rows
        self.everybody = {f"user{number}@example.com" for number in range(rows)}
        self.process: subprocess.Popen | None = None

    def start(self, crash_at: str | None = None) -> None:
        """Begins the campaign, or goes on with it."""
        raise NotImplementedError

    @property
    def database(self) -> Path:
        raise NotImplementedError

    def ledger(self) -> Ledger | None:
        """What stands in the database; while the sender lives, as it is."""
        return self.settled() if self.process.poll() is not None else ledger.read(self.database)

    def settled(self) -> Ledger | None:
        """What the dead sender's database says, without touching it."""
        return ledger.settled(self.database.parent, self.folder / "settled")

    def has_ended(self) -> bool:
        """Whether this life is over, or has nothing more to do."""
        return self.process.poll() is not None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.kill()

    def report(self) -> dict[str, int] | None:
        """The states as the sender itself tells them at the end; `None` if it has no report."""
        return None

    @property
    def errors(self) -> str:
        return ""


class Command(Sender):
    """A sender that is a command: it ends when there is nothing left to do."""

    def __init__(self, folder: Path, rows: int, sink: Sink, connections: int, in_doubt: str = "hold"):
        super().__init__(folder, rows)
        self.connections = connections
        self.in_doubt = in_doubt
        self.martlet = Martlet(folder)
        self.contacts = self.martlet.write("contacts.csv", people(rows))
        self.has_begun = False
        self.sink = sink

    def arguments(self) -> list[str]:
        more = ["--smtp", self.sink.url, "--connections", str(self.connections), "--in-doubt", self.in_doubt]
        return self.martlet.command(*self.martlet.campaign(self.contacts, *more))

    def start(self, crash_at: str | None = None, **environment: str) -> None:
        if crash_at:
            environment["MARTLET_CRASH_AT"] = crash_at
        command = self.arguments() + (["--resume"] if self.has_begun else [])
        with (self.folder / "out").open("wb") as out, (self.folder / "err").open("wb") as err:
            self.process = subprocess.Popen(
                command, cwd=self.martlet.folder, env={**self.martlet.environment, **environment},
                stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            )  # fmt: skip
        self.has_begun = True

    @property
    def database(self) -> Path:
        return self.martlet.data / "martlet.db"

    @property
    def errors(self) -> str:
        return (self.folder / "err").read_text(errors="replace")

    def report(self) -> dict[str, int]:
        states: dict[str, int] = {}
        rows = self.martlet.report_rows()
        assert {row["email"] for row in rows} == self.everybody and len(rows) == self.rows, "the report lacks people"
        for row in rows:
            states[row["state"]] = states.get(row["state"], 0) + 1
        return states


class Send(Command):
    """`martlet send`, and `martlet send --resume` after every death."""

    points = (
        "claimed", "intent-durable", "before-dot", "after-dot", "outcome-received", "outcome-durable",
    )  # fmt: skip
    early = ("import-batch:1", "plan-chunk:1")


class Engine(Command):
    """The harness's own small sender, with a flaw of one's choice: see `engine.py`."""

    def __init__(self, *arguments, flaw: str = "none", **options):
        super().__init__(*arguments, **options)
        self.flaw = flaw

    def arguments(self) -> list[str]:
        return [
            sys.executable, str(Path(__file__).with_name("engine.py")), "--contacts", str(self.contacts),
            "--smtp", self.sink.url, "--data", str(self.martlet.data), "--connections", str(self.connections),
            "--in-doubt", self.in_doubt, "--flaw", self.flaw,
        ]  # fmt: skip

    def settled(self) -> Ledger | None:
        return ledger.read(ledger.copied(self.database.parent, self.folder / "settled"))

    def report(self) -> None:
        return None


class Serve(Sender):
    """`martlet serve`: a campaign that was handed in once, and goes on by itself after every death."""

    connections = 8  # that the engine opens to one sender's server

    def __init__(self, folder: Path, rows: int, sink: Sink):
        super().__init__(folder, rows)
        self.sink = sink
        self.server = Served(Martlet(folder), **ADMINISTRATOR)
        self.sent = None

    @property
    def points(self) -> tuple[str, ...]:
        # The first life must last until the campaign has been handed in.
        return Send.points if self.sent else ()

    def start(self, crash_at: str | None = None) -> None:
        self.server.environment = {**ADMINISTRATOR, **({"MARTLET_CRASH_AT": crash_at} if crash_at else {})}
        try:
            self.server.start()
        except AssertionError:
            # It may kill itself before anybody could ask whether it is ready.
            assert self.server.process.poll() == -9, self.errors
        self.process = self.server.process
        if self.sent is None:
            office = Office(self.server)
            self.sent = office.send(people(self.rows), office.sender(self.sink.port))

    @property
    def database(self) -> Path:
        return self.server.martlet.data / "martlet.db"

    @property
    def errors(self) -> str:
        return self.server.err.read_text(errors="replace")

    def has_ended(self) -> bool:
        return super().has_ended() or (self.sent is not None and ledger.is_over(self.database))

    def report(self) -> dict[str, int]:
        states: dict[str, int] = {}
        rows = self.sent.report()
        assert {row["email"] for row in rows} == self.everybody and len(rows) == self.rows, "the report lacks people"
        for row in rows:
            states[row["state"]] = states.get(row["state"], 0) + 1
        return states
