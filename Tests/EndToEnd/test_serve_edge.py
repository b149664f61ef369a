"""The server's edge, octet by octet: what is odd is refused, what is large is told the limit (SEC-16, SEC-24)."""

import re
import signal
import time

import pytest

from contact_files import people
from office import ADMINISTRATOR, Office
from program import Martlet
from served import Served
from wire import Reply, Wire, ask, is_alive, request

FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for all these tests; at the end it must be there still."""
    with Served(Martlet(tmp_path_factory.mktemp("edge")), **ADMINISTRATOR) as server:
        yield server
        assert server.process.poll() is None and is_alive(server.port)


# -- What is not clear is refused, and nothing behind it is answered


CANARY = b"GET /recipients/?canary=smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def post(*fields: str, body: bytes = b"", version: str = "HTTP/1.1") -> bytes:
    return request(f"POST /login {version}", FORM, *fields, body=body)


UNCLEAR = {
    "length and coding": post("Content-Length: 6", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "coding and length": post("Transfer-Encoding: chunked", "Content-Length: 6", body=b"0\r\n\r\n"),
    "two lengths": post("Content-Length: 0", f"Content-Length: {len(CANARY)}"),
    "the same length twice": post("Content-Length: 0", "Content-Length: 0"),
    "a list of lengths": post(f"Content-Length: 0, {len(CANARY)}"),
    "a signed length": post("Content-Length: +0"),
    "a negative length": post("Content-Length: -1"),
    "a length in hex": post("Content-Length: 0x10"),
    "an empty length": post("Content-Length:"),
    "an unknown coding": post("Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "two codings": post("Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
    "chunked twice": post("Transfer-Encoding: chunked", "Transfer-Encoding: identity", body=b"0\r\n\r\n"),
    "a blank before the colon": post("Transfer-Encoding : chunked", body=b"0\r\n\r\n"),
    "a vertical tab": post("Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
    "chunked in HTTP/1.0": post("Transfer-Encoding: chunked", body=b"0\r\n\r\n", version="HTTP/1.0"),
    "a folded line": post("X-Odd: a\r\n Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "a folded first line": b"POST /login HTTP/1.1\r\n Host: x\r\nHost: 127.0.0.1\r\n\r\n",
    "a field without a colon": post("Content-Length 5"),
    "a field without a name": post(": 5"),
    "a line of a colon": request("GET /health HTTP/1.1", ":", "X-Odd: a"),
    "a line of a NUL": request("GET /health HTTP/1.1", "\0", "X-Odd: a"),
    "NUL in a value": request("GET /health HTTP/1.1", "X-Odd: a\0b"),
    "NUL in the line": request("GET /health\0.css HTTP/1.1"),
    "bare line feeds": b"GET /health HTTP/1.1\nHost: 127.0.0.1\n\n",
    "a bare line feed": request("GET /health HTTP/1.1", "X-Odd: a\nX-More: b"),
    "a line of blanks": request("GET /health HTTP/1.1", "X-Odd: a", " ", "X-More: b"),
    "two blanks in the line": request("GET  /health HTTP/1.1"),
    "a lone CR": post("X-Odd: a\rContent-Length: 5"),
    "a chunk size in hex notation": post("Transfer-Encoding: chunked", body=b"0x1\r\na\r\n0\r\n\r\n"),
    "a negative chunk size": post("Transfer-Encoding: chunked", body=b"-1\r\na\r\n0\r\n\r\n"),
    "a chunk size beyond all bounds": post("Transfer-Encoding: chunked", body=b"1" + b"0" * 17 + b"\r\na\r\n0\r\n\r\n"),
    "a chunk longer than its size": post("Transfer-Encoding: chunked", body=b"1\r\nabc\r\n0\r\n\r\n"),
    "no host": request("GET /health HTTP/1.1", host=""),
    "two hosts": request("GET /health HTTP/1.1", "Host: other"),
    "two names in one host": request("GET /health HTTP/1.1", host="127.0.0.1, other"),
    "a user in the host": request("GET /health HTTP/1.1", host="127.0.0.1@other"),
    "a path in the host": request("GET /health HTTP/1.1", host="127.0.0.1/../x"),
    "another host in the line": request("GET http://other/health HTTP/1.1"),
    "NUL in the path": request("GET /health%00.css HTTP/1.1"),
    "bad UTF-8 in the path": request("GET /%ff%fe HTTP/1.1"),
    "overlong UTF-8": request("GET /%c0%ae%c0%ae/ HTTP/1.1"),
    "raw octets in the path": request("GET /\xe9 HTTP/1.1"),
    "a broken escape": request("GET /%zz HTTP/1.1"),
    "dots": request("GET /assets/../../etc/passwd HTTP/1.1"),
    "escaped dots": request("GET /assets/%2e%2e/%2e%2e/etc/passwd HTTP/1.1"),
    "an escaped slash": request("GET /assets%2f..%2fetc HTTP/1.1"),
    "a backslash": request("GET /assets/..\\..\\etc HTTP/1.1"),
    "NUL in the query": request("GET /health?a=%00 HTTP/1.1"),
    "no slash": request("GET health HTTP/1.1"),
    "the whole server": request("OPTIONS * HTTP/1.1"),
    "a tunnel": request("CONNECT other:443 HTTP/1.1", host="other:443"),
    "a method that is no name": request("G(T /health HTTP/1.1"),
    "HTTP/0.9": b"GET /health\r\n\r\n",
    "HTTP/2's preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/3.0": request("GET /health HTTP/3.0"),
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_can_be_read_in_two_ways_is_refused(server, name):
    with Wire(server.port) as wire:
        wire.send(UNCLEAR[name] + CANARY)
        replies = wire.replies()
    # One refusal, and an end: what stands behind is no request of anybody's.
    assert [reply.status for reply in replies] in ([400], [413], [505]), (name, replies)
    assert not any("smuggled" in reply["location"] for reply in replies)
    assert is_alive(server.port)


ODD = {
    "absolute form": (request("GET http://127.0.0.1/health HTTP/1.1"), 200),
    "HTTP/1.0": (request("GET /health HTTP/1.0"), 200),
    "blank lines before": (b"\r\n\r\n" + request("GET /health HTTP/1.1"), 200),
    "a chunk extension": (post("Transfer-Encoding: chunked", body=b'1;a="b\\"c"\r\na\r\n0;x\r\n\r\n'), 403),
    "a trailer": (post("Transfer-Encoding: chunked", body=b"1\r\na\r\n0\r\nX-Odd: a\r\n\r\n"), 403),
    "many small chunks": (post("Transfer-Encoding: chunked", body=b"1\r\na\r\n" * 5_000 + b"0\r\n\r\n"), 403),
    "tracing": (request("TRACE /health HTTP/1.1", "Cookie: session=secret"), 405),
    "a made-up method": (request("PURGE /health HTTP/1.1"), 405),
    "a storm of ranges": (request("GET /health HTTP/1.1", "Range: bytes=" + ",".join(["0-"] * 1_000)), 200),
    "a range beyond the end": (request("GET /health HTTP/1.1", "Range: bytes=18446744073709551615-"), 200),
    "an upgrade": (request("GET /health HTTP/1.1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"), 200),
    "fields of the hop": (request("GET /health HTTP/1.1", "Connection: Host, Cookie"), 200),
    "an empty form": (post("Content-Length: 0"), 403),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_but_clear_is_answered(server, name):
    octets, status = ODD[name]
    reply = ask(server.port, octets)
    assert reply and reply.status == status, (name, reply)
    assert b"secret" not in reply.body
    if "chunk" in name or name == "a trailer":
        # Chunk sizes are where parsers differ most, so nobody may follow on this connection.
        with Wire(server.port) as wire:
            wire.send(octets + CANARY)
            assert [reply.status for reply in wire.replies()] == [status]


def test_options_names_the_methods(server):
    reply = ask(server.port, request("OPTIONS /login HTTP/1.1"))
    assert reply.status == 204 and reply["allow"] == "GET, HEAD, OPTIONS, POST"
    reply = ask(server.port, request("DELETE /login HTTP/1.1"))
    assert reply.status == 405 and reply["allow"] == "GET, HEAD, OPTIONS, POST"


def test_pipelined_requests_are_answered_in_their_order(server):
    with Wire(server.port) as wire:
        wire.send(b"".join(request(f"GET /recipients/?canary={number} HTTP/1.1") for number in range(100)))
        for number in range(100):
            assert wire.reply()["location"] == f"/contacts?canary={number}"
        # HEAD has no body that could be taken for the next answer; a body nobody reads is read over.
        wire.send(
            request("HEAD /login HTTP/1.1")
            + request("POST /no-such-page HTTP/1.1", FORM, f"Content-Length: {len(CANARY)}", body=CANARY)
            + request("GET /assets/none HTTP/1.1", f"Content-Length: {len(CANARY)}", body=CANARY)
            + request("GET /recipients/?canary=last HTTP/1.1")
        )
        head = wire.reply(has_body=False)
        assert head.status == 200 and int(head["content-length"]) > 500
        assert wire.reply().status == 404
        assert wire.reply().status == 404
        assert wire.reply()["location"] == "/contacts?canary=last"


# -- Limits


@pytest.mark.parametrize(
    ("octets", "status", "limit"),
    [
        (request("GET /health HTTP/1.1", "X-A: " + "a" * 15_000), 200, ""),
        (request("GET /health HTTP/1.1", "X-A: " + "a" * 17_000), 431, "16384"),
        (request("GET /health HTTP/1.1", "X-A: " + "a" * 1_000_000), 431, ""),
        (request("GET /health HTTP/1.1", *(f"X-{number}: a" for number in range(98))), 200, ""),
        (request("GET /health HTTP/1.1", *(f"X-{number}: a" for number in range(101))), 431, "100"),
        (request("GET /health HTTP/1.1", *(f"X-{number}: a" for number in range(10_000))), 431, ""),
        (request("GET /health?" + "a" * 8_000 + " HTTP/1.1"), 200, ""),
        (request("GET /health?" + "a" * 8_200 + " HTTP/1.1"), 414, "8192"),
        (request("GET /health?" + "a" * 100_000 + " HTTP/1.1"), 414, ""),
        (post("Content-Length: 10000000"), 413, "1048576"),
        (post("Content-Length: 18446744073709551616"), 413, ""),
        (post("Content-Length: 10000000", "Expect: 100-continue"), 413, "1048576"),
    ],
    ids=lambda value: f"{len(value)} octets" if isinstance(value, bytes) else str(value),
)
def test_what_is_too_large_is_told_the_limit(server, octets, status, limit):
    reply = ask(server.port, octets)
    assert reply and reply.status == status, reply
    assert limit.encode() in reply.body
    assert is_alive(server.port)


def test_a_chunked_body_is_held_to_the_limit_too(server):
    with Wire(server.port) as wire:
        wire.send(post("Transfer-Encoding: chunked"))
        chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
        sent = 0
        # Some of it fits into the buffers of the system.
        while sent < 512 and wire.send(chunk):
            sent += 1
        assert sent < 512, "32 MB were taken where 1 MB is allowed"
        reply = wire.reply()
        assert reply is None or reply.status == 413


# -- Headers that tell browsers to be careful (SEC-24)


def assert_careful(reply: Reply, where: str, cached: bool = False) -> None:
    assert "frame-ancestors" in reply["content-security-policy"], where
    assert "default-src 'none'" in reply["content-security-policy"], where
    assert "unsafe" not in reply["content-security-policy"], where
    assert reply["x-content-type-options"] == "nosniff", where
    assert reply["referrer-policy"] in ("same-origin", "no-referrer"), where
    assert ("immutable" in reply["cache-control"]) if cached else (reply["cache-control"] == "no-store"), where
    assert "server" not in reply.fields, where


def test_every_answer_tells_browsers_to_be_careful(server, sink):
    office = Office(server)
    cookie = "Cookie: " + "; ".join(f"{name}={value}" for name, value in office.client.cookies.items())
    campaign = office.send(people(5), office.sender(sink.port))
    campaign.wait_for_end(30)
    page = office.client.get("/").text
    assets = re.findall(r'"(/assets/[^"#]+)', page)
    token = re.search(r'name="csrf" value="([^"]+)', page)[1]
    large = "X-A: " + "a" * 17_000
    answers = {
        "a page": (request("GET /campaigns HTTP/1.1", cookie), 200),
        "the entrance": (request("GET /login HTTP/1.1"), 200),
        "a redirect to sign in": (request("GET / HTTP/1.1"), 303),
        "an address of old": (request("GET /recipients/ HTTP/1.1"), 308),
        "a download": (request(f"GET {campaign.path}/report.csv HTTP/1.1", cookie), 200),
        "an event stream": (request(f"GET {campaign.path}/events HTTP/1.1", cookie), 200),
        "an unknown path": (request("GET /no-such-page HTTP/1.1"), 404),
        "an unknown campaign": (request("GET /campaigns/cmp_00000000000000000000000000 HTTP/1.1", cookie), 404),
        "an old asset": (request("GET /assets/martlet-00000000.css HTTP/1.1"), 404),
        "a question about methods": (request("OPTIONS /login HTTP/1.1"), 204),
        "a wrong method": (request("DELETE /login HTTP/1.1"), 405),
        "a form without a token": (post("Content-Length: 1", body=b"a"), 403),
        "a form of another site": (
            request(
                "POST /theme HTTP/1.1", FORM, cookie, "Origin: https://evil.example", "Content-Length: 60",
                body=f"csrf={token}&theme=dark".encode().ljust(60, b"x"),
            ),
            403,
        ),
        "a body that is no form": (request("POST /theme HTTP/1.1", cookie, "Content-Length: 1", body=b"a"), 400),
        "another host": (request("GET /login HTTP/1.1", host="evil.example"), 400),
        "a bad path": (request("GET /%ff HTTP/1.1"), 400),
        "a body too large": (post("Content-Length: 10000000"), 413),
        "an address too long": (request("GET /" + "a" * 9_000 + " HTTP/1.1"), 414),
        "a header too large": (request("GET /health HTTP/1.1", large), 431),
    }  # fmt: skip
    for where, (octets, status) in answers.items():
        reply = ask(server.port, octets)
        assert reply and reply.status == status, (where, reply)
        assert_careful(reply, where)
    assert assets
    for asset in assets:
        reply = ask(server.port, request(f"GET {asset} HTTP/1.1"))
        assert reply.status == 200
        assert_careful(reply, asset, cached=True)
        same = ask(server.port, request(f"GET {asset} HTTP/1.1", f"If-None-Match: {reply['etag']}"))
        assert same.status == 304
        assert_careful(same, asset, cached=True)


def test_strict_transport_is_said_where_it_is_set(martlet):
    with Served(martlet, HSTS_SECONDS="86400") as server:
        for octets in (request("GET /login HTTP/1.1"), request("GET /none HTTP/1.1"), request("GET /%ff HTTP/1.1")):
            assert ask(server.port, octets)["strict-transport-security"].startswith("max-age=86400")


def test_while_it_stops_it_says_so(martlet):
    """S2-DO-09: 503 on connections that are open still, from the moment that it is told to end."""
    with Served(martlet) as server:
        with Wire(server.port) as wire, Wire(server.port) as upload:
            wire.send(request("GET /ready HTTP/1.1"))
            assert wire.reply().status == 200
            wire.send(request("GET /health HTTP/1.1"))
            assert wire.reply().status == 200
            # An answer under way keeps the server up; its body is still to come.
            upload.send(post("Content-Length: 10", "Expect: 100-continue"))
            assert upload.reply().status == 100
            server.process.send_signal(signal.SIGTERM)

            def is_draining() -> bool:
                wire.send(request("GET /ready HTTP/1.1"))
                reply = wire.reply()
                if reply.status == 200:
                    return False
                assert reply.status == 503 and reply["connection"].lower() == "close", reply
                assert_careful(reply, "while it stops")
                return True

            deadline = time.monotonic() + 5
            while not is_draining():
                assert time.monotonic() < deadline
            # Who is being answered is answered to the end, and then it is over at once.
            upload.send(b"0123456789")
            assert upload.reply().status == 403
            assert server.process.wait(timeout=10) == 0
