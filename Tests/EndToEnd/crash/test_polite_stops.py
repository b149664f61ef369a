"""Stopped as a restart stops it, again and again: nobody is in doubt, and no claim is left behind."""

import pytest

from . import polite_stops
from .senders import Send, Serve


@pytest.mark.parametrize("who", ["send", "serve"])
def test_stop_after_stop(tmp_path, who):
    def make(folder, sink):
        return Send(folder, 5_000, sink, 20) if who == "send" else Serve(folder, 2_500, sink)

    figures, took = polite_stops.run(tmp_path, 10, 3, make)
    print(figures.line("stop"), took)
    assert figures.kills == 10 and not figures.breaches, figures.breaches
