"""Chromium looking at the pages: watches for errors and strangers, and asks axe."""

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Browser, Page, expect

# Two busy cores may keep a page waiting.
expect.set_options(timeout=15_000)

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# All that depends on whether a page is light or dark.
AXE_COLOURS = ["color-contrast", "link-in-text-block"]
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 360, "height": 740}
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
SHOTS = Path(__file__).resolve().parents[2] / ".build" / "screenshots"


class Window:
    """A browser window whose every error counts."""

    def __init__(self, browser: Browser, address: str, scheme: str = "light", size=WIDE, javascript: bool = True):
        self.address = address
        self.context = browser.new_context(
            base_url=address,
            color_scheme=scheme,
            viewport=size,
            java_script_enabled=javascript,
            accept_downloads=True,
            # Colours on their way from one theme to the other would be no theme's.
            reduced_motion="reduce",
        )
        self.faults: list[str] = []
        self.strangers: list[str] = []
        self.expected: tuple[str, ...] = ()
        self.page: Page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("request", self._request)
        self.page.set_default_timeout(15_000)

    def _console(self, message) -> None:
        if message.type in ("error", "warning") and not any(word in message.text for word in self.expected):
            self.faults.append(f"{message.type}: {message.text}")

    def _request(self, request) -> None:
        if not request.url.startswith((self.address, "data:", "about:", "blob:")):
            self.strangers.append(request.url)

    def __enter__(self) -> "Window":
        return self

    def __exit__(self, kind, *_) -> None:
        self.context.close()
        if kind is None:
            assert not self.faults, self.faults
            assert not self.strangers, f"asked other hosts: {self.strangers}"

    def open(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def adopt(self, client) -> None:
        """Goes on with the cookies of a client that has signed in."""
        self.context.add_cookies(
            [{"name": name, "value": value, "url": self.address} for name, value in client.cookies.items()]
        )

    def axe(self, colours_alone: bool = False) -> list[str]:
        """What axe finds on the page as it is, a line for each finding; framed mail is not ours."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        rules = {"type": "rule", "values": AXE_COLOURS} if colours_alone else {"type": "tag", "values": AXE_TAGS}
        results = self.page.evaluate(
            "only => axe.run({ runOnly: only, iframes: false, resultTypes: ['violations'] })", rules
        )
        return [
            f"{self.page.url}: {finding['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
            for finding in results["violations"]
            for node in finding["nodes"]
        ]

    def sideways(self) -> int:
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")

    def shoot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
