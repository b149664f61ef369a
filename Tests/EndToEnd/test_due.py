"""Mail that is due, the schedule's switch, retries and quarantine, with the built program."""

import json

from contact_files import people
from counterparts.processes import Server, free_port
from counterparts.recording_sink import RecordingSink


def test_a_row_that_ends_the_program_twice_is_set_aside(martlet, tmp_path):
    with RecordingSink(tmp_path / "sink") as sink:
        contacts = martlet.write("contacts.csv", people(40))
        arguments = martlet.campaign(contacts, "--smtp", sink.url, "--in-doubt", "resend")
        poison = {"MARTLET_CRASH_AT": "composing#7"}
        assert martlet.run(*arguments, **poison).code == -9
        assert martlet.run(*arguments, "--resume", **poison).code == -9
        run = martlet.run(*arguments, "--resume", **poison)
        assert run.code == 0, run.err[-2000:]
        assert run.counts["sent"] == 39 and run.counts["failed"] == 1
        rows = {row["email"]: row for row in martlet.report_rows()}
        aside = [row for row in rows.values() if row["state"] == "failed"]
        assert len(aside) == 1 and aside[0]["reason"].startswith("quarantined: the program ended 2 times")
        assert set(sink.recipients()) == set(rows) - {aside[0]["email"]}


def test_the_switch_works_and_a_round_with_nothing_to_do_says_so(martlet):
    assert martlet.run("schedule", "disable", "--data", martlet.data).code == 0
    shown = json.loads(martlet.run("schedule", "show", "--json", "--data", martlet.data).out)
    assert shown == {"enabled": False, "serving": False, "scheduled": 0, "next": None}
    run = martlet.run("send-due", "--data", martlet.data)
    assert run.code == 0 and run.counts["total"] == 0
    assert martlet.run("schedule", "enable", "--data", martlet.data).code == 0


def test_what_was_put_off_is_sent_when_it_is_due(martlet, tmp_path):
    """A greylisting server, and `send-due` in the place of a second `send`."""
    script = martlet.write("greylist.script", 'rcpt greylist 2s: reply 451 4.7.1 "Come back"\n')
    port = free_port()
    command = martlet.command("sandbox", "--smtp", f"127.0.0.1:{port}", "--count", "--script", script)
    with Server(command, port, tmp_path / "sandbox.log"):
        contacts = martlet.write("contacts.csv", people(5))
        to = ["--smtp", f"smtp+unsafe://127.0.0.1:{port}"]
        first = martlet.run(*martlet.campaign(contacts, *to, "--wait", "0s", "--retry", "10s 10s 10s"))
        assert first.code == 75 and first.counts["deferred"] == 5
        rounds = 0
        while (run := martlet.run("send-due", "--data", martlet.data)).counts["deferred"]:
            rounds += 1
            assert rounds < 5000
        assert run.code == 0
    assert rounds > 0
