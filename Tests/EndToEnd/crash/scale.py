"""Sends to ever more people, and shows that memory and CPU per message do not grow with them.

usage: python -m crash.scale [--people 1000000]

Sends to 10,000, to 100,000 and to so many people, each time with a data folder of its own, into the sandbox
that counts. Prints peak memory and CPU for each, and ends with 1 when the most people took more than 150 MB,
or more than 1.25 times the CPU per message that 10,000 took, or when anybody was not written to.
Several numbers after `--people` are taken as they are, behind the 10,000.
"""

import argparse
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from counterparts.processes import Server, free_port
from gauge import MB, Gauge, Usage
from program import Martlet

LEAST = 10_000
BETWEEN = 100_000
MOST_MEMORY = 150 * MB
MOST_CPU = 1.25
# The smallest is quick, and what all others are held against.
ROUNDS_OF_LEAST = 3


@dataclass(frozen=True)
class Result:
    people: int
    # Octets, and seconds a message.
    memory: int
    cpu: float

    def __str__(self) -> str:
        return f"{self.people:>9,} people: peak memory {self.memory / MB:4.0f} MB, CPU {self.cpu * 1e6:4.0f} µs a message"


def write_contacts(path: Path, count: int) -> None:
    """Row by row: a million people need not be in memory here either."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("email,first_name,company\r\n")
        file.writelines(f"user{number}@example.com,Ädä {number},Söhne & Co\r\n" for number in range(count))


def measured(count: int) -> Usage:
    """One run of `martlet send`, which must have written to everybody once."""
    with tempfile.TemporaryDirectory(prefix="martlet-scale-") as name:
        martlet = Martlet(Path(name))
        contacts = martlet.folder / "contacts.csv"
        write_contacts(contacts, count)
        port, gauge = free_port(), Gauge(martlet.folder)
        command = martlet.command("sandbox", "--smtp", f"127.0.0.1:{port}", "--count")
        with Server(command, port, martlet.folder / "sandbox.log") as sandbox:
            arguments = martlet.campaign(contacts, "--smtp", f"smtp+unsafe://127.0.0.1:{port}")
            run = martlet.run(*arguments, before=gauge.command, timeout=3_600)
            took = re.search(r"\b(\d+) messages?\b", sandbox.stop().replace(",", ""))
        if run.code != 0 or run.counts["sent"] != count or not took or int(took[1]) != count:
            sys.exit(f"not everybody was written to: exit {run.code}, {run.out[-300:]} {run.err[-800:]}")
        return gauge.usage


def results(sizes: list[int]) -> Iterator[Result]:
    for count in sizes:
        rounds = [measured(count) for _ in range(ROUNDS_OF_LEAST if count == LEAST else 1)]
        cpu = statistics.median(usage.cpu for usage in rounds)
        yield Result(count, max(usage.memory for usage in rounds), cpu / count)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, nargs="+", default=[1_000_000])
    given = parser.parse_args().people
    if len(given) == 1 and given[0] > BETWEEN:
        given = [BETWEEN, *given]
    sizes = sorted({LEAST, *given})
    found = []
    for result in results(sizes):
        print(result, flush=True)
        found.append(result)
    least, most = found[0], found[-1]
    growth = most.cpu / least.cpu
    is_small, is_flat = most.memory <= MOST_MEMORY, growth <= MOST_CPU
    print(
        f"{most.people:,} people took {most.memory / MB:.0f} MB ({MOST_MEMORY // MB} at most: {'yes' if is_small else 'NO'})"
        f" and {growth:.2f} times the CPU of {least.people:,} ({MOST_CPU} at most: {'yes' if is_flat else 'NO'})"
    )
    return 0 if is_small and is_flat else 1


if __name__ == "__main__":
    sys.exit(main())
