"""Somebody at work in a running `martlet serve`: signs in, adds senders, sends campaigns, looks."""

import csv
import datetime
import http.client
import io
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from counterparts.recording_sink import RecordingSink
from program import wait_until
from served import Answer, Client, Served

EMAIL = "ada@example.com"
PASSWORD = "a lark rises at dawn"
# A first start with these makes the first account.
ADMINISTRATOR = {"ADMIN_EMAIL": EMAIL, "ADMIN_PASSWORD": PASSWORD}

# The ends of a delivery, and where it can stand before.
FINAL = ("sent", "failed", "unknown", "suppressed", "skipped", "cancelled")
STATES = ("queued", "sending", "deferred", *FINAL)


class Office:
    """A signed-in person; the session outlives restarts of the server."""

    def __init__(self, server: Served):
        self.server = server
        self.client = Client(server)
        page = self.client.get("/login")
        page = self.client.submit(page, "/login", {"email": EMAIL, "password": PASSWORD})
        assert page.status == 200 and page.address == "/", f"not signed in: {page.status} {page.address}"

    def sender(self, port: int, **changes: str) -> str:
        """Adds a sender that leads to a mail server on loopback; its identifier."""
        page = self.client.get("/senders/new")
        page = self.client.submit(
            page,
            "/senders",
            {
                "kind": "smtp", "name": f"Sink {port}", "host": "127.0.0.1", "port": str(port), "security": "none",
                "user": "", "password": "", "from_name": "Ada", "from_address": EMAIL, "messages_per_hour": "",
                **changes,
            },
        )  # fmt: skip
        found = re.match(r"/senders/(snd_\w+)$", page.address)
        assert page.status == 200 and found, f"the sender was not taken: {page.status} {page.text[:3000]}"
        return found[1]

    def change_sender(self, sender: str, **changes: str) -> None:
        page = self.client.get(f"/senders/{sender}")
        page = self.client.submit(page, f"/senders/{sender}", changes)
        assert page.status == 200, page.text[:2000]

    def send(self, contacts: bytes, sender: str, *, attachment: bytes | None = None, **changes: str) -> "Sent":
        """Hands in the one form, file and all, and presses Send."""
        page = self.client.get("/campaigns/new")
        inputs = {
            **page.form("/campaigns")["inputs"],
            "source": "file", "sender": sender, "subject": "Hello {{ first_name }}", "format": "text",
            "body": "Dear {{ first_name }},\n\nthis is the letter.\n", "personalise": "on", "do": "send",
            "attach": "no", **changes,
        }  # fmt: skip
        files = {"file": ("people.csv", contacts)}
        if attachment is not None:
            inputs["attach"] = "yes"
            files["attachment"] = ("price list.pdf", attachment)
        page = self.client.upload("/campaigns", inputs, files)
        found = re.match(r"/campaigns/(cmp_\w+)$", page.address)
        assert page.status == 200 and found, f"the campaign was not taken: {page.status} {page.text[:3000]}"
        return Sent(self, found[1])


@dataclass(frozen=True)
class Sent:
    """A campaign that was handed in."""

    office: Office
    id: str

    @property
    def path(self) -> str:
        return f"/campaigns/{self.id}"

    def page(self) -> Answer:
        page = self.office.client.get(self.path)
        assert page.status == 200, page.status
        return page

    def press(self, action: str, query: str = "", **fields: str) -> Answer:
        """Presses a button of the page as it is now."""
        return self.office.client.submit(self.page(), f"{self.path}/{action}{query}", fields)

    def progress(self, last: str | None = None) -> dict:
        """The first event of the live stream, for one who saw `last`: the state of now."""
        client = self.office.client
        connection = http.client.HTTPConnection("127.0.0.1", self.office.server.port, timeout=20)
        fields = {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}
        if last is not None:
            fields["Last-Event-ID"] = last
        try:
            connection.request("GET", f"{self.path}/events", headers=fields)
            response = connection.getresponse()
            assert response.status == 200, response.status
            while line := response.readline():
                if line.startswith(b"data: "):
                    return json.loads(line[6:])
        finally:
            connection.close()
        raise AssertionError("the stream ended without an event")

    def state(self) -> str:
        return self.progress()["status"]

    def wait_for(self, condition, seconds: float = 60) -> dict:
        """Watches the stream until what it says pleases."""
        seen: list[dict] = []

        def pleases() -> bool:
            seen.append(self.progress())
            return condition(seen[-1])

        assert wait_until(pleases, seconds), f"waited {seconds} s in vain; now {seen[-1]}"
        return seen[-1]

    def wait_for_end(self, seconds: float = 60) -> dict:
        return self.wait_for(
            lambda now: now["status"] in ("sent", "failed", "cancelled") and now["processed"] == now["total"], seconds
        )

    def report(self) -> list[dict[str, str]]:
        answer = self.office.client.get(f"{self.path}/report.csv")
        assert answer.status == 200, answer.status
        return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))

    def shown(self) -> dict[str, int]:
        """The counts as the page shows them."""
        found = re.findall(r'data-count="(\w+)"[^>]*>([\d,]+)<', self.page().text)
        return {name: int(value.replace(",", "")) for name, value in found}


def moment(seconds: float) -> dict[str, str]:
    """The form's fields for a moment from now, to the second."""
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return {"when": "later", "at": at.strftime("%Y-%m-%dT%H:%M:%S"), "zone": "UTC"}


def letters(folder, delay: int) -> RecordingSink:
    """A mail server that takes half as many milliseconds a message, on average."""
    return RecordingSink(folder / "sink", "--delay-ms", str(delay))


# -- What must agree


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
    shown = campaign.shown()
    assert {"sent", "failed", "unknown"} <= set(shown)
    for state, count in shown.items():
        assert count == last[state], f"the page shows {count} {state}, the ledger has {last[state]}"
    counted = Counter(copies)
    assert not [email for email, count in counted.items() if count > 1], "sent twice"
    sent, unknown = states.get("sent", set()), states.get("unknown", set())
    assert sent <= set(counted), f"lost: {sorted(sent - set(counted))[:5]}"
    assert set(counted) <= sent | unknown
    return dict(states)


def addresses(count: int) -> set[str]:
    return {f"user{number}@example.com" for number in range(count)}
