"""The other common mail server: Exim takes the message and puts it into a folder at once.

Debian will not install it beside Postfix, so `scripts/setup.sh --tests` only unpacks it. It insists
on a user of its own, which it is given in a mount namespace: this needs root.
"""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from program import ROOT

from .certificates import Certificate
from .processes import Server, free_port
from .relay import roomy_folder

PROGRAM = ROOT / ".build" / "unpacked" / "exim4-daemon-light" / "usr" / "sbin" / "exim4"
NUMBER = 1999
NAMES = {
    "passwd": f"Debian-exim:x:{NUMBER}:{NUMBER}:Exim:/nonexistent:/usr/sbin/nologin\n",
    "group": f"Debian-exim:x:{NUMBER}:\n",
}

CONFIGURATION = """
exim_user = Debian-exim
exim_group = Debian-exim
never_users = root
deliver_drop_privilege = true
primary_hostname = exim.example.test
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/spool/exim.pid
local_interfaces = 127.0.0.1
disable_ipv6 = true
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
add_environment = PATH=/usr/bin
message_size_limit = 60M
smtp_accept_max = 50
smtp_accept_max_per_connection = {per_connection}
smtp_accept_queue_per_connection = 0
smtp_enforce_sync = true
smtputf8_advertise_hosts = :
pipelining_advertise_hosts = {pipelining}
chunking_advertise_hosts = {chunking}
tls_advertise_hosts = *
tls_certificate = {certificate}
tls_privatekey = {key}
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_rcpt = check_recipient
acl_smtp_data = accept

begin acl
check_recipient:
  accept condition = ${{if eq{{$authenticated_id}}{{}}{{{open}}}{{true}}}}
  deny message = sign in first

begin routers
everything:
  driver = accept
  transport = folder

begin transports
folder:
  driver = appendfile
  directory = {folder}/mail
  maildir_format
  create_directory
  envelope_to_add
  no_check_owner
  no_mode_fail_narrower

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
"""


@dataclass(frozen=True)
class Delivered:
    recipient: str
    raw: bytes


class Exim(Server):
    user, password = "ada@example.com", "korrekt-pferd"

    def __init__(self, certificate: Certificate, *, pipelining="*", chunking="*", per_connection=1000, needs_login=False):
        """Offers PIPELINING and CHUNKING to these hosts, `""` for nobody; turns a client away after so many messages."""
        self.folder = Path(tempfile.mkdtemp(prefix="exim-", dir=roomy_folder()))
        self.folder.chmod(0o755)
        for name in ("spool", "log", "mail"):
            (self.folder / name).mkdir()
            shutil.chown(self.folder / name, NUMBER, NUMBER)
        # It reads the key after it has become that user.
        for file in (certificate.certificate, certificate.key):
            shutil.copy(file, self.folder)
            shutil.chown(self.folder / file.name, NUMBER, NUMBER)
        configuration = self.folder / "exim.conf"
        configuration.write_text(
            CONFIGURATION.format(
                folder=self.folder, pipelining=pipelining or ":", chunking=chunking or ":",
                per_connection=per_connection, open="false" if needs_login else "true",
                certificate=self.folder / certificate.certificate.name, key=self.folder / certificate.key.name,
                user=self.user, password=self.password,
            )  # fmt: skip
        )
        for name, line in NAMES.items():
            (self.folder / name).write_text((Path("/etc") / name).read_text() + line)
        script = "".join(f"mount --bind {self.folder}/{name} /etc/{name} && " for name in NAMES) + 'exec "$@"'
        port = free_port()
        command = [str(PROGRAM), "-C", str(configuration), "-bdf", "-q1m", "-oX", str(port)]
        try:
            super().__init__(["unshare", "--mount", "sh", "-c", script, "sh", *command], port, self.folder / "log" / "start.log")
        except Exception:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    @staticmethod
    def missing() -> str | None:
        """Why it cannot be started here."""
        if not PROGRAM.exists():
            return f"{PROGRAM} is not there; run scripts/setup.sh --tests"
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
            return "Exim wants a user of its own, which needs a mount namespace, and this machine lets nobody have one"
        return None

    def delivered(self) -> list[Delivered]:
        found = []
        for file in (self.folder / "mail" / "new").glob("*"):
            raw = file.read_bytes()
            to = re.search(rb"^Envelope-to: (.+)$", raw, re.M)
            found.append(Delivered(to[1].decode(), raw))
        return found

    def main_log(self) -> str:
        return (self.folder / "log" / "mainlog").read_text(errors="replace")

    def said(self) -> str:
        return "".join(file.read_text(errors="replace") for file in sorted((self.folder / "log").glob("*")))

    def stop(self, *how) -> str:
        said = super().stop(*how)
        shutil.rmtree(self.folder, ignore_errors=True)
        return said
