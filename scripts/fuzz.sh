#!/usr/bin/env bash
# Lets libFuzzer make up what hostile servers and clients say, to the client's reader of replies
# and to the sandbox's reader of commands. Fails when one of them traps, hangs, reads outside its
# memory, or takes too much of it; what it was told then lies in .build/fuzz/found.
#
#   scripts/fuzz.sh             a minute each
#   scripts/fuzz.sh 600         so many seconds each
#   scripts/fuzz.sh FILE        once, with what was found before (replies-… or commands-…)
#
# What it has learnt stays in .build/fuzz/learnt, and the next run begins there.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-60}" in
  -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac

build=.build/fuzz
echo "fuzz: building"
swift build --package-path Fuzz --scratch-path "$build" -c release >"$build.log" 2>&1 ||
  { cat "$build.log"; exit 1; }

# Memory in MB, seconds for one input; leaks are looked for at the end of a run.
export ASAN_OPTIONS=quarantine_size_mb=32
bounds=(-rss_limit_mb=1024 -malloc_limit_mb=256 -timeout=10)
program() { case "$1" in replies) echo FuzzReplies ;; commands) echo FuzzCommands ;; esac; }

if [ -f "${1:-}" ]; then
  target=$(basename "$1" | cut -d- -f1)
  exec "$build/release/$(program "$target")" "${bounds[@]}" "$1"
fi

seconds=${1:-60}
[[ $seconds =~ ^[0-9]+$ ]] || { echo "fuzz: $seconds is neither a file nor a number of seconds"; exit 64; }
mkdir -p "$build/found"
status=0
for target in replies commands; do
  learnt=$build/learnt/$target
  mkdir -p "$learnt"
  python3 Fuzz/seeds.py "$target" "$build/seeds/$target"
  echo "fuzz: $target for $seconds s"
  if "$build/release/$(program "$target")" "${bounds[@]}" -max_total_time="$seconds" \
    -max_len=16384 -dict="Fuzz/$target.dict" -artifact_prefix="$build/found/$target-" \
    -print_final_stats=1 -verbosity=0 "$learnt" "$build/seeds/$target" \
    >"$build/$target.log" 2>&1; then
    awk -v target="$target" '/number_of_executed_units|peak_rss_mb/ { line = line " " $2 }
      END { split(line, n, " "); print "fuzz: " target ": " n[1] " conversations, " n[2] " MB, nothing found" }' \
      "$build/$target.log"
  else
    status=1
    tail -60 "$build/$target.log"
    echo "fuzz: $target FAILED; what it was told is in $build/found (again: scripts/fuzz.sh FILE)"
  fi
done
exit $status
