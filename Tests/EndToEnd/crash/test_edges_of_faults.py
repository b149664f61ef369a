"""Where the rows of the fault matrix have an edge: what arrived just before an end, an address that is dead,
a server that knows nothing of eight bits, and one that is slower than a setting allows."""

import fcntl
import itertools
import socket
import struct
import subprocess
import termios
import threading
import time
from pathlib import Path

import pytest

from contact_files import AWKWARD, people, table
from counterparts.processes import free_port, is_root
from octet_sink import STRICT, OctetSink, Reader
from office import ADMINISTRATOR, Office
from program import Martlet, wait_until
from reading import Elements, html_of, strictly, text_of
from served import Served

from .test_fault_matrix import sandbox

# -- F27: an answer, and the end right behind it


class HangingUp:
    """Takes every message and says so; after each tenth it resets the connection, once the client's side has
    every octet of the answer."""

    def __init__(self, extensions: tuple[str, ...]):
        self.extensions = extensions
        self.taken: list[bytes] = []
        self.resets = 0
        self._numbers = itertools.count(1)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> "HangingUp":
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        reader = Reader(STRICT, self.extensions)
        with client:
            client.settimeout(60)
            client.sendall(b"220 sink.example.test ESMTP\r\n")
            while not reader.is_over and (octets := client.recv(65_536)):
                before = len(reader.messages)
                answer = reader.read(octets)
                for message in reader.messages[before:]:
                    self.taken.append(message.recipient)
                    if next(self._numbers) % 10 == 0:
                        self._hang_up(client, answer)
                        return
                client.sendall(answer)

    def _hang_up(self, client: socket.socket, answer: bytes) -> None:
        # Nothing behind the answer to the dot: what was announced there is not answered any more.
        head, end, _ = answer.partition(b"Taken\r\n")
        client.sendall(head + end)
        assert wait_until(lambda: unsent(client) == 0, 10)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.resets += 1


def unsent(connection: socket.socket) -> int:
    """Octets that the other side's kernel has not acknowledged (SIOCOUTQ)."""
    return struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, b"\0" * 4))[0]


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()], ids=["pipelining", "in lock step"])
def test_an_answer_that_arrived_counts_though_the_connection_is_reset(martlet, extensions):
    """F27: the 250 is there before the RST is sent, so nobody is in doubt."""
    with HangingUp(extensions) as server:
        contacts = martlet.write("contacts.csv", people(100))
        run = martlet.send(contacts, "--smtp", f"smtp+unsafe://127.0.0.1:{server.port}", "--connections", "4")
    assert run.code == 0 and run.counts["sent"] == 100, (run.counts, run.err[-800:])
    assert server.resets >= 5 and len(server.taken) == len(set(server.taken)) == 100


# -- F28: a dead address before a live one


NAME = "two.example.test"


class WithHosts(Martlet):
    """The program with an /etc/hosts of its own."""

    def __init__(self, folder: Path, addresses: list[str]):
        super().__init__(folder)
        self.hosts = self.write("hosts", "".join(f"{address} {NAME}\n" for address in addresses))

    def command(self, *arguments: str | Path) -> list[str]:
        return [*self._inside(), *super().command(*arguments)]

    def _inside(self) -> list[str]:
        namespaces = "-m" if is_root() else "-rm"
        return ["unshare", namespaces, "sh", "-c", f'mount --bind "{self.hosts}" /etc/hosts && exec "$@"', "sh"]

    def resolved(self) -> list[str]:
        """The name's addresses, those in front that are tried first; empty where there can be no such file."""
        done = subprocess.run([*self._inside(), "getent", "ahosts", NAME], capture_output=True, text=True)
        return [line.split()[0] for line in done.stdout.splitlines() if " STREAM" in line]


class DeadEnd:
    """An address where no SYN is answered because the queue is full; counts who tries."""

    def __init__(self, host: str, port: int):
        self.address = (host, port)
        self.family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._fillers: list[socket.socket] = []
        self._known: set[str] = set()
        self._tries: set[str] = set()
        self._is_over = threading.Event()
        self._listener = self._socket()
        self._listener.bind(self.address)
        self._listener.listen(0)

    def _socket(self) -> socket.socket:
        made = socket.socket(self.family, socket.SOCK_STREAM)
        made.setblocking(False)
        return made

    def __enter__(self) -> "DeadEnd":
        # Whoever comes when the queue is full is not answered, nor is anybody after that.
        while not self._unanswered():
            assert len(self._fillers) < 50
            self._fillers.append(self._socket())
            self._fillers[-1].connect_ex(self.address)
            wait_until(self._unanswered, 0.3)
        self._known = self._unanswered()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_) -> None:
        self._is_over.set()
        self._watch.join()
        for one in (*self._fillers, self._listener):
            one.close()

    def _look(self) -> None:
        # Each try waits for a second at least, far longer than this.
        while not self._is_over.wait(0.05):
            self._tries |= self._unanswered() - self._known

    def _unanswered(self) -> set[str]:
        """The near ends of connections to this address that are being made (state 02, SYN_SENT)."""
        table = "/proc/net/tcp6" if self.family == socket.AF_INET6 else "/proc/net/tcp"
        # Words of four octets, each as this machine has numbers.
        words = struct.iter_unpack("=I", socket.inet_pton(self.family, self.address[0]))
        far = "".join(f"{word:08X}" for (word,) in words) + f":{self.address[1]:04X}"
        rows = (line.split() for line in Path(table).read_text().splitlines()[1:])
        return {row[1] for row in rows if row[2] == far and row[3] == "02"}

    @property
    def tries(self) -> int:
        return len(self._tries)


@pytest.fixture(params=[["::1", "127.0.0.1"], ["127.0.0.1", "127.0.0.9"]], ids=["IPv6, then IPv4", "IPv4 twice"])
def half_dead(request, tmp_path):
    """A program for which a name has two addresses, the dead one and the server that lives at the other."""
    martlet = WithHosts(tmp_path, request.param)
    addresses = martlet.resolved()
    if set(addresses) != set(request.param):
        pytest.skip("a name of one's own with two addresses takes a mount namespace, and IPv6 for one of the two")
    port = free_port()
    with DeadEnd(addresses[0], port) as dead, sandbox(tmp_path / "server", "", port, addresses[1]) as server:
        yield martlet, dead, server


def test_a_dead_address_costs_a_moment_once(half_dead):
    """F28: of dozens of connections only those try there that were opened before the first had learnt it: one
    that sees whether the server is there at all, and as many as send."""
    martlet, dead, server = half_dead
    contacts = martlet.write("contacts.csv", people(200))
    live = "127.0.0.9" if dead.address[0] == "127.0.0.1" else "127.0.0.1"
    took = {}
    for host in (live, NAME):
        began = time.monotonic()
        run = martlet.send(
            contacts, "--smtp", f"smtp+unsafe://{host}:{server.port}", "--connections", "4",
            "--per-connection", "5", "--data", martlet.folder / host,
        )  # fmt: skip
        took[host] = time.monotonic() - began
        assert run.code == 0 and run.counts["sent"] == 200, run.err[-800:]
    assert server.copies().total() == 400
    assert 1 <= dead.tries <= 1 + 4, dead.tries
    assert took[NAME] - took[live] < 4, took


def test_a_server_that_runs_on_remembers_a_dead_address(half_dead):
    """F28: the second campaign does not try there any more."""
    martlet, dead, server = half_dead
    with Served(martlet, **ADMINISTRATOR) as house:
        office = Office(house)
        sender = office.sender(server.port, host=NAME)
        tries = []
        for number in range(2):
            campaign = office.send(people(40, [f"d{number}.example"]), sender)
            assert campaign.wait_for_end()["sent"] == 40
            tries.append(dead.tries)
    assert 1 <= tries[0] == tries[1] <= 8, tries


# -- F24: a server without 8BITMIME


def test_letters_are_whole_where_eight_bits_are_not_taken(martlet):
    """F24: only ASCII goes over the wire, and everything is read there as it was written."""
    rows = [["email", "first_name", "company"]]
    rows += [[f"user{number}@example.com", name, name[::-1]] for number, name in enumerate(AWKWARD)]
    attachment = martlet.write("a.txt", "Größe\n")
    with OctetSink(extensions=("PIPELINING", "SIZE 50000000")) as sink:
        run = martlet.send(
            martlet.write("contacts.csv", table(rows)), "--smtp", sink.url, "--subject", "Für {{ first_name }}",
            "--text", martlet.write("marked.txt", "Ä[[{{ first_name }}|{{ company }}]]\n"),
            "--attach", f"{attachment}:Größe.txt", "--from", "Zoë <zoe@example.com>",
        )  # fmt: skip
    assert run.code == 0 and run.counts["sent"] == len(AWKWARD) == len(sink.messages), (run.counts, run.err[-800:])
    assert all(octets.isascii() for octets in map(bytes, sink.conversations))
    letters = {message.recipient.decode(): message.octets for message in sink.messages}
    for number, name in enumerate(AWKWARD):
        letter = strictly(letters[f"user{number}@example.com"])
        assert letter["subject"] == f"Für {name}" and letter["from"].addresses[0].display_name == "Zoë"
        assert text_of(letter).startswith(f"Ä[[{name}|{name[::-1]}]]\n")
        assert Elements(html_of(letter)).found["name"] == name
        [attachment] = letter.iter_attachments()
        assert attachment.get_filename() == "Größe.txt"
        assert attachment.get_payload(decode=True).decode() == "Größe\n"


# -- Time-outs as they are set


SLOW = 20  # seconds, far more than the patience of one


def test_the_patience_that_is_set_decides_when_a_message_is_in_doubt(martlet, tmp_path):
    with sandbox(tmp_path / "server", f"dot first 1: wait {SLOW}s") as server:
        contacts = martlet.write("contacts.csv", people(20))
        began = time.monotonic()
        run = martlet.send(
            contacts, "--smtp", f"smtp+unsafe://127.0.0.1:{server.port}", "--connections", "2",
            SMTP_TIMEOUTS="data-end=1s",
        )  # fmt: skip
        took = time.monotonic() - began
    assert run.code == 0 and (run.counts["unknown"], run.counts["sent"]) == (1, 19), (run.counts, run.err[-800:])
    assert 1 <= took < SLOW / 2, took


def test_the_patience_that_is_set_holds_in_a_server_too(serve, tmp_path):
    with sandbox(tmp_path / "server", f"dot first 1: wait {SLOW}s") as server:
        office = Office(serve(SMTP_TIMEOUTS="data-end=1s", **ADMINISTRATOR))
        began = time.monotonic()
        end = office.send(people(20), office.sender(server.port)).wait_for_end()
        took = time.monotonic() - began
    assert (end["unknown"], end["sent"]) == (1, 19), end
    assert 1 <= took < SLOW / 2, took


def test_nobody_is_in_doubt_where_the_greeting_was_too_late(martlet, tmp_path):
    """F3 with less patience than the server needs: nothing was begun."""
    with sandbox(tmp_path / "server", f"banner: wait {SLOW}s") as server:
        contacts = martlet.write("contacts.csv", people(20))
        began = time.monotonic()
        run = martlet.send(
            contacts, "--smtp", f"smtp+unsafe://127.0.0.1:{server.port}", "--wait", "1s", SMTP_TIMEOUTS="greeting=1s"
        )
        took = time.monotonic() - began
        assert not server.copies()
    run.complains(r"^martlet: .*127\.0\.0\.1", codes=(1, 75))
    assert not martlet.data.exists() and 1 <= took < SLOW / 2, took
