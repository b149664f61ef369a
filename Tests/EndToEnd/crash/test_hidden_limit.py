"""A receiver refuses what is beyond a limit that nobody was told (X-04): much of what it would take goes
through, by its own clock, and the receivers beside it get all they take."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from contact_files import people
from program import Martlet, wait_until

from . import ledger
from .town import Town, under_way

STRICT = "strict.example"
OTHERS = ["open.example", "wide.example"]
COUNT = 3_000
# So many in any two seconds; the length of the run; and how long the limit is looked for.
LIMIT, WINDOW = 50, 2.0
SECONDS = 20
SEARCH = 5
# X-04 says nine tenths, which Tests/WorkersTests/Shaping shows over hours. Here the limit is found once and
# not yet approached: it is taken for 0.95 x 50 in the time until a message passed again, which is asked
# once a second, so in up to 2.6 s instead of 2; and the first raise comes after a minute. That makes 0.73.
GOODPUT = 0.65
# The time that the others may take, of what as many messages take where there is no limit. There a third
# of the list's are the strict one's, so this is less than nine tenths of that run's whole time.
ALLOWED = 1.3
REFUSALS = {
    "none": "",
    "451": "451 Requested action aborted: local error in processing",
    "451 too many": "451 4.7.1 Too many messages from you",
    "421": "421 Service not available, closing transmission channel",
}


@dataclass(frozen=True)
class Seen:
    """One run by the town's clock, in seconds since its first connection."""

    strict: list[float] = field(repr=False)
    others: list[float] = field(repr=False)
    refused: int
    copies: dict[str, int] = field(repr=False)
    found: ledger.Ledger = field(repr=False)


def run(folder, reply: str) -> Seen:
    moods = {STRICT: {"limit": LIMIT, "seconds": WINDOW, "reply": reply}} if reply else {}
    martlet = Martlet(folder)
    with Town(folder / "town", "0..0.04", moods) as town:
        with under_way(martlet, people(COUNT, [STRICT, *OTHERS]), town) as process:
            assert wait_until(lambda: town.read().of("T"), 30)
            end = town.began + SECONDS
            wait_until(lambda: time.monotonic() > end or process.poll() is not None, SECONDS + 10)
        town.read()
    since = [[at - town.began for at in town.moments(*domains)] for domains in ([STRICT], OTHERS)]
    found = ledger.settled(martlet.data, folder / "settled")
    return Seen(*since, len(town.of("R")), town.copies, found)


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> dict[str, Seen]:
    """All of them side by side, because they do little but wait; the one without a limit is in the same boat."""
    folder = tmp_path_factory.mktemp("limits")
    with ThreadPoolExecutor(len(REFUSALS)) as pool:
        going = {name: pool.submit(run, folder / name.replace(" ", "-"), reply) for name, reply in REFUSALS.items()}
    return {name: each.result() for name, each in going.items()}


LIMITED = [name for name in REFUSALS if name != "none"]


@pytest.mark.parametrize("name", LIMITED)
def test_most_of_what_the_receiver_takes_goes_through(runs, name):
    seen = runs[name]
    share = sum(SEARCH <= at < SECONDS for at in seen.strict) / (LIMIT / WINDOW * (SECONDS - SEARCH))
    print(f"{name}: {share:.2f} of the limit, {len(seen.strict)} taken, {seen.refused} refused")
    assert seen.refused, "nobody met the limit"
    assert share >= GOODPUT


@pytest.mark.parametrize("name", LIMITED)
def test_the_others_are_as_quick_as_ever(runs, name):
    took = max(runs[name].others)
    free = runs["none"]
    best = sorted(free.strict + free.others)[len(free.others) - 1]
    print(f"{name}: {took:.2f} s for the others, {took / best:.2f} x {best:.2f} s")
    assert len(runs[name].others) == COUNT * 2 // 3
    assert took <= best * ALLOWED


@pytest.mark.parametrize("name", LIMITED)
def test_nobody_is_given_up(runs, name):
    seen = runs[name]
    states = {state: count for state, count in seen.found.counted.items() if count}
    assert states.keys() <= {"sent", "queued", "deferred"} and sum(states.values()) == COUNT, states
    assert seen.found.people["sent"] == set(seen.copies) and max(seen.copies.values()) == 1
