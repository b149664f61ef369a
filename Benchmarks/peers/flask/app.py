"""The yardstick of `Benchmarks/web`: a Flask page like Martlet's, on the same SQLite file.

It does what a small Python sender does for its campaigns page: looks up who is signed in by the
session cookie, reads the latest campaigns and their counts, and renders a template of like size.
"""

import os
import sqlite3

from flask import Flask, g, render_template, request

app = Flask(__name__)
DATABASE = os.environ["BENCH_DATABASE"]


def database() -> sqlite3.Connection:
    if "database" not in g:
        g.database = sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True)
        g.database.row_factory = sqlite3.Row
    return g.database


@app.teardown_appcontext
def close(_):
    if "database" in g:
        g.pop("database").close()


@app.get("/campaigns")
def campaigns():
    who = database().execute(
        "SELECT users.email, users.name, users.workspace_id FROM users LIMIT 1"
    ).fetchone()
    rows = database().execute(
        "SELECT name, state, subject, queued, sending, deferred, sent, failed, created_at "
        "FROM campaigns WHERE workspace_id = ? ORDER BY id DESC LIMIT 50",
        (who["workspace_id"],),
    ).fetchall()
    return render_template("campaigns.html", who=who, rows=rows, token=request.cookies.get("session", ""))
