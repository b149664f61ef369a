"""Cuts the power again and again: what the disk holds at that moment is all that is left.

usage: python -m crash.power_cut [--cuts 30] [--seed N]

A cut stops the process in its tracks, copies the disk, ends the process, and puts the copy in the
disk's place; the next life goes on from there. Two thirds of the cuts fall on `martlet send` (reading
the file, sending), one third on lists handed to `martlet serve`.
"""

import argparse
import http.client
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from contact_files import people
from counterparts.processes import wait_for
from office import ADMINISTRATOR, Office
from program import Martlet, wait_until
from served import Served

from . import disk, ledger
from .judge import Judge
from .kills import Figures
from .senders import Command, Send
from .sink import Sink

MEGABYTES = 96


def stop(pid: int) -> None:
    """Stops a process in its tracks, all its threads."""
    os.kill(pid, signal.SIGSTOP)

    def stands() -> bool:
        states = {
            task.joinpath("stat").read_text().rpartition(")")[2].split()[0] for task in Path(f"/proc/{pid}/task").iterdir()
        }
        return states <= {"T", "Z"}

    wait_for(stands, "the process to stand still", 10)


class Machine:
    """A disk that loses its power, and what is found on it afterwards."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.disk = disk.Disk(folder, MEGABYTES)
        self.disk.__enter__()
        self.cuts = 0
        self.breaches: list[str] = []

    @property
    def root(self) -> Path:
        return self.disk.root

    def cut(self, process) -> bool:
        """Cuts the power under a process; `False` if it had ended before."""
        if process.poll() is not None:
            return False
        stop(process.pid)
        self.cuts += 1
        after = self.folder / f"after-cut-{self.cuts}.img"
        self.disk.cut(after)
        process.kill()
        process.wait()
        self.close()
        self.disk.image.unlink()
        self.disk = disk.Disk(self.folder, MEGABYTES, image=after)
        self.disk.__enter__()
        database = self.root / "data" / "martlet.db"
        if database.exists() and not ledger.is_whole(database):
            self.breaches.append(f"the database is damaged after cut {self.cuts}")
        return True

    def close(self) -> None:
        self.disk.__exit__()


def sending(
    folder: Path, cuts: int, dice: random.Random, figures: Figures, make: Callable[[Path, Sink], Command]
) -> None:
    """One campaign through at most so many power cuts."""
    with Sink(folder / "sink") as sink:
        sender = make(folder, sink)
        machine = Machine(folder)
        sender.martlet.data = machine.root / "data"
        judge = Judge(sender, sink)
        try:
            while machine.cuts < cuts and not judge.breaches:
                takes_more = sink.takes_more()
                sink.first_since = None
                began = time.monotonic()
                sender.start()
                if machine.cuts % 3 == 0:
                    wait_until(sender.has_ended, dice.uniform(0, 0.4))
                else:
                    wait_until(lambda: takes_more() or sender.has_ended(), 60)
                    wait_until(sender.has_ended, dice.uniform(0, 0.6))
                if not machine.cut(sender.process):
                    break
                judge.after_kill(f"power cut {machine.cuts}")
                judge.breaches += machine.breaches
                if sink.first_since is not None:
                    figures.restarts.append(sink.first_since - began)
            if not judge.breaches:
                finish(sender, judge)
        finally:
            sender.close()
            machine.close()
        figures.add(judge)


def finish(sender: Command, judge: Judge) -> None:
    """The last life, that nobody ends."""
    if sender.process.returncode != 0:
        sender.start()
    if not wait_until(sender.has_ended, 120):
        judge.breach("it did not come to an end")
    elif sender.process.returncode != 0:
        judge.breach(f"the last life ended with {sender.process.returncode}: {sender.errors[-500:]}")
    else:
        judge.at_end(sender.ledger())


# In each list.
ROWS = 40


class Writer(threading.Thread):
    """Somebody who hands in list after list, and notes what the server has said yes to."""

    def __init__(self, office: Office, first: int):
        super().__init__(daemon=True)
        self.office = office
        self.number = first
        self.taken: list[str] = []

    def run(self) -> None:
        try:
            while True:
                name = f"List {self.number}"
                self.number += 1
                page = self.office.client.get("/lists/new")
                inputs = page.form("/lists")["inputs"]
                answer = self.office.client.upload(
                    "/lists", {**inputs, "name": name}, {"file": ("people.csv", people(ROWS))}, follow=False
                )
                if answer.status in (302, 303):
                    self.taken.append(name)
        except (OSError, http.client.HTTPException, AssertionError):
            return  # The power is gone, and this answer with it.


def writing(folder: Path, cuts: int, dice: random.Random) -> tuple[int, list[str]]:
    """Lists handed in at a server whose power is cut; how many were taken, and what was wrong."""
    machine = Machine(folder)
    martlet = Martlet(folder)
    martlet.data = machine.root / "data"
    server = Served(martlet, **ADMINISTRATOR)
    taken: list[str] = []
    breaches: list[str] = machine.breaches
    number = 0
    try:
        while machine.cuts < cuts and not breaches:
            server.start()
            writer = Writer(Office(server), number)
            writer.start()
            time.sleep(dice.uniform(0.2, 1.5))
            machine.cut(server.process)
            writer.join(30)
            taken += writer.taken
            number = writer.number
            breaches += missing(machine.root / "data" / "martlet.db", taken)
        server.start()
        database = machine.root / "data" / "martlet.db"
        if not wait_until(lambda: not states(database) - {"ready"}, 30):
            breaches.append(f"lists that were taken are not all read: {states(database)}")
        elif short := [name for name, rows in lists(database).items() if rows != ROWS]:
            breaches.append(f"{len(short)} lists lack people, such as {short[0]}")
    finally:
        if server.process:
            server.process.kill()
            server.process.wait()
        machine.close()
    return len(taken), breaches


def lists(database: Path) -> dict[str, int]:
    connection = ledger.connect(database)
    try:
        return dict(connection.execute("SELECT name, row_count FROM audiences WHERE kind = 'list'"))
    finally:
        connection.close()


def states(database: Path) -> set[str]:
    connection = ledger.connect(database)
    try:
        return {state for (state,) in connection.execute("SELECT state FROM audiences WHERE kind = 'list'")}
    finally:
        connection.close()


def missing(database: Path, taken: list[str]) -> list[str]:
    """What was answered with yes and is gone."""
    gone = set(taken) - set(lists(database))
    return [f"{len(gone)} lists were taken and are gone, such as {min(gone)}"] if gone else []


def run(folder: Path, cuts: int, seed: int, make: Callable[[Path, Sink], Command] | None = None) -> Figures:
    """Campaign after campaign until the power was cut so often."""
    figures = Figures()
    dice = random.Random(seed)
    number = 0
    while figures.kills < cuts and not figures.breaches:
        number += 1
        sending(
            folder / str(number), min(10, cuts - figures.kills), dice, figures,
            make or (lambda folder, sink: Send(folder, 6_000, sink, 20)),
        )  # fmt: skip
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="crash.power_cut")
    parser.add_argument("--cuts", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    arguments = parser.parse_args()
    if reason := disk.why_not():
        print(f"skipped: {reason}")
        return 0
    print(f"seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="martlet-cut-") as folder:
        home = Path(folder)
        figures = run(home / "send", arguments.cuts - arguments.cuts // 3, arguments.seed)
        print(f"while sending: {figures.line('power cut')}", flush=True)
        taken, breaches = writing(home / "serve", arguments.cuts // 3, random.Random(arguments.seed))
        print(f"while lists were handed in: power cuts {arguments.cuts // 3}, lists taken {taken}, breaches {len(breaches)}")
    for breach in figures.breaches + breaches:
        print(f"  BREACH {breach}")
    return 1 if figures.breaches or breaches else 0


if __name__ == "__main__":
    sys.exit(main())
