"""Every fault of a mail server, through the built program: who is said to be in which state, and who has
what. MARTLET_FAULT_PEOPLE=1000 asks it of more people."""

import os
import re
import signal
import subprocess
from collections import Counter
from contextlib import contextmanager

import pytest

from contact_files import people
from counterparts.processes import free_port
from program import BINARY, wait_until

from . import ledger
from .fault_table import FAULTS, Fault

PEOPLE = int(os.environ.get("MARTLET_FAULT_PEOPLE", "200"))
PASSWORD = "a lark rises at dawn"


class Sandbox:
    """`martlet sandbox --script …`, and the messages that it keeps."""

    def __init__(self, folder, script: str, port: int, host: str = "127.0.0.1"):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, port
        (folder / "fault.script").write_text(script + "\n")
        self.log = folder / "sandbox.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(BINARY), "sandbox", "--smtp", f"{host}:{port}", "--store", "kept", "--script", "fault.script"],
                cwd=folder, env={"PATH": os.environ["PATH"]}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        # It says where it listens; asking the port would count as a connection.
        assert wait_until(lambda: b" is ready at " in self.log.read_bytes() or self.process.poll() is not None, 20)
        assert self.process.poll() is None, self.log.read_text()

    def copies(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for path in (self.folder / "kept").glob("*.eml"):
            # One that is being written has no whole line yet.
            if to := re.search(rb"^Delivered-To: (.*?)\r?\n", path.read_bytes(), re.MULTILINE):
                found[to[1].decode()] += 1
        return found

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


@contextmanager
def sandbox(folder, script: str, port: int = 0, host: str = "127.0.0.1"):
    server = Sandbox(folder, script, port or free_port(), host)
    try:
        yield server
    finally:
        server.stop()


def send(martlet, fault: Fault, server: Sandbox):
    contacts = martlet.write("contacts.csv", people(PEOPLE, [fault.domain, *["example.com"] * 3]))
    user = f"{fault.user}@" if fault.user else ""
    options = ["--smtp", f"{fault.scheme}://{user}127.0.0.1:{server.port}", "--wait", fault.wait]
    settings = {"SMTP_PASSWORD": PASSWORD} if fault.user else {}
    return martlet.send(contacts, *options, *fault.options, **settings)


def marked(fault: Fault):
    marks = [pytest.mark.xfail(reason=fault.awaits, strict=True)] if fault.awaits else []
    return pytest.param(fault, id=fault.row, marks=marks)


def due_as_one(counts: dict[str, int]) -> dict[str, int]:
    """The states that are not empty; behind a receiver that puts all off, the last are not even asked."""
    counts = {**counts, "due": counts.get("queued", 0) + counts.get("deferred", 0)}
    return {state: count for state, count in counts.items() if count and state not in ("queued", "deferred")}


@pytest.mark.parametrize("fault", map(marked, FAULTS))
def test_the_fault_matrix(martlet, tmp_path, fault):
    with sandbox(tmp_path / "server", fault.script) as server:
        run = send(martlet, fault, server)
        assert not re.search(r"Fatal error|Backtrace", run.err), run.err
        copies = server.copies()
        if fault.is_refused:
            assert run.code in (1, 75) and re.search(r"^martlet: .*127\.0\.0\.1", run.err, re.MULTILINE), (run.code, run.err)
            assert not copies and not martlet.data.exists()
            return
        found = ledger.settled(martlet.data, tmp_path / "settled")
        expected = fault.states(PEOPLE)
        assert due_as_one(found.counted) == due_as_one(expected), run.err[-800:]
        assert found.counters == found.counted
        due = expected.keys() & {"queued", "deferred"}
        assert run.code == (fault.code if fault.code is not None else 75 if due else 0), run.err[-800:]
        # Everybody who stands as sent has one copy; nobody else has any, but for those who are unknown.
        has = found.people["sent"] | (found.people["unknown"] if fault.taken else set())
        assert set(copies) == has and set(copies.values()) <= {1}


def test_in_doubt_and_sent_again(martlet, tmp_path):
    """F15 with `resend`: nobody is left out, and there is one copy more for each lost answer."""
    with sandbox(tmp_path / "server", "dot first 5: take, close") as server:
        fault = Fault("", "", dict, options=("--in-doubt", "resend"))
        run = send(martlet, fault, server)
        assert run.code == 0 and run.counts["sent"] == PEOPLE
        copies = server.copies()
        assert len(copies) == PEOPLE and copies.total() == PEOPLE + 5 and max(copies.values()) == 2


def test_a_reset_inside_a_long_text(martlet, tmp_path):
    """F14: the dot cannot have been out, so it is sent again, and nobody is in doubt."""
    attachment = martlet.write("large.bin", os.urandom(12 << 20))
    with sandbox(tmp_path / "server", "body octets 100 first 3: reset") as server:
        contacts = martlet.write("contacts.csv", people(8))
        run = martlet.send(
            contacts, "--smtp", f"smtp+unsafe://127.0.0.1:{server.port}", "--attach", attachment, "--connections", "2"
        )
        assert run.code == 0 and run.counts["sent"] == 8, run.err
        assert server.copies().total() == 8


def test_an_end_right_after_the_answer(martlet, tmp_path):
    """F27: 250 and then RST, which may overtake it: sent, or named unknown; never twice."""
    with sandbox(tmp_path / "server", "dot every 20: accept, reset") as server:
        run = send(martlet, Fault("", "", dict), server)
        assert run.code == 0 and run.counts["sent"] + run.counts["unknown"] == PEOPLE
        assert run.counts["unknown"] <= PEOPLE // 20
        copies = server.copies()
        assert len(copies) == PEOPLE == copies.total()


def test_a_window_that_closes_holds_up_nobody_else(martlet, tmp_path):
    """F21: one connection is read from by the octet. All others go on, but for the one message that was
    announced behind it; and a stop is still one."""
    with sandbox(tmp_path / "server", "data first 1: accept, read 1/s") as server:
        contacts = martlet.write("contacts.csv", people(PEOPLE))
        arguments = martlet.campaign(contacts, "--smtp", f"smtp+unsafe://127.0.0.1:{server.port}")
        process = subprocess.Popen(
            martlet.command(*arguments), cwd=martlet.folder, env=martlet.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert wait_until(lambda: server.copies().total() >= PEOPLE - 2, 30), server.copies().total()
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) in (0, 130)
        finally:
            process.kill()
        found = ledger.settled(martlet.data, tmp_path / "settled")
        assert len(found.people["sent"]) >= PEOPLE - 2 and found.claimed == 0
        assert len(found.people["unknown"]) <= 1


def test_a_dead_address_beside_a_live_one(martlet, tmp_path):
    """F28: `localhost` by IPv6 does not answer, by IPv4 it does."""
    port = free_port()
    try:
        dead = Sandbox(tmp_path / "dead", "port silent", port, "[::1]")
    except AssertionError:
        pytest.skip("there is no IPv6 on this machine")
    try:
        with sandbox(tmp_path / "server", "", port) as server:
            contacts = martlet.write("contacts.csv", people(PEOPLE))
            run = martlet.send(contacts, "--smtp", f"smtp+unsafe://localhost:{port}")
            assert run.code == 0 and run.counts["sent"] == PEOPLE, run.err
            assert server.copies().total() == PEOPLE
            assert not dead.copies()
    finally:
        dead.stop()
