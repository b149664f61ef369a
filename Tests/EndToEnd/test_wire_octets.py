"""Octet for octet: nothing that anybody writes ends a message early for any server (E3, E4), and no line is too
long (E2)."""

import re

import pytest

from contact_files import table
from octet_sink import EXTENSIONS, READINGS, STRICT, OctetSink, Reader
from reading import Elements, html_of, strictly, text_of

# Where some server or other sees the end of a message (RFC 5321 §4.1.1.4 knows one of them).
ENDS = ["\n.\n", "\r.\r", "\r\n.\r", "\n.\r\n", "\r\n.\r\n", "\r.\n", "\n.\r", "\r\n.\n", "\r.\r\n"]
SMUGGLED = "MAIL FROM:<eve@example.com>\r\nRCPT TO:<victim@example.com>\r\nDATA\r\nSubject: smuggled\r\n\r\nHa"
# Each end alone, at the edges and with a whole message behind it.
VALUES = [f"before{end}{SMUGGLED}{end}after" for end in ENDS] + [f"{end}x{end}" for end in ENDS] + ENDS
BODY = "".join(f"Line{end}.dot{end}..dots{end}" for end in ENDS)


def lines_of(text: str) -> list[str]:
    """A text's lines, whichever way they end; a text may gain or lose empty ones at its end."""
    return re.sub(r"\r\n|\r|\n", "\n", text).strip("\n").split("\n")


def assert_no_bare_ends(sink: OctetSink) -> None:
    assert sink.conversations
    for octets in map(bytes, sink.conversations):
        assert not re.search(rb"\r(?!\n)|(?<!\r)\n", octets)


def send_awkward_ends(martlet, sink: OctetSink):
    rows = [["email", "first_name", "company"]]
    rows += [[f"user{number}@example.com", value, f"company{number}"] for number, value in enumerate(VALUES)]
    return martlet.send(
        martlet.write("contacts.csv", table(rows)), "--smtp", sink.url, "--subject", "For {{ first_name }}",
        "--text", martlet.write("ends.txt", BODY + "[[{{ first_name }}]]" + BODY),
        "--body", martlet.write("ends.html", f"<pre>{BODY}</pre><p id=name>{{{{ first_name }}}}</p><pre>{BODY}</pre>"),
        "--attach", martlet.write("ends.bin", BODY), "--connections", "2",
    )  # fmt: skip


def test_each_reading_sees_its_own_end():
    """The readers themselves: a message is cut short for exactly those who take its end for one."""
    begun = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
    ends_for = {
        b"\r\n.\r\n": {"CRLF", "LF too", "CR too"}, b"\n.\n": {"LF too"}, b"\n.\r\n": {"LF too"}, b"\r\n.\n": {"LF too"},
        b"\r.\r": {"CR too"}, b"\r\n.\r": {"CR too"}, b"\r.\r\n": {"CR too"}, b"\r\n..\r\n": set(),
    }  # fmt: skip
    for end, readings in ends_for.items():
        cut = set()
        for name, line_end in READINGS.items():
            reader = Reader(line_end)
            reader.read(begun + b"first" + end + b"second")
            cut |= {name} if reader.messages else set()
        assert cut == readings, end


@pytest.mark.parametrize("reading", READINGS)
def test_no_text_ends_a_message_early(martlet, reading):
    with OctetSink(READINGS[reading]) as sink:
        run = send_awkward_ends(martlet, sink)
    assert run.code == 0 and run.counts["sent"] == len(VALUES), (run.counts, run.err[-800:])
    assert_no_bare_ends(sink)
    letters = {message.recipient.decode(): message for message in sink.messages}
    assert len(sink.messages) == len(letters) == len(VALUES)
    for number, value in enumerate(VALUES):
        message = strictly(letters[f"user{number}@example.com"].octets)
        written = lines_of(f"{BODY}[[{value}]]{BODY}")
        # The way out stands below.
        assert lines_of(text_of(message))[: len(written)] == written
        assert Elements(html_of(message)).found["name"].split() == value.split()
        [attachment] = message.iter_attachments()
        assert attachment.get_payload(decode=True) == BODY.encode()
    # Whoever reads the same octets in another way reads the same messages.
    for other in READINGS.values():
        again = [Reader(other) for _ in sink.conversations]
        for reader, octets in zip(again, sink.conversations):
            reader.read(bytes(octets))
        assert [reader.messages for reader in again] == [reader.messages for reader in sink.readers]


def test_no_line_is_too_long(martlet):
    """The longest addresses that may be, all parameters that are offered, and text that never breaks."""
    label = "x" * 63
    domain = f"{label}.{label}.{'x' * 57}.org"
    local = "".join("+=/-"[number % 4] for number in range(64))
    longest = [f"{local}@{domain}", f"{'a' * 64}@{domain}", f'"{"b" * 30}\\"{"c" * 29} "@{domain}', f"{'d' * 250}@x.org"]
    rows = [["email", "first_name", "company"]]
    rows += [[address, kind * 20_000, "y"] for address, kind in zip(longest, ("n", "é", ". ", "山"))]
    rows += [[f"user{length}@example.com", "x" * length, ".x" * length] for length in (995, 996, 997, 998, 999, 1000, 1001)]
    unbroken = "z" * 5_000 + "{{ first_name }}" + "." * 5_000
    with OctetSink(STRICT, (*EXTENSIONS, "SMTPUTF8", "DSN", "AUTH PLAIN")) as sink:
        run = martlet.send(
            martlet.write("contacts.csv", table(rows)),
            "--smtp", sink.url.replace("//", f"//{'u' * 200}@"), "--from", f"{'名' * 300} <{local}@{domain}>",
            "--subject", "{{ first_name }}", "--text", martlet.write("unbroken.txt", unbroken + " {{ company }}"),
            "--body", martlet.write("unbroken.html", f"<p id=name>{unbroken}</p>"),
            "--attach", f"{martlet.write('a.bin', b'octets')}:{'価' * 80}.bin",
            SMTP_PASSWORD="p" * 800,
        )  # fmt: skip
    # The last of the four is longer than a local part may be.
    assert run.code == 0 and run.counts["sent"] == len(rows) - 2 and run.counts["skipped"] == 1, (run.counts, run.err[-800:])
    assert_no_bare_ends(sink)
    assert len(sink.messages) == len(rows) - 2
    assert max(map(len, sink.commands)) + 2 <= 512, max(sink.commands, key=len)
    # A dot that was doubled does not count (RFC 5321 §4.5.3.1.6), though here it could.
    assert max(map(len, sink.lines)) + 2 <= 1_000
    for message in sink.messages:
        strictly(message.octets)
