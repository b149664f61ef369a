"""`martlet serve`, running, and a small HTTP client that keeps cookies and fills in forms."""

import html
import http.client
import random
import re
import signal
import socket
import subprocess
import urllib.parse
from html.parser import HTMLParser
from pathlib import Path

from program import Martlet, wait_until


def free_port() -> int:
    """A port below those that the system hands out to clients: none of them takes it over while a
    server starts anew."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Served:
    """A running server; `with Served(martlet) as server: …` stops it at the end."""

    def __init__(self, martlet: Martlet, *arguments: str, **environment: str):
        self.martlet = martlet
        self.arguments = arguments
        self.environment = environment
        self.port = free_port()
        self.lines: list[str] = []
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> "Served":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def start(self) -> None:
        """Starts it, on the port it had before if there was one, and waits for its first lines."""
        self.out = self.martlet.folder / "serve.out"
        self.err = self.martlet.folder / "serve.err"
        with self.out.open("wb") as out, self.err.open("ab") as err:
            self.process = subprocess.Popen(
                self.martlet.command(
                    "serve", "--listen", f"127.0.0.1:{self.port}", "--data", self.martlet.data, *self.arguments
                ),
                cwd=self.martlet.folder,
                env={**self.martlet.environment, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        assert wait_until(self._is_ready, 60), f"not ready: {self.out.read_text()} {self.err.read_text()[-2000:]}"

    def _is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"serve ended with {self.process.returncode}: {self.err.read_text()[-2000:]}")
        text = self.out.read_text()
        found = re.search(r"^Martlet is ready at http://127\.0\.0\.1:(\d+)\n", text, re.MULTILINE)
        if not found:
            return False
        self.port = int(found[1])
        # The link, where there is one, follows in the same breath.
        self.lines = text.splitlines()
        return self._answers()

    def _answers(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def link(self) -> str:
        """The link that the console printed."""
        for line in self.out.read_text().splitlines():
            if found := re.search(r"http://\S+\?token=\S+", line):
                return found[0]
        raise AssertionError(f"no link was printed: {self.out.read_text()}")

    def status(self, field: str) -> int:
        """A figure of /proc/PID/status in KB, such as VmRSS or VmHWM."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB", text, re.MULTILINE)[1])


class FormReader(HTMLParser):
    """The forms of a page with their inputs, and the links."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.forms: list[dict] = []
        self.links: list[str] = []
        self._select = None
        self._area = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "form":
            self.forms.append(
                {"action": values.get("action", ""), "method": values.get("method", "get").lower(), "inputs": {}}
            )
        if not self.forms:
            return
        inputs = self.forms[-1]["inputs"]
        if tag == "input" and values.get("name"):
            kind = values.get("type", "text")
            if kind in ("checkbox", "radio") and "checked" not in values:
                return
            if kind != "file":
                inputs[values["name"]] = values.get("value", "")
        if tag == "button" and values.get("name") and values.get("type", "submit") == "submit":
            # The first button is the one that Enter stands for.
            inputs.setdefault(values["name"], values.get("value", ""))
        if tag == "select" and values.get("name"):
            self._select = values["name"]
        if tag == "option" and self._select:
            if "selected" in values or self._select not in inputs:
                inputs[self._select] = values.get("value", "")
        if tag == "textarea" and values.get("name"):
            self._area = values["name"]
            inputs[self._area] = ""

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None
        if tag == "textarea" and self._area:
            # The line break right behind the tag is none of the text's (HTML §4.11.7).
            inputs = self.forms[-1]["inputs"]
            inputs[self._area] = inputs[self._area].removeprefix("\n")
            self._area = None

    def handle_data(self, data):
        if self._area:
            self.forms[-1]["inputs"][self._area] += data


class Answer:
    def __init__(self, method: str, status: int, headers: list[tuple[str, str]], body: bytes, address: str):
        self.method = method
        self.status = status
        self.headers = headers
        self.body = body
        self.address = address

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def forms(self) -> list[dict]:
        return FormReader(self.text).forms

    @property
    def links(self) -> list[str]:
        return FormReader(self.text).links

    @property
    def words(self) -> str:
        """What stands in the page's main part, without tags."""
        text = re.search(r"<main.*</main>", self.text, re.DOTALL)
        bare = re.sub(r"<(script|style|svg).*?</\1>|<[^>]*>", " ", text[0] if text else self.text, flags=re.DOTALL)
        return re.sub(r"\s+", " ", html.unescape(bare)).strip()

    @property
    def says(self) -> str:
        return f"{self.status} {self.address}: {self.words[:600]}"

    def form(self, action: str) -> dict:
        """The form of a change that leads to an address, or to one that begins so."""
        found = [form for form in self.forms if form["method"] == "post" and form["action"].startswith(action)]
        assert found, f"no form leads to {action}: {[form['action'] for form in self.forms]}; {self.says}"
        return min(found, key=lambda form: len(form["action"]))


class Client:
    """A browser without a screen: keeps cookies, follows redirects when asked."""

    def __init__(self, server: Served):
        self.server = server
        self.cookies: dict[str, str] = {}

    def request(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        fields = {"Host": f"127.0.0.1:{self.server.port}"}
        if self.cookies:
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        fields.update(headers or {})
        connection.request(method, path, body=body, headers=fields)
        response = connection.getresponse()
        content = response.read()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                pair = value.split(";")[0]
                key, _, cookie = pair.partition("=")
                if "Max-Age=0" in value:
                    self.cookies.pop(key, None)
                else:
                    self.cookies[key] = cookie
        connection.close()
        return Answer(method, response.status, response.getheaders(), content, path)

    def get(self, path: str, follow: bool = True, **headers: str) -> Answer:
        return self._follow(self.request("GET", path, headers=headers), follow)

    def post(self, path: str, fields: dict[str, str], follow: bool = True, headers: dict[str, str] | None = None) -> Answer:
        body = urllib.parse.urlencode(fields).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.server.address, **(headers or {})}
        return self._follow(self.request("POST", path, body, headers), follow)

    def upload(self, path: str, fields: dict[str, str], files: dict[str, tuple[str, bytes]], follow: bool = True) -> Answer:
        edge = "----martlet-test-edge"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        for name, (file_name, content) in files.items():
            head = (
                f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n"
            )
            parts += [head.encode(), content, b"\r\n"]
        body = b"".join(parts) + f"--{edge}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}", "Origin": self.server.address}
        return self._follow(self.request("POST", path, body, headers), follow)

    def submit(self, answer: Answer, action: str, changes: dict[str, str] | None = None, follow: bool = True) -> Answer:
        """Sends a form of a page, with some of its inputs changed."""
        form = answer.form(action)
        return self.post(form["action"], {**form["inputs"], **(changes or {})}, follow)

    def _follow(self, answer: Answer, follow: bool) -> Answer:
        for _ in range(5):
            if not follow or answer.status not in (301, 302, 303, 308):
                return answer
            assert answer.status != 308 or answer.method == "GET", "a change has moved for good"
            answer = self.request("GET", answer.header("Location"))
        raise AssertionError("the redirects do not end")

    def enter_demo(self) -> Answer:
        """Signs in by the link that `serve --demo` prints."""
        path = self.server.link.removeprefix(self.server.address)
        page = self.get(path)
        return self.submit(page, "/enter")
