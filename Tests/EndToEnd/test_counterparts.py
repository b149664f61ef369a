"""The counterparts themselves, each proved with a client that is not ours."""

import smtplib
import socket
import ssl
import subprocess
from email.message import EmailMessage

import pytest

from counterparts.certificates import Authority
from counterparts.recording_sink import RecordingSink
from counterparts.smtp_sink import SMTPSink


def letter(to: str, body: str = "Grüße\n") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ada@example.com", to, "Grüße"
    message["Message-ID"] = f"<{to}>"
    message.set_content(body)
    return message


def source(port: int, count: int) -> None:
    subprocess.run(
        ["smtp-source", "-d", "-s", "4", "-m", str(count), "-N", "-f", "a@example.com", "-t", "u@d1.example.test",
         f"127.0.0.1:{port}"],
        check=True,
    )  # fmt: skip


def test_the_recording_sink_keeps_the_octets(tmp_path):
    with RecordingSink(tmp_path) as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.sendmail("a@example.com", ["b@example.com"], b"Subject: x\r\n\r\n.dot\r\n..two\r\n")
        [message] = sink.accepted()
        assert message.raw == b"Subject: x\r\n\r\n.dot\r\n..two\r\n"
        assert (message.recipient, message.tls, message.login) == ("b@example.com", False, None)


def test_the_recording_sink_asks_for_tls_and_a_password(tmp_path):
    authority = Authority(tmp_path / "ca")
    trust = ssl.create_default_context(cafile=authority.certificate)
    arguments = ["--tls", "starttls", *authority.good().arguments, "--user", "ada", "--password", "geheim"]
    with RecordingSink(tmp_path, *arguments) as sink:
        with smtplib.SMTP("localhost", sink.port) as client:
            client.starttls(context=trust)
            client.login("ada", "geheim")
            client.send_message(letter("b@example.com"))
        with smtplib.SMTP("localhost", sink.port) as client:
            client.starttls(context=trust)
            with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
                client.login("ada", "falsch")
            assert refused.value.smtp_code == 535
        [message] = sink.accepted()
        assert message.tls and message.login == "ada"


@pytest.mark.parametrize("kind", ["expired", "self_signed", "wrong host"])
def test_a_bad_certificate_is_bad(tmp_path, kind):
    authority = Authority(tmp_path / "ca")
    made = authority.good("mail.example.test") if kind == "wrong host" else getattr(authority, kind)()
    trust = ssl.create_default_context(cafile=authority.certificate)
    with RecordingSink(tmp_path, "--tls", "implicit", *made.arguments) as sink:
        with pytest.raises(ssl.SSLCertVerificationError):
            smtplib.SMTP_SSL("localhost", sink.port, context=trust)


def test_smtp_sink_dumps_each_message_once(tmp_path):
    with SMTPSink(tmp_path) as sink:
        source(sink.port, 500)
        assert len(sink.recipients()) == 500
        assert len(set(sink.recipients())) == 500


def test_the_relay_hands_every_message_to_dovecot(relay):
    source(relay.smtp, 300)
    relay.wait_until_delivered(300)
    delivered = relay.delivered("d1.example.test")
    assert len(delivered) == 300
    assert len({to for to, _ in delivered}) == 300


def test_the_relay_wants_a_password_on_its_submission_port(relay, authority):
    trust = ssl.create_default_context(cafile=authority.certificate)
    with smtplib.SMTP("localhost", relay.submission) as client:
        client.starttls(context=trust)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("ada@example.test", "falsch")
    with smtplib.SMTP_SSL("localhost", relay.submissions, context=trust) as client:
        client.login("ada@example.test", relay.password)
        client.send_message(letter("b@d2.example.test"))
    relay.wait_until_delivered(1)
    assert relay.delivered("d2.example.test") == [("b@d2.example.test", "<b@d2.example.test>")]


def test_smtp_sink_forgets_a_message_whose_dot_never_came(tmp_path):
    with SMTPSink(tmp_path) as sink:
        with socket.create_connection(("127.0.0.1", sink.port)) as client, client.makefile("rwb") as lines:
            lines.readline()
            for command in (b"HELO x", b"MAIL FROM:<a@example.com>", b"RCPT TO:<b@example.com>", b"DATA"):
                lines.write(command + b"\r\n")
                lines.flush()
                lines.readline()
            lines.write(b"Message-ID: <1@example.com>\r\n\r\nhalf a letter\r\n")
            lines.flush()
        source(sink.port, 1)
        assert len(sink.recipients()) == 1 and "b@example.com" not in sink.recipients()
