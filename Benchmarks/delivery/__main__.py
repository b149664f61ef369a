"""The command line of Benchmarks/deliver."""

import argparse
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from .letters import Post
from .peers import FOLDER, ROOT, Peers
from .processes import CORES, Fault
from .scenarios import Bench
from .tables import LEGEND

SCENARIOS = {
    "plain": Bench.plain, "smtp-sink": Bench.smtp_sink, "tls": Bench.tls, "rtt": Bench.rtt, "large": Bench.large,
    "scale": Bench.scale,
}
USUAL = ["plain", "smtp-sink", "tls", "rtt", "large"]


def numbers(text: str) -> list[int]:
    return [number(part) for part in text.split(",")]


def number(text: str) -> int:
    value = int(text.replace("_", ""))
    if not 1 <= value <= 10_000_000:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and 10,000,000")
    return value


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="Benchmarks/deliver", description="Measures `martlet send` beside its peers, in interleaved rounds."
    )
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"{', '.join(SCENARIOS)} (all but scale)")
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/martlet", help="the built program")
    parser.add_argument("--messages", type=number, metavar="N", help="at most so many (100,000; scale: 1,000,000)")
    parser.add_argument("--rounds", type=number, metavar="R", help="how often all take their turn (3 or 5)")
    parser.add_argument("--connections", type=numbers, metavar="N,N", default=[16, 32], help="Martlet's (16,32)")
    parser.add_argument(
        "--quiet", type=float, metavar="S", default=3, help="seconds to wait at most for a quiet machine (3)"
    )
    found = parser.parse_args()
    if unknown := [name for name in found.scenarios if name not in SCENARIOS]:
        parser.error(f"there is no scenario {unknown[0]}; there are {', '.join(SCENARIOS)}")
    return found


def remove_leftovers() -> None:
    """The folders of benchmarks that were killed."""
    for folder in FOLDER.glob("run-*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            shutil.rmtree(folder, ignore_errors=True)


def measure(wanted: argparse.Namespace) -> None:
    binary = wanted.binary.resolve()
    if not os.access(binary, os.X_OK):
        raise Fault(f"{binary} is not there; run `make build`, or name one with --binary")
    peers = Peers.build()
    for name, reason in peers.missing.items():
        print(f"without {name}: {reason}")
    remove_leftovers()
    with tempfile.TemporaryDirectory(dir=FOLDER, prefix=f"run-{os.getpid()}-") as folder:
        bench = Bench(
            binary, peers, Post(peers, Path(folder)), Path(folder), wanted.connections, wanted.messages,
            wanted.rounds, wanted.quiet,
        )
        print(f"{time.strftime('%F %T')}, {CORES} cores, Linux {platform.release()}, {binary}")
        bench.verify()
        for name in wanted.scenarios or USUAL:
            SCENARIOS[name](bench)
            sys.stdout.flush()
    print(f"\n{LEGEND}")


def main() -> int:
    # So that everything started is ended, and namespaces are removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        measure(arguments())
    except Fault as fault:
        print(f"deliver: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


sys.exit(main())
