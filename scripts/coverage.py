#!/usr/bin/env python3
"""Prints how much of each room the last `swift test --enable-code-coverage` ran, in lines.

usage: coverage.py [--minimum PERCENT]     ends with 1 when the total is below PERCENT
"""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def exported_by_the_test_run() -> dict:
    shown = subprocess.run(
        ["swift", "test", "--show-codecov-path"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    path = Path(shown.stdout.strip().splitlines()[-1])
    if not path.exists():
        sys.exit(f"coverage: {path} is not there; run `make test-rooms` first")
    return json.loads(path.read_text())


def main() -> int:
    minimum = float(sys.argv[2]) if sys.argv[1:2] == ["--minimum"] else 0.0
    rooms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for file in exported_by_the_test_run()["data"][0]["files"]:
        path = Path(file["filename"])
        if not path.is_relative_to(ROOT / "Sources"):
            continue
        lines = file["summary"]["lines"]
        for name in (path.relative_to(ROOT / "Sources").parts[0], "TOTAL"):
            rooms[name][0] += lines["covered"]
            rooms[name][1] += lines["count"]
    total = rooms.pop("TOTAL", [0, 0])
    print("coverage: lines run by the Swift tests (the end-to-end tests are not counted)")
    for name, (covered, count) in [*sorted(rooms.items()), ("TOTAL", total)]:
        percent = 100 * covered / count if count else 0.0
        print(f"  {name:<14}{covered:>7} of {count:>7}  {percent:6.1f} %")
    reached = 100 * total[0] / total[1] if total[1] else 0.0
    if reached < minimum:
        print(f"coverage: {reached:.1f} % is below the {minimum:g} % we ask for")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
