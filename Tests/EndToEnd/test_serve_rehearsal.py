"""A bad day on the sandbox's page: chosen without JavaScript, seen on a campaign's pages, over within a second."""

import re

import pytest

from contact_files import people
from office import Office, assert_adds_up

# How many messages it takes until something of each kind can be seen.
COUNT = 200


@pytest.fixture
def office(house):
    return Office(house)


def choose(office: Office, script: str) -> None:
    page = office.client.get("/sandbox")
    page = office.client.submit(page, "/sandbox/rehearsal", {"script": script})
    assert page.status == 200 and page.form("/sandbox/rehearsal")["inputs"]["script"] == script, page.text[:2000]


def sandbox_sender(office: Office) -> str:
    return re.search(r"/senders/(snd_\w+)", office.client.get("/senders").text)[1]


def tried(campaign) -> dict:
    """The figures once everybody has been tried."""
    return campaign.wait_for(lambda now: now["total"] == COUNT and now["queued"] + now["sending"] == 0)


@pytest.mark.parametrize(
    "script, expected",
    [
        ("none", {"sent": range(COUNT, COUNT + 1)}),
        ("greylist", {"deferred": range(COUNT, COUNT + 1)}),
        ("five-percent-unknown", {"sent": range(170, COUNT), "failed": range(1, 31)}),
        ("bad-day", {"sent": range(100, COUNT), "failed": range(1, 60), "deferred": range(1, 100)}),
    ],
)
def test_each_rehearsal_shows_on_the_campaign(office, script, expected):
    choose(office, script)
    campaign = office.send(people(COUNT), sandbox_sender(office))
    now = tried(campaign)
    assert_adds_up(now)
    for state, counts in expected.items():
        assert now[state] in counts, now
    shown = campaign.shown()
    assert all(shown[state] == now[state] for state in expected), (shown, now)
    if script == "five-percent-unknown":
        failed = [row for row in campaign.report() if row["state"] == "failed"]
        assert {(row["code"], row["enhanced_code"]) for row in failed} == {("550", "5.1.1")}


def test_a_throttle_is_followed_and_the_page_says_why(office):
    choose(office, "throttle-50-a-minute")
    campaign = office.send(people(COUNT), sandbox_sender(office))
    now = campaign.wait_for(lambda now: now["sent"] >= 50 and "slow down" in now["message"])
    assert_adds_up(now)
    assert now["failed"] == 0 and now["sent"] < COUNT


def test_a_rehearsal_is_over_for_who_is_tried_after_it(office):
    choose(office, "greylist")
    campaign = office.send(people(COUNT), sandbox_sender(office))
    assert tried(campaign)["deferred"] == COUNT
    choose(office, "none")
    again = office.send(people(COUNT), sandbox_sender(office))
    # What began within the second may still have met the rehearsal.
    assert tried(again)["sent"] >= COUNT - 50
