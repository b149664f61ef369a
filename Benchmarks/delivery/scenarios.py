"""What is measured: each scenario runs its contenders in turn and prints a table and a line of ratios."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from .contenders import Contender, Martlet, Peer
from .letters import USUAL, Letter, Post
from .peers import SETUP, Peers
from .processes import ENVIRONMENT, Fault
from .rounds import Record, compare, run
from .sinks import FASTSINK, LOOPBACK, SMTP_SINK, NoLine, Place, SinkKind, delayed, running
from .tables import Bar, print_ratios, print_table, verdict

# How many messages the bars are meant for, and how many a peer is given at most: a slow one says
# the same with fewer.
FULL = 100_000
SLOW, QUICK = 5_000, 50_000
ROUND_TRIP = 20
LARGE, LARGER = 100_000, 1_000_000
SIZES = (10_000, 100_000, 1_000_000)
MEMORY_BAR, CPU_BAR = 150e6, 0.25
PLAIN_BARS = [
    Bar("smtp-source, 16", 1), Bar("libcurl, 20", 3), Bar("Go net/smtp, 10", 3), Bar("Go net/smtp, 50", 3),
    Bar("smtplib, reused", 20),
]
DELAYED_BARS = [Bar("lock-step C, 32", 3), Bar("aiosmtplib, 32", 3)]


@dataclass
class Bench:
    """The benchmark as it was asked for."""

    binary: Path
    peers: Peers
    post: Post
    folder: Path
    connections: list[int]
    # What the command line says, if it says anything.
    messages: int | None
    rounds: int | None
    patience: float

    def verify(self) -> None:
        """Everyone once, by the sink's own list and by Martlet's ledger; without TLS and with."""
        certificate, key = self.peers.certificate()
        for secured in (False, True):
            log = self.folder / f"taken-{secured}.txt"
            options = (f"log={log}", *self._tls_options(certificate, key, secured))
            martlet = self._martlet(
                "martlet", 2_000, sink=SinkKind("fastsink", options), trusted=certificate if secured else None
            )
            with running(martlet.sink, LOOPBACK, self.folder) as sink:
                sending = martlet.send(sink, self.folder)
                tally = sink.stop()
            if sending.wrong:
                raise Fault(f"martlet: {sending.wrong}")
            _check_everyone_once(self.post.people(2_000), log)
            if secured and tally.encrypted != tally.connections:
                raise Fault(f"TLS on {tally.encrypted} connections of {tally.connections}")
            print(f"verified{' with STARTTLS' if secured else ''}: 2,000 people, each once; the ledger has all as sent")

    def plain(self) -> None:
        self._beside_peers("plain", FASTSINK)

    def smtp_sink(self) -> None:
        if reason := self.peers.missing.get("smtp-sink"):
            return _skip("smtp-sink", reason)
        self._beside_peers("smtp-sink", SMTP_SINK)

    def tls(self) -> None:
        certificate, key = self.peers.certificate()
        tls = SinkKind("fastsink", self._tls_options(certificate, key, True))
        count = self.messages or FULL
        martlets = [
            (self._martlet(f"martlet, {n}, plain", count, connections=n),
             self._martlet(f"martlet, {n}, TLS", count, connections=n, sink=tls, trusted=certificate))
            for n in self.connections
        ]
        peers = self._available([
            ("curl_multi", self._peer("libcurl, 20, TLS", QUICK, tls, "curl_multi", "20", "tls")),
            ("pipe_smtp", self._peer("pipelined C, 16, plain", FULL, FASTSINK, "pipe_smtp", "16", "deep")),
            ("pipe_smtp", self._peer("pipelined C, 16, TLS", FULL, tls, "pipe_smtp", "16", "deep", "tls")),
        ])
        records = self._compare([*(one for pair in martlets for one in pair), *peers], 5)
        title = self._title("tls: STARTTLS into fastsink", records)
        print_table(title, records, records[1])
        for plain, secured in zip(records[0 : 2 * len(martlets) : 2], records[1 : 2 * len(martlets) : 2]):
            print_ratios(secured, [plain], [Bar(plain.contender.name, 0.7)], self._note(count))
        print_ratios(records[1], [record for record in records if "libcurl" in record.contender.name], [])

    def rtt(self) -> None:
        if os.geteuid():
            return _skip("rtt", "two network namespaces need root")
        if reason := self.peers.missing.get("tundelay"):
            return _skip("rtt", f"tundelay: {reason}")
        if not which("ip", path=ENVIRONMENT["PATH"]):
            return _skip("rtt", f"there is no ip ({SETUP})")
        contenders = [
            self._martlet("martlet, 32", self.messages or 20_000, connections=32),
            *self._available([
                ("pipe_smtp", self._peer("lock-step C, 32", 3_000, FASTSINK, "pipe_smtp", "32", "lockstep")),
                ("aiosmtplib", self._aiosmtplib("aiosmtplib, 32", 2_000, FASTSINK, 32)),
                ("gostyle", self._peer("Go net/smtp, 32", 2_000, FASTSINK, "gostyle", "32")),
                ("curl_multi", self._peer("libcurl, 32", 300, FASTSINK, "curl_multi", "32")),
            ]),
        ]
        try:
            with delayed(ROUND_TRIP // 2, self.folder) as place:
                records = self._compare(contenders, 3, place)
        except NoLine as fault:
            return _skip("rtt", str(fault))
        title = self._title(f"rtt: {ROUND_TRIP} ms round trip, 32 connections, into fastsink", records)
        print_table(title, records, records[0])
        print_ratios(records[0], records[1:], DELAYED_BARS, self._note(contenders[0].messages, 5_000))

    def large(self) -> None:
        for size, letter, count, what in (
            (LARGE, self.post.long(LARGE), 10_000, "100 KB messages"),
            (LARGER, self.post.with_attachment(LARGER), 1_000, "a file of 1 MB attached"),
        ):
            contender = self._martlet("martlet", min(count, self.messages or count), letter=letter)
            octets = run(self._martlet("martlet", 100, letter=letter), self.folder).tally.octets // 100
            peers = self._available([
                ("smtp-source", self._smtp_source(f"smtp-source, 16, {octets:,} B", count, FASTSINK, octets)),
            ])
            records = self._compare([contender, *peers], 3)
            print_table(self._title(f"large: {what} into fastsink", records), records, records[0])
            print_ratios(records[0], records[1:], [])

    def scale(self) -> None:
        largest = self.messages or SIZES[-1]
        sizes = [largest // (SIZES[-1] // size) for size in SIZES]
        records = self._compare([self._martlet(f"martlet to {size:,}", size) for size in sizes if size], 3)
        print_table(self._title("scale: ever more people, into fastsink", records), records, None)
        costs = [record.median(lambda figures: figures.cpu) for record in records]
        peak = max(records[-1].all(lambda figures: figures.memory))
        change = costs[-1] / costs[0] - 1
        print(
            f"CPU a message, {sizes[-1]:,} to {sizes[0]:,} people: {change:+.0%} "
            f"(bar {CPU_BAR:.0%} either way: {verdict(abs(change) <= CPU_BAR)}); peak memory with {sizes[-1]:,}: "
            f"{peak / 1e6:.0f} MB (bar {MEMORY_BAR / 1e6:.0f} MB: {verdict(peak < MEMORY_BAR)})"
            + self._note(largest, SIZES[-1])
        )

    def _beside_peers(self, name: str, sink: SinkKind) -> None:
        count = self.messages or FULL
        martlets = [self._martlet(f"martlet, {n}", count, connections=n, sink=sink) for n in self.connections]
        record = ("16", "deep", f"record={self.folder / 'record.db'}", "batch=500", "sync=FULL")
        peers = self._available([
            ("smtp-source", self._smtp_source("smtp-source, 16", FULL, sink, 4_700)),
            ("curl_multi", self._peer("libcurl, 20", QUICK, sink, "curl_multi", "20")),
            ("gostyle", self._peer("Go net/smtp, 10", QUICK, sink, "gostyle", "10")),
            ("gostyle", self._peer("Go net/smtp, 50", QUICK, sink, "gostyle", "50")),
            ("aiosmtplib", self._aiosmtplib("aiosmtplib with uvloop, 50", SLOW, sink, 50, "uvloop")),
            (None, self._python("smtplib, reused", SLOW, sink, "py_smtplib.py", "1", "reuse")),
            ("pipe_smtp", self._peer("C that records, 16", FULL, sink, "pipe_smtp", *record)),
        ])
        records = self._compare([*martlets, *peers], 5)
        print_table(self._title(f"{name}: 4.7 KB of text and HTML into {sink.name}", records), records, records[0])
        for martlet in records[: len(martlets)]:
            print_ratios(martlet, records[len(martlets) :], PLAIN_BARS, self._note(count))
            _print_octets(martlet)

    def _martlet(
        self, name: str, messages: int, *, letter: Letter | None = None, connections: int = 0, **rest
    ) -> Martlet:
        return Martlet(
            name, messages, self.binary, self.post, letter or self.post.usual(),
            connections or self.connections[0], **rest,
        )

    def _peer(self, name: str, most: int, sink: SinkKind, program: str, *words: str) -> Peer:
        path = self.peers.folder / program
        return self._contender(name, most, sink, lambda host, port, count: [path, host, port, count, *words])

    def _python(self, name: str, most: int, sink: SinkKind, script: str, *words: str) -> Peer:
        python = self.peers.python
        return self._contender(name, most, sink, lambda host, port, count: [python, script, host, port, count, *words])

    def _aiosmtplib(self, name: str, most: int, sink: SinkKind, connections: int, *words: str) -> Peer:
        return self._python(name, most, sink, "py_aiosmtplib.py", str(connections), *words)

    def _smtp_source(self, name: str, most: int, sink: SinkKind, octets: int) -> Peer:
        def command(host: str, port: int, count: int) -> list:
            return [
                "smtp-source", "-d", "-s", 16, "-m", count, "-l", octets, "-f", "news@news.example.test",
                "-t", "user@d0.example.test", f"{host}:{port}",
            ]

        return self._contender(name, most, sink, command)

    def _contender(self, name: str, most: int, sink: SinkKind, command: Callable) -> Peer:
        return Peer(name, min(most, self.messages or most), command, sink, self.peers.folder)

    def _available(self, peers: Sequence[tuple[str | None, Peer]]) -> list[Peer]:
        """Those whose program is there; the others are named with the reason."""
        for program, peer in peers:
            if program in self.peers.missing:
                _skip(peer.name, self.peers.missing[program])
        return [peer for program, peer in peers if program not in self.peers.missing]

    @staticmethod
    def _tls_options(certificate: Path, key: Path, secured: bool) -> tuple[str, ...]:
        return (f"cert={certificate}", f"key={key}") if secured else ()

    def _compare(self, contenders: Sequence[Contender], rounds: int, place: Place = LOOPBACK) -> list[Record]:
        return compare(contenders, self.rounds or rounds, self.folder, place=place, patience=self.patience)

    def _title(self, what: str, records: Sequence[Record]) -> str:
        rounds = len(records[0].rounds)
        return f"{what}; {rounds} round{'s' if rounds > 1 else ''} in turn"

    def _note(self, messages: int, wanted: int = FULL) -> str:
        return "" if messages >= wanted else f" (but meant for {wanted:,} messages or more)"


def _skip(what: str, reason: str) -> None:
    print(f"skipped: {what}: {reason}", flush=True)


def _print_octets(martlet: Record) -> None:
    if (octets := martlet.octets) is not None:
        close = abs(octets / USUAL - 1) <= 0.1
        print(f"{martlet.contender.name}: {octets:,.0f} octets a message (within 10% of {USUAL:,}: {verdict(close)})")


def _check_everyone_once(people: Path, log: Path) -> None:
    wanted = Counter(line.split(",")[1] for line in people.read_text().splitlines()[1:])
    taken = Counter(log.read_text().split())
    if taken != wanted:
        lost, more = wanted - taken, taken - wanted
        raise Fault(f"{lost.total()} of 2,000 people got nothing and {more.total()} letters were too many")
