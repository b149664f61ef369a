"""Whoever stands in the file is who is written to, octet for octet, or is refused by name (E5, E13, SEC-27)."""

import random
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter

import pytest

from contact_files import CORPORA, table
from crash import ledger
from octet_sink import EXTENSIONS, STRICT, OctetSink
from office import Office
from program import Martlet
from reading import strictly

# Verdicts of the corpus that a sender of campaigns agrees with; `@io` and its like have no dot.
GOOD = ("ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN")
QUOTED = "ISEMAIL_RFC5321_QUOTEDSTRING"
BAD = "ISEMAIL_ERR"


def corpus() -> list[tuple[str, str, str]]:
    """Address, category, diagnosis; control characters stand in the file as their pictures."""
    path = CORPORA / "isemail" / "tests.xml"
    if not path.exists():
        pytest.skip("the isemail addresses are not beside this checkout (MARTLET_CORPORA names their folder)")
    cases = []
    for test in ElementTree.parse(path).getroot().iter("test"):
        written = test.findtext("address") or ""
        address = "".join(chr(ord(sign) - 0x2400) if 0x2400 <= ord(sign) <= 0x2420 else sign for sign in written)
        cases.append((address, test.findtext("category"), test.findtext("diagnosis")))
    return cases


def send(martlet, sink: OctetSink, addresses: list[str], *more):
    """Each address with its number as a name."""
    rows = [["email", "first_name", "company"], *([address, f"n{number}", "c"] for number, address in enumerate(addresses))]
    return martlet.send(
        martlet.write("contacts.csv", table(rows)), "--smtp", sink.url, "--subject", "{{ first_name }}", *more
    )


def sent_to(sink: OctetSink) -> dict[int, bytes]:
    """Whom the server was told to give each numbered message to."""
    found = {}
    for message in sink.messages:
        number = int(re.search(rb"^Subject: n(\d+)\r\n", message.octets, re.MULTILINE)[1])
        assert number not in found
        found[number] = message.recipient
    return found


def plain(local: str) -> str:
    """A local part without quotation marks and backslashes."""
    return re.sub(r"\\(.)", r"\1", local[1:-1]) if local.startswith('"') else local


def parts(address: str) -> tuple[str, str]:
    """What two spellings of one address have in common."""
    local, _, domain = address.rpartition("@")
    return plain(local), domain.lower()


@pytest.fixture
def octets():
    with OctetSink(STRICT, (*EXTENSIONS, "SMTPUTF8")) as sink:
        yield sink


def test_every_collected_address_is_sent_to_as_it_is_or_refused(martlet, octets):
    cases = corpus()
    # A NUL makes the whole file a damaged one.
    cases = [case for case in cases if "\0" not in case[0]]
    assert len(cases) > 150
    run = send(martlet, octets, [address for address, *_ in cases])
    assert run.code == 0 and run.counts["total"] == len(cases), run.err[-800:]
    received, rows = sent_to(octets), martlet.report_rows()
    assert len(rows) == len(cases) and run.counts["sent"] == len(received)
    for number, ((address, category, diagnosis), row) in enumerate(zip(cases, rows)):
        if number in received:
            stored = row["email"].encode()
            assert row["state"] == "sent" and received[number] == stored
            # White space around an address is not of it, and quotation marks only where they must be.
            assert parts(row["email"]) == parts(address.strip(" \t\r\n"))
            assert not re.search(rb"[\x00-\x1f\x7f]", stored)
        else:
            assert row["state"] == "skipped", row
            assert re.match("invalid address|duplicate|no e-mail address", row["reason"]), row
        if category in GOOD and "." in address.rpartition("@")[2] or diagnosis == QUOTED:
            assert number in received or row["reason"].startswith("duplicate"), (address, row)
        elif category == BAD and address == address.strip(" \t\r\n"):
            assert number not in received and not row["reason"].startswith("duplicate"), (address, row)
    assert len(received) > 20
    # What is stored for those who were written to is what went over the wire.
    found = ledger.read(martlet.data / "martlet.db")
    assert Counter(name.encode() for name in found.people["sent"]) == Counter(received.values())


def test_a_campaign_from_the_pages_writes_to_the_same_addresses(martlet, house, octets):
    addresses = [address for address, *_ in corpus() if "\0" not in address]
    office = Office(house)
    rows = [["email", "first_name"], *([address, f"n{number}"] for number, address in enumerate(addresses))]
    campaign = office.send(table(rows), office.sender(octets.port), subject="{{ first_name }}")
    campaign.wait_for_end()
    by_pages = sent_to(octets)
    with OctetSink(STRICT, octets.extensions) as sink:
        assert send(Martlet(martlet.folder / "command"), sink, addresses).code == 0
        assert sent_to(sink) == by_pages and len(by_pages) > 20


def test_spoilt_addresses_lead_nowhere_else(martlet, octets):
    """SEC-27: two thousand addresses with octets changed, put in and left out."""
    dice = random.Random(5_321)
    seeds = [
        "ada.lovelace@mail.example.org", '"a \\" b"@x.example', "o'brien+tag@sub.example.com", "a@[1.2.3.4]", "用户@例え.テスト",
    ]  # fmt: skip
    spice = '@."\\<> ()[]-,;:%!\r\n\t\x01\x7f\u2028\u3002\u00adü' + "az09"
    addresses = []
    for _ in range(2_000):
        address = list(dice.choice(seeds))
        for _ in range(dice.randint(1, 3)):
            at = dice.randrange(len(address))
            # In place of a sign, before it, or instead of nothing at all.
            address[at : at + dice.randint(0, 1)] = dice.choice([dice.choice(spice), ""])
        addresses.append("".join(address))
    run = send(martlet, octets, addresses)
    assert run.code == 0 and run.counts["total"] == 2_000 and run.counts["failed"] == 0, run.err[-800:]
    received, rows = sent_to(octets), martlet.report_rows()
    assert run.counts["sent"] == len(received) > 200
    for number, stored in received.items():
        assert not re.search(rb"[\x00-\x1f\x7f]", stored), stored
        local, domain = parts(stored.decode())
        # Of those that are ASCII it is known here what they mean.
        written = addresses[number].strip(" \t\r\n")
        if written.isascii():
            assert (local, domain) == parts(written), (written, stored)
        assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain), stored
    assert all(row["reason"] for number, row in enumerate(rows) if number not in received)
    found = ledger.read(martlet.data / "martlet.db")
    assert Counter(name.encode() for name in found.people["sent"]) == Counter(received.values())


def test_nobody_else_is_written_to(martlet, octets):
    """Addresses that say more than one, or lead elsewhere when they are read carelessly."""
    addresses = [
        "<ada@example.com>", "ada@example.com,eve@example.com", "ada@example.com;eve@example.com",
        "ada@example.com eve@example.com", "@relay.example.com:ada@example.com", "ada%example.com@relay.example.com",
        "relay.example.com!ada@example.org", "ada@example.com>\r\nRCPT TO:<eve@example.com", '"ada@example.com> "@example.org',
        '"a>b"@example.com', '"<eve@example.com>"@example.net', "ada@example.com\u2028eve@example.com", "ada@exam\u00adple.com",
        "ada@example\u3002com", "ADA@EXAMPLE.COM", "ada@example.com NOTIFY=NEVER", "ada@[127.0.0.1]", "postmaster",
    ]  # fmt: skip
    run = send(martlet, octets, addresses)
    assert run.code == 0 and run.counts["total"] == len(addresses)
    received, rows = sent_to(octets), martlet.report_rows()
    for number, row in enumerate(rows):
        if number in received:
            assert row["state"] == "sent" and row["email"].encode() == received[number]
        else:
            assert row["state"] == "skipped" and row["reason"], row
    assert {number: address.decode() for number, address in received.items()} == {
        # Old routes are local parts like others; nobody takes them apart here.
        5: "ada%example.com@relay.example.com", 6: "relay.example.com!ada@example.org",
        8: '"ada@example.com> "@example.org', 9: '"a>b"@example.com', 10: '"<eve@example.com>"@example.net',
        13: "ada@example.com",
    }  # fmt: skip


# Address, and as it goes to the server. Domains are in A-labels whatever the server offers.
INTERNATIONAL_DOMAINS = {
    "ada@bücher.example": "ada@xn--bcher-kva.example",
    "ada@BÜCHER.example": "ada@xn--bcher-kva.example",
    "bob@faß.example": "bob@xn--fa-hia.example",
    "ada@例え.テスト": "ada@xn--r8jz45g.xn--zckzah",
    "ada@παράδειγμα.δοκιμή": "ada@xn--hxajbheg2az3al.xn--jxalpdlp",
    "ada@مثال.إختبار": "ada@xn--mgbh0fb.xn--kgbechtv",
    "ada@उदाहरण.परीक्षा": "ada@xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g",
    "ada@xn--bcher-kva.test": "ada@xn--bcher-kva.test",
}
INTERNATIONAL_NAMES = {
    "jörg@example.com": "jörg@example.com",
    "用户@example.com": "用户@example.com",
    "用户@例え.テスト": "用户@xn--r8jz45g.xn--zckzah",
    "χρήστης@παράδειγμα.δοκιμή": "χρήστης@xn--hxajbheg2az3al.xn--jxalpdlp",
    "Ünï.çødé+tag@bücher.example": "Ünï.çødé+tag@xn--bcher-kva.example",
    '"zoë weiß"@example.com': '"zoë weiß"@example.com',
    "مستخدم@example.org": "مستخدم@example.org",
}
PLAIN = {"ada@example.com": "ada@example.com", "Bob@Example.COM": "Bob@example.com"}
EVERYBODY = INTERNATIONAL_DOMAINS | INTERNATIONAL_NAMES | PLAIN
# The second is the first in capitals.
TWICE = "ada@BÜCHER.example"


def by_address(martlet, sink: OctetSink) -> tuple[dict[str, bytes], dict[str, dict]]:
    run = send(martlet, sink, list(EVERYBODY))
    assert run.code == 0, run.err[-800:]
    received = {list(EVERYBODY)[number]: address for number, address in sent_to(sink).items()}
    return received, dict(zip(EVERYBODY, martlet.report_rows()))


def test_a_server_for_international_addresses_gets_them_and_is_told_only_then(martlet, octets):
    received, rows = by_address(martlet, octets)
    assert rows[TWICE]["state"] == "skipped" and rows[TWICE]["reason"].startswith("duplicate")
    assert {address: name.decode() for address, name in received.items()} == {
        address: name for address, name in EVERYBODY.items() if address != TWICE
    }
    for message in octets.messages:
        is_needed = not message.recipient.isascii()
        assert (b" SMTPUTF8" in message.mail) == is_needed, message.mail
        assert (b" BODY=8BITMIME" in message.mail) == is_needed, message.mail
        assert message.octets.partition(b"\r\n\r\n")[0].isascii() == (not is_needed)
        if not is_needed:
            strictly(message.octets)


def test_no_other_server_hears_of_an_international_name(martlet):
    with OctetSink() as sink:
        received, rows = by_address(martlet, sink)
    assert {address: name.decode() for address, name in received.items()} == {
        address: name for address, name in EVERYBODY.items() if address not in (*INTERNATIONAL_NAMES, TWICE)
    }
    for address in INTERNATIONAL_NAMES:
        assert (rows[address]["state"], rows[address]["enhanced_code"]) == ("failed", "5.6.7"), rows[address]
    # Not a command of theirs: neither MAIL nor RCPT, nor an octet beyond ASCII anywhere.
    assert all(octets.isascii() for octets in map(bytes, sink.conversations))
    assert sum(command.startswith(b"MAIL") for command in sink.commands) == len(received)
    assert not any(b"SMTPUTF8" in command or b"8BITMIME" in command for command in sink.commands)


@pytest.mark.parametrize("offered", [True, False], ids=["offered", "not offered"])
def test_an_international_sender_needs_the_extension_for_everybody(martlet, offered):
    with OctetSink(STRICT, (*EXTENSIONS, "SMTPUTF8") if offered else EXTENSIONS) as sink:
        run = send(martlet, sink, ["ada@example.com", "bob@example.com"], "--from", "Jörg <jörg@bücher.example>")
    mails = [command for command in sink.commands if command.startswith(b"MAIL")]
    if offered:
        assert run.counts["sent"] == 2 == len(mails), run.err[-800:]
        for mail in mails:
            assert mail.startswith("MAIL FROM:<jörg@xn--bcher-kva.example>".encode()) and b" SMTPUTF8" in mail
    else:
        assert run.counts["sent"] == 0 and not mails
        assert {row["enhanced_code"] for row in martlet.report_rows()} == {"5.6.7"}
