"""Messages as Python's strict reader sees them: the smallest defect is an error."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser

STRICT = SMTP.clone(raise_on_defect=True)


def strictly(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=STRICT)
    for part in message.walk():
        assert not part.defects, part.defects
        for name, value in part.items():
            assert not value.defects, (name, str(value), value.defects)
    return message


def text_of(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(message: EmailMessage) -> str:
    return message.get_body(("html",)).get_content().replace("\r\n", "\n")


class Elements(HTMLParser):
    """The text within each element that has an id."""

    def __init__(self, page: str):
        super().__init__(convert_charrefs=True)
        self.found: dict[str, str] = {}
        self.tags: list[str] = []
        self.inside: str | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if identifier := dict(attributes).get("id"):
            self.inside = identifier
            self.found[identifier] = ""

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, text):
        if self.inside:
            self.found[self.inside] += text
