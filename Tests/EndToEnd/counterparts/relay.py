"""A mail provider in small: Postfix takes the message, queues it, hands it by LMTP to Dovecot.

Both run from configuration, queue and mail folders of their own, on ports of their own, and leave
the system's Postfix and Dovecot alone. Postfix changes users, so this needs root.
"""

import imaplib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from .certificates import Certificate
from .processes import Server, answers, free_port, wait_for

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/lib
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log/postfix.log
maillog_file_prefixes = {folder}
myhostname = relay.example.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
default_transport = lmtp:inet:127.0.0.1:{lmtp}
disable_dns_lookups = yes
smtputf8_enable = no
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
in_flow_delay = 0
message_size_limit = 60000000
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
default_destination_concurrency_limit = 8
initial_destination_concurrency = 8
lmtp_connection_cache_on_demand = yes
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_loglevel = 1
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_sasl_mechanism_filter = {mechanisms}
smtpd_tls_security_level = may
smtpd_discard_ehlo_keywords = {withheld}
"""

MASTER = """
{smtp}      inet  n - n - - smtpd
{submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
{submissions} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
proxywrite unix - - n - 1 proxymap
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
lmtp      unix  - - n - - lmtp
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""

DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%d
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
mail_fsync = never
auth_failure_delay = 0
auth_mechanisms = plain login cram-md5 scram-sha-256
auth_username_chars =
passdb {{
  driver = static
  args = password={stored}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%d
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  unix_listener {folder}/spool/private/auth {{
    mode = 0666
  }}
}}
service anvil {{
  client_limit = 2000
}}
protocol lmtp {{
  postmaster_address = postmaster@example.test
}}
"""


class Relay:
    password = "korrekt-pferd"

    def __init__(
        self, certificate: Certificate, mechanisms: str = "plain login", stored: str | None = None, withheld: str = ""
    ):
        """Offers `mechanisms` and not what is `withheld`, extensions with commas between; `stored` is the password
        as Dovecot keeps it, as in `{SHA256}...`; in the clear if it is not given."""
        # Sockets need short paths, and ten thousand queue files want memory where there is enough.
        self.folder = Path(tempfile.mkdtemp(prefix="relay-", dir=roomy_folder()))
        self.smtp, self.submission, self.submissions, self.lmtp, self.imap = (free_port() for _ in range(5))
        for name in ("etc", "spool/private", "lib", "log", "run", "mail"):
            (self.folder / name).mkdir(parents=True)
        self.folder.chmod(0o755)
        self.dovecot: Server | None = None
        shutil.chown(self.folder / "lib", "postfix")
        shutil.chown(self.folder / "spool" / "private", "postfix")
        (self.folder / "spool" / "private").chmod(0o700)
        shutil.chown(self.folder / "mail", "mail", "mail")
        names = {**vars(self), "mechanisms": mechanisms, "withheld": withheld, "stored": stored or self.password}
        names |= {"certificate": certificate.certificate, "key": certificate.key}
        (self.folder / "etc" / "main.cf").write_text(MAIN.format(**names))
        (self.folder / "etc" / "master.cf").write_text(MASTER.format(**names))
        (self.folder / "dovecot.conf").write_text(DOVECOT.format(**names))
        try:
            self.dovecot = Server(
                ["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")], self.imap, self.folder / "log" / "start.log"
            )
            self._postfix("start")
            for port in (self.smtp, self.submission, self.submissions, self.lmtp, self.imap):
                wait_for(lambda port=port: answers(port), f"port {port}; logs: {self.log()[-2000:]}")
        except Exception:
            self.stop()
            raise

    @property
    def url(self) -> str:
        return f"smtp+unsafe://127.0.0.1:{self.smtp}"

    def _postfix(self, command: str) -> None:
        # Its daemons keep what they inherit, so a pipe would never end: a file, then.
        with (self.folder / "log" / "start.log").open("ab") as output:
            done = subprocess.run(
                ["postfix", "-c", str(self.folder / "etc"), command],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=60,
            )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"postfix {command}: {self.log()[-2000:]}")

    def log(self) -> str:
        return "".join(file.read_text(errors="replace") for file in sorted((self.folder / "log").glob("*")))

    def wait_until_delivered(self, count: int, seconds: float = 180.0) -> None:
        """Waits until Postfix has handed over this many messages and its queue is empty."""
        log = self.folder / "log" / "postfix.log"

        def is_done() -> bool:
            text = log.read_text(errors="replace")
            return len(re.findall(r"postfix/lmtp.*status=sent", text)) >= count

        wait_for(is_done, f"{count} messages through the relay", seconds)

    def delivered(self, domain: str) -> list[tuple[str, str]]:
        """Who received what: (Delivered-To, Message-ID) of a domain's mailbox, read over IMAP."""
        with imaplib.IMAP4("127.0.0.1", self.imap) as mailbox:
            mailbox.login(f"reader@{domain}", self.password)
            mailbox.select("INBOX", readonly=True)
            _, answer = mailbox.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (DELIVERED-TO MESSAGE-ID)])")
        found = []
        for part in answer:
            if isinstance(part, tuple):
                header = part[1].decode()
                to = re.search(r"^Delivered-To: <?([^>\r\n]+)", header, re.M | re.I)
                identifier = re.search(r"^Message-ID:\s*(<[^>]+>)", header, re.M | re.I)
                found.append((to[1], identifier[1]))
        return found

    def messages(self, domain: str) -> list[bytes]:
        """Each message of a domain's mailbox as Dovecot keeps it."""
        with imaplib.IMAP4("127.0.0.1", self.imap) as mailbox:
            mailbox.login(f"reader@{domain}", self.password)
            mailbox.select("INBOX", readonly=True)
            _, answer = mailbox.fetch("1:*", "(BODY.PEEK[])")
        return [part[1] for part in answer if isinstance(part, tuple)]

    def message(self, domain: str, number: int) -> bytes:
        with imaplib.IMAP4("127.0.0.1", self.imap) as mailbox:
            mailbox.login(f"reader@{domain}", self.password)
            mailbox.select("INBOX", readonly=True)
            _, answer = mailbox.fetch(str(number), "(BODY.PEEK[])")
        return answer[0][1]

    def stop(self) -> None:
        if (self.folder / "spool" / "pid" / "master.pid").exists():
            self._postfix("stop")
        if self.dovecot:
            self.dovecot.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def roomy_folder() -> str:
    shared = "/dev/shm"
    if os.path.isdir(shared) and shutil.disk_usage(shared).free > 600_000_000:
        return shared
    return "/tmp"
