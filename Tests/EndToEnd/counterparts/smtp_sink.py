"""Postfix's smtp-sink: takes everything, offers PIPELINING, and dumps what it took."""

import os
import pwd
import re
import shutil
import tempfile
from pathlib import Path

from .processes import Server, free_port, is_root

PROGRAM = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"


class SMTPSink(Server):
    def __init__(self, folder: Path, *arguments: str):
        folder.mkdir(parents=True, exist_ok=True)
        # Not under pytest's folder, which only its owner may enter.
        self.dump = Path(tempfile.mkdtemp(prefix="smtp-sink-"))
        port = free_port()
        user = []
        if is_root():  # it refuses to run as root, so the dump must be another user's
            nobody = pwd.getpwnam("nobody")
            os.chown(self.dump, nobody.pw_uid, nobody.pw_gid)
            user = ["-u", "nobody"]
        # A dump file per message: what stands in one file was one transaction.
        super().__init__(
            [PROGRAM, *user, "-d", f"{self.dump}/", *arguments, f"127.0.0.1:{port}", "128"],
            port,
            folder / "smtp-sink.log",
        )

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.dump)

    @property
    def url(self) -> str:
        return f"smtp+unsafe://127.0.0.1:{self.port}"

    def messages(self) -> list[bytes]:
        return [file.read_bytes() for file in self.dump.iterdir()]

    def recipients(self) -> list[str]:
        found = []
        for message in self.messages():
            arguments = re.findall(rb"^X-Rcpt-Args: <([^>]*)>", message, re.MULTILINE)
            assert len(arguments) == 1, f"one recipient per message, not {arguments}"
            found.append(arguments[0].decode())
        return found

    def message_ids(self) -> list[str]:
        return [
            identifier.decode()
            for message in self.messages()
            for identifier in re.findall(rb"^Message-I[Dd]:\s*(<[^>]+>)", message, re.MULTILINE)[:1]
        ]
