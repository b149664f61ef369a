"""A server that dies or is stopped in the middle: it goes on by itself, and nothing is lost or sent twice."""

import http.client
import os
import random
import signal
import socket
import threading
import time

from contact_files import people
from counterparts.smtp_sink import SMTPSink
from office import ADMINISTRATOR, Office, addresses, assert_adds_up, assert_agree, letters
from program import wait_until
from served import Served

CONNECTIONS = 8  # that the engine opens to one sender's server
SEED = int(os.environ.get("MARTLET_TEST_SEED", random.SystemRandom().randrange(1_000_000)))


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


class Mute:
    """A mail server that takes every message and never says so."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.messages = 0
        self.clients: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.clients.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        lines = client.makefile("rb")
        client.sendall(b"220 mute.example.org\r\n")
        for line in lines:
            if line.upper().startswith(b"DATA"):
                client.sendall(b"354 Go ahead\r\n")
                while lines.readline() not in (b".\r\n", b""):
                    pass
                self.messages += 1
                return
            client.sendall(b"250 Fine\r\n")

    def __enter__(self) -> "Mute":
        return self

    def __exit__(self, *_) -> None:
        self.listener.close()
        for client in self.clients:
            client.close()


def test_a_mail_server_that_says_nothing_does_not_hold_up_the_end(martlet):
    with Mute() as mute, Served(martlet, **ADMINISTRATOR) as house:
        office = Office(house)
        campaign = office.send(people(100), office.sender(mute.port))
        assert wait_until(lambda: mute.messages == CONNECTIONS, 30)
        began = time.monotonic()
        house.process.send_signal(signal.SIGTERM)
        assert house.process.wait(timeout=20) == 0
        took = time.monotonic() - began
        assert took < 15, f"{took:.1f} s"
        house.start()
        now = campaign.progress()
        assert_adds_up(now)
        assert now["unknown"] == CONNECTIONS, now
