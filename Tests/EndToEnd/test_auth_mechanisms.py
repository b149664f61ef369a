"""Ways of signing in, against a Postfix that leaves the checking to a Dovecot, and TLS beneath them."""

import base64
import hashlib
import json
import re
import socket
import ssl
import threading

import pytest

from contact_files import people
from counterparts.processes import is_root, wait_for
from counterparts.recording_sink import RecordingSink
from counterparts.relay import Relay

ALL = "plain login cram-md5 scram-sha-256"

pytestmark = pytest.mark.skipif(not is_root(), reason="a Postfix of one's own must be started by root")


@pytest.fixture
def relay_with(authority):
    relays = []

    def start(*arguments: str, **more: str) -> Relay:
        relays.append(Relay(authority.good(), *arguments, **more))
        return relays[-1]

    yield start
    for relay in relays:
        relay.stop()


def send(martlet, authority, relay, *more, count=40, user="ada%40example.com", password=Relay.password, **settings):
    contacts = martlet.write("contacts.csv", people(count))
    url = f"smtp://{user}@localhost:{relay.submission}"
    settings = {"SSL_CERT_FILE": str(authority.certificate), "SMTP_PASSWORD": password, **settings}
    return martlet.send(contacts, "--smtp", url, *more, **settings)


def methods(relay) -> set[str]:
    return set(re.findall(r"sasl_method=([^,\s]+), sasl_username=", relay.log()))


def refused(relay) -> list[str]:
    """The mechanism of each attempt that Postfix turned down."""
    return re.findall(r"SASL (\S+) authentication failed", relay.log())


def log_lines(martlet) -> list[dict]:
    return [json.loads(line) for line in (martlet.data / "logs" / "martlet.log").read_text().splitlines()]


@pytest.mark.parametrize("mechanism", ALL.split())
def test_each_mechanism_signs_in(martlet, authority, relay_with, mechanism):
    relay = relay_with(mechanism)
    run = send(martlet, authority, relay)
    assert run.code == 0 and run.counts["sent"] == 40, run.err
    assert methods(relay) == {mechanism.upper()}
    assert refused(relay) == []
    relay.wait_until_delivered(40)
    assert len({to for to, _ in relay.delivered("example.com")}) == 40


def test_the_strongest_is_taken(martlet, authority, relay_with):
    relay = relay_with(ALL)
    assert send(martlet, authority, relay).counts["sent"] == 40
    assert methods(relay) == {"SCRAM-SHA-256"}


@pytest.mark.parametrize("mechanism", ["cram-md5", "scram-sha-256", "plain"])
def test_odd_names_and_passwords(martlet, authority, relay_with, mechanism):
    # Dovecot's own file gives blanks and per cent signs a meaning.
    password = "a=b,c=2C=3D~!" + "x" * 200
    relay = relay_with(mechanism, stored=password)
    run = send(martlet, authority, relay, user="a%3Db%2Cn%3Dc%40example.com", password=password, count=3)
    assert run.counts["sent"] == 3, run.err


@pytest.mark.parametrize("mechanisms, attempts", [("scram-sha-256", 1), ("cram-md5", 1), ("plain", 1), (ALL, 2)])
def test_a_wrong_password_is_tried_no_more_than_it_must(martlet, authority, relay_with, mechanisms, attempts):
    relay = relay_with(mechanisms)
    run = send(martlet, authority, relay, "--connections", "16", count=200, password="falsch-4711")
    run.complains(r"535|password", codes=(1,))
    assert len(refused(relay)) == attempts, refused(relay)
    assert "falsch-4711" not in run.err + run.out


def test_a_store_of_hashes_is_found_out_by_one_connection(martlet, authority, relay_with):
    digest = base64.b64encode(hashlib.sha256(Relay.password.encode()).digest()).decode()
    relay = relay_with(ALL, stored="{SHA256}" + digest)
    run = send(martlet, authority, relay, "--connections", "16", count=200)
    assert run.code == 0 and run.counts["sent"] == 200, run.err
    assert methods(relay) == {"PLAIN"}
    # Once when the server is tried out, once when the campaign begins, and not by each connection.
    assert refused(relay) == ["SCRAM-SHA-256"] * 2


def test_the_log_has_the_conversation_and_no_secret(martlet, authority, tmp_path):
    arguments = ["--tls", "starttls", *authority.good().arguments, "--user", "ada", "--password", "kanarienvogel"]
    with RecordingSink(tmp_path / "sink", *arguments, "--delay-ms", "50") as sink:
        contacts = martlet.write("contacts.csv", people(500))
        settings = {"SSL_CERT_FILE": str(authority.certificate), "SMTP_PASSWORD": "kanarienvogel", "DEBUG": "true"}
        runs = []
        url = f"smtp://ada@localhost:{sink.port}"
        sending = threading.Thread(
            target=lambda: runs.append(martlet.send(contacts, "--smtp", url, "--wait", "1", **settings))
        )
        sending.start()
        wait_for(sink.recipients, "the first message")
        sink.stop()
        sending.join()
    told = [line["lines"].split("\n") for line in log_lines(martlet) if line["message"] == "what was said last"]
    assert any("C: AUTH PLAIN ***" in lines and "C: STARTTLS" in lines for lines in told), runs[0].err
    assert any(line.startswith("C: RCPT TO:<") for lines in told for line in lines)
    text = (martlet.data / "logs" / "martlet.log").read_text()
    for secret in (b"kanarienvogel", base64.b64encode(b"\0ada\0kanarienvogel"), base64.b64encode(b"kanarienvogel")):
        assert secret.decode().rstrip("=") not in text


def test_the_second_handshake_resumes(martlet, authority, relay_with):
    relay = relay_with(ALL)
    # A session ends after a thousand messages, so there are two.
    run = send(martlet, authority, relay, "--connections", "1", count=1_010)
    assert run.counts["sent"] == 1_010, run.err
    opened = [line for line in log_lines(martlet) if line.get("message") == "session open"]
    assert [line["resumed"] for line in opened] == [False, True]
    assert all("TLSv1.3" in line["encryption"] for line in opened)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_nothing_below_tls_1_2_is_spoken(martlet, authority, tmp_path):
    """A server that knows TLS 1.1 and no better gets no password and no mail."""
    made = authority.good()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(made.certificate, made.key)
    outcomes = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                try:
                    with context.wrap_socket(connection, server_side=True) as session:
                        outcomes.append(session.version())
                except (ssl.SSLError, OSError) as error:
                    outcomes.append(getattr(error, "reason", str(error)))

        threading.Thread(target=serve, daemon=True).start()
        contacts = martlet.write("contacts.csv", people(1))
        url = f"smtps://ada%40example.com@localhost:{listener.getsockname()[1]}"
        run = martlet.send(
            contacts, "--smtp", url, "--wait", "1", SSL_CERT_FILE=str(authority.certificate), SMTP_PASSWORD="geheim",
        )  # fmt: skip
        run.complains(r"TLS", codes=(1, 75))
    assert outcomes and not {"TLSv1", "TLSv1.1"} & set(outcomes), outcomes
