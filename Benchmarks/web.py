"""See Benchmarks/web."""

import os
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests" / "EndToEnd"))
os.environ["MARTLET_BINARY"] = sys.argv[1]

from program import Martlet  # noqa: E402
from served import Client, Served  # noqa: E402

SECONDS, CONNECTIONS = sys.argv[2], sys.argv[3]
ROWS = 100_000
ROUNDS = 3
LUA = """
done = function(summary, latency, requests)
  io.write(string.format("figures %d %d %d\\n", summary.requests, summary.duration, latency:percentile(95)))
  io.write(string.format("errors %d\\n", summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
"""


def cpu(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [pid, *map(int, text.split())]


def ask(url: str, script: Path, pids: list[int], cookie: str = "") -> dict[str, float]:
    before = cpu(pids)
    out = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", script, "-H", f"Cookie: {cookie}", url],
        check=True, capture_output=True, text=True,
    ).stdout
    requests, microseconds, late = map(int, re.search(r"figures (\d+) (\d+) (\d+)", out).groups())
    errors = int(re.search(r"errors (\d+)", out)[1])
    if errors or not requests:
        sys.exit(f"{url}: {errors} errors in {requests} requests\n{out}")
    return {
        "rate": requests / (microseconds / 1e6),
        "p95": late / 1000,
        "cpu": (cpu(pids) - before) / requests * 1e6,
    }


def grow(database: Path) -> str:
    """Gives the demo campaign 100,000 deliveries, all sent; the address of its page."""
    connection = sqlite3.connect(database)
    workspace, campaign, sender = connection.execute("SELECT workspace_id, id, sender_id FROM campaigns").fetchone()
    connection.execute(
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
        INSERT INTO deliveries (workspace_id, campaign_id, number, email, fields, state, attempts, finished_at)
        SELECT ?, ?, i, 'user' || i || '@example.com', '[]', 3, 1, ? FROM n
        """,
        (ROWS, workspace, campaign, int(time.time() * 1e6)),
    )
    connection.execute("UPDATE campaigns SET state = 'sent', sent = ?, finished_at = ?", (ROWS, int(time.time() * 1e6)))
    connection.commit()
    connection.close()
    return campaign


def median(rounds: list[dict[str, float]], key: str) -> float:
    return statistics.median(figures[key] for figures in rounds)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        script = folder / "figures.lua"
        script.write_text(LUA)
        martlet = Martlet(folder)
        server = Served(martlet, "--demo")
        began = time.monotonic()
        server.start()
        started = time.monotonic() - began
        time.sleep(1)
        idle = server.status("VmRSS") / 1024
        server.stop()
        grow(martlet.data / "martlet.db")
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        subprocess.run(
            [folder / "venv/bin/pip", "install", "-q", "--disable-pip-version-check", "-r",
             ROOT / "Benchmarks/peers/flask/requirements.txt"],
            check=True,
        )
        with server:
            client = Client(server)
            client.enter_demo()
            campaign = re.search(r'href="(/campaigns/cmp_[a-z0-9]+)"', client.get("/campaigns").text)[1]
            cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
            gunicorn = subprocess.Popen(
                [folder / "venv/bin/gunicorn", "-w", "4", "-b", "127.0.0.1:0", "app:app", "--log-level", "info"],
                cwd=ROOT / "Benchmarks/peers/flask",
                env={**os.environ, "BENCH_DATABASE": str(martlet.data / "martlet.db")},
                stderr=(folder / "gunicorn.log").open("wb"),
            )
            try:
                time.sleep(2)
                peer = re.search(r"http://127\.0\.0\.1:\d+", (folder / "gunicorn.log").read_text())[0]
                pages = {
                    "martlet /": f"{server.address}/",
                    "martlet /campaigns": f"{server.address}/campaigns",
                    "martlet campaign page": f"{server.address}{campaign}",
                    "martlet its deliveries": f"{server.address}{campaign}/deliveries",
                }
                figures: dict[str, list] = {name: [] for name in [*pages, "flask /campaigns"]}
                for _ in range(ROUNDS):
                    for name, url in pages.items():
                        figures[name].append(ask(url, script, [server.process.pid], cookie))
                    figures["flask /campaigns"].append(ask(f"{peer}/campaigns", script, children(gunicorn.pid)))
            finally:
                gunicorn.send_signal(signal.SIGTERM)
                gunicorn.wait(timeout=20)
        print(f"start to first answer {started:.2f} s; idle memory {idle:.0f} MB; {CONNECTIONS} connections, medians of {ROUNDS}")
        for name, rounds in figures.items():
            print(
                f"{name:24} {median(rounds, 'rate'):8.0f}/s   p95 {median(rounds, 'p95'):6.1f} ms   "
                f"{median(rounds, 'cpu'):6.0f} us CPU a request"
            )
        ratio = median(figures["martlet /campaigns"], "rate") / median(figures["flask /campaigns"], "rate")
        print(f"martlet /campaigns to flask /campaigns: {ratio:.1f} times the requests a second")


main()
