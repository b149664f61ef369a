"""A mail server within the tests that keeps every octet a client says, and ends lines as it is told to."""

import re
import socketserver
import threading
from dataclasses import dataclass, field

# What ends a line, and so where a dot alone ends a message. A CR may be the first half of a CRLF, so that one
# with nothing behind it is looked at later.
STRICT = re.compile(rb"\r\n")
LF_TOO = re.compile(rb"\r?\n")
CR_TOO = re.compile(rb"\r\n|\r(?=[^\n])")
READINGS = {"CRLF": STRICT, "LF too": LF_TOO, "CR too": CR_TOO}

EXTENSIONS = ("PIPELINING", "SIZE 50000000", "8BITMIME", "ENHANCEDSTATUSCODES")


@dataclass(frozen=True)
class Message:
    """One message as a server read it: the commands as they came, the text with its dots still doubled."""

    mail: bytes
    recipients: tuple[bytes, ...]
    text: bytes

    @property
    def recipient(self) -> bytes:
        """What stands between the brackets of RCPT TO; a bracket may stand in quotation marks too."""
        [line] = self.recipients
        return re.match(rb'RCPT TO:<((?:"(?:[^"\\]|\\.)*"|[^">])*)>', line)[1]

    @property
    def octets(self) -> bytes:
        """The message without the doubled dots."""
        return re.sub(rb"^\.", b"", self.text.replace(b"\r\n.", b"\r\n"))


@dataclass
class Reader:
    """One server's reading of what a client says. What it answers does not depend on time, so that a
    conversation that was kept can be read again, and in another way."""

    line_end: re.Pattern
    extensions: tuple[str, ...] = EXTENSIONS
    commands: list[bytes] = field(default_factory=list)
    # Lines of texts, without what ends them.
    lines: list[bytes] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    is_over: bool = False
    _buffer: bytearray = field(default_factory=bytearray)
    _mail: bytes = b""
    _recipients: list[bytes] = field(default_factory=list)
    _text: bytearray | None = None
    _is_signing_in: bool = False

    def read(self, octets: bytes) -> bytes:
        """Takes what came; what it answers."""
        self._buffer += octets
        answers, at = [], 0
        while not self.is_over and (end := self.line_end.search(self._buffer, at)):
            line, ending = bytes(self._buffer[at : end.start()]), end[0]
            at = end.end()
            answers.append(self._obey(line) if self._text is None else self._take(line, ending))
        del self._buffer[:at]
        return b"".join(answers)

    def _take(self, line: bytes, ending: bytes) -> bytes:
        if line != b".":
            self.lines.append(line)
            self._text += line + ending
            return b""
        self.messages.append(Message(self._mail, tuple(self._recipients), bytes(self._text)))
        self._text = None
        self._recipients = []
        return b"250 2.0.0 Taken\r\n"

    def _obey(self, line: bytes) -> bytes:
        if self._is_signing_in:
            self._is_signing_in = False
            return b"235 2.7.0 Welcome\r\n"
        self.commands.append(line)
        match line[:4].upper():
            case b"EHLO":
                return "".join(f"250-{name}\r\n" for name in ("sink.example.test", *self.extensions)).encode() + b"250 HELP\r\n"
            case b"AUTH":
                self._is_signing_in = line.count(b" ") == 1
                return b"334 \r\n" if self._is_signing_in else b"235 2.7.0 Welcome\r\n"
            case b"MAIL":
                self._mail = line
                return b"250 2.1.0 Fine\r\n"
            case b"RCPT":
                self._recipients.append(line)
                return b"250 2.1.5 Fine\r\n"
            case b"DATA":
                self._text = bytearray()
                return b"354 Go ahead\r\n"
            case b"RSET":
                self._recipients = []
                return b"250 2.0.0 Forgotten\r\n"
            case b"QUIT":
                self.is_over = True
                return b"221 2.0.0 Bye\r\n"
        return b"500 5.5.2 What?\r\n"


class OctetSink:
    """Reads in one way, and keeps each connection's octets and what was read in them."""

    def __init__(self, line_end: re.Pattern = STRICT, extensions: tuple[str, ...] = EXTENSIONS):
        self.extensions = extensions
        self.conversations: list[bytearray] = []
        self.readers: list[Reader] = []
        sink = self

        class Conversation(socketserver.BaseRequestHandler):
            def handle(self):
                reader, kept = Reader(line_end, extensions), bytearray()
                sink.readers.append(reader)
                sink.conversations.append(kept)
                self.request.settimeout(60)
                self.request.sendall(b"220 sink.example.test ESMTP\r\n")
                while not reader.is_over and (octets := self.request.recv(65_536)):
                    kept += octets
                    self.request.sendall(reader.read(octets))

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request, client_address):
                pass  # A client that went away; what it did say is kept.

        self._server = Listener(("127.0.0.1", 0), Conversation)
        self.port = self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"smtp+unsafe://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[Message]:
        return [message for reader in self.readers for message in reader.messages]

    @property
    def commands(self) -> list[bytes]:
        return [command for reader in self.readers for command in reader.commands]

    @property
    def lines(self) -> list[bytes]:
        return [line for reader in self.readers for line in reader.lines]

    def __enter__(self) -> "OctetSink":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()
