"""Starting a server of our own and stopping exactly that one."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(condition, what: str, seconds: float = 20.0):
    """Asks until the condition answers with something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        if answer := condition():
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(0.02)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Server:
    """A child process that listens on a port; as a context it lives as long as the `with`."""

    def __init__(self, command: list[str], port: int, log: Path, **options):
        self.port = port
        self.log = log
        # The tests' own settings are none of the program's.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MARTLET_")}
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **options
            )
        try:
            wait_for(self._is_up, f"{command[0]} on port {port}")
        except TimeoutError as error:
            self.stop()
            raise RuntimeError(f"{error}; it said: {self.said()}") from None

    def _is_up(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.process.args[0]} ended with {self.process.returncode}: {self.said()}")
        return answers(self.port)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> str:
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.said()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def is_root() -> bool:
    return os.geteuid() == 0
