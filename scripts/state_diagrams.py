"""Holds the diagrams of docs/delivery-states.md against the moves that the types allow.

usage: state_diagrams.py ROOT     prints every difference, ends with 1 when there is one
"""

import re
import sys
from pathlib import Path

DELIVERY = "Sources/Model/Deliveries/DeliveryState.swift"
CAMPAIGN = "Sources/Model/Campaigns/CampaignState.swift"


def drawn(diagram: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^ +(\w+) --> (\w+)", diagram, re.MULTILINE))


def allowed(source: str) -> set[tuple[str, str]]:
    """The moves in the `next` of a state type, its words in snake_case."""
    start = source.index("var next")
    table = source[start : source.index("\n  }\n", start)]
    moves = set()
    for states, successors in re.findall(r"case ([^:]+): \[([^\]]*)\]", table):
        for state in words(states):
            moves |= {(state, successor) for successor in words(successors)}
    return moves


def words(cases: str) -> list[str]:
    return [re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower() for name in re.findall(r"\.(\w+)", cases)]


def main() -> int:
    root = Path(sys.argv[1])
    page = (root / "docs" / "delivery-states.md").read_text()
    delivery, campaign = (drawn(text) for text in re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL))
    states = {state for move in campaign for state in move}
    # The page says this one in words, to keep the picture readable.
    campaign |= {(state, "cancelled") for state in states - {"sent", "cancelled"}}
    differences = 0
    for path, moves in ((DELIVERY, delivery), (CAMPAIGN, campaign)):
        rules = allowed((root / path).read_text())
        for kind, moves_of_it in (("is drawn but refused", moves - rules), ("is allowed but not drawn", rules - moves)):
            for state, successor in sorted(moves_of_it):
                print(f"docs/delivery-states.md: {state} --> {successor} {kind} by {path}")
                differences += 1
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
