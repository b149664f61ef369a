"""The harness, tried on a sender that is broken on purpose: it must see every flaw, and none where none is."""

import re

import pytest

from . import kills
from .engine import FLAWS
from .senders import Engine

PACE = kills.Pace("0..0.04", 600, 0.4, 0)
# What the harness must say, in the words of its breaches, and how what is in doubt is gone about.
SEEN = {
    "no-intent": (r"^unnamed: |^duplicate: ", "hold"),
    "forgets-claims": (r"messages in doubt with 8 connections|“sent” was said with people under way", "hold"),
    "resends-in-silence": (r"^duplicate: ", "hold"),
    "sent-too-soon": (r"^lost: ", "hold"),
    "late-outcomes": (r"messages in doubt with 8 connections", "hold"),
    "miscounts": (r"^counters and rows differ", "hold"),
    "loses-doubt": (r"^lost: ", "hold"),
    "new-identifiers": (r"different Message-IDs", "resend"),
}


def killed(tmp_path, flaw: str, in_doubt: str, times: int) -> kills.Figures:
    def make(folder, sink):
        return Engine(folder, PACE.rows, sink, 8, in_doubt, flaw=flaw)

    return kills.run(tmp_path, PACE, times, make, seed=1)


def test_every_flaw_is_tried():
    # Power cuts find the one that a kill cannot show.
    assert set(SEEN) == set(FLAWS) - {"none", "lazy-disk"}


@pytest.mark.parametrize("flaw", SEEN)
def test_a_broken_engine_is_caught(tmp_path, flaw):
    words, in_doubt = SEEN[flaw]
    figures = killed(tmp_path, flaw, in_doubt, 30)
    print(figures.line(), figures.breaches)
    assert any(re.search(words, breach) for breach in figures.breaches), figures.breaches


@pytest.mark.parametrize("in_doubt", ["hold", "resend"])
def test_an_honest_engine_passes(tmp_path, in_doubt):
    figures = killed(tmp_path, "none", in_doubt, 12)
    assert figures.kills == 12 and not figures.breaches, figures.breaches
    assert figures.lost == figures.silent == figures.unnamed == 0
    assert max(figures.doubts) > 0, "no kill fell between a dot and its outcome"
    assert (figures.extra > 0) == (in_doubt == "resend")
