"""The mail server is gone for a few seconds (R11): nobody is given up, nobody storms the door, and the rest
leaves as fast as before."""

from . import outage


def test_a_server_that_goes_away_and_comes_back(tmp_path):
    figures = outage.run(tmp_path, 3, 3_000)
    print(figures.line())
    assert not figures.breaches, figures.breaches
    # Somebody looked whether it is back, and found it so.
    assert figures.attempts > 0 and figures.full is not None
