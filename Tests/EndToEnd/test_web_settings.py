"""Accounts from the command line and the settings, and what the settings say about HTTPS."""

import re
import subprocess

from clerk import Clerk
from program import Martlet
from served import Client, Served
from walking import OTHER_PASSWORD, PASSWORD


def told(martlet: Martlet, line: str, *arguments: str) -> subprocess.CompletedProcess:
    """Runs a command that reads a password."""
    return subprocess.run(
        martlet.command(*arguments, "--data", martlet.data), input=line + "\n", env=martlet.environment,
        cwd=martlet.folder, capture_output=True, text=True, timeout=60,
    )


def test_accounts_are_made_and_mended_on_the_command_line(martlet, serve):
    made = told(martlet, PASSWORD, "user", "create", "--admin", "--name", "Ada", "ada@example.com")
    assert made.returncode == 0 and "ada@example.com" in made.stdout, made.stderr
    assert told(martlet, PASSWORD, "user", "create", "grace@example.com").returncode == 0
    for line, email, sentence in (
        (PASSWORD, "ADA@example.com", "ADA@example.com|already"), ("short", "new@example.com", "at least 10"),
        (PASSWORD, "no address", "not an e-mail address"),
    ):
        refused = told(martlet, line, "user", "create", email)
        assert refused.returncode != 0 and re.search(sentence, refused.stderr), refused.stderr
    assert PASSWORD not in made.stdout + made.stderr
    server = serve()
    assert "token=" not in server.out.read_text()
    ada, grace = Clerk(server), Clerk(server)
    ada.sign_in("ada@example.com")
    grace.sign_in("grace@example.com")
    assert ada.get("/users").status == 200 and grace.get("/users").status == 403
    busy = told(martlet, OTHER_PASSWORD, "user", "reset-password", "ada@example.com")
    assert busy.returncode != 0 and "in use" in busy.stderr
    server.stop()
    reset = told(martlet, OTHER_PASSWORD, "user", "reset-password", "ada@example.com")
    assert reset.returncode == 0, reset.stderr
    assert told(martlet, OTHER_PASSWORD, "user", "reset-password", "nobody@example.com").returncode != 0
    server.start()
    assert not ada.is_in and grace.is_in
    assert ada.sign_in("ada@example.com").status == 422
    assert ada.sign_in("ada@example.com", OTHER_PASSWORD).status == 200


def test_the_first_administrator_can_be_named_in_the_settings(martlet, tmp_path):
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n")
    with Served(martlet, ADMIN_EMAIL="ada@example.com", ADMIN_PASSWORD_FILE=str(secret)) as server:
        assert "token=" not in server.out.read_text()
        clerk = Clerk(server)
        assert clerk.sign_in("ada@example.com").status == 200 and clerk.get("/users").status == 200
        assert clerk.get("/senders/new").status == 200, "a profile is there at once"
        clerk.submit(clerk.get("/account"), "/account/password", {"present": PASSWORD, "password": OTHER_PASSWORD})
        # The settings made the account; they do not take it back.
        server.stop()
        server.start()
        assert Clerk(server).sign_in("ada@example.com").status == 422
        assert Clerk(server).sign_in("ada@example.com", OTHER_PASSWORD).status == 200


def test_a_first_administrator_that_cannot_be_is_explained(martlet):
    weak = martlet.run("serve", "--listen", "127.0.0.1:0", "--data", martlet.data, ADMIN_EMAIL="a@example.com", ADMIN_PASSWORD="short")
    weak.complains("ADMIN_PASSWORD.*at least 10", codes=(1, 64, 78))
    lone = martlet.run("serve", "--listen", "127.0.0.1:0", "--data", martlet.data, ADMIN_EMAIL="a@example.com")
    lone.complains("ADMIN_PASSWORD", codes=(1, 64, 78))


def test_https_can_be_insisted_on(serve):
    server = serve(FORCE_HTTPS="true", HSTS_SECONDS="600", TRUSTED_PROXIES="127.0.0.1", ALLOWED_HOSTS="mail.example.org")
    client = Client(server)
    moved = client.get("/login?next=%2Flists", follow=False, Host="mail.example.org")
    assert (moved.status, moved.header("Location")) == (308, "https://mail.example.org/login?next=%2Flists")
    assert client.post("/login", {"email": "a"}, follow=False).status == 403
    assert client.get("/health").status == 200 and client.get("/ready").status == 200
    secure = client.get("/setup", **{"X-Forwarded-Proto": "https", "Host": "mail.example.org"})
    assert secure.status == 403
    assert secure.header("Strict-Transport-Security").startswith("max-age=600")


def test_nothing_is_said_about_https_unless_it_is_set(served):
    assert Client(served).get("/setup").header("Strict-Transport-Security") is None


def test_forms_of_a_trusted_origin_are_taken(served, ada):
    proxy = {"Origin": "https://mail.example.org"}

    def change() -> int:
        page = ada.get("/settings")
        fields = {**page.form("/settings")["inputs"], "workspace": "Engines"}
        return ada.post("/settings", fields, headers=proxy).status

    assert change() == 403
    served.stop()
    served.environment["TRUSTED_ORIGINS"] = "https://mail.example.org"
    served.start()
    assert change() == 200
    proxy["Origin"] = "https://mail.example.org.evil.example"
    assert change() == 403
    proxy["Origin"] = "null"
    assert change() == 403
