#!/usr/bin/env bash
# Sends a campaign into the counting sandbox, both on this machine, and prints messages a second.
#
#   scripts/bench.sh [BINARY] [ROWS] [CONNECTIONS]
#
# Beside it, where Postfix is installed, its load generator `smtp-source` into the same sandbox:
# it renders nothing and records nothing, so it is a yardstick, not a rival.
set -euo pipefail
cd "$(dirname "$0")/.."

martlet=${1:-.build/release/martlet}
rows=${2:-100000}
connections=${3:-8}
folder=$(mktemp -d)
sandbox=
trap '[ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null; rm -rf "$folder"' EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$martlet" sandbox --smtp "127.0.0.1:$port" --count >"$folder/sandbox.log" 2>&1 &
sandbox=$!
for _ in $(seq 100); do
  (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null && break
  sleep 0.05
done

python3 - "$rows" >"$folder/contacts.csv" <<'ROWS'
import sys

print("email,first_name,company")
for number in range(int(sys.argv[1])):
    print(f"user{number}@example.com,Ada {number},Analytical Engines")
ROWS
for round in 1 2 3; do
  "$martlet" send --smtp "smtp+unsafe://127.0.0.1:$port" --contacts "$folder/contacts.csv" \
    --subject 'Hello {{ first_name }}' --body scripts/demo/letter.html --text scripts/demo/letter.txt \
    --from bench@example.com --base-url https://example.com \
    --connections "$connections" --data "$folder/data$round" 2>"$folder/errors.log" | tail -n 1 ||
    { cat "$folder/errors.log" >&2; exit 1; }
done

if command -v smtp-source >/dev/null; then
  python3 - "$port" "$rows" "$connections" <<'YARDSTICK'
import subprocess, sys, time

port, rows, connections = sys.argv[1:]
began = time.monotonic()
subprocess.run(
    ["smtp-source", "-d", "-s", connections, "-m", rows, "-l", "4700",
     "-f", "bench@example.com", "-t", "user@example.com", f"127.0.0.1:{port}"],
    check=True,
)
print(f"smtp-source beside it: {int(rows) / (time.monotonic() - began):.0f}/s")
YARDSTICK
fi
