"""Contact files that the tests send to."""

import csv
import io
import json
import os
from pathlib import Path

from program import ROOT

# Where the public test data lie beside the checkout; see Tests/TestSupport/Corpora.swift.
CORPORA = Path(os.environ.get("MARTLET_CORPORA", ROOT / ".." / "shared" / "corpora"))

# Values that have broken mailers before; what `corpora/naughty-strings` adds comes on top.
AWKWARD = [
    "Zoë Weiß",
    "O'Brien \"Bob\" <script>alert(1)</script> & Söhne",
    "山田 太郎",
    "محمد بن أحمد",
    "👩‍👩‍👧‍👦 & 🇺🇳",
    "{{ 7 | times: 6 }} {% if true %}x{% endif %}",
    "{first_name}",
    "=?utf-8?q?already=20encoded?=",
    "=cmd|' /C calc'!A0",
    "a" * 300,
    "é" * 300,
    "ends with a dot.",
    ".begins with a dot",
    "two  spaces   and a half",
    "100 %; DROP TABLE contacts; --",
    "&amp; &lt; &#39;",
    "From here",
    "\\r\\n stays text",
    "e\u0301 beside \u00e9",
    "\u202eright to left\u202c",
    "zero\u200bwidth\ufeffmarks",
]


def table(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def people(count: int, domains: list[str] = ["example.com"]) -> bytes:
    rows = [["email", "first_name", "company"]]
    for number in range(count):
        rows.append([f"user{number}@{domains[number % len(domains)]}", f"Ädä {number}", "Söhne & Co"])
    return table(rows)


def naughty_strings() -> list[str]:
    """The public list, or an empty one where the test data are not beside the checkout."""
    path = CORPORA / "naughty-strings" / "blns.json"
    return [text for text in json.loads(path.read_text()) if text] if path.exists() else []
