"""Writes what fuzzing begins with: conversations as they should be, and as they went wrong once.

usage: seeds.py replies|commands FOLDER

With MARTLET_CORPORA also addresses and messages that others have collected. The first octet of a
seed says in what pieces it is read; for commands the second one says what kind of server it is
(see the targets).
"""

import hashlib
import os
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

REPLIES = [
    b"250 ok\r\n", b"250\r\n", b"250 \r\n", b"220-a\r\n220-b\r\n220 c\r\n", b"250 2.1.5 ok\r\n",
    b"250 ok\n354 go\n", b"550 5.1.1 a\tb\x7f\0c\r\n", b"554-5.7.1 one\r\n554 5.7.1 two\r\n",
    b"550 5.1000.1 x\r\n", b"550 5.1.1.1 x\r\n", b"250-a\r\n251 b\r\n", b"2a0\r\n", b" 250 ok\r\n",
    b"250-mx.example greets you\r\n250-PIPELINING\r\n250-SIZE 35882577\r\n250-8BITMIME\r\n"
    b"250-AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256\r\n250-AUTH=LOGIN\r\n250-STARTTLS\r\n"
    b"250-CHUNKING\r\n250-DSN\r\n250-LIMITS RCPTMAX=20 MAILMAX=50\r\n250-SMTPUTF8\r\n"
    b"250 ENHANCEDSTATUSCODES\r\n",
    b"421 4.3.2 Going down\r\n", b"250-x\r\n" * 200 + b"250 end\r\n", b"250 " + b"a" * 3_000 + b"\r\n",
    b"451 4.7.1 Greylisted, see https://example.org/?r=1\r\n250 2.0.0 OK\r\n221 2.0.0 Bye\r\n",
]

MESSAGE = b"Subject: x\r\nFrom: a@x.org\r\n\r\nHello\r\n..dot\r\n.\r\n"
COMMANDS = [
    b"EHLO a\r\nMAIL FROM:<a@x.org>\r\nRCPT TO:<b@y.org>\r\nDATA\r\n" + MESSAGE + b"QUIT\r\n",
    b"EHLO a\r\nMAIL FROM:<a@x.org> SIZE=10 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<b@y.org>\r\n"
    b"RCPT TO:<c@y.org>\r\nBDAT 5\r\n01234BDAT 5 LAST\r\n56789RSET\r\n",
    b"EHLO a\r\nAUTH PLAIN AGFkYQBwdw==\r\nMAIL FROM:<>\r\nRCPT TO:<b@y.org>\r\nDATA\r\n" + MESSAGE,
    b"EHLO a\r\nAUTH LOGIN\r\nYWRh\r\ncHc=\r\nNOOP\r\nVRFY b\r\nHELP\r\n",
    b"EHLO a\r\nAUTH PLAIN\r\n*\r\nAUTH PLAIN =\r\n",
    b"EHLO a\r\nSTARTTLS\r\nEHLO a\r\nMAIL FROM:<a@x.org>\r\n",
    b"HELO a\r\nMAIL FROM:<a@x.org> BODY=7BIT\r\nRCPT TO:<\"b c\"@[127.0.0.1]>\r\n",
    b"EHLO a\r\nMAIL FROM:<@a,@b:c@d>\r\nRCPT TO:<b@[IPv6:::1]>\r\nDATA\r\nx\n.\ny\r.\r\nz\r\n.\r\n",
    b"EHLO a\r\nBDAT 999999999999999999\r\n", b"BDAT x\r\n", b"GET / HTTP/1.1\r\n", b"NOOP\n", b"\0\r\n",
    b"NOOP " + b"x" * 600 + b"\r\n", b"\r\n" * 12,
    b"EHLO a\r\nMAIL FROM:<a@slow.example>\r\n" + b"RCPT TO:<b@y.org>\r\n" * 5 + b"DATA\r\n"
    + b"x" * 600 + b"\r\n" + MESSAGE + b"RSET\r\nQUIT\r\n",
]
# Plain; with TLS; asking for a password in the clear; without extensions; playing a script.
KINDS = [0, 1, 8 | 16 | 32, 64, 128]
LONGEST = 8_000


def collected() -> list[bytes]:
    """Conversations around the addresses and messages of the corpora, where they are there."""
    folder = Path(os.environ.get("MARTLET_CORPORA", "/nowhere"))
    found = []
    addresses = folder / "isemail" / "tests.xml"
    if addresses.exists():
        for node in ElementTree.parse(addresses).iter("address"):
            address = (node.text or "").encode()
            found.append(b"EHLO a\r\nMAIL FROM:<" + address + b">\r\nRCPT TO:<" + address + b">\r\n")
    for path in sorted((folder / "mime-python").glob("msg_*.txt"))[:20]:
        text = path.read_bytes()[:LONGEST]
        found.append(b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@y.org>\r\nDATA\r\n" + text + b"\r\n.\r\n")
    return found


def main() -> None:
    target, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    if target == "replies":
        seeds = [bytes([size]) + text for text in REPLIES for size in (0, 6)]
    else:
        seeds = [bytes([7, kind]) + text for text in COMMANDS for kind in KINDS]
        seeds += [bytes([30, 0]) + text for text in collected()]
    for seed in seeds:
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)


if __name__ == "__main__":
    main()
