"""What is no page: health for monitors (S2-DO-09), and style sheet, script and pictures (S2-DO-10)."""

import gzip
import re

import pytest

from served import Client
from wire import ask, request


def test_monitors_are_answered(served):
    for path in ("/health", "/healthz", "/ready", "/readyz"):
        reply = ask(served.port, request(f"GET {path} HTTP/1.1", host="10.1.2.3"))
        assert (reply.status, reply.body) == (200, b"ok\n"), path
        assert reply["cache-control"] == "no-store" and not reply["set-cookie"]
        head = ask(served.port, request(f"HEAD {path} HTTP/1.1", host="10.1.2.3"))
        assert head.status == 200 and head["content-length"] == "3"


@pytest.fixture
def assets(served) -> list[str]:
    page = Client(served).get("/login").text
    found = sorted(set(re.findall(r'"(/assets/[^"#]+)', page)))
    assert {address.rsplit(".", 1)[1] for address in found} >= {"css", "js", "svg"}, found
    return found


def test_assets_may_be_kept_for_ever(served, assets):
    for address in assets:
        assert re.fullmatch(r"/assets/\w+-[0-9a-f]{8}\.\w+", address), address
        plain = ask(served.port, request(f"GET {address} HTTP/1.1"))
        assert plain.status == 200
        assert plain["cache-control"] == "public, max-age=31536000, immutable"
        assert plain["vary"] == "Accept-Encoding" and not plain["content-encoding"]
        assert not plain["set-cookie"]
        # Compressed for who asks, and the same after all.
        for coding, is_taken in [
            ("gzip", True), ("br, GZIP;q=0.5", True), ("gzip;q=0", False), ("identity", False), ("deflate", False)
        ]:  # fmt: skip
            packed = ask(served.port, request(f"GET {address} HTTP/1.1", f"Accept-Encoding: {coding}"))
            assert packed.status == 200 and (packed["content-encoding"] == "gzip") == is_taken, (address, coding)
            content = gzip.decompress(packed.body) if is_taken else packed.body
            assert content == plain.body
            assert packed["vary"] == "Accept-Encoding"
            assert is_taken == (len(packed.body) < len(plain.body))
            assert is_taken == (packed["etag"] != plain["etag"]), "two forms are two entities"
            # Who has it is told so, in few words.
            for held in (packed["etag"], f'"other", W/{packed["etag"]}', "*"):
                same = ask(
                    served.port,
                    request(f"GET {address} HTTP/1.1", f"Accept-Encoding: {coding}", f"If-None-Match: {held}"),
                )
                assert same.status == 304 and same.body == b"" and same["etag"] == packed["etag"], (held, same)
            other = ask(served.port, request(f"GET {address} HTTP/1.1", 'If-None-Match: "other"'))
            assert other.status == 200
        head = ask(served.port, request(f"HEAD {address} HTTP/1.1"))
        assert head.status == 200 and int(head["content-length"]) == len(plain.body)


def test_types_are_right_and_text_is_small(served, assets):
    types = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
    for address in assets:
        reply = ask(served.port, request(f"GET {address} HTTP/1.1"))
        assert reply["content-type"] == types[address.rsplit(".", 1)[1]]
        if not address.endswith(".svg"):
            text = reply.body.decode()
            assert "\n\n" not in text and not re.search(r"^\s*(//|/\*)", text, re.MULTILINE), f"{address} has comments"
            assert not re.search(r"^ {4}", text, re.MULTILINE), f"{address} is indented"


def test_old_and_made_up_assets_are_not_found(served, assets):
    for address in assets:
        name, _, ending = address.partition("-")
        old = f"{name}-00000000{ending[8:]}"
        for path in (old, old.replace("-00000000", ""), f"{address}/", f"{address}.gz", "/assets/", "/assets"):
            reply = ask(served.port, request(f"GET {path} HTTP/1.1"))
            assert reply.status == 404 and reply["cache-control"] == "no-store", (path, reply)
    for method in ("POST", "PUT", "DELETE"):
        assert ask(served.port, request(f"{method} {assets[0]} HTTP/1.1")).status == 405


def test_browsers_that_ask_for_an_icon_get_one(served):
    reply = ask(served.port, request("GET /favicon.ico HTTP/1.1"))
    assert reply.status == 200 and reply["content-type"] == "image/svg+xml"
    assert reply["cache-control"] == "public, max-age=86400"
