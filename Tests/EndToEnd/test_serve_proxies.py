"""Behind nginx and HAProxy: nobody gets another's answer, and only a trusted proxy is believed (SEC-16, S2-DO-11)."""

import itertools
from types import SimpleNamespace

import pytest

from contact_files import people
from counterparts.proxies import HAProxy, Nginx
from office import ADMINISTRATOR, Office
from program import Martlet, wait_until
from served import Served
from test_serve_edge import FORM, ODD, UNCLEAR, post
from wire import Wire, ask, request

PROXIES = ["nginx", "haproxy", "lax haproxy"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    martlet = Martlet(tmp_path_factory.mktemp("proxied"))
    with Served(martlet, **ADMINISTRATOR, TRUSTED_PROXIES="127.0.0.1", ALLOWED_HOSTS="mail.example.com") as server:
        yield server
        assert server.process.poll() is None


def make(name: str, folder, upstream: int, narrow: bool):
    if name == "nginx":
        return Nginx(folder, upstream)
    return HAProxy(folder, upstream, lax="lax" in name, narrow=narrow)


@pytest.fixture(scope="module", params=PROXIES)
def narrow(request, server, tmp_path_factory):
    """A proxy whose clients all share one connection to the server."""
    with make(request.param, tmp_path_factory.mktemp("narrow"), server.port, narrow=True) as proxy:
        yield proxy


@pytest.fixture(scope="module", params=PROXIES[:2])
def proxy(request, server, tmp_path_factory):
    with make(request.param, tmp_path_factory.mktemp("proxy"), server.port, narrow=False) as proxy:
        yield proxy


# -- Who answers whom

counter = itertools.count()


def smuggled() -> bytes:
    return b"GET /recipients/?canary=smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Rest: "


def with_length(*fields: str, body: bytes) -> bytes:
    return post(*fields, f"Content-Length: {len(body)}", body=body)


HIDDEN = smuggled()
ATTACKS = {
    **UNCLEAR,
    **{name: octets for name, (octets, _) in ODD.items()},
    # What a body hides, where one side might think that there is none.
    "a body nobody reads": request("POST /no-such-page HTTP/1.1", f"Content-Length: {len(HIDDEN)}", body=HIDDEN),
    "a body of GET": request("GET /health HTTP/1.1", f"Content-Length: {len(HIDDEN)}", body=HIDDEN),
    "a body of HEAD": request("HEAD /health HTTP/1.1", f"Content-Length: {len(HIDDEN)}", body=HIDDEN),
    "a body of OPTIONS": request("OPTIONS /login HTTP/1.1", f"Content-Length: {len(HIDDEN)}", body=HIDDEN),
    "a body too large": request("POST /login HTTP/1.1", FORM, "Content-Length: 9000000", body=HIDDEN),
    "a body after a redirect": request("POST /lists HTTP/1.1", f"Content-Length: {len(HIDDEN)}", body=HIDDEN),
    "a body that waits to be asked": with_length("Expect: 100-continue", body=HIDDEN),
    "an expectation nobody knows": with_length("Expect: 200-nothing", body=HIDDEN),
    "length and coding, hidden": post(
        f"Content-Length: {5 + len(HIDDEN)}", "Transfer-Encoding: chunked", body=b"0\r\n\r\n" + HIDDEN
    ),
    "coding and a short length": post(
        "Transfer-Encoding: chunked", "Content-Length: 4", body=b"%x\r\n" % len(HIDDEN) + HIDDEN + b"\r\n0\r\n\r\n"
    ),
    "coding with a tab": with_length("Transfer-Encoding:\tchunked", body=b"0\r\n\r\n" + HIDDEN),
    "coding in quotes": with_length('Transfer-Encoding: "chunked"', body=b"0\r\n\r\n" + HIDDEN),
    "coding in capitals": with_length("Transfer-Encoding: CHUNKED", body=b"0\r\n\r\n" + HIDDEN),
    "coding with a parameter": with_length("Transfer-Encoding: chunked;a=b", body=b"0\r\n\r\n" + HIDDEN),
    "two codings, hidden": with_length("Transfer-Encoding: x", "Transfer-Encoding: chunked", body=b"0\r\n\r\n" + HIDDEN),
    "coding behind a line feed": with_length("X: a\nTransfer-Encoding: chunked", body=b"0\r\n\r\n" + HIDDEN),
    "coding behind a NUL": with_length("X: a\0Transfer-Encoding: chunked", body=b"0\r\n\r\n" + HIDDEN),
    "coding under another name": with_length("Transfer_Encoding: chunked", body=b"0\r\n\r\n" + HIDDEN),
    "a length under another name": post("Content_Length: 0", f"Content-Length: {len(HIDDEN)}", body=HIDDEN),
    "the length as a field of the hop": with_length("Connection: Content-Length", body=HIDDEN),
    "a header that a colon ends": request("GET /health HTTP/1.1", ":", HIDDEN.decode() + "x"),
    "a header that a NUL ends": request("GET /health HTTP/1.1", "\0", HIDDEN.decode() + "x"),
    "a header that a folded line ends": request("GET /health HTTP/1.1", " ", HIDDEN.decode() + "x"),
    "a bare line feed in a chunk's size": post(
        "Transfer-Encoding: chunked", body=b"2\nab\r\n0\r\n\r\n" + HIDDEN + b"\r\n\r\n"
    ),
    "an extension with a line feed": post(
        "Transfer-Encoding: chunked", body=b"2;\nab\r\n%x\r\n" % len(HIDDEN) + HIDDEN + b"\r\n0\r\n\r\n"
    ),
    "a trailer that is a request": post("Transfer-Encoding: chunked", body=b"0\r\n" + HIDDEN + b"\r\n\r\n"),
    "a request line with two versions": b"GET /health HTTP/1.1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "an upgrade to HTTP/2": request(
        "GET /health HTTP/1.1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"
    )
    + HIDDEN,
    "an upgrade to a socket": request("GET /health HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket") + HIDDEN,
}


def assert_own_answer(port: int, seconds: float, must: bool) -> None:
    """Asks something of one's own; where `must` is not, the proxy may say that it is busy."""

    def is_answered() -> bool:
        token = f"t{next(counter)}"
        canary = ask(port, request(f"GET /recipients/?canary={token} HTTP/1.1"))
        if canary is None or canary.status in (502, 503, 504):
            return False
        assert canary["location"] == f"/contacts?canary={token}", canary
        return True

    assert wait_until(is_answered, seconds) or not must


@pytest.mark.parametrize("name", ATTACKS)
def test_nobody_is_answered_with_what_another_sent(narrow, name):
    with Wire(narrow.port) as attacker:
        attacker.send(ATTACKS[name])
        # The attacker stays, and may hold the one connection to the server.
        assert_own_answer(narrow.port, 0.3, must=False)
    assert_own_answer(narrow.port, 15, must=True)


def test_clients_that_leave_in_the_middle_leave_nothing_behind(narrow):
    for cut in range(1, 120, 7):
        octets = with_length(body=HIDDEN * 4)
        with Wire(narrow.port) as attacker:
            attacker.send(octets[: len(octets) - cut])
        assert_own_answer(narrow.port, 10, must=True)


# -- A whole campaign through it


def test_people_work_through_a_proxy(proxy, server, sink):
    front = SimpleNamespace(port=proxy.port, address=f"http://127.0.0.1:{proxy.port}")
    office = Office(front)
    campaign = office.send(people(200), office.sender(sink.port), attachment=b"prices" * 50_000)
    end = campaign.wait_for_end(60)
    assert end["sent"] == 200
    assert campaign.shown()["sent"] == len(campaign.report()) == len(sink.recipients()) == 200


# -- Who is believed


def test_forwarded_fields_are_believed_from_trusted_proxies_only(martlet):
    settings = {
        "TRUSTED_PROXIES": "127.0.0.1", "ALLOWED_HOSTS": "mail.example.com", "FORCE_HTTPS": "true",
        "HSTS_SECONDS": "600",
    }  # fmt: skip
    with Served(martlet, **ADMINISTRATOR, **settings) as server:

        def get(*fields: str, source: str = "127.0.0.1", host: str = "mail.example.com"):
            return ask(server.port, request("GET /login?a=%26 HTTP/1.1", *fields, host=host), source=source)

        # Plain HTTP is sent to HTTPS, and whoever claims otherwise must be the proxy.
        for reply in (
            get(),
            get("X-Forwarded-Proto: http"),
            get("X-Forwarded-Proto: https, http"),
            get("X-Forwarded-Proto: https", source="127.0.0.2"),
            get("Forwarded: proto=https"),
        ):
            assert reply.status == 308, reply
            assert reply["location"] == "https://mail.example.com/login?a=%26"
        secure = get("X-Forwarded-Proto: https")
        assert secure.status == 200
        cookie = secure["set-cookie"]
        assert cookie.startswith("__Host-") and "; Secure" in cookie and "HttpOnly" in cookie, cookie

        # The host: the proxy's word beats the field, a stranger's does not.
        https = "X-Forwarded-Proto: https"
        assert get(https, "X-Forwarded-Host: mail.example.com", host="inner:8080").status == 200
        assert get(https, "X-Forwarded-Host: evil.example").status == 400
        assert get("X-Forwarded-Host: evil.example", source="127.0.0.2").status == 308
        refused = get("X-Forwarded-Host: mail.example.com", source="127.0.0.2", host="evil.example")
        assert refused.status == 400 and b"ALLOWED_HOSTS" in refused.body
        # A form by plain HTTP is not done and not sent on: its password has been on the wire already.
        reply = ask(server.port, request("POST /login HTTP/1.1", FORM, "Content-Length: 0", host="mail.example.com"))
        assert reply.status == 403
        # Monitors ask by whatever name and way.
        assert ask(server.port, request("GET /health HTTP/1.1", host="10.0.0.7")).status == 200


def test_only_named_hosts_are_answered(server):
    for host, status in [
        ("mail.example.com", 200), ("MAIL.example.com:443", 200), ("mail.example.com.", 200), ("localhost:1", 200),
        ("127.0.0.1", 200), ("[::1]:8080", 200), ("example.com", 400), ("amail.example.com", 400),
        ("mail.example.com.evil.example", 400), ("127.0.0.1.evil.example", 400), ("", 400),
    ]:  # fmt: skip
        octets = f"GET /login HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        reply = ask(server.port, octets)
        assert reply.status == status, (host, reply)
