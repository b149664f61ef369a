"""What one run of a command takes: its peak memory and its CPU time.

A program of its own (`gauge.py FILE COMMAND…`), because Linux counts the memory of whoever starts a command
as the command's: it must be started by somebody small.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

MB = 1_000_000


@dataclass(frozen=True)
class Usage:
    """Peak resident memory in octets, user and system time of all threads in seconds."""

    memory: int
    cpu: float


class Gauge:
    """`command` goes before the command to be measured, `usage` is there once that has ended."""

    def __init__(self, folder: Path):
        self.file = folder / "usage.json"
        self.command = [sys.executable, "-I", "-S", __file__, str(self.file)]

    @property
    def usage(self) -> Usage:
        return Usage(**json.loads(self.file.read_text()))


def main() -> int:
    process = Popen(["setpriv", "--pdeathsig", "KILL", *sys.argv[2:]])
    _, status, used = os.wait4(process.pid, 0)
    Path(sys.argv[1]).write_text(json.dumps({"memory": used.ru_maxrss * 1024, "cpu": used.ru_utime + used.ru_stime}))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
