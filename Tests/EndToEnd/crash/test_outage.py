"""The mail server is gone for a few seconds (R11): nobody is given up, nobody storms the door, and the rest
leaves as fast as before."""

import pytest

from . import outage

SECONDS = 3


@pytest.fixture(scope="module")
def figures(tmp_path_factory) -> outage.Figures:
    figures = outage.run(tmp_path_factory.mktemp("outage"), SECONDS, 3_000)
    print(figures.line())
    return figures


def test_a_server_that_goes_away_and_comes_back(figures):
    assert not figures.breaches, figures.breaches
    # Somebody looked whether it is back.
    assert figures.attempts > 0


def test_nobody_waits_much_longer_than_it_was_away(figures):
    """Waits double, so the next try comes after as long again at most."""
    assert figures.first is not None and figures.first <= SECONDS + 2
