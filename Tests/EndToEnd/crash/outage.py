"""Takes the mail server away in the middle of a campaign and gives it back (R11).

usage: python -m crash.outage [--seconds 30] [--people 5000]

A third of the people are written to before. While the server is away its port answers and hangs up for a
second, and is closed for a second, in turn: then those who come at once can be counted. Prints a line of
figures by the server's own clock, and ends with 1 when anybody was given up or lost, when more came at
once than there are connections, or when the queue does not drain within a minute of the return at nine
tenths of the rate of before.
"""

import argparse
import sys
import tempfile
from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path

from program import wait_until

from .ledger import tally
from .senders import Send
from .town import Town

CONNECTIONS = 8
# What the rate is looked at over, in seconds; and the share of it that is to come back, and how soon.
SPAN = 2.0
SHARE = 0.9
SOON = 60.0
# From then on to the end; less, because a busy machine makes that of two equal spans.
TO_THE_END = 0.8


class Patient(Send):
    """`martlet send` that waits for a server for as long as it takes."""

    def __init__(self, *arguments, wait: float, **options):
        super().__init__(*arguments, **options)
        self.wait = wait

    def arguments(self) -> list[str]:
        return [*super().arguments(), "--wait", f"{self.wait:.0f}s"]


@dataclass
class Figures:
    """What one outage came to; rates are messages a second, times are seconds after the return."""

    normal: float = 0
    attempts: int = 0
    at_once: int = 0
    after_return: int = 0
    first: float | None = None
    full: float | None = None
    rest: float = 0
    unknown: int = 0
    breaches: list[str] = field(default_factory=list)

    def line(self) -> str:
        def seconds(value: float | None) -> str:
            return "never" if value is None else f"{value:.1f} s"

        return (
            f"before {self.normal:.0f}/s; away: {self.attempts} came, at most {self.at_once} at once; back: first "
            f"message after {seconds(self.first)}, nine tenths of the rate after {seconds(self.full)}, from then on "
            f"{self.rest:.0f}/s, at most {self.after_return} at once; in doubt {self.unknown}"
        )


def rate(moments: list[float]) -> float:
    return (len(moments) - 1) / (moments[-1] - moments[0]) if len(moments) > 1 else 0


def regained(moments: list[float], normal: float) -> int | None:
    """The first of these messages from which on a span has nine tenths of the normal rate."""
    for index, at in enumerate(moments):
        if at + SPAN > moments[-1]:
            break
        if bisect_left(moments, at + SPAN) - index >= SHARE * normal * SPAN:
            return index
    return None


def look(town: Town, figures: Figures) -> None:
    """Reads the server's record."""
    if not town.of("B"):
        figures.breaches.append("it ended before the server was back")
        return
    gone, back = town.of("A")[0].at, town.of("B")[0].at
    before = [at for at in town.moments() if at < gone]
    after = [at for at in town.moments() if at > back]
    # Without the first connections' warming up.
    figures.normal = rate(before[len(before) // 4 :])
    figures.attempts = sum(gone < event.at < back for event in town.of("O"))
    figures.at_once = town.most_open(gone, back)
    figures.after_return = town.most_open(back)
    if any(gone < at < back for at in town.moments()):
        figures.breaches.append("the server took something while it was away")
    if not after:
        figures.breaches.append("nothing came after the return")
        return
    figures.first = after[0] - back
    start = regained(after, figures.normal)
    if start is not None:
        figures.full = after[start] - back
        # The last of all have nothing to follow them.
        figures.rest = rate(after[start : -2 * CONNECTIONS])
    if figures.full is None or figures.full > SOON or figures.rest < TO_THE_END * figures.normal:
        figures.breaches.append(f"the rate did not come back within {SOON:.0f} s: {figures.line()}")
    for when, most in (("while it was away", figures.at_once), ("after the return", figures.after_return)):
        if most > CONNECTIONS:
            figures.breaches.append(f"{most} connections at once {when}, where {CONNECTIONS} may be")


def run(folder: Path, seconds: float, people: int, delay: str = "0..0.04") -> Figures:
    figures = Figures()
    with Town(folder / "town", delay, away={"after": people // 3, "seconds": seconds}) as town:
        sender = Patient(folder, people, town, CONNECTIONS, wait=seconds + 120)
        sender.start()
        try:
            # A message takes 20 ms on average, of 8 connections at once.
            if not wait_until(sender.has_ended, seconds + 120 + people / 50):
                figures.breaches.append("it did not come to an end")
                return figures
            if sender.process.returncode:
                figures.breaches.append(f"it ended with {sender.process.returncode}: {sender.errors[-500:]}")
        finally:
            sender.close()
        look(town.read(), figures)
        judge(sender, town, figures)
    return figures


def judge(sender: Send, town: Town, figures: Figures) -> None:
    """Nobody is given up, lost, or sent to twice; those whose answer was cut off are in doubt."""
    found = sender.settled()
    figures.unknown = len(found.people["unknown"])
    if found.counted["sent"] + figures.unknown != sender.rows:
        figures.breaches.append(f"not everybody was sent to: {tally(found)}")
    if figures.unknown > CONNECTIONS:
        figures.breaches.append(f"{figures.unknown} are in doubt after {CONNECTIONS} connections broke")
    copies = town.copies
    if not found.people["sent"] <= set(copies) or not set(copies) <= found.people["sent"] | found.people["unknown"]:
        figures.breaches.append("rows and the server's record differ")
    if max(copies.values()) > 1:
        figures.breaches.append("somebody was sent to twice")


def main() -> int:
    parser = argparse.ArgumentParser(prog="crash.outage")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--people", type=int, default=5_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="martlet-outage-") as folder:
        figures = run(Path(folder), arguments.seconds, arguments.people)
    print(figures.line())
    for breach in figures.breaches:
        print(f"  BREACH {breach}")
    print("nobody was given up, and nobody was besieged" if not figures.breaches else "NOT PROVEN: see above")
    return 1 if figures.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
