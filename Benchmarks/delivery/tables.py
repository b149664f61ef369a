"""Prints what was measured: ratios first, for they mean most on a machine that others use too."""

import resource
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from .contenders import Martlet
from .rounds import Record, ratios

HEAD = (
    f"{'':36}{'ratio':>7}{'messages/s':>12} {'[low-high]':<17}{'sending':>9}{'whole':>9}"
    f"{'CPU us':>8}{'sink us':>8}{'memory':>8}{'octets':>10}{'others':>7}"
)
LEGEND = """\
  ratio: Martlet's messages/s to this one's, the median over the rounds. messages/s: as each says itself,
  the median; Martlet counts the reading of the contact file in, peers leave their start out, smtp-source says
  nothing, so its whole process counts. sending: Martlet's rate once the file was read, by its ledger.
  whole: over the life of the process. CPU: user and system, a message. memory: the peak (< : at most so much).
  octets: a message, at the sink. sink us: its CPU a message, in rtt with the line's. others: how much of the
  machine others used meanwhile."""


@dataclass(frozen=True)
class Bar:
    """Martlet is to do so many times what another does."""

    other: str
    least: float


def print_table(title: str, records: Sequence[Record], subject: Record | None) -> None:
    print(f"\n{title}\n{HEAD}")
    for record in records:
        print(_row(record, subject))


def print_ratios(subject: Record, others: Sequence[Record], bars: Sequence[Bar], note: str = "") -> None:
    """A line each: the subject to another in messages a second and CPU, and whether that reaches the bar."""
    for other in others:
        found = ratios(subject, other)
        rate = statistics.median(found)
        cpu = statistics.median(ratios(subject, other, lambda figures: figures.cpu))
        pair = f"{subject.contender.name} to {other.contender.name}"
        line = f"{pair:46}{rate:7.2f} times the messages/s [{min(found):.2f}-{max(found):.2f}], {cpu:.2f} times the CPU"
        if isinstance(other.contender, Martlet):
            sending = statistics.median(ratios(subject, other, lambda figures: figures.dispatching))
            line += f", {sending:.2f} times while sending"
        bar = next((bar for bar in bars if bar.other == other.contender.name), None)
        print(line + (f"; bar {bar.least:g}: {verdict(rate >= bar.least)}{note}" if bar else ""))


def verdict(passes: bool) -> str:
    return "pass" if passes else "FAIL"


def _row(record: Record, subject: Record | None) -> str:
    rates = record.all(lambda figures: figures.rate)
    ratio = f"{statistics.median(ratios(subject, record)):.2f}" if subject and subject is not record else ""
    spread = f"[{min(rates):,.0f}-{max(rates):,.0f}]"
    return (
        f"{_name(record):36}{ratio:>7}{statistics.median(rates):>12,.0f} {spread:<17}"
        f"{_number(record.median(lambda figures: figures.dispatching)):>9}"
        f"{_number(record.median(lambda figures: figures.whole)):>9}"
        f"{record.median(lambda figures: figures.cpu):>8.1f}{record.median(lambda figures: figures.sink_cpu):>8.1f}"
        f"{_memory(record):>8}{_number(record.octets):>10}{record.median(lambda figures: figures.others):>7.0%}"
    )


def _name(record: Record) -> str:
    return f"{record.contender.name} ({record.contender.messages:,})"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _memory(record: Record) -> str:
    """A program forked from this one seems to have used as much as this one."""
    peak = max(record.all(lambda figures: figures.memory))
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return f"{'<' if peak <= own * 1.05 else ''}{peak / 1e6:.0f} MB"
