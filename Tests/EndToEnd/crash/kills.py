"""Kills a sender again and again until its campaign is done, and counts.

usage: python -m crash.kills [--kills FAST MEDIUM SLOW] [--seed N] [--only NAME]

Killer (this process), sender and mail server are three processes; the mail server is our own and
shares nothing with the product. Prints a line of figures for each kind of server, and ends with 1
when anything was lost, or sent twice in silence.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from program import wait_until

from .judge import Judge
from .senders import Send, Sender, Serve
from .sink import Sink


# Seconds from a start to the first message that leaves.
LONGEST_RESTART = 5.0


@dataclass
class Figures:
    """What many kills came to."""

    kills: int = 0
    doubts: list[int] = field(default_factory=list)
    lost: int = 0
    silent: int = 0
    unnamed: int = 0
    extra: int = 0
    copies: int = 0
    # Seconds from a start to the first message that the server took.
    restarts: list[float] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    points: dict[str, int] = field(default_factory=dict)

    def add(self, judge: Judge) -> None:
        self.kills += judge.kills
        self.doubts += judge.doubts
        self.lost += len(judge.lost)
        self.silent += len(judge.silent)
        self.unnamed += len(judge.unnamed)
        self.extra += judge.extra
        self.copies = max([self.copies, *judge.sink.copies.values()])
        self.breaches += judge.breaches

    def line(self, death: str = "kill") -> str:
        mean = sum(self.doubts) / max(1, len(self.doubts))
        said = (
            f"{death}s {self.kills}, lost {self.lost}, duplicates {self.silent}, unnamed {self.unnamed}, "
            f"in doubt per {death} {mean:.1f} (at most {max(self.doubts, default=0)}), extra copies {self.extra} "
            f"(of one person at most {self.copies})"
        )
        return said + (f", sent again after {max(self.restarts):.2f} s at most" if self.restarts else "")


@dataclass(frozen=True)
class Pace:
    """How one kind of server is gone about."""

    delay: str
    rows: int
    # Seconds between the first message of a life and a kill at random.
    longest: float
    # Passings of a point that a life reaches.
    passings: int


PACES = {
    "fast": Pace("0", 12_000, 0.35, 400),
    "0 to 40 ms": Pace("0..0.04", 8_000, 0.8, 300),
    "2 s": Pace("2", 150, 4.5, 15),
}


class Killer:
    """Carries one sender through its deaths."""

    def __init__(self, pace: Pace, dice: random.Random, figures: Figures):
        self.pace = pace
        self.dice = dice
        self.figures = figures

    def live(self, sender: Sender, judge: Judge, crash_at: str | None) -> bool:
        """One more life; whether it ended by a kill."""
        sink = judge.sink
        takes_more = sink.takes_more()
        sink.first_since = None
        began = time.monotonic()
        sender.start(crash_at)
        if crash_at:
            wait_until(sender.has_ended, 60)
            point = crash_at
        elif self.dice.random() < 0.3:
            # Anywhere: while it reads the file, opens the database, settles what the last death left.
            point = "any moment"
            wait_until(sender.has_ended, self.dice.uniform(0, 2 * self.pace.longest))
        else:
            point = "a moment of sending"
            wait_until(lambda: takes_more() or sender.has_ended(), 60)
            wait_until(sender.has_ended, self.dice.uniform(0, self.pace.longest))
        died = sender.process.poll() == -9
        if not died and not sender.has_ended():
            sender.kill()
            died = sender.process.returncode == -9
        if died:
            self.figures.points[point.split(":")[0]] = self.figures.points.get(point.split(":")[0], 0) + 1
            judge.after_kill(point)
        elif sender.process.poll() not in (None, 0):
            judge.breach(f"a life ended with {sender.process.returncode}: {sender.errors[-500:]}")
        if judge.sink.read().first_since is not None:
            self.figures.restarts.append(judge.sink.first_since - began)
        return died

    def plan(self, sender: Sender) -> str | None:
        """Where the next life kills itself; `None` for a kill from outside."""
        if not sender.points or self.dice.random() < 0.5:
            return None
        point = self.dice.choice(sender.points)
        # A claim is for a hundred messages.
        most = 1 + self.pace.passings // 100 if point == "claimed" else self.pace.passings
        return f"{point}:{self.dice.randint(1, most)}"

    def campaign(self, sender: Sender, sink: Sink, kills: int) -> Judge:
        """One campaign to its end, with at most so many kills."""
        judge = Judge(sender, sink)
        # Few kills are better spent where messages are.
        early = list(sender.early) if kills >= 8 else []
        try:
            while judge.kills < kills and not judge.breaches:
                crash_at = early.pop(0) if early else self.plan(sender)
                if not self.live(sender, judge, crash_at):
                    break
            if not judge.breaches:
                self.finish(sender, judge)
        finally:
            sender.close()
        self.figures.add(judge)
        return judge

    def finish(self, sender: Sender, judge: Judge) -> None:
        """One more life that nobody ends, unless the last came to its end."""
        if sender.process.poll() is not None:
            sender.start()
        if not wait_until(sender.has_ended, 240):
            judge.breach("it did not come to an end within 240 s")
        elif sender.process.poll() not in (None, 0):
            judge.breach(f"the last life ended with {sender.process.returncode}: {sender.errors[-500:]}")
        else:
            judge.at_end(sender.ledger())


def run(folder: Path, pace: Pace, kills: int, make: Callable[[Path, Sink], Sender], seed: int) -> Figures:
    """Campaign after campaign until there were so many kills."""
    figures = Figures()
    dice = random.Random(seed)
    number = 0
    while figures.kills < kills and not figures.breaches:
        number += 1
        home = folder / str(number)
        with Sink(home / "sink", pace.delay) as sink:
            killer = Killer(pace, dice, figures)
            killer.campaign(make(home, sink), sink, kills - figures.kills)
    return figures


def trials(fast: int, medium: int, slow: int) -> list[tuple[str, Pace, int, Callable[[Path, Sink], Sender]]]:
    """Every kind of server with every kind of sender, and how many kills each gets."""
    connections = 20
    found = []
    for name, pace, kills in zip(PACES, PACES.values(), (fast, medium, slow)):
        # Of ten kills, six fall on `send` that holds, two on `send` that sends again, two on `serve`.
        def hold(folder, sink, pace=pace):
            return Send(folder, pace.rows, sink, connections)

        def resend(folder, sink, pace=pace):
            return Send(folder, pace.rows, sink, connections, "resend")

        def serve(folder, sink, pace=pace):
            return Serve(folder, pace.rows // 2, sink)

        for who, share, make in (("send, hold", 0.6, hold), ("send, resend", 0.2, resend), ("serve", 0.2, serve)):
            found.append((f"{name} server, {who}", pace, round(kills * share), make))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="crash.kills")
    parser.add_argument("--kills", type=int, nargs="+", default=[150, 40, 10])
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    counts = arguments.kills
    if len(counts) == 1:
        # One figure is shared out as the three of every change are.
        counts = [counts[0] - counts[0] // 4 - counts[0] // 20, counts[0] // 4, counts[0] // 20]
    print(f"seed {arguments.seed}", flush=True)
    status = 0
    whole = Figures()
    for number, (name, pace, kills, make) in enumerate(trials(*counts)):
        if arguments.only not in name or kills == 0:
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="martlet-crash-") as folder:
            figures = run(Path(folder), pace, kills, make, arguments.seed + number)
        print(f"{name}: {figures.line()}; {time.monotonic() - began:.0f} s", flush=True)
        for breach in figures.breaches:
            status = 1
            print(f"  BREACH {breach}", flush=True)
        for part in ("kills", "lost", "silent", "unnamed", "extra"):
            setattr(whole, part, getattr(whole, part) + getattr(figures, part))
        whole.doubts += figures.doubts
        whole.restarts += figures.restarts
        whole.copies = max(whole.copies, figures.copies)
        for point, count in figures.points.items():
            whole.points[point] = whole.points.get(point, 0) + count
    print(f"all: {whole.line()}")
    if max(whole.restarts, default=0) > LONGEST_RESTART:
        status = 1
        print(f"  BREACH a life sent nothing for {max(whole.restarts):.1f} s after its start")
    untried = {point.split(":")[0] for point in Send.points + Send.early} - set(whole.points)
    if untried and whole.kills >= 100:
        status = 1
        print(f"  BREACH nobody was killed at {', '.join(sorted(untried))}")
    print("kills at: " + ", ".join(f"{point} {count}" for point, count in sorted(whole.points.items())))
    print("nothing was lost, and nothing was sent twice in silence" if status == 0 else "NOT PROVEN: see above")
    return status


if __name__ == "__main__":
    sys.exit(main())
