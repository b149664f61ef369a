#!/usr/bin/env bash
# Runs the tests of the rooms that share memory between threads or talk to C, under a sanitizer.
# Fails when there is a data race, or an octet read outside its memory, however well the tests
# themselves go.
#
#   scripts/sanitize.sh thread [SUITES]     data races
#   scripts/sanitize.sh address [SUITES]    memory
#
# SUITES is a pattern for `swift test --filter` in place of the usual rooms. Each sanitizer has a
# build of its own in .build/sanitize-…; the first one takes as long as any build from nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

rooms='^(SMTP|Net|Workers|Storage|Database|HTTP|Telemetry|Crypto|MIME|Octets)Tests\.'
case "${1:-}" in
  thread | address) kind=$1 ;;
  -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac
suites=${2:-$rooms}

# The usual linker stumbles over the debug tables of instrumented code.
options=(--sanitize="$kind" --scratch-path ".build/sanitize-$kind" -Xswiftc -use-ld=lld)
export TSAN_OPTIONS="exitcode=66:second_deadlock_stack=1:suppressions=$PWD/scripts/sanitize-thread.txt"
# Swift keeps what its runtime knows about types for good: no leaks, but not freed either.
export ASAN_OPTIONS="halt_on_error=1:exitcode=66:detect_leaks=0:detect_stack_use_after_return=0"

swift build --build-tests "${options[@]}"
swift test --skip-build --no-parallel "${options[@]}" --filter "$suites"
echo "sanitize: the $kind sanitizer found nothing"
