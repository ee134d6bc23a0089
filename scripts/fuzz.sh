#!/usr/bin/env bash
# go test runs one fuzz target at a time, so each gets a run of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Making an input shorter is bounded: where coverage varies from run to run it would take the whole time.
#
# A busy machine can end a run at its deadline with nothing but "context deadline exceeded", which go test
# then calls a failure. An input that fails is always written down and named: that is what counts.
fuzz() {
	if go test "./$1" -run '^$' -fuzz "^$2\$" -fuzztime "$FUZZTIME" -fuzzminimizetime 20x 2>&1 | tee "$log"; then
		return 0
	fi
	grep -q 'context deadline exceeded' "$log" && ! grep -qE 'Failing input|panic|--- FAIL: .*/' "$log"
}

FUZZTIME=${FUZZTIME:-60s}
found=0
while IFS=: read -r file name; do
	found=1
	printf '\n== %s in %s for %s\n' "$name" "$(dirname "$file")" "$FUZZTIME"
	fuzz "$(dirname "$file")" "$name"
done < <(grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sed -E 's/func //; s#^\./##')
if [ "$found" = 0 ]; then
	echo "there is no fuzz target" >&2
	exit 1
fi
