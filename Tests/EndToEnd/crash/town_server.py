"""A mail server behind which several receivers stand, each with its own mood: slow, one that falls silent,
or one with a limit that it does not tell. It writes down by its own clock who came and went and who was
taken. It shares nothing with the product.

usage: town_server.py --port PORT --log FILE [--delay SECONDS[..SECONDS]] [--moods JSON] [--away JSON]

`--moods` names receivers by domain, `--away` says after how many messages the server is gone, for how long:

    {"slow.example": {"slow": 2, "after": 0}, "strict.example": {"limit": 20, "seconds": 1, "reply": "451 No"}}
    {"after": 1000, "seconds": 4}

The log grows by one line an event: what, which connection, monotonic seconds, and for messages who:

    O came          X ended                   T taken (who, Message-ID)
    H a slow receiver has a message (who)     F and has answered
    R refused by a receiver's limit (who)     A the server goes away     B it is back
"""

import argparse
import asyncio
import json
import os
import time
from collections import deque

import sink_server

# While it is away, the port answers and hangs up for so long, and is closed for as long, in turn.
TURN = 1.0
# Whoever is hung up on has been there for so long: then those who come together are seen together.
HANG_UP = 0.1


class Mood:
    """How one receiver answers."""

    def __init__(self, slow: float = 0, after: int = 0, limit: int = 0, seconds: float = 1, reply: str = ""):
        self.slow, self.after = slow, after
        self.limit, self.seconds, self.reply = limit, seconds, reply.encode()
        self.passed: deque[float] = deque()

    def passes(self) -> bool:
        """Whether one more message may come; a message counts from when it is let in."""
        now = time.monotonic()
        while self.passed and self.passed[0] <= now - self.seconds:
            self.passed.popleft()
        if self.limit and len(self.passed) >= self.limit:
            return False
        self.passed.append(now)
        return True


class Town:
    """What all connections have in common."""

    def __init__(self, log: int, moods: dict[str, dict], away: dict | None):
        self.log = log
        self.moods = {domain.encode(): Mood(**mood) for domain, mood in moods.items()}
        self.away = away
        self.taken = 0
        self.goes = asyncio.Event()
        self.open: set[Conversation] = set()

    def note(self, kind: bytes, connection: int = 0, rest: bytes = b"") -> None:
        os.write(self.log, b"%s %d %.6f%s\n" % (kind, connection, time.monotonic(), rest))

    def took_one(self) -> None:
        self.taken += 1
        if self.away and self.taken == self.away["after"]:
            self.goes.set()


class Conversation(sink_server.Conversation):
    """One connection, which takes one recipient a message."""

    def __init__(self, town: Town, delay: tuple[float, float]):
        super().__init__(town.log, delay)
        self.town = town
        self.usual = delay
        self.mood = Mood()
        self.has_gone = False

    def note(self, kind: bytes, rest: bytes = b"") -> None:
        if kind == b"T":
            # Its own line has the time already.
            super().note(kind, rest)
        else:
            self.town.note(kind, self.number, rest)

    def connection_made(self, transport) -> None:
        self.town.open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error) -> None:
        self.has_gone = True
        self.town.open.discard(self)
        super().connection_lost(error)

    @property
    def is_slow(self) -> bool:
        return self.mood.slow > 0 and self.town.taken >= self.mood.after

    def obey(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"RCPT":
            who = line[line.index(b"<") + 1 : line.index(b">")]
            self.mood = self.town.moods.get(who.rpartition(b"@")[2]) or Mood()
            if not self.mood.passes():
                self.note(b"R", b" " + who)
                self.say(self.mood.reply)
                if self.mood.reply.startswith(b"421"):
                    self.transport.close()
                    self.is_waiting = True
                return
            if self.is_slow:
                self.note(b"H", b" " + who)
        if verb in (b"RCPT", b"DATA") and self.is_slow and not self.has_gone:
            self.is_waiting = True
            asyncio.get_running_loop().call_later(self.mood.slow, self.obey_late, line)
        else:
            super().obey(line)

    def obey_late(self, line: bytes) -> None:
        if not self.has_gone:
            self.is_waiting = False
            super().obey(line)
            self.work()

    def take(self, text: bytes) -> None:
        if not self.has_gone:
            self.delay = (self.mood.slow, self.mood.slow) if self.is_slow else self.usual
        super().take(text)
        self.town.took_one()

    def answer(self) -> None:
        if self.mood.slow and self.is_waiting:
            self.note(b"F")
        super().answer()


class HangUp(asyncio.Protocol):
    """A connection that is accepted and ended, as by a host whose mail server is not there."""

    def __init__(self, town: Town):
        self.town = town
        sink_server.Conversation.count += 1
        self.number = sink_server.Conversation.count

    def connection_made(self, transport) -> None:
        self.town.note(b"O", self.number)
        asyncio.get_running_loop().call_later(HANG_UP, transport.close)

    def connection_lost(self, _) -> None:
        self.town.note(b"X", self.number)


async def serve(port: int, town: Town, delay: tuple[float, float]) -> None:
    def listen(who):
        return asyncio.get_running_loop().create_server(who, "127.0.0.1", port, backlog=512)

    server = await listen(lambda: Conversation(town, delay))
    if town.away:
        await town.goes.wait()
        town.note(b"A")
        server.close()
        for conversation in list(town.open):
            conversation.transport.abort()
        back = time.monotonic() + town.away["seconds"]
        while (left := back - time.monotonic()) > 0:
            server = await listen(lambda: HangUp(town))
            await asyncio.sleep(min(TURN, left))
            server.close()
            await asyncio.sleep(max(0, min(TURN, back - time.monotonic())))
        server = await listen(lambda: Conversation(town, delay))
        town.note(b"B")
    await server.serve_forever()


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--delay", default="0")
    parser.add_argument("--moods", type=json.loads, default={})
    parser.add_argument("--away", type=json.loads)
    arguments = parser.parse_args()
    bounds = [float(part) for part in arguments.delay.split("..")]
    log = os.open(arguments.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    await serve(arguments.port, Town(log, arguments.moods, arguments.away), (bounds[0], bounds[-1]))


if __name__ == "__main__":
    asyncio.run(main())
