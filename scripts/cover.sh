#!/usr/bin/env bash
# Tests of core, without the race detector, and the share of core's statements that they run.
set -euo pipefail
cd "$(dirname "$0")/.."

least=95
go test -count=1 -coverpkg=./core/... -coverprofile=coverage.out ./core/...
total=$(go tool cover -func=coverage.out | awk '/^total:/ { sub("%", "", $NF); print $NF }')
printf 'core: %s%% of statements covered, at least %s%% wanted\n' "$total" "$least"
if ! awk -v got="$total" -v least="$least" 'BEGIN { exit !(got + 0 >= least) }'; then
	echo "core is covered too little; see: go tool cover -html=coverage.out" >&2
	exit 1
fi
