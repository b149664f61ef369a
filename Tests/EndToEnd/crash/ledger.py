"""What stands in a sender's database, read from outside while it is dead or alive."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from program import BINARY

STATES = ["queued", "sending", "deferred", "sent", "failed", "unknown", "suppressed", "skipped", "cancelled"]
OVER = ("sent", "failed", "cancelled")
UNDER_WAY = ("queued", "sending", "deferred")
# The campaign's counters, in the order of the states.
COUNTERS = [name if name != "unknown" else "in_doubt_count" for name in STATES]


@dataclass(frozen=True)
class Ledger:
    """One campaign as the database has it."""

    campaign: str
    counters: dict[str, int]
    people: dict[str, set[str]]
    # Those whose final dot may be out and whose outcome is not known.
    intended: frozenset[str]
    # Rows that somebody holds a claim to.
    claimed: int

    @property
    def counted(self) -> dict[str, int]:
        return {state: len(self.people[state]) for state in STATES}

    @property
    def total(self) -> int:
        return sum(self.counted.values())

    @property
    def is_over(self) -> bool:
        return self.campaign in OVER


def connect(database: Path) -> sqlite3.Connection:
    # Read-only: the harness must not mend what a crash has left.
    return sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)


def read(database: Path) -> Ledger | None:
    """The newest campaign; `None` as long as there is none."""
    if not database.exists():
        return None
    connection = connect(database)
    try:
        connection.execute("BEGIN")
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'deliveries'").fetchone():
            return None
        found = connection.execute(
            f"SELECT id, state, {', '.join(COUNTERS)} FROM campaigns ORDER BY created_at DESC, id DESC LIMIT 1"
        ).fetchone()
        if not found:
            return None
        identifier, campaign, *counters = found
        people: defaultdict[str, set[str]] = defaultdict(set)
        intended, claimed = set(), 0
        for email, state, lease, at in connection.execute(
            "SELECT email, state, lease, intended_at FROM deliveries WHERE campaign_id = ?", (identifier,)
        ):
            people[STATES[state]].add(email)
            if STATES[state] == "sending" and at is not None:
                intended.add(email)
            claimed += lease is not None
        return Ledger(campaign, dict(zip(STATES, counters)), people, frozenset(intended), claimed)
    finally:
        connection.close()


def copied(data: Path, scratch: Path) -> Path:
    """A copy of a dead sender's database, which may be mended; the original stays as the death left it."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for path in [*data.glob("martlet.db*"), *data.glob("secret.key")]:
        shutil.copy(path, scratch)
    database = scratch / "martlet.db"
    if database.exists():
        # A half transaction is rolled back by the first who may write.
        connection = sqlite3.connect(database)
        connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchall()
        connection.close()
    return database


def settled(data: Path, scratch: Path) -> Ledger | None:
    """What a dead program's database says, once the program has opened a copy of it.

    Its newest entries may still stand in a journal; where it is started, they go into the rows before
    anything else happens, and `migrate` does no more.
    """
    if not copied(data, scratch).exists():
        return None
    done = subprocess.run(
        [str(BINARY), "migrate", "--data", str(scratch)], env={"PATH": os.environ["PATH"]}, cwd=scratch,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, f"what was left cannot be opened: {done.stderr}"
    return read(scratch / "martlet.db")


def is_over(database: Path) -> bool:
    """Whether the newest campaign has ended; asked often, so it looks at nothing else."""
    connection = connect(database)
    try:
        found = connection.execute("SELECT state FROM campaigns ORDER BY created_at DESC, id DESC LIMIT 1").fetchone()
        return found is not None and found[0] in OVER
    finally:
        connection.close()


def is_whole(database: Path) -> bool:
    """Whether SQLite finds nothing wrong with the file of a dead sender."""
    with tempfile.TemporaryDirectory(prefix="martlet-whole-") as scratch:
        connection = connect(copied(database.parent, Path(scratch) / "data"))
        try:
            return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        finally:
            connection.close()


def tally(ledger: Ledger) -> str:
    """The states that somebody is in, in words."""
    counted = Counter({state: count for state, count in ledger.counted.items() if count})
    return ", ".join(f"{count} {state}" for state, count in counted.items())
