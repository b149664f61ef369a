"""The disk is full: nothing false is written down, and it goes on when there is space again.
`make disk-full-test` fills it more often."""

import random

import pytest

from . import disk, disk_full

pytestmark = pytest.mark.skipif(disk.why_not() is not None, reason=disk.why_not() or "")


def test_full_disks_while_sending(tmp_path):
    figures = disk_full.run(tmp_path, 6, seed=7)
    print(figures.line("full disk"))
    assert figures.kills >= 6 and not figures.breaches, figures.breaches


def test_a_full_disk_under_the_pages(tmp_path):
    assert disk_full.serving(tmp_path, 1, random.Random(7)) == []
