"""Fills a small disk at random points of a campaign, gives the space back, and lets it go on.

usage: python -m crash.disk_full [--times 200] [--seed N]

Nothing may stand as sent that was not, nothing may be damaged, and when there is space again the
campaign goes on to its end. The pages stay readable meanwhile, and what cannot be stored is refused in
words.
"""

import argparse
import random
import re
import sys
import tempfile
import time
from pathlib import Path

from contact_files import people
from office import ADMINISTRATOR, Office
from program import Martlet, wait_until
from served import Served

from . import disk, ledger
from .judge import Judge
from .kills import Figures
from .senders import Send
from .sink import Sink

MEGABYTES = 64
ROWS = 4_000


def sending(folder: Path, times: int, dice: random.Random, figures: Figures) -> None:
    """One `martlet send` whose disk is full again and again."""
    with Sink(folder / "sink", "0..0.01") as sink, disk.Disk(folder, MEGABYTES) as small:
        sender = Send(folder, ROWS, sink, 20)
        sender.martlet.data = small.root / "data"
        judge = Judge(sender, sink)
        try:
            while judge.kills < times and not judge.breaches:
                if not life(sender, judge, small, dice):
                    break
            if not judge.breaches and sender.process.returncode != 0:
                sender.start()
                if not wait_until(sender.has_ended, 60) or sender.process.returncode != 0:
                    judge.breach(f"it did not go on with space again: {sender.errors[-500:]}")
            if not judge.breaches:
                judge.at_end(sender.ledger())
                if not ledger.is_whole(sender.database):
                    judge.breach("the database is damaged")
        finally:
            sender.close()
        figures.add(judge)


def life(sender: Send, judge: Judge, small: disk.Disk, dice: random.Random) -> bool:
    """One run that meets a full disk; whether it did."""
    takes_more = judge.sink.takes_more()
    if dice.random() < 0.4:
        # Anywhere: before there is a data folder, while the file is read.
        small.fill(dice.choice([0, 4_096, 40_960, 409_600]))
        sender.start()
    else:
        sender.start()
        wait_until(lambda: takes_more() or sender.has_ended(), 30)
        wait_until(sender.has_ended, dice.uniform(0, 0.5))
        small.fill(dice.choice([0, 0, 8_192, 65_536]))
    comes_back = dice.random() < 0.4
    if comes_back:
        # Before it gives up: it should never come to that.
        wait_until(sender.has_ended, dice.uniform(0.1, 1.5))
        small.empty()
    began = time.monotonic()
    if not wait_until(sender.has_ended, 60):
        # Nobody waits for ever for a message that cannot be recorded.
        judge.breach("it neither went on nor gave up within 60 s")
        sender.kill()
    small.empty()
    code = sender.process.returncode
    if code == 0:
        return False
    if code < 0:
        judge.breach(f"it was ended by signal {-code}: {sender.errors[-800:]}")
    elif not re.search(r"disk|space", sender.errors, re.IGNORECASE):
        judge.breach(f"it does not say that the disk is full: {sender.errors[-500:]}")
    elif time.monotonic() - began > 30:
        judge.breach("it took more than 30 s to give up")
    judge.after_kill("a full disk")
    return True


def serving(folder: Path, times: int, dice: random.Random) -> list[str]:
    """A `martlet serve` whose disk is full again and again while it sends; what was wrong."""
    breaches: list[str] = []
    with Sink(folder / "sink", "0..0.04") as sink, disk.Disk(folder, MEGABYTES) as small:
        martlet = Martlet(folder)
        martlet.data = small.root / "data"
        server = Served(martlet, **ADMINISTRATOR)
        try:
            server.start()
            office = Office(server)
            sent = office.send(people(ROWS), office.sender(sink.port))
            for _ in range(times):
                wait_until(sink.takes_more(), 30)
                time.sleep(dice.uniform(0, 0.5))
                small.fill()
                time.sleep(dice.uniform(0.5, 5))
                breaches += while_full(office, sent)
                small.empty()
                if server.process.poll() is not None:
                    breaches.append(f"the server ended with {server.process.returncode}")
                    return breaches
                takes_more = sink.takes_more()
                if not wait_until(lambda: takes_more() or sent.state() == "sent", 30):
                    breaches.append(f"30 s after there was space again it had not gone on: {sent.progress()}")
            sent.wait_for_end(60)
            breaches += agree(server, sink, times)
        finally:
            if server.process:
                server.process.kill()
                server.process.wait()
    return breaches


def while_full(office: Office, sent) -> list[str]:
    """Pages can be read; what cannot be stored is refused in words."""
    breaches = []
    for path in ("/", sent.path, "/queue", "/senders"):
        page = office.client.get(path)
        if page.status != 200:
            breaches.append(f"{path} answers {page.says} while the disk is full")
    page = office.client.get("/lists/new")
    if page.status == 200:
        answer = office.client.upload(
            "/lists", {**page.form("/lists")["inputs"], "name": "Full"}, {"file": ("people.csv", people(9_000))},
            follow=False,
        )  # fmt: skip
        if answer.status not in (507, 503, 422) or not re.search(r"disk|space|stored", answer.words, re.IGNORECASE):
            breaches.append(f"a list that cannot be stored is answered with {answer.says}")
    return breaches


def agree(server: Served, sink: Sink, times: int) -> list[str]:
    """What the ledger says at the end, and what the mail server knows."""
    found = ledger.read(server.martlet.data / "martlet.db")
    sink.read()
    breaches = []
    everybody = {f"user{number}@example.com" for number in range(ROWS)}
    unknown = found.people["unknown"]
    if found.counters != found.counted:
        breaches.append(f"counters and rows differ: {found.counters}, {found.counted}")
    if lost := everybody - set(sink.copies) - unknown:
        breaches.append(f"lost: {len(lost)}, such as {min(lost)}")
    if false := found.people["sent"] - set(sink.copies):
        breaches.append(f"{len(false)} stand as sent and were not, such as {min(false)}")
    if twice := [email for email, copies in sink.copies.items() if copies > 1]:
        breaches.append(f"duplicate: {len(twice)}, such as {min(twice)}")
    if len(unknown) > 8 * times:
        breaches.append(f"{len(unknown)} are unknown after {times} full disks with 8 connections")
    return breaches


def run(folder: Path, times: int, seed: int) -> Figures:
    figures = Figures()
    dice = random.Random(seed)
    number = 0
    while figures.kills < times and not figures.breaches:
        number += 1
        sending(folder / str(number), min(8, times - figures.kills), dice, figures)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="crash.disk_full")
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    arguments = parser.parse_args()
    if reason := disk.why_not():
        print(f"skipped: {reason}")
        return 0
    print(f"seed {arguments.seed}", flush=True)
    in_serve = max(1, arguments.times // 10)
    with tempfile.TemporaryDirectory(prefix="martlet-full-") as folder:
        home = Path(folder)
        figures = run(home / "send", arguments.times - in_serve, arguments.seed)
        print(f"`send`: {figures.line('full disk')}", flush=True)
        breaches = serving(home / "serve", in_serve, random.Random(arguments.seed))
        print(f"`serve`: full disks {in_serve}, breaches {len(breaches)}")
    for breach in figures.breaches + breaches:
        print(f"  BREACH {breach}")
    return 1 if figures.breaches or breaches else 0


if __name__ == "__main__":
    sys.exit(main())
