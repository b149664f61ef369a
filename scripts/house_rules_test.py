"""Plants one breach after the other in a small house and sees each rule fire, and only that one."""

import sys
import tempfile
from pathlib import Path

from house_rules import LONGEST_FILE, check

MANIFEST = {
    "targets": [
        {"name": "CNet", "type": "regular", "dependencies": []},
        {"name": "Locking", "type": "regular", "dependencies": []},
        {"name": "Octets", "type": "regular", "dependencies": []},
        {"name": "Net", "type": "regular", "dependencies": [{"byName": ["CNet", None]}]},
        {"name": "Liquid", "type": "regular", "dependencies": [{"byName": ["Octets", None]}]},
        {"name": "App", "type": "regular", "dependencies": [{"byName": ["Net", None]}]},
        {"name": "LiquidTests", "type": "test", "dependencies": [{"byName": ["Liquid", None]}]},
    ]
}

CLEAN = {
    "README.md": "A [page](docs/page.md) and [the web](https://example.com/).\n",
    "docs/page.md": "[back](../README.md)\n",
    "Sources/Liquid/Template.swift": '''import Glibc
public import Octets

/// Never calls fatalError( or try! and has no Task { of its own.
public struct Template {
  let text = "print(1) \\(title) OpaquePointer"
  /* import Net, /* nested */ try! */
  let raw = #"a "quoted" nonisolated(unsafe)"#
  func footprint(_ x: Int) {}
  func find(_ bytes: UnsafeRawBufferPointer) { use(UnsafeRawPointer(found)) }
}
''',
    "Sources/Net/Socket.swift": '''import CNet

// Safe: the handle never changes after init.
final class Socket: @unchecked Sendable {
  let handle: OpaquePointer
}
''',
    "Sources/Net/EventLoop.swift": "func run() {\n  // Cancelled by stop().\n  Task { await turn() }\n}\n",
    "Sources/Locking/Lock.swift": "// Safe: a mutex.\nfinal class Lock: @unchecked Sendable {}\n",
    "Sources/App/Report.swift": "import Foundation\nimport Net\nfunc show() { print(1) }\n",
    "Tests/LiquidTests/TemplateTests.swift": "import Foundation\nimport Liquid\nlet x = try! Template()\n",
}

BREACHES = [
    ("imports are what the manifest grants", "Sources/Liquid/A.swift", "import Net\n"),
    ("imports are what the manifest grants", "Sources/Liquid/A.swift", "public import struct Net.Socket\n"),
    ("imports are what the manifest grants", "Tests/LiquidTests/ATests.swift", "@testable import App\n"),
    ("C is touched only where the manifest grants it", "Sources/App/A.swift", "private import CNet\n"),
    ("Foundation stays out of the rooms", "Sources/Net/A.swift", "import FoundationEssentials\n"),
    ("every room stands in the manifest", "Sources/Attic/A.swift", "let a = 1\n"),
    ("no trapdoors in Sources", "Sources/App/A.swift", "let a = try! b()\n"),
    ("no trapdoors in Sources", "Sources/App/A.swift", 'let a = "\\(fatalError("no"))"\n'),
    ("no trapdoors in Sources", "Sources/Net/A.swift", "nonisolated(unsafe) var a = 1\n"),
    ("only App prints", "Sources/Liquid/A.swift", "func a() { print(1) }\n"),
    ("rooms speak by `public`: what is `package` is never inlined", "Sources/Liquid/A.swift", "package struct A {}\n"),
    ("C pointers live where the manifest grants a C module", "Sources/Liquid/A.swift", "let a: OpaquePointer\n"),
    ("C pointers live where the manifest grants a C module", "Sources/Liquid/A.swift", "var a: UnsafeMutablePointer<UInt8>\n"),
    (
        "@unchecked Sendable lives where the manifest grants a C module",
        "Sources/Liquid/A.swift",
        "// Safe: no.\nstruct A: @unchecked Sendable {}\n",
    ),
    ("@unchecked Sendable says why it is safe", "Sources/Net/A.swift", "final class A: @unchecked Sendable {}\n"),
    ("a task nobody awaits starts only in Lifecycle, Server and EventLoop", "Sources/Net/A.swift", "func a() { Task { b() } }\n"),
    ("a task nobody awaits starts only in Lifecycle, Server and EventLoop", "Sources/App/A.swift", "let a = Task.detached { 1 }\n"),
    ("a task nobody awaits starts only in Lifecycle, Server and EventLoop", "Sources/App/A.swift", "let a = Task<Void, any Error> { }\n"),
    ("no module bears the name of a type inside it", "Sources/Liquid/A.swift", "public enum Liquid {}\n"),
    ("name the thing, not the drawer it lies in", "Sources/Liquid/StringHelpers.swift", "let a = 1\n"),
    ("name the thing, not the drawer it lies in", "Sources/Liquid/A.swift", "struct CampaignManager {}\n"),
    ("name the thing, not the drawer it lies in", "Sources/Net/Common/A.swift", "let a = 1\n"),
    (f"a file longer than {LONGEST_FILE} lines wants to be two files", "Sources/Net/A.swift", "\n" * (LONGEST_FILE + 1)),
    (f"a file longer than {LONGEST_FILE} lines wants to be two files", "Tests/EndToEnd/test_a.py", "\n" * (LONGEST_FILE + 1)),
    ("a link leads somewhere", "docs/a.md", "[gone](nowhere.md)\n"),
]


def rules_that_fire(extra: dict[str, str]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, text in {**CLEAN, **extra}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return sorted({breach.rule for breach in check(root, MANIFEST)})


def main() -> int:
    failures = []
    if found := rules_that_fire({}):
        failures.append(f"the clean house breaks {found}")
    for rule, path, text in BREACHES:
        if (found := rules_that_fire({path: text})) != [rule]:
            failures.append(f"{text.strip()[:60]!r} in {path}: expected [{rule}], found {found}")
    for failure in failures:
        print(f"self-test: {failure}")
    print(f"self-test: {len(BREACHES) + 1 - len(failures)} of {len(BREACHES) + 1} as expected")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
