"""A server under way: watched by many, killed, paused, stopped, restarted. Nothing is lost, and nothing lies."""

import asyncio
import datetime
import http.client
import json
import os
import random
import signal
import socket
import time
from collections import Counter, defaultdict

import pytest

from contact_files import people
from counterparts.processes import free_port
from counterparts.recording_sink import RecordingSink
from counterparts.smtp_sink import SMTPSink
from office import ADMINISTRATOR, FINAL, STATES, Office, Sent
from program import wait_until
from served import Served

CONNECTIONS = 8  # that the engine opens to one sender's server
SEED = int(os.environ.get("MARTLET_TEST_SEED", random.SystemRandom().randrange(1_000_000)))


@pytest.fixture
def house(martlet):
    """A server with one account."""
    with Served(martlet, **ADMINISTRATOR) as server:
        yield server


def letters(folder, delay: int) -> RecordingSink:
    """A mail server that takes half as many milliseconds a message, on average."""
    return RecordingSink(folder / "sink", "--delay-ms", str(delay))


def assert_adds_up(now: dict) -> None:
    assert now["total"] == sum(now[state] for state in STATES), now
    assert now["processed"] == sum(now[state] for state in FINAL), now


def assert_agree(campaign: Sent, copies: list[str], everybody: set[str]) -> dict[str, set[str]]:
    """Report, page, events and the mail server's own record tell one story; who is in which state."""
    states = defaultdict(set)
    rows = campaign.report()
    for row in rows:
        states[row["state"]].add(row["email"])
    assert len(rows) == len(everybody) and {row["email"] for row in rows} == everybody
    last = campaign.progress()
    assert_adds_up(last)
    assert last["total"] == len(everybody)
    assert {state: last[state] for state in STATES if last[state]} == {
        state: len(emails) for state, emails in states.items()
    }
    for state, count in campaign.shown().items():
        assert count == last[state], f"the page shows {count} {state}, the ledger has {last[state]}"
    counted = Counter(copies)
    assert not [email for email, count in counted.items() if count > 1], "sent twice"
    sent, unknown = states.get("sent", set()), states.get("unknown", set())
    assert sent <= set(counted), f"lost: {sorted(sent - set(counted))[:5]}"
    assert set(counted) <= sent | unknown
    return dict(states)


def addresses(count: int) -> set[str]:
    return {f"user{number}@example.com" for number in range(count)}


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


# -- kill -9


class Lives:
    """One server through many deaths."""

    def __init__(self, server: Served):
        self.server = server
        self.kills = 0

    def live(self, seconds: float, **environment: str) -> None:
        """Starts, does nothing to it, and kills it after so long; `MARTLET_CRASH_AT` may come first."""
        self.server.environment = environment
        try:
            self.server.start()
        except AssertionError:
            # It may fall over its own feet before anybody could ask whether it is ready.
            assert self.server.process.poll() == -signal.SIGKILL, self.server.err.read_text()[-2000:]
        self.die(seconds)

    def die(self, seconds: float) -> None:
        wait_until(lambda: self.server.process.poll() is not None, seconds)
        self.server.kill()
        assert self.server.process.returncode == -signal.SIGKILL
        self.kills += 1


POINTS = [
    "plan-chunk:1",
    "claimed:1",
    "intent-durable:1",
    "before-dot:1",
    "after-dot:1",
    "outcome-received:1",
    "outcome-durable:1",
    "intent-durable:90",
    "before-dot:70",
    "after-dot:60",
    "outcome-received:50",
    "outcome-durable:100",
]


def test_a_kill_at_every_point(martlet, tmp_path):
    count = 1_500
    with SMTPSink(tmp_path / "sink") as sink, Served(martlet, **ADMINISTRATOR) as server:
        office = Office(server)
        draft = office.send(people(count), office.sender(sink.port), do="save")
        lives = Lives(server)
        server.stop()
        server.environment = {"MARTLET_CRASH_AT": "import-batch:1"}
        server.start()
        try:
            draft.press("send")
        except (OSError, http.client.HTTPException):
            pass  # it died before it could answer
        lives.die(20)
        for point in POINTS:
            lives.live(30, MARTLET_CRASH_AT=point)
        server.environment = {}
        server.start()
        end = draft.wait_for_end()
        assert end["status"] == "sent", end
        states = assert_agree(draft, sink.recipients(), addresses(count))
        assert set(states) == {"sent", "unknown"}, "kills between dot and outcome must leave something in doubt"
        assert len(states["unknown"]) <= CONNECTIONS * lives.kills
        assert len(set(sink.message_ids())) == len(sink.message_ids())


def test_kills_at_random_moments(martlet, tmp_path):
    print(f"MARTLET_TEST_SEED={SEED}")
    dice = random.Random(SEED)
    count = 2_500
    with letters(tmp_path, 40) as sink, Served(martlet, **ADMINISTRATOR) as server:
        office = Office(server)
        campaign = office.send(people(count), office.sender(sink.port))
        lives = Lives(server)
        lives.die(dice.uniform(0.0, 0.6))
        for _ in range(5):
            lives.live(dice.uniform(0.0, 0.8))
        before = len(sink.recipients())
        assert before < count, "it was over before the last kill"
        server.start()
        # Nobody presses anything, and pages are right while it goes on.
        now = campaign.progress()
        assert_adds_up(now)
        assert now["status"] in ("preparing", "sending")
        end = campaign.wait_for_end()
        assert end["status"] == "sent", end
        states = assert_agree(campaign, sink.recipients(), addresses(count))
        assert set(states) <= {"sent", "unknown"}
        assert len(states.get("unknown", ())) <= CONNECTIONS * lives.kills
        assert before > 0


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


def moment(seconds: float) -> dict[str, str]:
    """The form's fields for a moment from now, to the second."""
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return {"when": "later", "at": at.strftime("%Y-%m-%dT%H:%M:%S"), "zone": "UTC"}


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


# -- A polite stop


def half_an_upload(office: Office, path: str, field: str) -> socket.socket:
    """A form whose file stops in the middle; the client stays."""
    token = office.client.get("/lists/new").form("/lists")["inputs"]["csrf"]
    edge = "edge"
    body = (
        f'--{edge}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="{field}"; filename="people.csv"\r\n\r\n'
    ).encode() + b"email\r\n" + b"somebody@example.com\r\n" * 4_000  # fmt: skip
    cookie = "; ".join(f"{name}={value}" for name, value in office.client.cookies.items())
    connection = socket.create_connection(("127.0.0.1", office.server.port), timeout=20)
    connection.sendall(
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{office.server.port}\r\nCookie: {cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary={edge}\r\nContent-Length: {len(body) + 1_000_000}\r\n\r\n".encode()
        + body
    )
    return connection


def test_sigterm_during_a_campaign_with_watchers_and_uploads(house, tmp_path):
    count = 1_500
    uploads, attachments = house.martlet.data / "uploads", house.martlet.data / "attachments"
    with letters(tmp_path, 40) as sink:
        office = Office(house)
        campaign = office.send(people(count), office.sender(sink.port))
        assert wait_until(lambda: len(sink.recipients()) > 50, 30)
        halves = [
            half_an_upload(office, "/lists", "file"),
            half_an_upload(office, "/campaigns", "file"),
            half_an_upload(office, "/campaigns", "attachment"),
        ]
        assert wait_until(lambda: len(list(uploads.iterdir())) == 2 and len(list(attachments.iterdir())) == 1, 20)
        streams = []
        for _ in range(20):
            connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=20)
            cookie = "; ".join(f"{name}={value}" for name, value in office.client.cookies.items())
            connection.request("GET", f"{campaign.path}/events", headers={"Cookie": cookie})
            response = connection.getresponse()
            assert response.readline().startswith(b"event: progress")
            streams.append((connection, response))
        monitor = http.client.HTTPConnection("127.0.0.1", house.port, timeout=20)
        monitor.request("GET", "/ready")
        answer = monitor.getresponse()
        assert answer.status == 200 and answer.read()

        began = time.monotonic()
        house.process.send_signal(signal.SIGTERM)
        # The streams end, politely, so that browsers come back; the monitor hears that we leave.
        for connection, response in streams:
            assert b"event: end" not in response.read()
            connection.close()
        monitor.request("GET", "/ready")
        answer = monitor.getresponse()
        assert answer.status == 503, answer.status
        answer.read()
        assert house.process.wait(timeout=20) == 0
        took = time.monotonic() - began
        assert took < 15, f"{took:.1f} s"
        for connection in halves:
            connection.close()
        assert not list(uploads.iterdir()) and not list(attachments.iterdir()), "half uploads were left behind"

        taken = len(sink.recipients())
        assert 0 < taken < count
        house.start()
        end = campaign.wait_for_end()
        assert end["status"] == "sent"
        states = assert_agree(campaign, sink.recipients(), addresses(count))
        assert states == {"sent": addresses(count)}, "a polite stop leaves nothing in doubt"


# -- A server that turns us away


def test_a_wrong_password_ends_the_campaign_in_plain_words(house, tmp_path):
    """S0-21, and the attachment of S0-23: kept while the rest can be sent, gone after."""
    attachments = house.martlet.data / "attachments"
    with RecordingSink(tmp_path / "sink", "--user", "ada", "--password", "right password") as sink:
        office = Office(house)
        sender = office.sender(sink.port, user="ada", password="wrong password")
        campaign = office.send(people(40), sender, attachment=b"%PDF-1.7 prices")
        end = campaign.wait_for_end(30)
        assert end["status"] == "failed" and end["sent"] == 0 and end["cancelled"] == 40, end
        page = campaign.page().text
        for text in (end["message"], page):
            assert "refused the user name or the password" in text and "535" in text, text[-3000:]
        assert "wrong password" not in page
        states = assert_agree(campaign, sink.recipients(), addresses(40))
        assert states == {"cancelled": addresses(40)}
        rows = campaign.report()
        assert all(row["status"] == "Failed" and "not sent" in row["reason"] for row in rows), rows[0]
        assert len(list(attachments.iterdir())) == 1

        office.change_sender(sender, user="ada", password="right password")
        campaign.press("retry?what=cancelled")
        end = campaign.wait_for_end(30)
        assert end["status"] == "sent" and end["sent"] == 40, end
        assert_agree(campaign, sink.recipients(), addresses(40))
        assert all(b"price list.pdf" in message.raw for message in sink.accepted())
        assert wait_until(lambda: not list(attachments.iterdir()), 10)


def test_a_server_that_is_not_there_is_waited_for(house, tmp_path):
    """Nothing is failed while nobody answers; the page says so, and it goes on once somebody does."""
    port = free_port()
    office = Office(house)
    campaign = office.send(people(20), office.sender(port))
    now = campaign.wait_for(lambda now: "refused" in now["message"], 40)
    assert now["status"] == "sending" and now["queued"] + now["sending"] == 20, now
    assert "Nobody answers" in campaign.page().text
    with RecordingSink(tmp_path / "sink") as sink:
        sender = office.sender(sink.port)
        # Correcting the sender's port is what the page advises.
        first = [link for link in campaign_senders(office) if link != sender]
        office.change_sender(first[0], port=str(sink.port))
        assert campaign.wait_for_end(30)["sent"] == 20
        assert_agree(campaign, sink.recipients(), addresses(20))


def campaign_senders(office: Office) -> list[str]:
    import re

    text = office.client.get("/senders").text
    return [
        sender
        for sender in dict.fromkeys(re.findall(r"/senders/(snd_\w+)", text))
        if 'value="127.0.0.1"' in office.client.get(f"/senders/{sender}").text
    ]


# -- Files


def test_files_go_when_nothing_needs_them(house, sink):
    """S0-23."""
    uploads, attachments = house.martlet.data / "uploads", house.martlet.data / "attachments"

    def held() -> tuple[int, int]:
        return len(list(uploads.iterdir())), len(list(attachments.iterdir()))

    office = Office(house)
    sender = office.sender(sink.port)
    draft = office.send(people(30), sender, attachment=b"prices", do="save")
    assert draft.state() == "draft" and held() == (1, 1)
    # A restart removes orphans, and nothing else.
    for folder in (uploads, attachments):
        orphan = folder / "orphan"
        orphan.write_bytes(b"left by a crash")
        os.utime(orphan, (time.time() - 60, time.time() - 60))
    house.kill()
    house.start()
    assert held() == (1, 1) and not (uploads / "orphan").exists() and not (attachments / "orphan").exists()

    draft.press("send")
    assert draft.wait_for_end(30)["sent"] == 30
    assert wait_until(lambda: held() == (0, 0), 10), held()
    assert all(b"price list.pdf" in message.raw for message in sink.accepted())

    # A cancelled campaign can not be sent again, so its attachment goes as well.
    later = office.send(people(30), sender, attachment=b"prices", **moment(3_600))
    assert held()[1] == 1
    office.client.submit(later.press("cancel"), f"{later.path}/cancel", {"sure": "yes"})
    assert later.state() == "cancelled"
    assert wait_until(lambda: held() == (0, 0), 10), held()

    # A deleted draft takes its files along.
    draft = office.send(people(30), sender, attachment=b"prices", do="save")
    assert held() == (1, 1)
    office.client.submit(draft.press("delete"), f"{draft.path}/delete", {"sure": "yes"})
    assert wait_until(lambda: held() == (0, 0), 10), held()

    # A file that cannot be read to its end fails the campaign, in words, and is gone.
    broken = people(3_000) + b'"never closed@example.com,"x"y"z\r\n' + b"\xff\xfe\x00" * 50
    campaign = office.send(broken, sender, attachment=b"prices")
    end = campaign.wait_for_end(30)
    if end["status"] == "failed":
        assert held()[0] == 0
    assert wait_until(lambda: held()[0] == 0, 10), held()
