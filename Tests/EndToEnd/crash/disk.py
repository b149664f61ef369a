"""A small disk of its own: an ext4 file system in a file, mounted through a loop device.

What stands in the file is what has reached the disk: a copy of the file is what a power cut leaves.
"""

import os
import subprocess
import time
from pathlib import Path

from counterparts.processes import is_root, wait_for


def why_not() -> str | None:
    """Why no such disk is to be had here; `None` if it is."""
    if not is_root():
        return "a disk in a file can be mounted by root only"
    if not Path("/dev/loop-control").exists():
        return "this machine has no loop devices"
    for program in ("mkfs.ext4", "mount", "umount"):
        if subprocess.run(["which", program], capture_output=True).returncode:
            return f"{program} is not installed"
    return None


class Disk:
    """`with Disk(folder, 96) as disk:` makes, mounts, and at the end unmounts it."""

    def __init__(self, folder: Path, megabytes: int, image: Path | None = None):
        folder.mkdir(parents=True, exist_ok=True)
        self.image = image or folder / "disk.img"
        self.root = folder / "mounted"
        self.root.mkdir(exist_ok=True)
        if image is None:
            with self.image.open("wb") as file:
                file.truncate(megabytes * 1024 * 1024)
            # Whoever fills it is root, so nothing is kept back for root.
            self._run("mkfs.ext4", "-q", "-m", "0", str(self.image))

    @staticmethod
    def _run(*command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
        return done.stdout

    def __enter__(self) -> "Disk":
        self._run("mount", "-o", "loop", str(self.image), str(self.root))
        return self

    def __exit__(self, *_) -> None:
        # A process that was killed lets go of its files a moment later.
        wait_for(lambda: subprocess.run(["umount", str(self.root)], capture_output=True).returncode == 0, "umount", 10)

    @property
    def _writes(self) -> str:
        """The device's counters: reads, writes, what is under way."""
        device = self._run("findmnt", "-no", "SOURCE", str(self.root)).strip()
        fields = Path(f"/sys/block/{Path(device).name}/stat").read_text().split()
        # Writes that were completed, what is in flight, flushes that were completed.
        return " ".join(fields[index] for index in (4, 8, 15) if index < len(fields))

    def cut(self, image: Path) -> None:
        """Copies what is on the disk as it is at one moment.

        To be called while whoever writes is stopped in its tracks (SIGSTOP): what the kernel has not yet
        been asked to make durable stays behind in its memory. A copy during which anything reached the
        disk is thrown away, for it would show no moment that ever was.
        """
        deadline = time.monotonic() + 20
        while True:
            before = self._writes
            self._run("cp", "--sparse=always", str(self.image), str(image))
            if self._writes == before and before.split()[1] == "0":
                return
            assert time.monotonic() < deadline, "the disk does not come to rest"

    # -- Filling

    def fill(self, leave: int = 0) -> None:
        """Takes up all space but so many octets."""
        free = os.statvfs(self.root)
        room = free.f_bavail * free.f_frsize - leave
        with (self.root / "filler").open("ab") as file:
            try:
                os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), max(1, room))
            except OSError:
                pass
            try:
                while leave == 0:
                    os.write(file.fileno(), b"x" * 4096)
            except OSError:
                pass

    def empty(self) -> None:
        """Gives the space back."""
        (self.root / "filler").unlink(missing_ok=True)
