#!/usr/bin/env bash
# Style and house rules: prints every breach, and fails when there is one.
#
#   scripts/check.sh              the sources, tests and pages of this checkout
#   scripts/check.sh --self-test  plants breaches elsewhere and sees each rule fire
set -uo pipefail
cd "$(dirname "$0")/.."
export PYTHONDONTWRITEBYTECODE=1

self_test() {
  local folder status=0
  python3 scripts/house_rules_test.py || status=1
  folder=$(mktemp -d)
  printf 'struct  A{let b=1}\n' >"$folder/A.swift"
  if swift format lint --strict --configuration .swift-format "$folder/A.swift" 2>/dev/null; then
    echo "self-test: the formatter let a badly spaced file pass"
    status=1
  fi
  rm -rf "$folder"
  return $status
}

case "${1:-}" in
  "") ;;
  --self-test) self_test; exit ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 64 ;;
esac

status=0
swift format lint --strict --parallel --recursive --configuration .swift-format \
  Package.swift Sources Tests Fuzz/Package.swift Fuzz/Targets || status=1

manifest=$(mktemp)
trap 'rm -f "$manifest"' EXIT
if swift package dump-package >"$manifest"; then
  python3 scripts/house_rules.py . "$manifest" || status=1
else
  echo "check: Package.swift cannot be read"
  status=1
fi

python3 scripts/state_diagrams.py . || status=1

for script in scripts/*.sh .ci/run; do
  bash -n "$script" || status=1
done

if [ "$status" -eq 0 ]; then
  echo "check: all rules hold"
else
  echo "check: the breaches above want mending (\`make format\` mends the layout)"
fi
exit "$status"
