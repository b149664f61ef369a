"""The peers: copied from where they are kept, built, and what is missing named."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which

from .processes import ENVIRONMENT, Fault

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".build" / "peers"
REQUIREMENTS = ROOT / "Benchmarks" / "peers" / "aiosmtplib" / "requirements.txt"
SETUP = "scripts/setup.sh --benchmarks"


def _c(name: str, *libraries: str) -> list[str]:
    return ["gcc", "-O2", "-w", "-pthread", "-o", name, f"{name}.c", *(f"-l{library}" for library in libraries)]


# Each with its source, and how it is built.
BUILDS = {
    "fastsink": ("fastsink.c", _c("fastsink", "ssl", "crypto")),
    "pipe_smtp": ("pipe_smtp.c", _c("pipe_smtp", "ssl", "crypto", "sqlite3")),
    "curl_multi": ("curl_multi.c", _c("curl_multi", "curl")),
    "tundelay": ("tundelay.c", _c("tundelay")),
    "gostyle": ("gostyle.go", ["go", "build", "-o", "gostyle", "gostyle.go"]),
}
POSTFIX = ["smtp-source", "smtp-sink"]


@dataclass
class Peers:
    """The peers in a folder of their own."""

    folder: Path
    # Why a program cannot run.
    missing: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def build() -> "Peers":
        source = Path(os.environ.get("MARTLET_PEERS") or ROOT.parent / "shared" / "peers")
        if not (source / "fastsink.c").exists():
            raise Fault(f"The peers are not in {source}; name their folder in MARTLET_PEERS.")
        _copy(source, FOLDER)
        peers = Peers(FOLDER)
        for name, (text, command) in BUILDS.items():
            peers._build(name, FOLDER / text, command)
        for name in POSTFIX:
            if not which(name, path=ENVIRONMENT["PATH"]):
                peers.missing[name] = f"it comes with Debian's postfix ({SETUP})"
        peers._install_python()
        if "fastsink" in peers.missing:
            raise Fault(f"fastsink cannot be built: {peers.missing['fastsink']}")
        return peers

    @property
    def python(self) -> Path:
        return self.folder / ".venv" / "bin" / "python"

    def certificate(self) -> tuple[Path, Path]:
        """A certificate for 127.0.0.1 that vouches for itself, and its key."""
        certificate, key = self.folder / "loopback.crt", self.folder / "loopback.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", key, "-out", certificate, "-days", "30", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=IP:127.0.0.1"],
            check=True, capture_output=True,
        )
        return certificate, key

    def people(self, count: int) -> Path:
        """The peers' own contact file, with at least so many rows."""
        file = self.folder / "rcpt.csv"
        if not _has_rows(file, count):
            subprocess.run([sys.executable, "mkmsg.py", str(count)], cwd=self.folder, check=True)
        return file

    def _build(self, name: str, source: Path, command: list[str]) -> None:
        program = self.folder / name
        if program.exists() and program.stat().st_mtime >= source.stat().st_mtime:
            return
        if not which(command[0]):
            self.missing[name] = f"there is no {command[0]} ({SETUP})"
            return
        built = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True,
            env={**os.environ, "GOCACHE": str(self.folder / ".go")},
        )
        if built.returncode:
            lines = built.stderr.strip().splitlines() or ["no word why"]
            wrong = next((line for line in lines if "error" in line), lines[0])
            self.missing[name] = f"it does not build: {wrong} ({SETUP})"

    def _install_python(self) -> None:
        """An environment with aiosmtplib, and uvloop where there is one."""
        marker = self.folder / ".venv" / "installed"
        wanted = REQUIREMENTS.read_text()
        if marker.exists() and marker.read_text() == wanted:
            return
        try:
            subprocess.run([sys.executable, "-m", "venv", self.folder / ".venv"], check=True, capture_output=True)
            subprocess.run(
                [self.python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", REQUIREMENTS],
                check=True, capture_output=True, timeout=300,
            )
        except (subprocess.SubprocessError, OSError) as error:
            self.missing["aiosmtplib"] = f"it cannot be installed from PyPI ({type(error).__name__})"
            return
        marker.write_text(wanted)


def _copy(source: Path, target: Path) -> None:
    """Copies what has changed; the source may be read only, the copy is not."""
    target.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        copy = target / file.name
        if file.is_file() and not (copy.exists() and copy.read_bytes() == file.read_bytes()):
            copy.write_bytes(file.read_bytes())


def _has_rows(file: Path, count: int) -> bool:
    if not file.exists():
        return False
    with file.open("rb") as rows:
        return sum(1 for _ in rows) > count
