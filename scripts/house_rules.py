"""House rules that the compiler cannot check: prints every breach, ends with 1 when there is one.

usage: house_rules.py ROOT MANIFEST.json     (the second from `swift package dump-package`)
"""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from swift_text import code_only

LONGEST_FILE = 400

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*"
    r"(?:(public|package|internal|fileprivate|private)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)"
)
TYPE = re.compile(r"\b(?:struct|class|enum|actor|protocol|typealias)\s+`?([A-Z]\w*)")
TOP_LEVEL_TYPE = re.compile(
    r"^(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private|final|indirect)\s+)*"
    r"(?:struct|class|enum|actor|protocol|typealias)\s+`?([A-Z]\w*)"
)
DRAWER = re.compile(r"(?:Util|Helper|Common|Misc|Manager|Service|Impl|Data|Info)s?$")
# A pointer that is kept or handed on; one converted within an expression, `UnsafeRawPointer(found)`,
# lives no longer than the call that lent it.
POINTER = re.compile(r"\b(?:OpaquePointer\b|Unsafe(?:Mutable)?(?:Raw)?Pointer\b(?!\())")
FREE_TASK = re.compile(r"(?<![\w.])Task\s*(?:\{|\(|<[^<>]*(?:<[^<>]*>)?[^<>]*>\s*[({]|\.(?:detached|immediate|init)\b)")
FORBIDDEN = [
    (re.compile(r"\btry!"), "try!"),
    (re.compile(r"(?<![\w.])fatalError\("), "fatalError"),
    (re.compile(r"\bnonisolated\(unsafe\)"), "nonisolated(unsafe)"),
]
PRINT = re.compile(r"(?<![\w.])(?<!func )(?:print|debugPrint)\(")
PACKAGE = re.compile(r"^\s*(?:@\w+\s+)*package\s+(?:final\s+)?(?:import|struct|class|enum|actor|protocol|func|var|let|init|typealias|extension|static|subscript)\b")
LINK = re.compile(r"\]\(([^)\s]+)\)")

# Where work may be started that nobody awaits; each place says who cancels it.
MAY_START_TASKS = ("Sources/App/Lifecycle", "Sources/HTTP/Server", "Sources/Net/EventLoop")
# Rooms that own C things without a C module of the package: a lock is a pthread mutex.
POINTERS_WITHOUT_GRANT = {"Locking"}


@dataclass(frozen=True)
class Breach:
    rule: str
    path: str
    line: int
    detail: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.detail}"


@dataclass(frozen=True)
class Room:
    """A target of the manifest: its folder, and the modules it was granted."""

    name: str
    folder: str
    grants: frozenset[str]

    @property
    def is_granted_c(self) -> bool:
        return any(is_c(module) for module in self.grants)


def is_c(module: str) -> bool:
    """C modules are named after their library with a C before it: CSQLite, but not Crypto."""
    return re.match(r"C[A-Z]", module) is not None


def rooms_of(manifest: dict) -> dict[str, Room]:
    rooms = {}
    for target in manifest["targets"]:
        grants = set()
        for dependency in target.get("dependencies", []):
            for kind in ("byName", "target", "product"):
                if kind in dependency:
                    grants.add(dependency[kind][0])
        top = "Tests" if target["type"] == "test" else "Sources"
        folder = target.get("path") or f"{top}/{target['name']}"
        rooms[target["name"]] = Room(target["name"], folder, frozenset(grants))
    return rooms


def swift_files(root: Path) -> list[Path]:
    return sorted(p for top in ("Sources", "Tests") for p in (root / top).rglob("*.swift"))


def room_of(path: str, rooms: dict[str, Room]) -> Room | None:
    return next((r for r in rooms.values() if path.startswith(r.folder + "/")), None)


def check_file(path: str, source: str, rooms: dict[str, Room]) -> list[Breach]:
    room = room_of(path, rooms)
    if room is None:
        return [Breach("every room stands in the manifest", path, 0, "no target of Package.swift has this folder")]
    code = code_only(source).split("\n")
    lines = source.split("\n")
    breaches = check_imports(path, code, room, rooms)
    if path.startswith("Sources/"):
        breaches += check_source(path, code, lines, room)
    return breaches


def check_imports(path: str, code: list[str], room: Room, rooms: dict[str, Room]) -> list[Breach]:
    breaches = []
    for number, line in enumerate(code, 1):
        if not (found := IMPORT.match(line)):
            continue
        module = found[2]
        if module in rooms and module not in room.grants:
            rule = "C is touched only where the manifest grants it" if is_c(module) else "imports are what the manifest grants"
            breaches.append(Breach(rule, path, number, f"{room.name} may not import {module}"))
        if module.startswith("Foundation") and path.startswith("Sources/") and room.name != "App":
            breaches.append(Breach("Foundation stays out of the rooms", path, number, f"{room.name} imports {module}"))
    return breaches


def check_source(path: str, code: list[str], lines: list[str], room: Room) -> list[Breach]:
    breaches = []
    may_point = room.is_granted_c or room.name in POINTERS_WITHOUT_GRANT
    # A type with a `print` of its own calls that one.
    may_print = room.name in ("App", "martlet") or any("func print(" in line for line in code)

    def breach(rule: str, number: int, detail: str) -> None:
        breaches.append(Breach(rule, path, number, detail))

    for number, line in enumerate(code, 1):
        for pattern, word in FORBIDDEN:
            if pattern.search(line):
                breach("no trapdoors in Sources", number, word)
        if not may_print and PRINT.search(line):
            breach("only App prints", number, "print")
        if PACKAGE.match(line):
            breach("rooms speak by `public`: what is `package` is never inlined", number, line.strip())
        if POINTER.search(line) and not may_point:
            breach("C pointers live where the manifest grants a C module", number, line.strip())
        if re.search(r"@unchecked\s+Sendable", line):
            if not may_point:
                breach("@unchecked Sendable lives where the manifest grants a C module", number, line.strip())
            if not any("// Safe:" in near for near in lines[max(0, number - 6) : number + 2]):
                breach("@unchecked Sendable says why it is safe", number, "no `// Safe:` line beside it")
        if FREE_TASK.search(line) and not path.startswith(MAY_START_TASKS):
            breach("a task nobody awaits starts only in Lifecycle, Server and EventLoop", number, line.strip())
        if (found := TOP_LEVEL_TYPE.match(line)) and found[1] == room.name:
            breach("no module bears the name of a type inside it", number, found[1])
        for name in TYPE.findall(line):
            if DRAWER.search(name):
                breach("name the thing, not the drawer it lies in", number, name)
    return breaches


def check_names(path: str) -> list[Breach]:
    drawer = next((part for part in Path(path).with_suffix("").parts if DRAWER.search(part.split("+")[-1])), None)
    return [Breach("name the thing, not the drawer it lies in", path, 0, drawer)] if drawer else []


def check_length(path: str, source: str) -> list[Breach]:
    length = source.count("\n")
    if length <= LONGEST_FILE:
        return []
    return [Breach(f"a file longer than {LONGEST_FILE} lines wants to be two files", path, 0, f"{length} lines")]


def check_links(root: Path) -> list[Breach]:
    breaches = []
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "Tests" / "EndToEnd").glob("*.md")]
    for page in sorted(pages):
        for number, line in enumerate(page.read_text().split("\n"), 1):
            for target in LINK.findall(line):
                if re.match(r"[a-z]+:|#", target):
                    continue
                if not (page.parent / target.split("#")[0]).exists():
                    breaches.append(Breach("a link leads somewhere", str(page.relative_to(root)), number, target))
    return breaches


def check(root: Path, manifest: dict) -> list[Breach]:
    rooms = rooms_of(manifest)
    breaches = []
    for file in swift_files(root):
        path = str(file.relative_to(root))
        source = file.read_text()
        breaches += check_file(path, source, rooms) + check_names(path) + check_length(path, source)
    for file in sorted([*(root / "Tests").rglob("*.py"), *(root / "scripts").glob("*")]):
        if file.is_file() and "__pycache__" not in file.parts:
            breaches += check_length(str(file.relative_to(root)), file.read_text())
    return breaches + check_links(root)


def main() -> int:
    root, manifest = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    breaches = check(root, manifest)
    for rule in dict.fromkeys(breach.rule for breach in breaches):
        print(f"house rule: {rule}")
        for breach in breaches:
            if breach.rule == rule:
                print(f"  {breach}")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
