"""The power goes: whatever was said to be done is on the disk. `make power-cut-test` cuts more often."""

import random

import pytest

from . import disk, power_cut
from .senders import Engine

pytestmark = pytest.mark.skipif(disk.why_not() is not None, reason=disk.why_not() or "")


def test_power_cuts_while_sending(tmp_path):
    figures = power_cut.run(tmp_path, 5, seed=5)
    print(figures.line())
    assert figures.kills == 5 and not figures.breaches, figures.breaches


def test_power_cuts_while_lists_are_handed_in(tmp_path):
    taken, breaches = power_cut.writing(tmp_path, 2, random.Random(5))
    assert taken > 0 and not breaches, breaches


def test_an_engine_that_does_not_wait_for_the_disk_is_caught(tmp_path):
    def make(folder, sink):
        return Engine(folder, 600, sink, 8, flaw="lazy-disk")

    figures = power_cut.run(tmp_path, 10, 1, make)
    assert figures.breaches, "ten cuts, and nothing was missing"
    print(figures.breaches)


def test_an_engine_that_waits_for_the_disk_passes(tmp_path):
    def make(folder, sink):
        return Engine(folder, 600, sink, 8)

    figures = power_cut.run(tmp_path, 4, 1, make)
    assert figures.kills == 4 and not figures.breaches, figures.breaches
