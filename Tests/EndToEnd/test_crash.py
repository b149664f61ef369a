"""kill -9 in the middle: nothing is lost, and nothing is sent twice except what is named unknown."""

import os
import random
import re
import signal
import subprocess
from collections import Counter, defaultdict

import pytest

from contact_files import people
from counterparts.recording_sink import RecordingSink
from counterparts.smtp_sink import SMTPSink
from program import wait_until

COUNT = 5_000
CONNECTIONS = 8
ALL = {f"user{number}@example.com" for number in range(COUNT)}
SEED = int(os.environ.get("MARTLET_TEST_SEED", random.SystemRandom().randrange(1_000_000)))

# Where the program kills itself, and at which passing: early, and deep in the campaign. One campaign
# lives through all of them in turn, so together they stay well below COUNT.
POINTS = [
    "import-batch:1",
    "plan-chunk:1",
    "claimed:1",
    "intent-durable:1",
    "before-dot:1",
    "after-dot:1",
    "outcome-received:1",
    "outcome-durable:1",
    "claimed:2",
    "intent-durable:400",
    "before-dot:350",
    "after-dot:300",
    "outcome-received:250",
    "outcome-durable:450",
]


class Story:
    """One campaign through many lives."""

    def __init__(self, martlet, url: str, *more: str):
        self.martlet = martlet
        contacts = martlet.write("contacts.csv", people(COUNT))
        self.arguments = martlet.campaign(contacts, "--smtp", url, "--connections", str(CONNECTIONS), *more)
        self.lives = 0
        self.kills = 0

    def live(self, seconds: float = 60, **environment: str) -> bool:
        """One more life; whether a kill ended it."""
        resume = ["--resume"] if self.lives else []
        code = self.martlet.send_and_kill(seconds, [*self.arguments, *resume], **environment)
        self.lives += 1
        self.kills += code == -9
        assert code in (0, -9), f"life {self.lives} ended with {code} ({environment})"
        return code == -9

    def finish(self):
        run = self.martlet.run(*self.arguments, "--resume")
        assert run.code == 0, run.err[-2000:]
        return run


def message_id(raw: bytes) -> str:
    return re.search(rb"^Message-ID:\s*(<[^>]+>)", raw, re.M | re.I)[1].decode()


def assert_held(story: Story, run, received: list[str], identifiers: list[str]) -> None:
    """`hold`: each copy that the server took is a row sent or a row named unknown, and there is one."""
    rows = story.martlet.report_rows()
    assert len(rows) == COUNT and {row["email"] for row in rows} == ALL
    states = defaultdict(set)
    for row in rows:
        states[row["state"]].add(row["email"])
    assert set(states) <= {"sent", "unknown"}, {state: len(emails) for state, emails in states.items()}
    assert run.counts["sent"] == len(states["sent"])
    assert run.counts["unknown"] == len(states["unknown"])
    assert run.counts["total"] == COUNT
    copies = Counter(received)
    assert states["sent"] <= set(copies), f"lost: {sorted(states['sent'] - set(copies))[:5]}"
    assert set(copies) <= states["sent"] | states["unknown"]
    twice = {email for email, count in copies.items() if count > 1}
    assert not twice, f"sent twice: {sorted(twice)[:5]}"
    assert len(set(identifiers)) == len(identifiers)
    assert len(states["unknown"]) <= CONNECTIONS * story.kills


def test_a_kill_at_every_point(martlet, tmp_path):
    with SMTPSink(tmp_path / "sink") as sink:
        story = Story(martlet, sink.url)
        for point in POINTS:
            assert story.live(MARTLET_CRASH_AT=point), f"{point} was never passed"
        run = story.finish()
        assert_held(story, run, sink.recipients(), sink.message_ids())
        assert run.counts["unknown"] > 0, "kills between dot and outcome must leave something in doubt"


def test_kills_at_random_times(martlet, tmp_path):
    print(f"MARTLET_TEST_SEED={SEED}")
    dice = random.Random(SEED)
    with RecordingSink(tmp_path / "sink", "--delay-ms", "40") as sink:
        story = Story(martlet, sink.url)
        taken = 0
        for _ in range(12):
            story.live(dice.uniform(0.3, 0.9))
            # Read once: what was under way at the kill may still be on its way into the sink.
            now = sink.recipients()
            assert len(set(now)) == len(now), f"sent twice (seed {SEED})"
            taken = max(taken, len(now))
        assert story.kills >= 6, f"only {story.kills} of 12 runs were killed: they were over before"
        assert taken > 0
        run = story.finish()
        accepted = sink.accepted()
        assert_held(story, run, [m.recipient for m in accepted], [message_id(m.raw) for m in accepted])


def test_with_resend_nothing_is_missing(martlet, tmp_path):
    with SMTPSink(tmp_path / "sink") as sink:
        story = Story(martlet, sink.url, "--in-doubt", "resend")
        for point in ["after-dot:200", "outcome-received:200", "before-dot:200"]:
            assert story.live(MARTLET_CRASH_AT=point), f"{point} was never passed"
        run = story.finish()
        assert run.counts["sent"] == run.counts["total"] == COUNT
        copies = Counter(sink.recipients())
        assert set(copies) == ALL
        extra = sum(copies.values()) - COUNT
        assert extra <= CONNECTIONS * story.kills
        assert len(set(sink.message_ids())) == COUNT, "all copies of one message carry one Message-ID"


def test_resume_after_the_end_sends_nothing_more(martlet, sink):
    contacts = martlet.write("contacts.csv", people(50))
    assert martlet.send(contacts, "--smtp", sink.url).counts["sent"] == 50
    run = martlet.send(contacts, "--smtp", sink.url, "--resume")
    assert run.code == 0 and run.counts["sent"] == 50
    assert len(sink.recipients()) == 50


def test_two_at_once_are_kept_apart(martlet, tmp_path):
    """The lock on the data folder: the second says that the first is at work, and changes nothing."""
    with RecordingSink(tmp_path / "sink", "--delay-ms", "400") as sink:
        contacts = martlet.write("contacts.csv", people(60))
        arguments = martlet.campaign(contacts, "--smtp", sink.url, "--connections", "2")
        first = subprocess.Popen(
            martlet.command(*arguments), cwd=martlet.folder, env=martlet.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert wait_until(lambda: sink.recipients(), 20)
            martlet.run(*arguments, "--resume").complains(r"another|in use|already|lock")
            assert first.wait(timeout=60) == 0
        finally:
            first.kill()
        assert Counter(sink.recipients()).most_common(1)[0][1] == 1
        assert len(sink.recipients()) == 60


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_polite_stop_leaves_nothing_in_doubt(martlet, tmp_path, name):
    with RecordingSink(tmp_path / "sink", "--delay-ms", "40") as sink:
        contacts = martlet.write("contacts.csv", people(1_000))
        arguments = martlet.campaign(contacts, "--smtp", sink.url, "--connections", "4")
        process = subprocess.Popen(
            martlet.command(*arguments), cwd=martlet.folder, env=martlet.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert wait_until(lambda: len(sink.recipients()) > 20, 20)
            process.send_signal(getattr(signal, name))
            code = process.wait(timeout=30)
        finally:
            process.kill()
        assert code in (1, 75, 130, 143), f"exit {code}"
        run = martlet.run(*arguments, "--resume")
        assert run.code == 0 and run.counts["sent"] == 1_000 and run.counts["unknown"] == 0
        assert len(sink.recipients()) == len(set(sink.recipients())) == 1_000
