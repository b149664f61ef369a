"""A receiver that takes very long for every answer has a tenth of the list (R10): the others are sent as
soon as ever, and it holds no more connections than its share."""

import pytest

from contact_files import people
from program import Martlet, wait_until

from .town import Town, under_way

SLOW = "tarpit.example"
OTHERS = [f"quick{number}.example" for number in range(9)]
DOMAINS = [SLOW, *OTHERS]
# For each of its answers, in place of a minute; by the product's measure slow is more than a second.
TARPIT = 2.5
QUICK = "0..0.04"
# The row says 1.2. What a machine with two slow cores does between two runs is on top.
ALLOWED = 1.2


def share(connections: int) -> int:
    """What a slow receiver may have (docs/limits-and-shaping.md)."""
    return max(1, connections // 4)


def seconds_for_others(folder, count: int, connections: int, moods: dict) -> tuple[float, Town]:
    """From the first connection until the last message of the nine others was taken."""
    with Town(folder / "town", QUICK, moods) as town:
        options = ["--connections", str(connections)]
        with under_way(Martlet(folder), people(count, DOMAINS), town, *options):
            done = wait_until(lambda: len(town.read().moments(*OTHERS)) >= count * 9 // 10, 60)
        assert done, f"only {len(town.moments(*OTHERS))} of {count * 9 // 10} were taken"
        return max(town.moments(*OTHERS)) - town.began, town


@pytest.mark.parametrize("connections, count", [(8, 2_000), (20, 5_000)])
def test_a_tarpit_holds_up_nobody_else(tmp_path, connections, count):
    best, _ = seconds_for_others(tmp_path / "best", count, connections, {})
    took, town = seconds_for_others(tmp_path / "tarpit", count, connections, {SLOW: {"slow": TARPIT}})
    print(f"{connections} connections: {took:.2f} s, {took / best:.2f} x {best:.2f} s; held at most {town.most_held()}")
    assert 0 < town.most_held() <= share(connections)
    assert took <= best * ALLOWED, f"{took:.2f} s are {took / best:.2f} x {best:.2f} s"


@pytest.mark.parametrize("connections, count", [(8, 2_000), (20, 5_000)])
def test_a_receiver_that_falls_silent_in_the_middle_holds_up_nobody_else(tmp_path, connections, count):
    best, _ = seconds_for_others(tmp_path / "best", count, connections, {})
    moods = {SLOW: {"slow": 3_600, "after": count // 3}}
    took, town = seconds_for_others(tmp_path / "silent", count, connections, moods)
    print(f"{connections} connections: {took:.2f} s, {took / best:.2f} x {best:.2f} s; held at most {town.most_held()}")
    assert 0 < town.most_held() <= share(connections)
    assert took <= best * ALLOWED, f"{took:.2f} s are {took / best:.2f} x {best:.2f} s"
