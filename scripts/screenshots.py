#!/usr/bin/env python3
"""Takes the manual's pictures of the running program, into docs/manual/pictures.

usage: .venv/bin/python scripts/screenshots.py     (or `make screenshots`)

Starts the program that MARTLET_BINARY names, .build/release/martlet without it, on free ports with
folders of its own; nothing leaves this machine. Where `pngquant` or `optipng` are installed, the
pictures are made smaller with them.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests" / "EndToEnd"))
sys.dont_write_bytecode = True

from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

from browsing import PHONE, Window  # noqa: E402
from clerk import Clerk  # noqa: E402
from counterparts.recording_sink import RecordingSink  # noqa: E402
from program import Martlet  # noqa: E402
from served import Served  # noqa: E402
from walking import Person  # noqa: E402

PICTURES = ROOT / "docs" / "manual" / "pictures"
FRIENDS = ROOT / "Sources" / "CAssets" / "demo" / "workshop-friends.csv"
MOST_OCTETS = 3 << 20
# The campaign that is looked at while it is sent: to so many, through a mail server that takes half as
# many milliseconds a message, on average, over each of eight connections.
READERS = 6_000
DELAY = "30"
WIDTH = 1280


def shoot(page: Page, name: str, height: int | None = None, width: int = WIDTH) -> None:
    """The page from its top: as much as `height` says, or all of it."""
    page.evaluate("scrollTo(0, 0); document.activeElement?.blur()")
    page.set_viewport_size({"width": width, "height": height or 800})
    page.screenshot(path=PICTURES / f"{name}.png", full_page=height is None, animations="disabled")
    print(f"screenshots: {name}")


@contextmanager
def served(folder: Path, name: str, *arguments: str):
    with Served(Martlet(folder / name), *arguments) as server:
        yield server


def set_up(browser: Browser, folder: Path) -> None:
    with served(folder, "new") as server, Window(browser, server.address) as window:
        person = Person(window)
        window.open(server.link)
        person.fill(name="Ada Lovelace", email="ada@example.com", workspace="Analytical Engines")
        shoot(window.page, "set-up", 900)


class Tour:
    """A walk through the demo company, in the order in which somebody would take it."""

    def __init__(self, server: Served, browser: Browser):
        self.server = server
        self.browser = browser
        self.clerk = Clerk(server)

    def walk(self, folder: Path) -> None:
        with Window(self.browser, self.server.address) as window:
            self.person = Person(window)
            self.page = window.page
            self.first_campaign()
            self.clerk.cookies = {cookie["name"]: cookie["value"] for cookie in window.context.cookies()}
            self.writing()
            self.senders(folder)
            with RecordingSink(folder / "post", "--delay-ms", DELAY) as post:
                self.great_campaign(self.add_sender("Nordlicht post", post))
            self.people()
        with Window(self.browser, self.server.address, scheme="dark") as window:
            window.adopt(self.clerk)
            shoot(window.open("/"), "dashboard-dark", 900)

    def first_campaign(self) -> None:
        """The three clicks of the README."""
        person, page = self.person, self.page
        page.goto(self.server.link)
        person.press("Sign in to the demo")
        person.title(re.compile("Käthe"))
        shoot(page, "first-steps", 860)
        person.main.get_by_role("link", name=re.compile("^Open the draft")).click()
        person.see("Ready to be sent")
        shoot(page, "draft", 800)
        person.press("Send")
        person.state("Sent")
        person.visit("Sandbox inbox")
        person.main.locator("tbody a.title").first.click()
        expect(page.frame_locator("iframe").locator("body")).to_contain_text("autumn workshop")
        shoot(page, "sandbox", 1000)

    def writing(self) -> None:
        person, page = self.person, self.page
        page.goto("/campaigns/new")
        if person.main.locator("input[name=source]").count():
            person.choose("source", "file")
        person.drop("file", "spring.csv", FRIENDS.read_bytes())
        expect(page.locator("[data-columns]").first).to_have_value("Email")
        person.fill(subject="Spring papers are here, {{ first_name }}")
        person.fill(body='Dear {{ first_name | default: "friend of paper" }},\n\nthe first sheets of spring are dry.\n')
        shoot(page, "new-campaign", 1500)
        page.goto("/templates")
        person.main.locator("tbody a.title").first.click()
        shoot(page, "template", 1000)

    def add_sender(self, name: str, post: RecordingSink, **changes: str) -> str:
        place = {"kind": "smtp", "host": "127.0.0.1", "port": str(post.port), "security": "none"}
        return self.clerk.add_sender(name, **place, **{"from_address": "kaethe@nordlicht.test", **changes})

    def senders(self, folder: Path) -> None:
        page = self.page
        page.goto("/senders/new?preset=gmail")
        shoot(page, "sender", 1300)
        account = {"user": "kaethe@nordlicht.test", "password": "wrong"}
        with RecordingSink(folder / "office", "--user", account["user"], "--password", "right") as post:
            sender = self.add_sender("Post office", post, **account)
            page.goto(sender)
            self.person.test_sender()
            shoot(page, "sender-test", 720)
        self.clerk.submit(self.clerk.get(sender), f"{sender}/remove", {"sure": "yes"})

    def great_campaign(self, sender: str) -> None:
        """Thousands of readers, some rows of whose file are wrong; looked at while it is sent."""
        person, page = self.person, self.page
        writer = [sys.executable, ROOT / "scripts" / "demo" / "contacts.py", str(READERS)]
        file = subprocess.run(writer, check=True, capture_output=True).stdout
        readers = self.clerk.add_list(file, "readers of the letter.csv")
        page.goto(readers)
        person.see("Ready", 120)
        shoot(page, "list", 900)
        subject = "Spring papers are here, {{ first_name }}"
        body = 'Dear {{ first_name | default: "friend of paper" }},\n\nthe first sheets of spring are dry.\n'
        fields = {"name": "Spring papers", "subject": subject, "body": body}
        listed = {"source": "list", "list": readers.rsplit("/", 1)[1]}
        page.goto(self.clerk.add_campaign("send", sender, **listed, **fields))
        person.state("Sending")
        page.wait_for_function(
            """least => Number(document.querySelector("[data-count=processed]").textContent.replaceAll(",", "")) > least
              && document.querySelector("[data-count=rate]").textContent""",
            arg=READERS // 3,
            timeout=60_000,
        )
        shoot(page, "campaign", 900)
        page.emulate_media(color_scheme="dark")
        shoot(page, "campaign-phone", PHONE["height"], PHONE["width"])
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": WIDTH, "height": 800})
        person.state("Sent", 300)
        shoot(page, "report", 1000)

    def people(self) -> None:
        for name, email, place in (("Jonas Groß", "jonas", "here"), ("Mia Schäfer", "mia", "own")):
            page = self.clerk.get("/users/new")
            fields = {"name": name, "email": f"{email}@nordlicht.test", "place": place, "password": ""}
            self.clerk.submit(page, "/users/new", fields)
        self.page.goto("/users")
        shoot(self.page, "users", 480)


def make_smaller() -> None:
    for picture in sorted(PICTURES.glob("*.png")):
        if shutil.which("pngquant"):
            options = ["--quality", "80-100", "--skip-if-larger", "--force", "--ext", ".png"]
            # 98 and 99 say that it would not have become smaller or good enough.
            subprocess.run(["pngquant", *options, picture], check=False)
        if shutil.which("optipng"):
            subprocess.run(["optipng", "-quiet", "-o2", picture], check=True)


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        set_up(browser, folder)
        with served(folder, "demo", "--demo") as server:
            Tour(server, browser).walk(folder)
        browser.close()
    make_smaller()
    octets = sum(picture.stat().st_size for picture in PICTURES.glob("*.png"))
    print(f"screenshots: {octets / 1024:.0f} KB in {PICTURES.relative_to(ROOT)}")
    if octets > MOST_OCTETS:
        print("screenshots: that is more than the repository should carry", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
