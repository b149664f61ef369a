"""TLS and passwords, against aiosmtpd with an authority of the test's own, and a real Postfix."""

import re
import subprocess
from pathlib import Path

import pytest

from contact_files import people
from counterparts.processes import is_root
from counterparts.recording_sink import RecordingSink

USER, PASSWORD = "ada@example.com", "korrekt:pferd/batterie@100%"
LOGIN = ["--user", USER, "--password", PASSWORD]
SCHEMES = {"starttls": "smtp", "implicit": "smtps"}


def send(martlet, authority, url: str, *more: str, password: str = PASSWORD, **environment: str):
    contacts = martlet.write("contacts.csv", people(5))
    environment = {"SSL_CERT_FILE": str(authority.certificate), "SMTP_PASSWORD": password, **environment}
    return martlet.send(contacts, "--smtp", url, *more, **environment)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_login_over_tls(martlet, authority, tmp_path, tls, mechanism):
    arguments = ["--tls", tls, *authority.good().arguments, *LOGIN, "--mechanisms", mechanism]
    with RecordingSink(tmp_path / "sink", *arguments) as sink:
        url = f"{SCHEMES[tls]}://ada%40example.com@localhost:{sink.port}"
        run = send(martlet, authority, url)
        assert run.code == 0 and run.counts["sent"] == 5, run.err
        for message in sink.accepted():
            assert (message.tls, message.login, message.mechanism) == (True, USER, mechanism)


def test_the_password_may_stand_in_a_file(martlet, authority, tmp_path):
    arguments = ["--tls", "starttls", *authority.good().arguments, *LOGIN]
    with RecordingSink(tmp_path / "sink", *arguments) as sink:
        secret = martlet.write("password", PASSWORD + "\n")
        contacts = martlet.write("contacts.csv", people(1))
        run = martlet.send(
            contacts, "--smtp", f"smtp://ada%40example.com@localhost:{sink.port}",
            SSL_CERT_FILE=str(authority.certificate), SMTP_PASSWORD_FILE=str(secret),
        )  # fmt: skip
        assert run.counts["sent"] == 1, run.err


def test_a_resumed_campaign_signs_in_with_the_stored_password(martlet, authority, tmp_path):
    arguments = ["--tls", "starttls", *authority.good().arguments, *LOGIN]
    with RecordingSink(tmp_path / "sink", *arguments) as sink:
        run = send(
            martlet, authority, f"smtp://ada%40example.com@localhost:{sink.port}", MARTLET_CRASH_AT="claimed",
        )  # fmt: skip
        assert run.code == -9
        # Neither server nor password is given again: the data folder has them, the password sealed.
        contacts = martlet.folder / "contacts.csv"
        run = martlet.send(contacts, "--resume", SSL_CERT_FILE=str(authority.certificate))
        assert run.code == 0 and run.counts["sent"] == 5, run.err
        assert {(message.login, message.tls) for message in sink.accepted()} == {(USER, True)}
        assert PASSWORD.encode() not in (martlet.data / "martlet.db").read_bytes()


def test_a_wrong_password_ends_the_campaign_with_a_report(martlet, authority, tmp_path):
    arguments = ["--tls", "starttls", *authority.good().arguments, *LOGIN]
    with RecordingSink(tmp_path / "sink", *arguments) as sink:
        run = send(martlet, authority, f"smtp://ada%40example.com@localhost:{sink.port}", password="falsch-4711")
        run.complains(r"535|password", codes=(1,))
        assert "falsch-4711" not in run.err + run.out
        rows = martlet.report_rows()
        assert len(rows) == 5 and all(row["state"] != "sent" for row in rows)
        assert sink.recipients() == []


def test_a_password_at_gmail_is_explained(martlet, authority, tmp_path):
    """Gmail refuses the account's own password; the sentence names the app password it wants."""
    if not is_root() or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        pytest.skip("giving smtp.gmail.com to 127.0.0.1 needs a mount namespace, and this machine lets nobody have one")
    hosts = martlet.write("hosts", "127.0.0.1 localhost smtp.gmail.com\n")
    arguments = ["--tls", "implicit", *authority.good("smtp.gmail.com").arguments, *LOGIN]
    with RecordingSink(tmp_path / "sink", *arguments) as sink:
        contacts = martlet.write("contacts.csv", people(1))
        url = f"smtps://ada%40example.com@smtp.gmail.com:{sink.port}"
        script = 'mount --bind "$0" /etc/hosts && exec "$@"'
        run = martlet.run(
            *martlet.campaign(contacts, "--smtp", url),
            before=["unshare", "--mount", "sh", "-c", script, str(hosts)],
            SSL_CERT_FILE=str(authority.certificate),
            SMTP_PASSWORD="falsch",
        )
        run.complains(r"app password", codes=(1,))


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("kind", ["expired", "self_signed", "wrong host", "unknown authority"])
def test_a_bad_certificate_gets_no_password(martlet, authority, tmp_path, kind, tls):
    made = authority.good("mail.example.test" if kind == "wrong host" else "localhost")
    if kind in ("expired", "self_signed"):
        made = getattr(authority, kind)()
    trust = {"SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"} if kind == "unknown authority" else {}
    with RecordingSink(tmp_path / "sink", "--tls", tls, *made.arguments, *LOGIN) as sink:
        url = f"{SCHEMES[tls]}://ada%40example.com@localhost:{sink.port}"
        run = send(martlet, authority, url, "--wait", "1", **trust)
        run.complains(r"certificate", codes=(1, 75))
        assert sink.recipients() == []


def test_a_password_never_travels_in_the_clear(martlet, authority, tmp_path):
    with RecordingSink(tmp_path / "sink") as sink:
        run = send(martlet, authority, f"smtp://ada%40example.com@localhost:{sink.port}", "--wait", "1")
        run.complains(r"STARTTLS|TLS|encrypt", codes=(1, 75))
        assert sink.recipients() == []


def test_tls_is_used_where_it_is_offered(martlet, authority, tmp_path):
    with RecordingSink(tmp_path / "sink", "--tls", "starttls", *authority.good().arguments) as sink:
        assert send(martlet, authority, f"smtp://localhost:{sink.port}").counts["sent"] == 5
        assert all(message.tls for message in sink.accepted())


def test_a_password_in_the_address_leaves_the_argument_list(martlet, authority, tmp_path):
    arguments = ["--tls", "implicit", *authority.good().arguments, "--user", "ada", "--password", "kanarienvogel"]
    with RecordingSink(tmp_path / "sink", *arguments, "--delay-ms", "200") as sink:
        contacts = martlet.write("contacts.csv", people(60))
        command = martlet.campaign(contacts, "--smtp", f"smtps://ada:kanarienvogel@localhost:{sink.port}")
        environment = {**martlet.environment, "SSL_CERT_FILE": str(authority.certificate)}
        process = subprocess.Popen(
            martlet.command(*command), cwd=martlet.folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        seen = None
        while process.poll() is None and seen is None:
            if sink.recipients():
                seen = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        out, err = process.communicate(timeout=60)
        assert seen, err.decode()
        assert b"kanarienvogel" not in seen
        for file in martlet.data.rglob("*"):
            assert not file.is_file() or b"kanarienvogel" not in file.read_bytes(), file
        assert b"kanarienvogel" not in out + err


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_postfix_and_dovecot_check_the_password(martlet, authority, relay, scheme):
    port = relay.submission if scheme == "smtp" else relay.submissions
    url = f"{scheme}://ada%40example.com@localhost:{port}"
    send(martlet, authority, url, password="falsch").complains(r"535|password", codes=(1,))
    again = martlet.folder / "again"
    run = send(martlet, authority, url, "--data", str(again), password=relay.password)
    assert run.code == 0 and run.counts["sent"] == 5, run.err
    relay.wait_until_delivered(5)
    assert {to for to, _ in relay.delivered("example.com")} == {f"user{number}@example.com" for number in range(5)}
    assert re.search(r"sasl_username=ada@example.com", relay.log())
