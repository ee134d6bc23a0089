#!/usr/bin/env bash
# go test runs one fuzz target at a time, so each gets a run of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

found=0
while IFS=: read -r file name; do
	found=1
	printf '\n== %s in %s for %s\n' "$name" "$(dirname "$file")" "${FUZZTIME:=60s}"
	go test "./$(dirname "$file")" -run '^$' -fuzz "^$name\$" -fuzztime "$FUZZTIME"
done < <(grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sed -E 's/func //; s#^\./##')
if [ "$found" = 0 ]; then
	echo "there is no fuzz target" >&2
	exit 1
fi
