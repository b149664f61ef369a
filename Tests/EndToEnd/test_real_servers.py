"""Postfix, Exim and aiosmtpd, each with what it offers taken away: the same campaign arrives everywhere, intact and once."""

import csv
import io
import re
import smtplib

import pytest

from contact_files import AWKWARD, table
from counterparts.exim import Exim
from counterparts.processes import is_root, wait_for
from counterparts.recording_sink import RecordingSink
from counterparts.relay import Relay
from program import TEXT
from reading import Elements, html_of, strictly, text_of

COUNT = 300
LOGIN = {"user": "ada%40example.com", "password": Relay.password}

pytestmark = pytest.mark.skipif(not is_root(), reason="Postfix and Exim of one's own must be started by root")


def contacts() -> bytes:
    """Three hundred people, some with names that have broken mailers before."""
    names = [AWKWARD[number] if number < len(AWKWARD) else f"Ädä {number}" for number in range(COUNT)]
    rows = [[f"user{number}@example.com", name, f".Söhne & Co {number}"] for number, name in enumerate(names)]
    return table([["email", "first_name", "company"], *rows])


def send(martlet, authority, port: int, *more: str, user: str = "", password: str = ""):
    file = martlet.write("contacts.csv", contacts())
    url = f"smtp://{user + '@' if user else ''}localhost:{port}"
    settings = {"SSL_CERT_FILE": str(authority.certificate)}
    if password:
        settings["SMTP_PASSWORD"] = password
    return martlet.send(file, "--smtp", url, "--connections", "8", *more, **settings)


def assert_sent(run, martlet) -> None:
    assert run.code == 0, run.err[-2000:]
    assert run.counts["sent"] == run.counts["total"] == COUNT, run.out[-300:]
    rows = martlet.report_rows()
    assert {(row["state"], row["status"], row["code"]) for row in rows} == {("sent", "Sent", "250")}
    assert len({row["message_id"] for row in rows}) == COUNT


def assert_arrived(martlet, letters: list[tuple[str, bytes]]) -> None:
    """Each person has exactly one letter, which says exactly what it should."""
    people = {row["email"]: row for row in csv.DictReader(io.StringIO(contacts().decode(), newline=""))}
    identifiers = {row["email"]: row["message_id"] for row in martlet.report_rows()}
    assert sorted(to for to, _ in letters) == sorted(people)
    for to, raw in letters:
        message, person = strictly(raw), people[to]
        assert message["Message-ID"] == identifiers[to]
        assert message["To"].addresses[0].addr_spec == to
        text = TEXT.replace("{{ first_name }}", person["first_name"]).replace("{{ company }}", person["company"])
        # What an opt-out adds stands below.
        assert text_of(message).startswith(text.rstrip("\n")), to
        found = Elements(html_of(message)).found
        assert (found["name"], found["company"]) == (person["first_name"], person["company"]), to


def offered(port: int) -> set[str]:
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        return set(client.esmtp_features)


def headers_fit(raw: bytes) -> bytes:
    """A letter without the lines that servers put in front of it."""
    return re.sub(rb"\A(?:(?:Return-Path|Delivered-To|Envelope-to|Received|X-[\w-]+):.*\r?\n(?:[ \t].*\r?\n)*)+", b"", raw)


@pytest.mark.parametrize(
    "withheld",
    ["", "pipelining", "chunking", "starttls", "8bitmime, size", "pipelining, chunking, starttls, enhancedstatuscodes, dsn, size"],
)
def test_postfix_with_and_without(martlet, authority, withheld):
    with Relay(authority.good(), withheld=withheld) as relay:
        names = {"pipelining", "chunking", "starttls", "8bitmime", "size"}
        assert names - offered(relay.smtp) == names & set(re.findall(r"\w+", withheld))
        assert_sent(send(martlet, authority, relay.smtp), martlet)
        relay.wait_until_delivered(COUNT)
        letters = [(envelope(raw), headers_fit(raw)) for raw in relay.messages("example.com")]
        assert_arrived(martlet, letters)
        assert ("Anonymous TLS connection established" in relay.log()) == ("starttls" not in withheld)


@pytest.mark.parametrize("withheld", ["", "pipelining", "chunking"])
def test_postfix_that_lets_dovecot_check_passwords(martlet, authority, withheld):
    with Relay(authority.good(), withheld=withheld) as relay:
        assert_sent(send(martlet, authority, relay.submission, **LOGIN), martlet)
        relay.wait_until_delivered(COUNT)
        assert_arrived(martlet, [(envelope(raw), headers_fit(raw)) for raw in relay.messages("example.com")])
        assert len(re.findall(r"sasl_username=ada@example.com", relay.log())) == COUNT


@pytest.mark.parametrize(
    "options",
    [{}, {"pipelining": ""}, {"chunking": ""}, {"per_connection": 7}, {"needs_login": True}],
    ids=["everything", "no pipelining", "no chunking", "seven a connection", "password"],
)
def test_exim(martlet, authority, options):
    if why := Exim.missing():
        pytest.fail(why)
    with Exim(authority.good(), **options) as exim:
        names = {"pipelining", "chunking"}
        assert names - offered(exim.port) == {name for name in names if options.get(name) == ""}
        login = LOGIN if "needs_login" in options else {}
        assert_sent(send(martlet, authority, exim.port, **login), martlet)
        wait_for(lambda: exim.main_log().count(" Completed\n") >= COUNT, "all deliveries", 120)
        assert_arrived(martlet, [(letter.recipient, headers_fit(letter.raw)) for letter in exim.delivered()])
        # It is strict about who speaks too early, and about lines.
        assert "protocol synchronization error" not in exim.said(), exim.said()[-2000:]
        complaints = {line.rsplit(": ", 1)[-1] for line in exim.said().splitlines() if "rejected" in line}
        assert complaints == ({"too many messages in one connection"} if "per_connection" in options else set())
        if login:
            assert exim.main_log().count("A=plain:ada@example.com") == COUNT


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_aiosmtpd(martlet, authority, tmp_path, tls):
    arguments = [] if tls == "none" else ["--tls", tls, *authority.good().arguments]
    with RecordingSink(tmp_path / "sink", *arguments) as sink:
        file = martlet.write("contacts.csv", contacts())
        url = f"{'smtps' if tls == 'implicit' else 'smtp'}://localhost:{sink.port}"
        run = martlet.send(file, "--smtp", url, "--connections", "8", SSL_CERT_FILE=str(authority.certificate))
        assert_sent(run, martlet)
        assert_arrived(martlet, [(message.recipient, message.raw) for message in sink.accepted()])
        assert {message.tls for message in sink.accepted()} == {tls != "none"}


def envelope(raw: bytes) -> str:
    return re.search(rb"^Delivered-To: <?([^>\r\n]+)", raw, re.M)[1].decode()
