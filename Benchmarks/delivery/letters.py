"""What is sent: the peers' message with Martlet's placeholders, and the people it goes to."""

import csv
import os
import re
from dataclasses import dataclass
from pathlib import Path

from .peers import Peers

# The peers' names of fields, and what Martlet calls them where that is another word.
RENAMED = {"unsub": "unsubscribe_url"}
PARAGRAPH = re.compile(r"<p .*?</p>\n", re.DOTALL)
# A message of the peers, in octets as they count at the sink.
USUAL = 4_750


@dataclass(frozen=True)
class Letter:
    """A message as `martlet send` takes it."""

    subject: str
    html: Path
    text: Path
    attachments: tuple[Path, ...] = ()


class Post:
    """Makes letters and contact files in a folder."""

    def __init__(self, peers: Peers, folder: Path):
        self._peers = peers
        self._folder = folder
        peers.people(1)
        self._html = _for_martlet((peers.folder / "template.html").read_text())
        text = folder / "letter.txt"
        text.write_text(_for_martlet((peers.folder / "template.txt").read_text()))
        self._usual = Letter("{{ name }}, news for {{ company }}", self._written(self._html, "letter.html"), text)

    def usual(self) -> Letter:
        """The 4.7 KB that all render."""
        return self._usual

    def long(self, octets: int) -> Letter:
        """The same, made about so long by paragraphs that are alike for all."""
        paragraph = PARAGRAPH.search(self._html)[0]
        alike = re.sub(r"\{\{.*?\}\}", "everywhere", paragraph)
        more = max(0, octets - USUAL) // len(alike)
        html = self._html.replace(paragraph, paragraph + alike * more, 1)
        return Letter(self._usual.subject, self._written(html, f"long-{octets}.html"), self._usual.text)

    def with_attachment(self, octets: int) -> Letter:
        """The usual one with a file of so many octets that no compression makes smaller."""
        file = self._folder / f"attached-{octets}.bin"
        file.write_bytes(os.urandom(octets))
        return Letter(self._usual.subject, self._usual.html, self._usual.text, (file,))

    def people(self, count: int) -> Path:
        """The contact file with the peers' first `count` people, each with the peers' id."""
        file = self._folder / f"people-{count}.csv"
        if not file.exists():
            with self._peers.people(count).open(newline="") as source, file.open("w", newline="") as target:
                _copy_people(csv.reader(source), csv.writer(target), count)
        return file

    def _written(self, text: str, name: str) -> Path:
        file = self._folder / name
        file.write_text(text)
        return file


def _copy_people(rows, target, count: int) -> None:
    target.writerow([*next(rows), "id"])
    for number, row in zip(range(count), rows):
        target.writerow([*row, f"{number * 2654435761 & 0xFFFFFFFF:08x}{number:08x}"])


def _for_martlet(template: str) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: "{{ " + RENAMED.get(found[1], found[1]) + " }}", template)
