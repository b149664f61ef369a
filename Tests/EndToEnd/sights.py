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


def pages_of(client: Client, begin: list[str], every: bool = False) -> tuple[list[str], list[str]]:
    """One address of each kind (or every one) that can be reached by links, and what is wrong with links."""
    found: dict[str, str] = {}
    broken: list[str] = []
    waiting = [(address, "the test") for address in begin]
    while waiting:
        address, origin = waiting.pop(0)
        address = address.partition("#")[0]
        kind = address if every else kind_of(address)
        if kind in found or not re.match(r"/(?!/)", address) or FILES.search(address):
            continue
        page = client.get(address, follow=False)
        if page.status in (301, 302, 303, 308):
            waiting.append((page.header("Location"), address))
            continue
        if page.status != 200:
            broken.append(f"{origin} leads to {address}, which answers {page.status}")
            continue
        found[kind] = address
        path = address.partition("?")[0]
        waiting += [(path + link if link.startswith("?") else link, address) for link in page.links]
    return list(found.values()), broken
