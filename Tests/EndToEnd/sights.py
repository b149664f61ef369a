"""The addresses of a site, found as a visitor finds them: by its links."""

import re

from served import Client

IDENTIFIER = re.compile(r"\b(wsp|cmp|imp|snd|lst|tpl|usr|job|msg)_\w+")
# Files, not pages.
FILES = re.compile(r"^/assets/|/source$|/attachments/|\.csv$|/events$")


def kind_of(address: str) -> str:
    """What two addresses of the same page about different things have in common."""
    path, _, query = address.partition("?")
    shown = re.findall(r"(?:view|preset)=[a-z]+", query)
    if not shown and query:
        shown = sorted({pair.partition("=")[0] for pair in query.split("&")} - {"after"})
    return "?".join([re.sub(r"/\d+\b", "/1", IDENTIFIER.sub(r"\1", path)), *shown])


def pages_of(client: Client, begin: list[str], every: bool = False) -> dict[str, str]:
    """One address of each kind (or every one) that can be reached from some pages by links."""
    found: dict[str, str] = {}
    waiting = list(begin)
    while waiting:
        address = waiting.pop(0).partition("#")[0]
        kind = address if every else kind_of(address)
        if kind in found or not re.match(r"/(?!/)", address) or FILES.search(address):
            continue
        page = client.get(address, follow=False)
        if page.status in (301, 302, 303, 308):
            waiting.append(page.header("Location"))
            continue
        assert page.status == 200, f"a link leads to {address}, which answers {page.status}"
        found[kind] = address
        waiting += [link if not link.startswith("?") else address.partition("?")[0] + link for link in page.links]
    return found
