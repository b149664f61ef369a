"""A write, a sync, a rename or an open fails: it gives up in words, nothing false is written down, and it
goes on when the disk is sound again. `make io-fault-test` tries every call."""

import pytest

from . import io_faults


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("kind", io_faults.KINDS)
def test_a_call_that_fails(tmp_path, kind, lasting):
    outcomes = io_faults.run(tmp_path, kind, lasting, slower=3, most=60)
    print(outcomes.line)
    assert not outcomes.breaches, outcomes.breaches
    assert outcomes.faults > 0, "nothing was there to fail"
    if kind == "sync":
        # A commit whose sync has failed is none, whatever the next sync says.
        assert outcomes.refused_commits > 0
