"""What a large campaign costs the machine (R19): memory under a large attachment and under many people."""

import os
import re
import subprocess
from contextlib import contextmanager

from contact_files import people
from counterparts.processes import Server, free_port
from counterparts.recording_sink import RecordingSink
from gauge import MB, Gauge, Usage
from program import wait_until
from reading import strictly


@contextmanager
def counting_sandbox(martlet, folder):
    """Takes everything and keeps nothing; at the end it says how many messages it took."""
    port = free_port()
    command = martlet.command("sandbox", "--smtp", f"127.0.0.1:{port}", "--count")
    with Server(command, port, folder / "sandbox.log") as server:
        yield server


def took(sandbox: Server) -> int:
    return int(re.search(r"\b(\d+) messages?\b", sandbox.stop().replace(",", ""))[1])


def measured(martlet, sandbox: Server, count: int, *more) -> Usage:
    """Sends to so many people, all of whom must have been written to; what it took."""
    gauge = Gauge(martlet.folder)
    contacts = martlet.write("contacts.csv", people(count))
    run = martlet.run(
        *martlet.campaign(contacts, "--smtp", f"smtp+unsafe://127.0.0.1:{sandbox.port}", *more), before=gauge.command
    )
    assert run.code == 0 and run.counts["sent"] == run.counts["total"] == count, (run.counts, run.err[-800:])
    assert took(sandbox) == count
    return gauge.usage


def test_a_large_attachment_takes_no_memory_for_each_connection(martlet, tmp_path):
    attachment = martlet.write("catalogue.bin", os.urandom(18 * MB))
    with counting_sandbox(martlet, tmp_path) as sandbox:
        usage = measured(martlet, sandbox, 200, "--attach", attachment, "--connections", "20")
    assert usage.memory < 300 * MB, f"{usage.memory / MB:.0f} MB"


def test_fifty_thousand_people_take_little_memory(martlet, tmp_path):
    with counting_sandbox(martlet, tmp_path) as sandbox:
        usage = measured(martlet, sandbox, 50_000)
    assert usage.memory < 150 * MB, f"{usage.memory / MB:.0f} MB"


def test_an_attachment_deleted_midway_still_goes_to_everybody(martlet, tmp_path):
    octets = os.urandom(MB // 4)
    attachment = martlet.write("catalogue.bin", octets)
    contacts = martlet.write("contacts.csv", people(60))
    with RecordingSink(tmp_path / "slow", "--delay-ms", "100") as sink:
        arguments = martlet.campaign(contacts, "--smtp", sink.url, "--attach", attachment, "--connections", "4")
        process = subprocess.Popen(
            martlet.command(*arguments), cwd=martlet.folder, env=martlet.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            # Some have it, most do not.
            assert wait_until(lambda: sink.out.exists() and sink.out.stat().st_size > MB, 30)
            attachment.unlink()
            assert sink.out.stat().st_size < 12 * MB
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
            process.wait()
        messages = sink.accepted()
    assert {message.recipient for message in messages} == {f"user{number}@example.com" for number in range(60)}
    assert len(messages) == 60 and {row["state"] for row in martlet.report_rows()} == {"sent"}
    for message in messages:
        [attached] = strictly(message.raw).iter_attachments()
        assert attached.get_payload(decode=True) == octets
