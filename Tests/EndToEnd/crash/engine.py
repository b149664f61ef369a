"""A small sender that keeps the rules of the ledger, and one flaw of one's choice that breaks them.

The harness is tried on it: with `--flaw none` it must find nothing, with every other flaw it must. It
takes what `martlet send` takes and keeps what the harness reads of a ledger; it shares no code with the
product.

usage: engine.py --contacts FILE --smtp URL --data DIR --connections N --in-doubt hold|resend --flaw NAME [--resume]
"""

import argparse
import csv
import re
import socket
import sqlite3
import threading
import time
from pathlib import Path

QUEUED, SENDING, DEFERRED, SENT, FAILED, UNKNOWN = range(6)
COUNTERS = ["queued", "sending", "deferred", "sent", "failed", "in_doubt_count", "suppressed", "skipped", "cancelled"]

FLAWS = {
    "none": "keeps the rules",
    "no-intent": "writes down nothing before the dot, and sends again what it had claimed",
    "forgets-claims": "never looks again at what it had claimed when it died",
    "resends-in-silence": "sends what is in doubt again as if it had never been out",
    "sent-too-soon": "writes down “sent” before the server has the message",
    "late-outcomes": "sends the next message before the outcome of the last is written down",
    "miscounts": "writes the counters in a transaction of their own",
    "loses-doubt": "takes what is in doubt for sent",
    "new-identifiers": "gives every copy a Message-ID of its own",
    "lazy-disk": "does not wait for the disk",
}

SCHEMA = f"""
CREATE TABLE campaigns (id BLOB, state TEXT, created_at INTEGER, {', '.join(f'{name} INTEGER DEFAULT 0' for name in COUNTERS)});
CREATE TABLE deliveries (campaign_id BLOB, number INTEGER PRIMARY KEY, email TEXT, state INTEGER, lease INTEGER, intended_at INTEGER,
  doubts INTEGER DEFAULT 0);
CREATE INDEX by_state ON deliveries (state);
"""


class Ledger:
    """The database, written by one at a time."""

    def __init__(self, folder: Path, flaw: str, in_doubt: str):
        folder.mkdir(parents=True, exist_ok=True)
        self.flaw = flaw
        self.in_doubt = in_doubt
        self.lock = threading.Lock()
        self.late: list[tuple[int, int]] = []
        self.connection = sqlite3.connect(folder / "martlet.db", isolation_level=None, check_same_thread=False)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute(f"PRAGMA synchronous={'OFF' if flaw == 'lazy-disk' else 'FULL'}")

    def begin(self, contacts: Path) -> None:
        """Plans the campaign, in one transaction."""
        if self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'campaigns'").fetchone():
            return self.recover()
        with contacts.open(newline="", encoding="utf-8") as file:
            emails = [row["email"] for row in csv.DictReader(file)]
        statements = "".join(f"{part};" for part in SCHEMA.split(";")[:-1])
        self.connection.executescript(f"BEGIN;{statements}")
        self.connection.execute(
            "INSERT INTO campaigns (id, state, created_at, queued) VALUES (x'01', 'sending', 1, ?)", (len(emails),)
        )
        self.connection.executemany(
            "INSERT INTO deliveries (campaign_id, number, email, state) VALUES (x'01', ?, ?, 0)", enumerate(emails)
        )
        self.connection.execute("COMMIT")

    def recover(self) -> None:
        """Settles what the last process left."""
        if self.flaw == "forgets-claims":
            return
        self.connection.execute("BEGIN")
        self._all(SENDING, QUEUED, "intended_at IS NULL")
        if self.flaw in ("resends-in-silence", "no-intent"):
            self._all(SENDING, QUEUED, "1")
        elif self.flaw == "loses-doubt":
            self._all(SENDING, SENT, "1")
        else:
            # Whoever is in doubt for the third time has three copies at most, and gets no more.
            self.connection.execute("UPDATE deliveries SET doubts = doubts + 1 WHERE state = ?", (SENDING,))
            self._all(SENDING, UNKNOWN, "1" if self.in_doubt == "hold" else "doubts >= 3")
            self._all(SENDING, DEFERRED, "1")
        self.connection.execute("COMMIT")

    def _all(self, old: int, new: int, condition: str) -> None:
        count = self.connection.execute(
            f"UPDATE deliveries SET state = ?, lease = NULL, intended_at = NULL WHERE state = ? AND {condition}", (new, old)
        ).rowcount
        self._count(old, new, count)

    def _count(self, old: int, new: int, count: int = 1) -> None:
        self.connection.execute(
            f"UPDATE campaigns SET {COUNTERS[old]} = {COUNTERS[old]} - ?, {COUNTERS[new]} = {COUNTERS[new]} + ?",
            (count, count),
        )

    def move(self, number: int, old: int, new: int) -> None:
        lease = 1 if new == SENDING else None
        self.connection.execute(
            "UPDATE deliveries SET state = ?, lease = ?, intended_at = NULL WHERE number = ?", (new, lease, number)
        )
        if self.flaw == "miscounts":
            self.connection.execute("COMMIT")
            time.sleep(0.002)
            self.connection.execute("BEGIN")
        self._count(old, new)

    def claim(self) -> tuple[int, str] | None:
        with self.lock:
            self.connection.execute("BEGIN IMMEDIATE")
            found = self.connection.execute(
                "SELECT number, email, state FROM deliveries WHERE state IN (0, 2) ORDER BY number LIMIT 1"
            ).fetchone()
            if found:
                self.move(found[0], found[2], SENDING)
            self.connection.execute("COMMIT")
            return found[:2] if found else None

    def intend(self, number: int) -> None:
        if self.flaw == "no-intent":
            return
        with self.lock:
            self.connection.execute("UPDATE deliveries SET intended_at = 1 WHERE number = ?", (number,))

    def record(self, number: int, state: int) -> None:
        if self.flaw == "late-outcomes":
            with self.lock:
                self.late.append((number, state))
                if len(self.late) < 60:
                    return
        with self.lock:
            self.connection.execute("BEGIN IMMEDIATE")
            for each in self.late or [(number, state)]:
                self.move(each[0], SENDING, each[1])
            self.late = []
            self.connection.execute("COMMIT")

    def end(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        for number, state in self.late:
            self.move(number, SENDING, state)
        self.connection.execute("UPDATE campaigns SET state = 'sent'")
        self.connection.execute("COMMIT")


def converse(ledger: Ledger, host: str, port: int, flaw: str) -> None:
    """One connection's worth of sending."""
    client = socket.create_connection((host, port))
    lines = client.makefile("rb")

    def ask(command: bytes) -> None:
        client.sendall(command)
        while (line := lines.readline())[3:4] == b"-":
            pass
        assert line[:1] in b"23" and line, line

    ask(b"")
    ask(b"EHLO engine\r\n")
    while claimed := ledger.claim():
        number, email = claimed
        ask(b"MAIL FROM:<ada@example.com>\r\n")
        ask(b"RCPT TO:<%s>\r\n" % email.encode())
        ask(b"DATA\r\n")
        ledger.intend(number)
        if flaw == "sent-too-soon":
            ledger.record(number, SENT)
            time.sleep(0.002)
        if flaw == "loses-doubt":
            # Long enough for kills to fall between intent and dot.
            time.sleep(0.005)
        identifier = f"{number}.{time.time_ns() if flaw == 'new-identifiers' else 1}"
        ask(f"Message-ID: <{identifier}@engine>\r\n\r\nHello\r\n.\r\n".encode())
        if flaw != "sent-too-soon":
            ledger.record(number, SENT)
    client.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("contacts", "data"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--smtp", required=True)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--in-doubt", default="hold")
    parser.add_argument("--flaw", choices=FLAWS, default="none")
    parser.add_argument("--resume", action="store_true")
    arguments = parser.parse_args()
    host, port = re.search(r"//([^:/]+):(\d+)", arguments.smtp).groups()
    ledger = Ledger(arguments.data, arguments.flaw, arguments.in_doubt)
    ledger.begin(arguments.contacts)
    threads = [
        threading.Thread(target=converse, args=(ledger, host, int(port), arguments.flaw))
        for _ in range(arguments.connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger.end()


if __name__ == "__main__":
    main()
