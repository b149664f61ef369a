"""A strict SMTP server (aiosmtpd) that writes every accepted message down, octet for octet.

A record is one JSON line that says who, then as many raw octets as it names, then a line feed. It
is written before the server says 250, so what the client was told and what stands here agree.
"""

import argparse
import asyncio
import json
import random
import signal
import ssl
import time

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Recorder:
    def __init__(self, options):
        self.options = options
        self.out = open(options.out, "ab", buffering=0)
        self.dice = random.Random(7)

    async def handle_DATA(self, server, session, envelope):
        # A server takes time to answer; where a kill meets that time is what the crash tests need.
        if self.options.delay_ms:
            await asyncio.sleep(self.dice.random() * self.options.delay_ms / 1000)
        about = {
            "from": envelope.mail_from,
            "mail_options": envelope.mail_options,
            "to": envelope.rcpt_tos,
            "octets": len(envelope.original_content),
            "at": time.time(),
            "tls": self.options.tls == "implicit" or session.ssl is not None,
            "login": session.auth_data[0] if session.auth_data else None,
            "mechanism": session.auth_data[1] if session.auth_data else None,
        }
        self.out.write(json.dumps(about).encode() + b"\n" + envelope.original_content + b"\n")
        return "250 2.0.0 Taken"

    def login(self, server, session, envelope, mechanism, given):
        right = (self.options.user.encode(), self.options.password.encode())
        if not isinstance(given, LoginPassword) or (given.login, given.password) != right:
            return AuthResult(success=False, handled=False, message="535 5.7.8 Wrong user name or password")
        return AuthResult(success=True, auth_data=(given.login.decode(), mechanism))


async def serve(options) -> None:
    recorder = Recorder(options)
    context = None
    if options.tls != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)

    def session() -> SMTP:
        authentication = {}
        if options.user:
            authentication = {
                "authenticator": recorder.login,
                "auth_required": True,
                "auth_require_tls": options.tls == "starttls",
                "auth_exclude_mechanism": [m for m in ("PLAIN", "LOGIN") if m not in options.mechanisms],
            }
        return SMTP(
            recorder,
            hostname="sink.example.test",
            tls_context=context if options.tls == "starttls" else None,
            require_starttls=options.tls == "starttls",
            enable_SMTPUTF8=options.smtputf8,
            data_size_limit=options.size,
            **authentication,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        session, "127.0.0.1", options.port, ssl=context if options.tls == "implicit" else None, backlog=256
    )
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--tls", choices=["none", "starttls", "implicit"], default="none")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--mechanisms", nargs="+", default=["PLAIN", "LOGIN"])
    parser.add_argument("--delay-ms", type=float, default=0)
    parser.add_argument("--size", type=int, default=40_000_000)
    parser.add_argument("--smtputf8", action="store_true")
    asyncio.run(serve(parser.parse_args()))
