"""A campaign under way: watched by many, paused, scheduled, limited. Pages and events never lie."""

import asyncio
import json
import os
import random
import time

from contact_files import people
from counterparts.recording_sink import RecordingSink
from office import Office, addresses, assert_adds_up, assert_agree, letters, moment
from program import wait_until
from served import Served

SEED = int(os.environ.get("MARTLET_TEST_SEED", random.SystemRandom().randrange(1_000_000)))


# -- Event streams


class Watcher:
    """Watches a campaign, loses its connection, comes back with what it saw last."""

    def __init__(self, office: Office, path: str, dice: random.Random):
        self.office, self.path, self.dice = office, path, dice
        self.seen: list[tuple[int, str, dict]] = []
        self.connections = 0
        self.drops = 0
        self.ended = False

    async def watch(self, drops: int) -> None:
        while not self.ended:
            patience = self.dice.uniform(0.1, 0.9) if self.drops < drops else 60
            try:
                await asyncio.wait_for(self.connect(), patience)
            except TimeoutError:
                assert self.drops < drops, "the end did not come"
                self.drops += 1

    async def connect(self) -> None:
        port = self.office.server.port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        self.connections += 1
        try:
            cookie = "; ".join(f"{name}={value}" for name, value in self.office.client.cookies.items())
            last = f"Last-Event-ID: {self.seen[-1][0]}\r\n" if self.seen else ""
            writer.write(
                f"GET {self.path}/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                f"Accept: text/event-stream\r\nCookie: {cookie}\r\n{last}\r\n".encode()
            )
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            assert head.startswith("HTTP/1.1 200"), head
            assert "content-type: text/event-stream" in head.lower(), head
            text = ""
            while size := int((await reader.readline()).strip() or b"0", 16):
                text += (await reader.readexactly(size + 2))[:-2].decode()
                while "\n\n" in text:
                    event, text = text.split("\n\n", 1)
                    self.take(event)
            assert self.ended, "the stream ended before the campaign"
        finally:
            # Cut, as a lost network cuts.
            writer.transport.abort()

    def take(self, event: str) -> None:
        if all(line.startswith(":") for line in event.splitlines()):
            return
        fields = dict(line.split(": ", 1) for line in event.splitlines())
        now = json.loads(fields["data"])
        assert_adds_up(now)
        identifier = int(fields["id"])
        if self.seen:
            before, _, was = self.seen[-1]
            assert identifier >= before, f"an id went back from {before} to {identifier}"
            assert now["processed"] >= was["processed"], (was, now)
            assert now["total"] >= was["total"], (was, now)
        self.seen.append((identifier, fields["event"], now))
        self.ended = fields["event"] == "end"


def test_two_hundred_watchers_dropped_and_reconnected(house, tmp_path):
    """X-10, S0-18, S0-19."""
    print(f"MARTLET_TEST_SEED={SEED}")
    count, drops = 1_200, 4
    with letters(tmp_path, 60) as sink:
        office = Office(house)
        campaign = office.send(people(count), office.sender(sink.port))
        watchers = [Watcher(office, campaign.path, random.Random(SEED + number)) for number in range(200)]

        async def watch() -> None:
            await asyncio.gather(*(watcher.watch(drops) for watcher in watchers))

        asyncio.run(asyncio.wait_for(watch(), 60))
        assert all(watcher.ended for watcher in watchers)
        dropped = [watcher.drops for watcher in watchers]
        assert sum(dropped) >= 2 * len(watchers), f"too few were cut off: {sum(dropped)}"
        assert min(watcher.connections for watcher in watchers) >= 2
        # They saw it on its way, not only at its end.
        assert all(any(0 < now["processed"] < count for _, _, now in watcher.seen) for watcher in watchers)
        ends = {json.dumps(watcher.seen[-1][2], sort_keys=True) for watcher in watchers}
        assert len(ends) == 1, ends
        assert json.loads(ends.pop())["sent"] == count
        states = assert_agree(campaign, sink.recipients(), addresses(count))
        assert states == {"sent": addresses(count)}
        # Who comes later, whatever they say they saw, is told the end at once.
        for last in [str(watchers[0].seen[-1][0]), "0", "99999999999999999999", "-1", "no number"]:
            late = campaign.progress(last)
            assert late["status"] == "sent" and late["sent"] == count
        # Nobody is left hanging in the server.
        assert wait_until(lambda: open_sockets(house) < 20, 20), open_sockets(house)


def open_sockets(server: Served) -> int:
    folder = f"/proc/{server.process.pid}/fd"
    links = []
    for name in os.listdir(folder):
        try:
            links.append(os.readlink(f"{folder}/{name}"))
        except FileNotFoundError:
            pass
    return sum(link.startswith("socket:") for link in links)


# -- Buttons


def assert_quiet(sink: RecordingSink, since: float) -> None:
    """Watches for two seconds more that the mail server takes nothing later than a second after."""
    assert wait_until(lambda: time.time() > since + 2.5, 10)
    late = [message.at - since for message in sink.accepted() if message.at > since + 1]
    assert not late, f"{len(late)} came up to {max(late):.2f} s after the button"


def test_pause_resume_and_cancel_take_effect_within_a_second(house, tmp_path):
    count = 1_500
    with letters(tmp_path, 40) as sink:
        office = Office(house)
        campaign = office.send(people(count), office.sender(sink.port))
        assert wait_until(lambda: len(sink.recipients()) > 100, 30)
        page = campaign.press("pause")
        paused = time.time()
        assert page.status == 200 and "Paused" in page.text
        assert_quiet(sink, paused)
        now = campaign.progress()
        assert_adds_up(now)
        assert now["status"] == "paused" and now["sending"] == 0, now
        assert now["sent"] == len(sink.recipients()) and now["total"] == count

        campaign.press("resume")
        resumed = time.time()
        assert wait_until(lambda: len(sink.recipients()) > now["sent"], 10)
        first = min(message.at for message in sink.accepted() if message.at > resumed - 0.5)
        assert first - resumed < 1, f"{first - resumed:.2f} s"
        campaign.wait_for(lambda now: now["status"] == "sending" and now["sent"] > 400, 30)

        # Without a script a page asks first, and nothing has happened yet.
        question = campaign.press("cancel")
        assert "sure" in question.text and campaign.state() == "sending"
        page = office.client.submit(question, f"{campaign.path}/cancel", {"sure": "yes"})
        cancelled = time.time()
        assert page.status == 200 and "Cancelled" in page.text
        assert_quiet(sink, cancelled)
        end = campaign.wait_for_end()
        assert end["status"] == "cancelled" and end["sent"] < count
        states = assert_agree(campaign, sink.recipients(), addresses(count))
        assert set(states) == {"sent", "cancelled"}
        # What has ended does not begin again by an old page's button.
        for action in ("resume", "pause", "send"):
            token = page.form("/theme")["inputs"]["csrf"]
            answer = office.client.post(f"{campaign.path}/{action}", {"csrf": token})
            assert "Nothing was changed" in answer.text
        assert campaign.state() == "cancelled"


# -- The clock


def test_a_scheduled_campaign_starts_by_itself(house, sink):
    office = Office(house)
    sender = office.sender(sink.port)
    at = time.time() + 2
    campaign = office.send(people(20), sender, **moment(2))
    assert campaign.state() == "scheduled" and not sink.recipients()
    assert campaign.wait_for_end(20)["sent"] == 20
    first = min(message.at for message in sink.accepted())
    assert int(at) <= first < at + 3, f"{first - at:.2f} s after its time"


def test_a_scheduled_campaign_starts_although_nobody_was_there_at_its_time(house, sink):
    office = Office(house)
    at = time.time() + 2
    campaign = office.send(people(20), office.sender(sink.port), **moment(2))
    house.kill()
    assert wait_until(lambda: time.time() > at + 1, 10)
    assert not sink.recipients()
    house.start()
    assert campaign.wait_for_end(20)["sent"] == 20
    assert_agree(campaign, sink.recipients(), addresses(20))


def test_the_hourly_limit_holds_over_campaigns_and_restarts(house, sink):
    """S2-F14."""
    office = Office(house)
    sender = office.sender(sink.port, messages_per_hour="30")
    first = office.send(people(80), sender)

    def is_limited(limit: int):
        return lambda now: now["status"] == "sending" and f"Limited to {limit} messages an hour" in now["message"]

    now = first.wait_for(is_limited(30), 30)
    assert now["sent"] == 30 == len(sink.recipients()) and now["queued"] == 50, now
    assert "Limited to 30 messages an hour" in first.page().text
    # The last of eighty leaves after two hours: thirty in each.
    assert 3_600 < now["eta_seconds"] <= 7_200 + 60, now

    second = office.send(people(20), sender)
    assert second.wait_for(is_limited(30), 30)["sent"] == 0

    assert house.stop() == 0
    house.start()
    for campaign in (first, second):
        campaign.wait_for(is_limited(30), 30)
    assert len(sink.recipients()) == 30
    house.kill()
    house.start()
    # The words of before the kill are still in the database, so look at what is new: the pace of
    # a limit that is raised now. Ten more leave, from whichever campaign.
    office.change_sender(sender, messages_per_hour="40")
    assert wait_until(lambda: len(sink.recipients()) >= 40, 30)
    for campaign in (first, second):
        now = campaign.wait_for(is_limited(40), 30)
        assert_adds_up(now)
    assert len(sink.recipients()) == 40
    assert sum(campaign.progress()["sent"] for campaign in (first, second)) == 40

    # Without a limit all go.
    office.change_sender(sender, messages_per_hour="")
    assert [campaign.wait_for_end(30)["sent"] for campaign in (first, second)] == [80, 20]
    assert len(sink.recipients()) == 100
