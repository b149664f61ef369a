"""The fault matrix as the built program meets it: for each fault of the mail server the script that
plays it (docs/sandbox-scripts.md) and what must become of so many people.

Counts are of `n`, the number of people. Those that are not named in `states` must be nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A row of the matrix."""

    row: str
    script: str
    # Who is in which state at the end.
    states: Callable[[int], dict[str, int]]
    # How `send` ends; `None`: as it must with these states, 0 or, with people still due, 75.
    code: int | None = None
    # Copies that the server has of messages that are unknown: all of them or none.
    taken: bool = False
    options: tuple[str, ...] = ()
    wait: str = "20s"
    # Other settings of the connection.
    scheme: str = "smtp+unsafe"
    user: str = ""
    # Nobody is written to, and nothing is created, because the server lets nobody in.
    is_refused: bool = False
    # Why it does not yet hold, where it does not.
    awaits: str = ""
    # The domain that every fourth address has.
    domain: str = "example.com"


def all_sent(n: int) -> dict[str, int]:
    return {"sent": n}


def part(state: str, every: int) -> Callable[[int], dict[str, int]]:
    """Each so-many-th in a state, all others sent."""
    return lambda n: {"sent": n - n // every, state: n // every}


def of_domain(state: str) -> Callable[[int], dict[str, int]]:
    return part(state, 4)


def nobody(n: int) -> dict[str, int]:
    return {}


LINES_WITHOUT_END = 'say "250-more\\r\\n" times 10000, say "250 end\\r\\n"'
LONG_LINE = 'say "250 ", fill 64KB, say "\\r\\n"'

FAULTS = [
    Fault("F1 the port refuses for a while", "connect connection 5: port closed 2s, reset", all_sent),
    Fault("F1 the port refuses from the start", "port closed", nobody, is_refused=True),
    Fault("F2 no answer to the SYN", "connect connection 5: port silent 2s, reset", all_sent, wait="60s"),
    Fault("F3 a late banner", "banner: wait 2s", all_sent),
    Fault("F4 banner 421 for a while", 'banner connection 2..6: reply 421 4.3.2 "Too busy"', all_sent),
    Fault(
        "F4 banner 421 for ever", 'banner connection 2..: reply 421 4.3.2 "Too busy"', lambda n: {"queued": n},
        code=75, wait="2s",
    ),
    Fault(
        "F5 banner 554", 'banner connection 2..: reply 554 5.3.2 "No service"', lambda n: {"queued": n},
        code=75, wait="2s",
    ),
    Fault("F6 EHLO unknown", 'ehlo: reply 502 5.5.1 "What?"', all_sent),
    # Offered and refused looks like a stripped one: only smtp+unsafe:// goes on in the clear.
    Fault("F7 STARTTLS refused, nobody signs in", 'starttls: reply 454 4.7.0 "Not now"', nobody, scheme="smtp", is_refused=True),
    Fault("F7 STARTTLS refused", 'starttls: reply 454 4.7.0 "Not now"', nobody, scheme="smtp", user="ada", is_refused=True),
    Fault("F7 STARTTLS not offered", "without STARTTLS", nobody, scheme="smtp", user="ada", is_refused=True),
    Fault(
        "F7 the handshake fails", "starttls: accept, wait 10ms, garbage 500, close", nobody,
        scheme="smtp", user="ada", is_refused=True,
    ),
    Fault("F8 a certificate that nobody vouches for", "", nobody, scheme="smtp", user="ada", is_refused=True),
    Fault(
        "F9 text in the clear behind the 220", 'starttls: accept, say "250 AUTH PLAIN\\r\\n"', nobody,
        scheme="smtp", user="ada", is_refused=True,
    ),
    Fault("F10 AUTH 535", 'auth: reply 535 5.7.8 "Wrong"', nobody, user="ada", is_refused=True),
    Fault("F10 AUTH 454", 'auth: reply 454 4.7.0 "Later"', nobody, user="ada", is_refused=True),
    Fault(
        "F10 AUTH 535 in the middle", 'mail message 4..: reply 421 4.7.0 "Enough"\nauth after 8: reply 535 5.7.8 "Wrong"',
        # One of the eight was to try the password; seven sessions took three messages each.
        lambda n: {"sent": 21, "cancelled": n - 21}, user="ada", code=1, options=("--connections", "1"),
    ),
    Fault("F11 MAIL 451", 'mail every 10: reply 451 4.3.0 "Later"', part("deferred", 10), wait="1s"),
    # Who meets the tenth three times in a row is put off for ten seconds.
    Fault(
        "F11 MAIL 421", 'mail every 10: reply 421 4.3.0 "Going"', all_sent, options=("--retry", "10s 10s 10s"), wait="40s",
    ),
    Fault("F11 MAIL 550", 'mail every 10: reply 550 5.7.1 "No"', part("failed", 10)),
    *(
        Fault(
            f"F12 RCPT {code}", f'rcpt to bad.example: reply {code} {"4.2.2" if code < 500 else "5.1.1"} "No"',
            of_domain("deferred" if code < 500 else "failed"), domain="bad.example", wait="1s",
        )
        for code in (450, 451, 452, 550, 551, 552, 553, 554, 556)
    ),
    Fault("F13 a late 354", "data every 20: wait 2s", all_sent),
    # A short text is out to its dot before the RST can come: nobody can know.
    Fault("F14 RST inside a short text", "body octets 100 first 5: reset", lambda n: {"sent": n - 5, "unknown": 5}),
    Fault("F15 taken, and never told", "dot every 20: take, close", part("unknown", 20), taken=True),
    Fault("F15 lost, and never told", "dot every 20: close", part("unknown", 20)),
    Fault("F16 a late 250", "dot every 20: wait 3s", all_sent),
    Fault("F17 half a reply", 'dot every 20: take, say "250 2.0", close', part("unknown", 20), taken=True),
    Fault("F18 10,000 lines to the dot", f"dot every 20: take, {LINES_WITHOUT_END}", part("unknown", 20), taken=True),
    Fault("F18 10,000 lines to MAIL", f"mail first 3: {LINES_WITHOUT_END}", all_sent),
    Fault("F18 a line of 64 KB to the dot", f"dot every 20: take, {LONG_LINE}", part("unknown", 20), taken=True),
    Fault("F18 a line of 64 KB to RCPT", f"rcpt first 3: {LONG_LINE}", all_sent),
    Fault("F19 garbage to the dot", "dot every 20: take, garbage 300, close", part("unknown", 20), taken=True),
    Fault("F19 garbage to MAIL", "mail first 3: garbage 300, close", all_sent),
    Fault("F19 NUL", 'mail first 3: say "25\\0 ok\\r\\n"', all_sent),
    Fault("F20 a reply too many", 'mail first 3: accept, say "250 one too many\\r\\n"', all_sent),
    Fault("F20 354 to RCPT", 'rcpt first 3: say "354 go\\r\\n"', all_sent),
    Fault("F22 421 after ten messages", 'mail message 11..: reply 421 4.7.0 "Enough"', all_sent),
    Fault("F22 a silent end after ten messages", "dot message 10: accept, close", all_sent),
    Fault("F23 SIZE too small", "size 100", lambda n: {"failed": n}),
    Fault("F24 no 8BITMIME, no SMTPUTF8", "without 8BITMIME, SMTPUTF8", all_sent),
    Fault("F25 no close_notify", "dot encrypted message 10: accept, cut", all_sent, scheme="smtp"),
    Fault("F26 greylisted at DATA", 'data greylist 5m: reply 451 4.7.1 "Later"', lambda n: {"deferred": n}, wait="1s"),
    Fault("F26 refused for its contents", 'dot every 10: reply 550 5.7.1 "Spam"', part("failed", 10)),
    # 250 is out and stays so; where the RST takes its place, nobody can know.
    Fault("F27 RST a moment after the 250", "dot every 20: accept, wait 50ms, reset", all_sent),
    Fault("F27 RST in place of the 250", "dot every 20: take, reset", part("unknown", 20), taken=True),
    Fault("F29 252 to RCPT", 'rcpt every 2: reply 252 2.1.5 "Cannot verify"', all_sent),
    Fault("F29 251 to RCPT", 'rcpt every 2: reply 251 2.1.5 "Will forward"', all_sent),
]  # fmt: skip
