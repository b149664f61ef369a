"""What a person does with the pages: signs up, sets up a sender, writes, sends, watches."""

import base64
import csv
import io
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from browsing import Window

PASSWORD = "seven blue kettles"
OTHER_PASSWORD = "nine green lanterns"
DROP = """
(element, { name, type, content }) => {
  const octets = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const carrier = new DataTransfer();
  carrier.items.add(new File([octets], name, { type }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    element.dispatchEvent(new DragEvent(kind, { dataTransfer: carrier, bubbles: true, cancelable: true }));
  }
}
"""


class Person:
    """Somebody at a window; what they do is named as they would name it."""

    def __init__(self, window: Window):
        self.window = window
        self.page: Page = window.page

    # Finding things, as a person does: by what they say.

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def see(self, text: str | re.Pattern, seconds: float = 15) -> None:
        expect(self.main.get_by_text(text).first).to_be_visible(timeout=seconds * 1000)

    def title(self, text: str | re.Pattern) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)

    def press(self, name: str) -> None:
        self.main.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.main.get_by_role("link", name=name, exact=True).first.click()

    def visit(self, name: str) -> None:
        """Goes to a page by the navigation."""
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True).click()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.main.locator(f"input[name={name}], textarea[name={name}]").fill(value)

    def choose(self, name: str, value: str) -> None:
        self.main.locator(f"input[name={name}][value={value}]").check()

    # Accounts.

    def set_up(self, link: str, email: str = "ada@example.com", zone: str = "Europe/Berlin") -> None:
        self.page.goto(link)
        self.title("Welcome to Martlet")
        self.fill(name="Ada Lovelace", email=email, password=PASSWORD, workspace="Analytical Engines")
        self.page.get_by_label("Time zone").select_option(zone)
        self.press("Make the account")
        expect(self.page).to_have_url(re.compile(r"/$"))
        self.title(re.compile("Ada Lovelace"))

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        self.page.goto("/login")
        self.fill(email=email, password=password)
        self.press("Sign in")

    # Senders.

    def write_sender(self, name: str, host: str, port: int, security: str, user: str = "", password: str = "") -> None:
        self.choose("kind", "smtp")
        self.fill(name=name, host=host, port=str(port), user=user, password=password)
        self.choose("security", security)
        self.fill(from_name="Ada Größer", from_address="ada@example.com")
        self.press("Save sender")
        expect(self.page).to_have_url(re.compile(r"/senders/snd_\w+$"))

    def test_sender(self, to: str = "") -> Locator:
        """Presses Test and waits for the answer."""
        self.fill(to=to)
        self.press("Test the sender")
        answer = self.page.locator("#test .flash")
        expect(answer).to_be_visible(timeout=30_000)
        return answer

    # Campaigns.

    def drop(self, zone: str, name: str, content: bytes, kind: str = "text/csv") -> None:
        """Drops a file onto the zone around an input, as from the desktop."""
        element = self.page.locator(f".drop:has(input[name={zone}])")
        element.evaluate(DROP, {"name": name, "type": kind, "content": base64.b64encode(content).decode()})

    def pick(self, name: str, file: Path) -> None:
        """Chooses a file by the button."""
        self.page.locator(f"input[type=file][name={name}]").set_input_files(file)

    def number(self, name: str) -> int:
        """A figure of the campaign's page as it stands there now."""
        return int(self.page.locator(f"[data-count={name}]").first.inner_text().replace(",", ""))

    def state(self, word: str, seconds: float = 60) -> None:
        """Waits until the campaign's page, by itself, says that it is in a state."""
        expect(self.page.locator(".page-head .badge").first).to_have_text(word, timeout=seconds * 1000)

    def report(self) -> tuple[str, list[dict[str, str]]]:
        """Downloads the report: its file name and its rows."""
        with self.page.expect_download() as waiting:
            self.follow("Download the report")
        text = waiting.value.path().read_bytes().decode("utf-8-sig")
        return waiting.value.suggested_filename, list(csv.DictReader(io.StringIO(text, newline="")))

    def download(self, link: Locator) -> tuple[str, bytes]:
        with self.page.expect_download() as waiting:
            link.click()
        return waiting.value.suggested_filename, waiting.value.path().read_bytes()
