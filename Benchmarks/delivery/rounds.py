"""Lets contenders run in turn, round after round, and keeps what each came to."""

import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .contenders import Contender, Martlet, Sending
from .processes import CORES, Fault, busy_seconds, wait_for_quiet
from .sinks import LOOPBACK, Place, Tally, running


@dataclass(frozen=True)
class Figures:
    """One run of one contender."""

    rate: float
    whole: float
    dispatching: float | None
    # Microseconds of CPU a message.
    cpu: float
    sink_cpu: float
    memory: int
    # How much of the machine others used, 0 to 1.
    others: float
    tally: Tally | None


class Record:
    """What a contender came to, round by round."""

    def __init__(self, contender: Contender):
        self.contender = contender
        # `None` for a round that went wrong.
        self.rounds: list[Figures | None] = []

    def all(self, figure: Callable[[Figures], float | None]) -> list[float]:
        return [value for round in self.rounds if round and (value := figure(round)) is not None]

    def median(self, figure: Callable[[Figures], float | None]) -> float | None:
        values = self.all(figure)
        return statistics.median(values) if values else None

    @property
    def octets(self) -> float | None:
        """Octets a message at the sink."""
        return self.median(lambda figures: figures.tally and figures.tally.octets / self.contender.messages)


def ratios(
    subject: Record, other: Record, figure: Callable[[Figures], float | None] = lambda figures: figures.rate
) -> list[float]:
    """The subject's figure by the other's, in each round that went well for both."""
    pairs = [(mine, theirs) for mine, theirs in zip(subject.rounds, other.rounds) if mine and theirs]
    return [figure(mine) / figure(theirs) for mine, theirs in pairs if figure(theirs)]


def compare(
    contenders: Sequence[Contender], rounds: int, folder: Path, *, place: Place = LOOPBACK, patience: float
) -> list[Record]:
    """Every other round goes backwards, so that nobody always comes after the same one.

    A peer that fails misses that round, and one that never ran is left out; Martlet must not fail.
    """
    records = [Record(contender) for contender in contenders]
    for number in range(rounds):
        for record in records if number % 2 == 0 else reversed(records):
            wait_for_quiet(patience)
            record.rounds.append(figures := _try(record.contender, folder, place))
            if figures:
                _tell(f"round {number + 1} of {rounds}: {record.contender.name} {figures.rate:,.0f}/s")
    return [record for record in records if any(record.rounds)]


def _try(contender: Contender, folder: Path, place: Place) -> Figures | None:
    try:
        return run(contender, folder, place)
    except Fault as fault:
        if isinstance(contender, Martlet):
            raise
        _tell(f"left out of this round: {fault}")
        return None


def run(contender: Contender, folder: Path, place: Place = LOOPBACK) -> Figures:
    """One run into a sink of its own, which must have taken every message."""
    with running(contender.sink, place, folder) as sink:
        sink_before, (busy_before, then) = sink.cpu(), busy_seconds()
        sending = contender.send(sink, folder)
        busy, now = busy_seconds()
        sink_cpu = sink.cpu() - sink_before
        tally = sink.stop()
    _check(contender, sending, tally)
    usage, messages = sending.usage, contender.messages
    mine = usage.cpu + sink_cpu
    return Figures(
        rate=sending.rate, whole=messages / usage.seconds, dispatching=sending.dispatching,
        cpu=usage.cpu / messages * 1e6, sink_cpu=sink_cpu / messages * 1e6, memory=usage.memory,
        others=max(0, busy - busy_before - mine) / max(now - then, CORES * 0.01), tally=tally,
    )


def _check(contender: Contender, sending: Sending, tally: Tally | None) -> None:
    if sending.wrong:
        raise Fault(f"{contender.name}: {sending.wrong}")
    if tally and tally.messages != contender.messages:
        raise Fault(f"{contender.name}: the sink took {tally.messages} messages of {contender.messages}")


def _tell(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)
