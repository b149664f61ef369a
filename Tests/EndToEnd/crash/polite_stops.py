"""Asks the sender to end (SIGTERM) again and again, as a restart does: nobody may be in doubt then.

usage: python -m crash.polite_stops [--times 50] [--seed N]
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from program import wait_until

from .judge import Judge
from .kills import Figures
from .senders import Send, Sender, Serve
from .sink import Sink

# `serve` says 0, `send` 130; and the signal ends it outright as long as it reads the file, or when only
# the report is left to write.
STOPPED = (0, 130, -signal.SIGTERM)


def stop(sender: Sender, judge: Judge, moment: float, signs: bool) -> float | None:
    """One life that is asked to end; how many seconds it took, `None` if it was done before."""
    takes_more = judge.sink.takes_more()
    sender.start()
    if signs:
        wait_until(lambda: takes_more() or sender.has_ended(), 30)
    if wait_until(sender.has_ended, moment):
        return None
    began = time.monotonic()
    sender.process.send_signal(signal.SIGTERM)
    try:
        code = sender.process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        judge.breach("it had not ended 30 s after SIGTERM")
        sender.kill()
        return None
    took = time.monotonic() - began
    if code not in STOPPED:
        judge.breach(f"a stop ended with {code}: {sender.errors[-500:]}")
    found = judge.after_kill("SIGTERM")
    if found and found.claimed:
        judge.breach(f"a stop left {found.claimed} claims behind")
    if code == -signal.SIGTERM and signs and found and not found.is_over:
        judge.breach("SIGTERM ended it outright while it was sending")
    if found and (found.intended or found.people["unknown"]):
        judge.breach(f"a stop left {len(found.intended) + len(found.people['unknown'])} in doubt")
    return took


def run(folder: Path, times: int, seed: int, make) -> tuple[Figures, list[float]]:
    """Campaign after campaign until so many stops."""
    figures, took, number = Figures(), [], 0
    dice = random.Random(seed)
    while figures.kills < times and not figures.breaches:
        number += 1
        home = folder / str(number)
        with Sink(home / "sink", "0..0.04") as sink:
            sender = make(home, sink)
            judge = Judge(sender, sink)
            try:
                while judge.kills < times - figures.kills and not judge.breaches:
                    seconds = stop(sender, judge, dice.uniform(0, 0.5), signs=dice.random() < 0.7)
                    if seconds is None:
                        break
                    took.append(seconds)
                if not judge.breaches:
                    finish(sender, judge)
            finally:
                sender.close()
            figures.add(judge)
    return figures, took


def finish(sender: Sender, judge: Judge) -> None:
    if sender.process.poll() is not None:
        sender.start()
    if not wait_until(sender.has_ended, 120):
        judge.breach("it did not come to an end")
        return
    found = sender.ledger()
    judge.at_end(found)
    if found.people["unknown"]:
        judge.breach(f"{len(found.people['unknown'])} are unknown at the end")


def main() -> int:
    parser = argparse.ArgumentParser(prog="crash.polite_stops")
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    arguments = parser.parse_args()
    status = 0
    print(f"seed {arguments.seed}", flush=True)
    makers = {
        "send": lambda folder, sink: Send(folder, 6_000, sink, 20),
        "serve": lambda folder, sink: Serve(folder, 4_000, sink),
    }
    for name, make in makers.items():
        with tempfile.TemporaryDirectory(prefix="martlet-stop-") as folder:
            figures, took = run(Path(folder), arguments.times // 2, arguments.seed, make)
        print(f"{name}: {figures.line('stop')}; ended after {max(took, default=0):.2f} s at most", flush=True)
        for breach in figures.breaches:
            status = 1
            print(f"  BREACH {breach}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
