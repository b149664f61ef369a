"""Settings, keys, migrations, and the small commands."""

import re
import sqlite3
import stat

import pytest

from contact_files import people


def test_version_and_help(martlet):
    run = martlet.run("version")
    assert run.code == 0 and re.search(r"\b\d+\.\d+", run.out)
    assert martlet.run("--version").out == run.out
    for arguments in (["--help"], ["help"], ["send", "--help"], ["send", "-h"]):
        run = martlet.run(*arguments)
        assert run.code == 0 and "martlet" in run.out, arguments
    assert "--contacts" in martlet.run("send", "--help").out


def test_address_check(martlet):
    run = martlet.run("address", "check", "ada@example.com", "grace@bücher.example")
    assert run.code == 0 and run.out.splitlines() == ["valid", "valid"]
    run = martlet.run("address", "check", "ada@example.com", "two@@example.com", "a@b.example\r\nBcc: x@y.example")
    assert run.code == 1
    first, second, third = run.out.splitlines()
    assert first == "valid" and re.match(r"invalid: \w+", second) and re.match(r"invalid: \w+", third)


def test_config_show_names_the_source_and_masks_secrets(martlet):
    martlet.write(".env", "MARTLET_DATA=./from-file\nMARTLET_LISTEN=127.0.0.1:9001\nSMTP_PASSWORD=kanarienvogel\n")
    run = martlet.run("config", "show", MARTLET_LISTEN="127.0.0.1:9002")
    assert run.code == 0, run.err
    lines = {line.split()[0].rstrip(":="): line for line in run.out.splitlines() if line.strip()}
    text = run.out
    assert "./from-file" in text and "127.0.0.1:9002" in text and "127.0.0.1:9001" not in text, lines
    assert re.search(r"\.env", text) and re.search(r"environment", text) and re.search(r"default", text)
    assert "kanarienvogel" not in run.out + run.err


def test_a_foreign_key_in_the_settings_file_warns(martlet):
    martlet.write(".env", "MONGO_URI=mongodb://localhost\n")
    run = martlet.run("config", "show")
    assert run.code == 0 and "MONGO_URI" in run.err


@pytest.mark.parametrize("place", ["file", "environment"])
def test_a_misspelt_key_is_an_error_with_a_suggestion(martlet, place):
    if place == "file":
        martlet.write(".env", "MARTLET_LISTN=127.0.0.1:9001\n")
        run = martlet.run("config", "show")
    else:
        run = martlet.run("config", "show", MARTLET_LISTN="127.0.0.1:9001")
    run.complains(r"MARTLET_LISTN.*MARTLET_LISTEN", codes=(1, 64))


def test_a_placeholder_for_a_secret_is_refused(martlet, sink):
    contacts = martlet.write("contacts.csv", people(1))
    run = martlet.send(contacts, "--smtp", sink.url, SECRET_KEY="changeme")
    run.complains(r"SECRET_KEY", codes=(1, 64))
    assert not (martlet.data / "martlet.db").exists()


def test_the_data_folder_is_where_the_settings_say(martlet, sink):
    contacts = martlet.write("contacts.csv", people(1))
    martlet.write(".env", "MARTLET_DATA=./elsewhere\n")
    arguments = martlet.campaign(contacts, "--smtp", sink.url)
    at = arguments.index("--data")
    run = martlet.run(*arguments[:at], *arguments[at + 2 :])
    assert run.counts["sent"] == 1
    assert (martlet.folder / "elsewhere" / "martlet.db").exists() and not martlet.data.exists()


def test_a_secret_is_made_kept_and_changed(martlet, sink):
    contacts = martlet.write("contacts.csv", people(3))
    assert martlet.send(contacts, "--smtp", sink.url, SMTP_PASSWORD="kanarienvogel").counts["sent"] == 3
    key = martlet.data / "secret.key"
    first = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    run = martlet.run("secret", "rotate", "--data", martlet.data)
    assert run.code == 0, run.err
    assert key.read_bytes() != first and stat.S_IMODE(key.stat().st_mode) == 0o600
    assert martlet.send(contacts, "--smtp", sink.url, "--resume").counts["sent"] == 3
    for file in martlet.data.rglob("*"):
        assert not file.is_file() or b"kanarienvogel" not in file.read_bytes(), file


def test_migrate_twice_changes_nothing_more(martlet):
    assert martlet.run("migrate", "--data", martlet.data).code == 0
    with sqlite3.connect(martlet.data / "martlet.db") as database:
        schema = database.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert martlet.run("migrate", "--data", martlet.data).code == 0
    with sqlite3.connect(martlet.data / "martlet.db") as database:
        assert database.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall() == schema


def test_a_schema_newer_than_the_program_is_refused(martlet):
    assert martlet.run("migrate", "--data", martlet.data).code == 0
    with sqlite3.connect(martlet.data / "martlet.db") as database:
        pretend_newer(database)
    martlet.run("migrate", "--data", martlet.data).complains(r"newer", codes=(1,))


def pretend_newer(database: sqlite3.Connection) -> None:
    """Notes a migration from the future, as a later release would have."""
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE name LIKE '%migration%' AND type = 'table'")]
    assert len(tables) == 1, tables
    columns = [column[1] for column in database.execute(f"PRAGMA table_info({tables[0]})")]
    number = columns[0]
    last = database.execute(f"SELECT * FROM {tables[0]} ORDER BY {number} DESC LIMIT 1").fetchone()
    database.execute(f"INSERT INTO {tables[0]} VALUES ({', '.join('?' * len(last))})", (last[0] + 1000, *last[1:]))


def test_a_dry_run_sends_nothing(martlet, sink):
    contacts = martlet.write("contacts.csv", people(7))
    run = martlet.send(contacts, "--smtp", sink.url, "--dry-run")
    assert run.code == 0 and "7" in run.out + run.err
    assert sink.recipients() == []


def test_the_ledger_adds_up(martlet, sink):
    contacts = martlet.write("contacts.csv", people(100))
    assert martlet.send(contacts, "--smtp", sink.url).counts["sent"] == 100
    with sqlite3.connect(martlet.data / "martlet.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        # The journal's entries bear their workspaces inside.
        of_the_installation = {"workspaces", "access_tries", "settings", "ledger_folded"}
        for table in tables:
            if table.startswith("sqlite_") or "migration" in table or table in of_the_installation:
                continue
            columns = [column[1] for column in database.execute(f"PRAGMA table_info({table})")]
            assert "workspace_id" in columns, f"{table} has no workspace_id"
