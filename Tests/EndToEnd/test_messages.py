"""What arrives is exactly what went in, read by Python's strict e-mail policy."""

import re
import unicodedata

import pytest

from contact_files import AWKWARD, naughty_strings, people, table
from reading import Elements, html_of, strictly, text_of
from test_ten_thousand import assert_on_the_wire

MARKED = "Name [[{{ first_name }}]] company [[{{ company }}]] end.\n"
SUBJECT = "Für [{{ first_name }}] ({{ company }})"


def unmarked(text: str) -> list[str]:
    return re.findall(r"\[\[(.*?)\]\](?= company| end)", text, re.DOTALL)


def one_line(text: str) -> bool:
    return all(unicodedata.category(character) not in ("Cc", "Zl", "Zp") for character in text)


def check(martlet, sink, values: list[str]) -> None:
    rows = [["email", "first_name", "company"]]
    rows += [[f"user{number}@example.com", value, values[-1 - number]] for number, value in enumerate(values)]
    contacts = martlet.write("contacts.csv", table(rows))
    text = martlet.write("marked.txt", MARKED)
    run = martlet.send(contacts, "--smtp", sink.url, "--subject", SUBJECT, "--text", text)
    assert run.code == 0, run.err
    assert run.counts["sent"] == len(values), (run.counts, [r for r in martlet.report_rows() if r["state"] != "sent"])
    messages = {message.recipient: message for message in sink.accepted()}
    assert len(messages) == len(values)
    for number, name in enumerate(values):
        company = values[-1 - number]
        accepted = messages[f"user{number}@example.com"]
        assert_on_the_wire(accepted)
        message = strictly(accepted.raw)
        assert str(message["to"].addresses[0].addr_spec) == accepted.recipient
        assert unmarked(text_of(message)) == [name, company]
        elements = Elements(html_of(message))
        assert elements.found["name"] == name and elements.found["company"] == company
        assert "script" not in elements.tags
        if one_line(name) and one_line(company):
            assert message["subject"] == f"Für [{name}] ({company})"


def test_awkward_names_arrive_as_they_are(martlet, sink):
    check(martlet, sink, AWKWARD)


def test_the_naughty_strings_arrive_as_they_are(martlet, sink):
    values = [value for value in naughty_strings() if "\0" not in value and "\r" not in value]
    if not values:
        pytest.skip("the naughty strings are not beside this checkout (MARTLET_CORPORA names their folder)")
    check(martlet, sink, values)


def test_an_attachment_keeps_its_octets_and_its_name(martlet, sink):
    contacts = martlet.write("contacts.csv", people(3))
    octets = bytes(range(256)) * 41 + b"\r\n.\r\n"
    path = martlet.write("a.bin", octets)
    name = "Preisliste für Zürich — 価格表 “2026”.pdf"
    run = martlet.send(contacts, "--smtp", sink.url, "--attach", f"{path}:{name}")
    assert run.counts["sent"] == 3, run.err
    for accepted in sink.accepted():
        assert_on_the_wire(accepted)
        [attachment] = strictly(accepted.raw).iter_attachments()
        assert attachment.get_filename() == name
        assert attachment.get_payload(decode=True) == octets


def test_an_attachment_without_a_name_keeps_its_own(martlet, sink):
    contacts = martlet.write("contacts.csv", people(1))
    path = martlet.write("plan.txt", "hello\r\n")
    assert martlet.send(contacts, "--smtp", sink.url, "--attach", path).counts["sent"] == 1
    [attachment] = strictly(sink.accepted()[0].raw).iter_attachments()
    assert attachment.get_filename() == "plan.txt"


def test_every_message_has_what_the_standards_ask_for(martlet, sink):
    contacts = martlet.write("contacts.csv", people(20))
    run = martlet.send(contacts, "--smtp", sink.url, "--from", "Käthe Größer <kaethe@example.com>")
    assert run.counts["sent"] == 20
    for accepted in sink.accepted():
        message = strictly(accepted.raw)
        for name in ("from", "to", "subject", "date", "message-id", "mime-version", "content-type"):
            assert len(message.get_all(name, [])) == 1, name
        assert message["from"].addresses[0].display_name == "Käthe Größer"
        assert message["date"].datetime.utcoffset() is not None
        assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", str(message["message-id"]))
        assert "https://martlet.example.com/u/" in str(message["list-unsubscribe"])
        assert str(message["list-unsubscribe-post"]) == "List-Unsubscribe=One-Click"
        assert "https://martlet.example.com/u/" in text_of(message)
        assert accepted.sender.endswith("@example.com")


def test_without_a_base_address_the_opt_out_is_a_letter(martlet, sink):
    contacts = martlet.write("contacts.csv", people(1))
    arguments = martlet.campaign(contacts, "--smtp", sink.url)
    at = arguments.index("--base-url")
    run = martlet.run(*arguments[:at], *arguments[at + 2 :])
    assert run.counts["sent"] == 1
    assert re.search(r"mailto|base-url", run.err, re.IGNORECASE)
    message = strictly(sink.accepted()[0].raw)
    assert "mailto:ada@example.com" in str(message["list-unsubscribe"])
    assert message["list-unsubscribe-post"] is None


def test_single_braces_are_placeholders_too(martlet, sink):
    contacts = martlet.write("contacts.csv", people(1))
    text = martlet.write("short.txt", "Hi {first_name} from {company}!\n")
    assert martlet.send(contacts, "--smtp", sink.url, "--text", text, "--subject", "{first_name}").counts["sent"] == 1
    message = strictly(sink.accepted()[0].raw)
    assert "Hi Ädä 0 from Söhne & Co!" in text_of(message) and message["subject"] == "Ädä 0"


def test_a_line_break_in_a_name_injects_nothing(martlet, sink):
    hostile = "Eve\r\nBcc: victim@example.com\r\n\r\nNew body"
    rows = [["email", "first_name", "company"], ["eve@example.com", hostile, "Evil"], ["ada@example.com", "Ada", "Good"]]
    contacts = martlet.write("contacts.csv", table(rows))
    run = martlet.send(contacts, "--smtp", sink.url, "--subject", "For {{ first_name }}")
    states = {row["email"]: row for row in martlet.report_rows()}
    assert states["ada@example.com"]["state"] == "sent"
    assert states["eve@example.com"]["state"] == "sent" or states["eve@example.com"]["reason"], run.err
    assert "victim@example.com" not in sink.recipients()
    for accepted in sink.accepted():
        message = strictly(accepted.raw)
        assert message["bcc"] is None
        assert not re.search(rb"^Bcc:", accepted.raw.split(b"\r\n\r\n", 1)[0], re.M | re.I)


def test_invalid_and_repeated_addresses_are_rows_of_the_report(martlet, sink):
    rows = [["email", "first_name", "company"]]
    rows += [["ada@example.com", "Ada", "A"], ["no-at-sign", "B", "B"], ["ada@example.com", "Again", "C"], ["", "D", "D"]]
    run = martlet.send(martlet.write("contacts.csv", table(rows)), "--smtp", sink.url)
    assert run.code == 0 and run.counts["sent"] == 1 and run.counts["total"] == 4
    assert sink.recipients() == ["ada@example.com"]
    report = martlet.report_rows()
    assert len(report) == 4
    for row in report:
        assert row["state"] == "sent" or (row["status"] == "Failed" and row["reason"]), row
