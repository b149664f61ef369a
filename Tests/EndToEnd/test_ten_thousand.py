"""Ten thousand people, through each counterpart: all sent, and the other side counted the same."""

import csv
import io
import json
import re
import signal

import pytest

from contact_files import people
from counterparts.processes import Server, free_port

COUNT = 10_000
ALL = {f"user{number}@example.com" for number in range(COUNT)}


def assert_all_sent(run, martlet) -> None:
    assert run.code == 0, run.err[-2000:]
    assert run.out.strip().splitlines()[-1].startswith(f"sent {COUNT} failed 0 unknown 0 "), run.out[-300:]
    assert run.counts["total"] == COUNT
    rows = martlet.report_rows()
    assert len(rows) == COUNT
    assert {row["state"] for row in rows} == {"sent"} and {row["status"] for row in rows} == {"Sent"}
    assert len({row["message_id"] for row in rows}) == COUNT


@pytest.fixture
def contacts(martlet):
    return martlet.write("contacts.csv", people(COUNT))


def test_into_the_sandbox_that_counts(martlet, contacts, tmp_path):
    port = free_port()
    with Server(martlet.command("sandbox", "--smtp", f"127.0.0.1:{port}", "--count"), port, tmp_path / "log") as sandbox:
        run = martlet.send(contacts, "--smtp", f"smtp+unsafe://127.0.0.1:{port}", "--connections", "8")
        assert_all_sent(run, martlet)
        said = sandbox.stop(signal.SIGTERM)
    assert re.search(rf"\b{COUNT} messages\b", said.replace(",", "")), said


def test_into_the_sandbox_that_keeps(martlet, contacts, tmp_path):
    port, store = free_port(), tmp_path / "store"
    command = martlet.command("sandbox", "--smtp", f"127.0.0.1:{port}", "--store", store)
    with Server(command, port, tmp_path / "log"):
        run = martlet.send(contacts, "--smtp", f"smtp+unsafe://127.0.0.1:{port}", "--connections", "8")
        assert_all_sent(run, martlet)
    kept = [file for file in store.rglob("*") if file.is_file()]
    identifiers = [re.search(rb"^Message-ID:\s*(<[^>]+>)", file.read_bytes(), re.M | re.I)[1] for file in kept]
    assert len(identifiers) == len(set(identifiers)) == COUNT
    assert {identifier.decode() for identifier in identifiers} == {row["message_id"] for row in martlet.report_rows()}


def test_into_the_sandbox_within(martlet, contacts):
    run = martlet.send(contacts, "--sandbox", "--json")
    assert run.code == 0, run.err[-2000:]
    said = json.loads(run.out.strip().splitlines()[-1])
    assert (said["sent"], said["failed"], said["unknown"], said["total"]) == (COUNT, 0, 0, COUNT)
    assert said["seconds"] > 0 and said["rate"] > 0


def test_into_smtp_sink(martlet, contacts, smtp_sink):
    assert_all_sent(martlet.send(contacts, "--smtp", smtp_sink.url, "--connections", "8"), martlet)
    recipients, identifiers = smtp_sink.recipients(), smtp_sink.message_ids()
    assert len(recipients) == COUNT and set(recipients) == ALL
    assert len(identifiers) == len(set(identifiers)) == COUNT
    assert set(identifiers) == {row["message_id"] for row in martlet.report_rows()}


def test_into_aiosmtpd(martlet, contacts, sink):
    assert_all_sent(martlet.send(contacts, "--smtp", sink.url, "--connections", "8"), martlet)
    recipients = sink.recipients()
    assert len(recipients) == COUNT and set(recipients) == ALL
    for message in sink.accepted():
        assert_on_the_wire(message)


def test_through_postfix_to_dovecot(martlet, relay):
    domains = [f"d{number}.example.test" for number in range(8)]
    content = people(COUNT, domains)
    contacts = martlet.write("contacts.csv", content)
    assert_all_sent(martlet.send(contacts, "--smtp", relay.url, "--connections", "8"), martlet)
    relay.wait_until_delivered(COUNT)
    delivered = [pair for domain in domains for pair in relay.delivered(domain)]
    assert len(delivered) == COUNT
    rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
    assert {to for to, _ in delivered} == {row["email"] for row in rows}
    assert {identifier for _, identifier in delivered} == {row["message_id"] for row in martlet.report_rows()}


def assert_on_the_wire(message) -> None:
    """RFC 5321 §2.3.8 and RFC 5322 §2.1.1: CRLF only, 998 octets a line at most, no NUL."""
    raw = message.raw
    assert raw.endswith(b"\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\0" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    header = raw.split(b"\r\n\r\n", 1)[0]
    assert header.isascii()
    if not raw.isascii():
        assert "BODY=8BITMIME" in [option.upper() for option in message.mail_options]
