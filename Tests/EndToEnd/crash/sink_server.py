"""A mail server that writes down whom it took a message for before it says so. It shares nothing
with the product: no code, no folder, no process.

usage: sink_server.py --port PORT --log FILE [--delay SECONDS[..SECONDS]]

The log grows by one line an event, each written before the client can know of it:

    O 7                            connection 7 came
    T 7 12.345 ada@x.example <id>  a message was taken: connection, monotonic seconds, recipient, Message-ID
    X 7                            connection 7 has ended, and nothing more will come of it
"""

import argparse
import asyncio
import os
import random
import re
import time

MESSAGE_ID = re.compile(rb"^Message-ID:[ \t]*(?:\r\n[ \t]+)?(<[^>\r\n]+>)", re.MULTILINE | re.IGNORECASE)
END = b"\r\n.\r\n"


class Conversation(asyncio.Protocol):
    """One connection. Commands may come all at once; nothing of a message is acted on before its end."""

    count = 0

    def __init__(self, log: int, delay: tuple[float, float]):
        self.log = log
        self.delay = delay
        self.buffer = bytearray()
        self.recipients: list[bytes] = []
        self.in_text = False
        self.is_waiting = False
        Conversation.count += 1
        self.number = Conversation.count

    def note(self, kind: bytes, rest: bytes = b"") -> None:
        os.write(self.log, b"%s %d%s\n" % (kind, self.number, rest))

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.note(b"O")
        self.say(b"220 sink.example.org ESMTP")

    def connection_lost(self, _) -> None:
        # What arrived whole has been taken, whether or not anybody is left to hear of it.
        self.is_waiting = False
        self.delay = (0, 0)
        self.work()
        self.note(b"X")

    def say(self, line: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(line + b"\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self.work()

    def work(self) -> None:
        """Goes through what has arrived, as far as it is complete."""
        while not self.is_waiting:
            if self.in_text:
                end = self.buffer.find(END)
                if end < 0:
                    return
                text = bytes(self.buffer[:end])
                del self.buffer[: end + len(END)]
                self.take(text)
            else:
                end = self.buffer.find(b"\r\n")
                if end < 0:
                    return
                line = bytes(self.buffer[:end])
                del self.buffer[: end + 2]
                self.obey(line)

    def take(self, text: bytes) -> None:
        self.in_text = False
        found = MESSAGE_ID.search(text)
        for recipient in self.recipients:
            self.note(b"T", b" %.6f %s %s" % (time.monotonic(), recipient, found[1] if found else b"<none>"))
        self.recipients = []
        least, most = self.delay
        if most == 0:
            self.say(b"250 2.0.0 Taken")
            return
        self.is_waiting = True
        asyncio.get_running_loop().call_later(random.uniform(least, most), self.answer)

    def answer(self) -> None:
        if not self.is_waiting:
            return
        self.is_waiting = False
        self.say(b"250 2.0.0 Taken")
        self.work()

    def obey(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"EHLO":
            self.say(b"250-sink.example.org\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES")
        elif verb == b"MAIL":
            self.recipients = []
            self.say(b"250 2.1.0 Fine")
        elif verb == b"RCPT":
            self.recipients.append(line[line.index(b"<") + 1 : line.index(b">")])
            self.say(b"250 2.1.5 Fine")
        elif verb == b"DATA":
            self.in_text = bool(self.recipients)
            if self.in_text:
                # The line before the text: so that a text which is nothing but its dot ends like others.
                self.buffer[:0] = b"\r\n"
            self.say(b"354 Go ahead" if self.in_text else b"503 5.5.1 Nobody to send it to")
        elif verb == b"RSET":
            self.recipients = []
            self.say(b"250 2.0.0 Forgotten")
        elif verb == b"QUIT":
            self.say(b"221 2.0.0 Bye")
            self.transport.close()
        else:
            self.say(b"250 2.0.0 Fine" if verb in (b"HELO", b"NOOP") else b"502 5.5.2 What?")


async def serve(port: int, path: str, delay: tuple[float, float]) -> None:
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    server = await asyncio.get_running_loop().create_server(
        lambda: Conversation(log, delay), "127.0.0.1", port, backlog=512
    )
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--delay", default="0")
    arguments = parser.parse_args()
    bounds = [float(part) for part in arguments.delay.split("..")]
    asyncio.run(serve(arguments.port, arguments.log, (bounds[0], bounds[-1])))


if __name__ == "__main__":
    main()
