"""HTTP as it stands on the wire: sends octets, and reads answers one by one."""

import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class Reply:
    """One answer off the wire."""

    status: int
    fields: dict[str, str]
    body: bytes

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name.lower(), "")


class Wire:
    """A connection that says exactly what it is told."""

    def __init__(self, port: int, source: str = "127.0.0.1", patience: float = 20):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=patience, source_address=(source, 0))
        self.unread = b""

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def send(self, octets: bytes) -> bool:
        """Whether all was taken; a server may hang up before."""
        try:
            self.socket.sendall(octets)
            return True
        except OSError:
            return False

    def _more(self) -> bool:
        try:
            octets = self.socket.recv(1 << 16)
        except ConnectionError:
            return False
        self.unread += octets
        return bool(octets)

    def _until(self, mark: bytes) -> bytes | None:
        while mark not in self.unread:
            if not self._more():
                return None
        found, _, self.unread = self.unread.partition(mark)
        return found

    def _take(self, count: int) -> bytes:
        while len(self.unread) < count and self._more():
            pass
        taken, self.unread = self.unread[:count], self.unread[count:]
        return taken

    def reply(self, has_body: bool = True) -> Reply | None:
        """The next answer; `None` when the server has hung up instead."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split(" ")[1])
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = b""
        if has_body and status not in (100, 204, 304):
            if "content-length" in fields:
                body = self._take(int(fields["content-length"]))
            elif fields.get("transfer-encoding") == "chunked":
                while size := int((self._until(b"\r\n") or b"0").split(b";")[0], 16):
                    body += self._take(size)
                    self._take(2)
                self._until(b"\r\n")
            else:
                while self._more():
                    pass
                body, self.unread = self.unread, b""
        return Reply(status, fields, body)

    def replies(self) -> list[Reply]:
        """All answers until the server hangs up."""
        found = []
        while reply := self.reply():
            found.append(reply)
        return found


def ask(port: int, octets: bytes, source: str = "127.0.0.1") -> Reply | None:
    """One request, and the first answer to it."""
    with Wire(port, source) as wire:
        wire.send(octets)
        reply = wire.reply(has_body=not octets.startswith(b"HEAD "))
        return wire.reply() if reply and reply.status == 100 else reply


def request(line: str, *fields: str, body: bytes = b"", host: str = "127.0.0.1") -> bytes:
    """A well-formed request but for what the caller puts in."""
    lines = [line, *([f"Host: {host}"] if host else []), *fields]
    return "".join(f"{text}\r\n" for text in lines).encode("latin-1") + b"\r\n" + body


def is_alive(port: int) -> bool:
    reply = ask(port, request("GET /health HTTP/1.1"))
    return reply is not None and reply.status == 200 and reply.body == b"ok\n"
