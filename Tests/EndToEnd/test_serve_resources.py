"""What it costs: time to start, memory at rest and under a large upload, a crowd that only holds on, and slow clients."""

import http.client
import itertools
import re
import resource
import select
import socket
import threading
import time
from pathlib import Path

import pytest

from contact_files import people
from office import ADMINISTRATOR, Office
from program import Martlet, wait_until
from served import Client, Served
from sights import pages_of
from test_serve_edge import post
from wire import Wire, ask, is_alive, request

MB = 1024  # kilobytes


def test_the_first_answer_comes_within_a_second_of_the_start(tmp_path):
    times = []
    for attempt in range(3):
        with Served(Martlet(tmp_path / str(attempt))) as server:
            # A first start makes key and database; a second finds them. `start` asks until it is answered.
            server.stop()
            began = time.monotonic()
            server.start()
            times.append(time.monotonic() - began)
    # The quickest: others may be busy on this machine.
    assert min(times) < 1, times


def test_at_rest_it_is_small(demo):
    client = Client(demo)
    page = client.enter_demo()
    assert page.status == 200
    pages, broken = pages_of(client, ["/"])
    assert len(pages) > 15 and not broken, broken
    assert wait_until(lambda: demo.status("VmRSS") < 60 * MB, 5), f"{demo.status('VmRSS') / MB:.0f} MB"


@pytest.fixture(scope="module", autouse=True)
def laggards(tmp_path_factory):
    """Clients that take their time, at a server of their own, from the start of these tests on."""
    with Served(Martlet(tmp_path_factory.mktemp("slow")), **ADMINISTRATOR) as server, Laggards(server.port) as laggards:
        yield laggards


# -- Large files


class Rows:
    """A contact file of a certain size that nobody has to hold in memory."""

    def __init__(self, size: int):
        self.header = b"email,first_name,notes\r\n"
        self.row = b"user%09d@example.com,Ad\xc3\xa4 %09d," + b"a few words " * 38 + b"\r\n"
        self.count = (size - len(self.header)) // len(self.row % (0, 0))
        self.size = len(self.header) + self.count * len(self.row % (0, 0))

    def __iter__(self):
        yield self.header
        for first in range(0, self.count, 200):
            yield b"".join(self.row % (number, number) for number in range(first, min(first + 200, self.count)))


def upload(office: Office, rows: Rows) -> http.client.HTTPResponse:
    token = office.client.get("/lists/new").form("/lists")["inputs"]["csrf"]
    edge = b"----martlet-test-edge"
    head = (
        b'--%b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n%b\r\n' % (edge, token.encode())
        + b'--%b\r\nContent-Disposition: form-data; name="file"; filename="large.csv"\r\n\r\n' % edge
    )
    tail = b"\r\n--%b--\r\n" % edge
    connection = http.client.HTTPConnection("127.0.0.1", office.server.port, timeout=120)
    connection.putrequest("POST", "/lists")
    connection.putheader("Cookie", "; ".join(f"{name}={value}" for name, value in office.client.cookies.items()))
    connection.putheader("Content-Type", f"multipart/form-data; boundary={edge.decode()}")
    connection.putheader("Content-Length", str(len(head) + rows.size + len(tail)))
    connection.endheaders()
    for piece in itertools.chain([head], rows, [tail]):
        connection.send(piece)
    return connection.getresponse()


def forget_peak(server: Served) -> None:
    """Begins VmHWM anew, with what is in memory now."""
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")


def test_a_hundred_megabytes_go_through_a_small_process(house):
    office = Office(house)
    forget_peak(house)
    rows = Rows(100_000_000)
    answer = upload(office, rows)
    assert answer.status == 303, answer.read()[:2000]
    path = answer.getheader("Location")
    uploaded = house.status("VmHWM")

    def is_read() -> bool:
        page = office.client.get(path)
        assert "cannot be read" not in page.text
        return "being read" not in page.text

    assert wait_until(is_read, 100), "the file was not read in time"
    shown = re.search(r'People to write to</dt>\s*<dd class="num">([\d,]+)', office.client.get(path).text)
    assert shown and int(shown[1].replace(",", "")) == rows.count
    peak = house.status("VmHWM")
    print(f"{uploaded / MB:.0f} MB once uploaded, {peak / MB:.0f} MB once read")
    assert peak < 120 * MB, f"{uploaded / MB:.0f} MB once uploaded, {peak / MB:.0f} MB once read"
    # The file goes when its rows are stored, and others were answered all the time.
    assert wait_until(lambda: not list((house.martlet.data / "uploads").iterdir()), 10)


def test_what_is_beyond_the_limit_is_refused_and_not_kept(house):
    office = Office(house)
    forget_peak(house)
    # The form's own limit: refused before a single octet of it.
    cookie = "; ".join(f"{name}={value}" for name, value in office.client.cookies.items())
    head = request("POST /lists HTTP/1.1", f"Cookie: {cookie}", f"Content-Length: {300 << 20}")
    reply = ask(house.port, head)
    assert reply.status == 413 and b"may have at most" in reply.body, reply
    assert re.search(rb"\d{9}", reply.body), "the limit is named"
    # The file's limit: the form is shown again, and says it beside the field.
    answer = upload(office, Rows((200 << 20) + 100_000))
    text = answer.read().decode()
    assert answer.status == 422 and "larger than 200 MB" in text, (answer.status, text[:3000])
    assert not list((house.martlet.data / "uploads").iterdir())
    assert house.status("VmHWM") < 120 * MB


# -- A crowd


def test_thousands_of_idle_connections_keep_nobody_out(house):
    crowd = 2_500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < crowd + 500:
        pytest.skip(f"this user may open only {hard} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, crowd + 500), hard))
    office = Office(house)
    idle: list[socket.socket] = []
    try:
        with Wire(house.port) as working:
            working.send(request("POST /login HTTP/1.1", "Content-Length: 2", body=b"a"))
            for number in range(crowd):
                idle.append(socket.create_connection(("127.0.0.1", house.port), timeout=20))
                if number % 500 == 0:
                    assert is_alive(house.port)
            # Well before any of the idle has had its time.
            began = time.monotonic()
            for _ in range(20):
                assert office.client.get("/campaigns").status == 200
            assert time.monotonic() - began < 4, "who asks had to wait for who does not"
            # Whoever is within a request is not put out for those who wait at the door.
            working.send(b"b")
            assert working.reply().status == 400
    finally:
        for connection in idle:
            connection.close()
    assert wait_until(lambda: house.status("VmRSS") < 120 * MB, 10), house.status("VmRSS")
    assert office.send(people(3), office.sender(1), do="save").state() == "draft"


# -- Slow clients


class Laggards:
    """Each sends an octet now and then, or reads nothing; it notes when the server had enough."""

    def __init__(self, port: int):
        self.port = port
        self.cut: dict[str, float] = {}
        self.threads: list[threading.Thread] = []
        self.over = threading.Event()

    def __enter__(self) -> "Laggards":
        head = request("GET /health HTTP/1.1")[:-2]
        for name, begin, trickle in [
            ("header", b"", b"GET /health HTTP/1.1\r\nX-Slow: " + b"a" * 200),
            ("silent header", head, b""),
            ("nothing at all", b"", b""),
            ("body", post("Content-Length: 5000"), b"a" * 200),
            ("silent body", post("Content-Length: 5000"), b""),
            ("chunks", post("Transfer-Encoding: chunked"), b"1\r\na\r\n" * 40),
            ("reader", request("GET /login HTTP/1.1") * 4_000, b""),
        ]:
            thread = threading.Thread(target=self.lag, args=(name, begin, trickle), daemon=True)
            thread.start()
            self.threads.append(thread)
        return self

    def lag(self, name: str, begin: bytes, trickle: bytes) -> None:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", self.port))
        began = time.monotonic()
        watch = select.poll()
        watch.register(connection, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
        connection.setblocking(False)
        try:
            if begin:
                connection.send(begin)
            at = 0
            while not self.over.is_set() and time.monotonic() - began < 90:
                # This wait is the slowness: an octet each half second.
                if watch.poll(500):
                    break
                if at < len(trickle):
                    connection.send(trickle[at : at + 1])
                    at += 1
        except OSError:
            pass
        self.cut[name] = time.monotonic() - began
        connection.close()

    def __exit__(self, *_) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(timeout=10)


def test_slow_clients_are_cut(laggards):
    """The last test here: by now most have had their time."""
    for thread in laggards.threads:
        thread.join(timeout=70)
    for name in ("header", "silent header", "nothing at all"):
        assert 5 < laggards.cut[name] < 20, laggards.cut
    for name in ("body", "silent body", "chunks", "reader"):
        assert 15 < laggards.cut[name] < 60, laggards.cut
    assert is_alive(laggards.port)
