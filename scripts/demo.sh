#!/usr/bin/env bash
# Sends a campaign of 2,000 made-up people into the built-in sandbox: nothing leaves this machine.
#
#   scripts/demo.sh [BINARY]
#
# The contact file, the database and the report stay in data/demo until the next run.
set -euo pipefail
cd "$(dirname "$0")/.."

martlet=${1:-.build/release/martlet}
folder=data/demo
rm -rf "$folder"
mkdir -p "$folder"

echo "demo: writing $folder/contacts.csv (2,000 rows; some invalid, some twice)"
python3 scripts/demo/contacts.py 2000 >"$folder/contacts.csv"

echo "demo: sending into the sandbox"
status=0
"$martlet" send --sandbox \
  --contacts "$folder/contacts.csv" \
  --subject 'The autumn workshop is open, {{ first_name | default: "friend" }}' \
  --body Sources/CAssets/demo/letter.html --text Sources/CAssets/demo/letter.txt \
  --from 'Käthe from Nordlicht <kaethe@nordlicht.test>' \
  --base-url https://nordlicht.test \
  --data "$folder" --report "$folder/report.csv" || status=$?

if [ -s "$folder/report.csv" ]; then
  echo
  echo "demo: the first rows of $folder/report.csv"
  head -n 6 "$folder/report.csv" | cut -c 1-110 | sed 's/^/  /'
  echo
  echo "demo: what became of everyone"
  python3 - "$folder/report.csv" <<'SUMMARY'
import collections, csv, sys

with open(sys.argv[1], newline="", encoding="utf-8-sig") as report:
    states = collections.Counter((row["state"], row["reason"]) for row in csv.DictReader(report))
for (state, reason), count in states.most_common():
    print(f"  {count:>6}  {state}{': ' + reason if reason else ''}")
SUMMARY
fi
exit "$status"
