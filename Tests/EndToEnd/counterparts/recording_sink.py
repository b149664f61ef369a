"""The recording server from the test's side: starts it, and reads back what it accepted."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from .processes import Server, free_port

PROGRAM = Path(__file__).with_name("recording_server.py")


@dataclass(frozen=True)
class Accepted:
    """One message as the server took it: its envelope, its session, its octets."""

    sender: str
    recipients: list[str]
    mail_options: list[str]
    tls: bool
    login: str | None
    mechanism: str | None
    at: float
    raw: bytes

    @property
    def recipient(self) -> str:
        assert len(self.recipients) == 1, f"one recipient per message, not {self.recipients}"
        return self.recipients[0]


class RecordingSink(Server):
    def __init__(self, folder: Path, *arguments: str):
        folder.mkdir(parents=True, exist_ok=True)
        self.out = folder / "accepted"
        port = free_port()
        super().__init__(
            [sys.executable, str(PROGRAM), "--port", str(port), "--out", str(self.out), *arguments],
            port,
            folder / "sink.log",
        )

    @property
    def url(self) -> str:
        return f"smtp+unsafe://127.0.0.1:{self.port}"

    def accepted(self) -> list[Accepted]:
        content = self.out.read_bytes() if self.out.exists() else b""
        messages, at = [], 0
        while at < len(content):
            end = content.index(b"\n", at)
            about = json.loads(content[at:end])
            at = end + 1
            raw = content[at : at + about["octets"]]
            at += about["octets"] + 1
            messages.append(
                Accepted(
                    about["from"], about["to"], about["mail_options"], about["tls"], about["login"],
                    about["mechanism"], about["at"], raw,
                )
            )
        return messages

    def recipients(self) -> list[str]:
        return [message.recipient for message in self.accepted()]
