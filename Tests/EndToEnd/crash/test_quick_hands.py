"""Pause, resume and cancel in quick order: the ledger keeps up, and everybody who is not cancelled gets one letter."""

import random

from contact_files import people
from office import Office, addresses, assert_adds_up, assert_agree
from program import wait_until

from . import ledger
from .sink import Sink

COUNT = 3_000
PRESSES = 100


class Hands:
    """Somebody who presses whatever button the page offers."""

    def __init__(self, house, campaign):
        self.house, self.campaign = house, campaign
        self.pressed = 0

    def offered(self) -> str | None:
        """What the page has a button for; the event stream may be a moment behind."""
        actions = [form["action"].rsplit("/", 1)[-1] for form in self.campaign.page().forms]
        return next((action for action in ("pause", "resume") if action in actions), None)

    def press(self, dice: random.Random) -> None:
        action = self.offered()
        assert action, f"it was over before press {self.pressed + 1}"
        answer = self.campaign.press(action)
        assert answer.status == 200, answer.says
        self.pressed += 1
        assert_adds_up(self.campaign.progress())
        # A breath, so that some presses find it at work and some hardly begun.
        wait_until(lambda: False, dice.choice([0, 0, 0.02, 0.1]))


def letters_to(tmp_path) -> Sink:
    return Sink(tmp_path / "sink", "0..0.04")


def test_a_hundred_times_paused_and_resumed(house, tmp_path):
    dice = random.Random(21)
    with letters_to(tmp_path) as sink:
        office = Office(house)
        campaign = office.send(people(COUNT), office.sender(sink.port))
        assert wait_until(sink.takes_more(), 30)
        hands = Hands(house, campaign)
        while hands.pressed < PRESSES:
            hands.press(dice)
        if hands.offered() == "resume":
            campaign.press("resume")
        assert campaign.wait_for_end()["status"] == "sent"
        assert_agree(campaign, list(sink.read().copies.elements()), addresses(COUNT))
        found = ledger.read(house.martlet.data / "martlet.db")
        assert found.people["sent"] == addresses(COUNT) and not found.claimed, ledger.tally(found)


def test_cancelled_in_the_middle_of_it_again_and_again(house, tmp_path):
    dice = random.Random(22)
    with letters_to(tmp_path) as sink:
        office = Office(house)
        sender = office.sender(sink.port)
        for number in range(10):
            domain = f"c{number}.example.com"
            campaign = office.send(people(400, [domain]), sender)
            campaign.wait_for(lambda now: now["status"] != "preparing")
            hands = Hands(house, campaign)
            for _ in range(dice.randint(0, 3)):
                if hands.offered():
                    hands.press(dice)
            campaign.press("cancel", sure="yes")
            assert campaign.wait_for_end()["status"] == "cancelled"
            everybody = {f"user{each}@{domain}" for each in range(400)}
            copies = [to for to in sink.settle().copies.elements() if to.endswith(f"@{domain}")]
            states = assert_agree(campaign, copies, everybody)
            assert set(states) <= {"sent", "cancelled"} and "cancelled" in states, {s: len(p) for s, p in states.items()}
