"""Certificates made for one test run: a good one, and each way to be a bad one."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

CONFIGURATION = """
[ca]
default_ca = test
[test]
dir = {folder}
new_certs_dir = {folder}
database = {folder}/index.txt
serial = {folder}/serial
default_md = sha256
policy = anything
copy_extensions = copy
unique_subject = no
[anything]
commonName = supplied
[req]
distinguished_name = name
[name]
"""


@dataclass(frozen=True)
class Certificate:
    certificate: Path
    key: Path

    @property
    def arguments(self) -> list[str]:
        return ["--certificate", str(self.certificate), "--key", str(self.key)]


class Authority:
    """A certificate authority that nobody trusts until SSL_CERT_FILE names it."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        (folder / "index.txt").touch()
        (folder / "serial").write_text("01\n")
        (folder / "openssl.cnf").write_text(CONFIGURATION.format(folder=folder))
        root = self._self_signed("authority", "Martlet test authority", ["-addext", "basicConstraints=critical,CA:TRUE"])
        self.certificate, self.key = root.certificate, root.key

    def good(self, host: str = "localhost") -> Certificate:
        return self._issued(host, "20250101000000Z", "20450101000000Z")

    def expired(self, host: str = "localhost") -> Certificate:
        return self._issued(host, "20200101000000Z", "20210101000000Z")

    def self_signed(self, host: str = "localhost") -> Certificate:
        return self._self_signed(f"self-{host}", host, ["-addext", f"subjectAltName=DNS:{host}"])

    def _self_signed(self, name: str, common_name: str, extensions: list[str]) -> Certificate:
        made = Certificate(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650",
            "-subj", f"/CN={common_name}", "-keyout", str(made.key), "-out", str(made.certificate), *extensions,
        )
        return made

    def _issued(self, host: str, begins: str, ends: str) -> Certificate:
        name = f"{host}-{ends}"
        made = Certificate(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        request = self.folder / f"{name}.csr"
        self._openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={host}",
            "-addext", f"subjectAltName=DNS:{host}", "-keyout", str(made.key), "-out", str(request),
        )
        self._openssl(
            "ca", "-batch", "-notext", "-config", str(self.folder / "openssl.cnf"), "-cert", str(self.certificate),
            "-keyfile", str(self.key), "-startdate", begins, "-enddate", ends, "-in", str(request),
            "-out", str(made.certificate),
        )
        return made

    def _openssl(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")
