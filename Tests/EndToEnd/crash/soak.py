"""Keeps a server busy for an hour, with campaigns that come, are paused, resumed and cancelled.

usage: python -m crash.soak [--minutes 60] [--rate 500]

Prints memory, open files, the size of the write-ahead log and what has drifted apart, and ends with 1
when memory grows by more than 5% after the first sixth, files are left open, the log passes 256 MB, or
a campaign's counters, rows and the mail server's own record disagree.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path

from contact_files import people
from office import ADMINISTRATOR, Office, Sent
from program import Martlet
from served import Served

from . import ledger
from .sink import Sink

EVERY = 10.0  # seconds between campaigns
LARGEST_LOG = 256 << 20


@dataclass
class Sample:
    at: float
    resident: int
    files: int
    log: int
    taken: int


@dataclass
class Running:
    """A campaign, and what is to be done to it."""

    sent: Sent
    domain: str
    rows: int
    begun: float
    deeds: deque[str] = field(default_factory=deque)


class Soak:
    def __init__(self, server: Served, sink: Sink, rate: int, dice: random.Random):
        self.server, self.sink, self.rate, self.dice = server, sink, rate, dice
        self.office = Office(server)
        self.senders = [self.office.sender(sink.port, name=f"Sink {number}") for number in range(3)]
        self.running: list[Running] = []
        self.samples: list[Sample] = []
        self.drift: list[str] = []
        self.campaigns = 0
        self.taken = 0

    @property
    def database(self) -> Path:
        return self.server.martlet.data / "martlet.db"

    # -- Work

    def begin(self) -> None:
        """One more campaign; one in three is paused and resumed, one in ten cancelled."""
        self.campaigns += 1
        rows, domain = int(self.rate * EVERY), f"c{self.campaigns}.example.com"
        sent = self.office.send(people(rows, [domain]), self.senders[self.campaigns % 3])
        deeds = ["pause", "resume"] * (self.campaigns % 3 == 0) + ["cancel"] * (self.campaigns % 10 == 0)
        self.running.append(Running(sent, domain, rows, time.monotonic(), deque(deeds)))

    def look_after(self) -> None:
        """Presses what is to be pressed, reads pages, and judges what has ended."""
        for each in list(self.running):
            now = each.sent.progress()
            if now["status"] in ("sent", "failed", "cancelled") and not now["queued"] + now["sending"] + now["deferred"]:
                self.judge(each)
                self.running.remove(each)
            elif each.deeds and now["status"] in ("sending", "paused"):
                deed = each.deeds.popleft()
                answer = each.sent.press(deed, **({"sure": "yes"} if deed == "cancel" else {}))
                if answer.status != 200 and each.sent.state() not in ("sent", "cancelled"):
                    self.drift.append(f"{deed} of {each.sent.id} was answered with {answer.says}")
            elif time.monotonic() - each.begun > 300:
                self.drift.append(f"{each.sent.id} has not ended after 300 s: {now}")
                self.running.remove(each)
        for path in ("/", "/campaigns", "/queue", "/senders", "/lists"):
            page = self.office.client.get(path)
            if page.status != 200:
                self.drift.append(f"{path} answers {page.says}")

    def judge(self, each: Running) -> None:
        """Counters, rows and the mail server tell one story."""
        self.sink.read()
        copies = Counter({to: n for to, n in self.sink.copies.items() if to.endswith(f"@{each.domain}")})
        connection = ledger.connect(self.database)
        try:
            row = connection.execute(
                f"SELECT {', '.join(ledger.COUNTERS)}, id FROM campaigns WHERE id = "
                "(SELECT campaign_id FROM deliveries WHERE email = ? LIMIT 1)",
                (f"user0@{each.domain}",),
            ).fetchone()
            states = dict(
                connection.execute(
                    "SELECT state, COUNT(*) FROM deliveries WHERE campaign_id = ? GROUP BY state", (row[-1],)
                )
            )
        finally:
            connection.close()
        counters = dict(zip(ledger.STATES, row))
        counted = {state: states.get(number, 0) for number, state in enumerate(ledger.STATES)}
        if counters != counted or sum(counted.values()) != each.rows:
            self.drift.append(f"{each.sent.id}: counters {counters}, rows {counted}, people {each.rows}")
        if counted["sent"] != len(copies) or copies.total() != len(copies) or counted["unknown"]:
            self.drift.append(f"{each.sent.id}: {counted['sent']} sent, {copies.total()} copies for {len(copies)} people")
        # Forgotten, so that the harness does not grow itself.
        for email in copies:
            del self.sink.copies[email], self.sink.identifiers[email]
        self.taken += copies.total()

    # -- Figures

    def sample(self, began: float) -> Sample:
        log = Path(f"{self.database}-wal")
        self.sink.read()
        sample = Sample(
            time.monotonic() - began,
            self.server.status("VmRSS"),
            len(os.listdir(f"/proc/{self.server.process.pid}/fd")),
            log.stat().st_size if log.exists() else 0,
            self.taken + self.sink.taken,
        )
        self.samples.append(sample)
        return sample

    def verdict(self, minutes: float) -> list[str]:
        warm = [sample for sample in self.samples if sample.at >= minutes * 10] or self.samples
        found = list(self.drift)
        half = max(1, len(warm) // 3)
        early, late = (sorted(s.resident for s in part)[len(part) // 2] for part in (warm[:half], warm[-half:]))
        growth = late / early - 1
        print(f"memory {early >> 10} MB, then {late >> 10} MB: {growth:+.1%}")
        # A try of a few minutes is not yet warm.
        if growth > 0.05 and minutes >= 30:
            found.append(f"memory grew by {growth:.1%}")
        files = [sample.files for sample in warm]
        if max(files[-half:]) > max(files[:half]) + 16:
            found.append(f"open files grew from {max(files[:half])} to {max(files[-half:])}")
        if max(sample.log for sample in self.samples) > LARGEST_LOG:
            found.append("the write-ahead log passed 256 MB")
        return found


def run(folder: Path, minutes: float, rate: int) -> list[str]:
    with Sink(folder / "sink", "0..0.01") as sink, Served(Martlet(folder), **ADMINISTRATOR) as server:
        soak = Soak(server, sink, rate, random.Random(1))
        began = last = time.monotonic()
        next_campaign = began
        while (now := time.monotonic()) - began < minutes * 60:
            if now >= next_campaign:
                soak.begin()
                next_campaign += EVERY
            soak.look_after()
            if now - last >= min(30, minutes * 6):
                last = now
                sample = soak.sample(began)
                print(
                    f"{sample.at:6.0f} s  {sample.taken:8d} taken  {sample.taken / sample.at:5.0f}/s  "
                    f"{sample.resident >> 10:4d} MB  {sample.files:4d} files  log {sample.log >> 10:6d} KB  "
                    f"{len(soak.running):2d} running  {len(soak.drift)} adrift",
                    flush=True,
                )
            time.sleep(0.5)
        # What is still under way comes to its end.
        deadline = time.monotonic() + 120
        while soak.running and time.monotonic() < deadline:
            soak.look_after()
            time.sleep(0.5)
        if soak.running:
            soak.drift.append(f"{len(soak.running)} campaigns did not end")
        soak.sample(began)
        return soak.verdict(minutes)


def main() -> int:
    parser = argparse.ArgumentParser(prog="crash.soak")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=int, default=500)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="martlet-soak-") as folder:
        breaches = run(Path(folder), arguments.minutes, arguments.rate)
    for breach in breaches:
        print(f"  BREACH {breach}")
    print("nothing drifted apart" if not breaches else "NOT PROVEN: see above")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
