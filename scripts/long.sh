#!/usr/bin/env bash
# Properties and crash tests draw SEEDS cases instead of a few hundred. TWIST_SEEDS is read by the tests
# that walk their own seeds; the flag is rapid's, so it goes to the packages that link rapid.
set -euo pipefail
cd "$(dirname "$0")/.."

SEEDS=${SEEDS:-2000}
with=$(go list -f '{{$p := .ImportPath}}{{range .TestImports}}{{if eq . "pgregory.net/rapid"}}{{$p}} {{end}}{{end}}{{range .XTestImports}}{{if eq . "pgregory.net/rapid"}}{{$p}} {{end}}{{end}}' ./... | tr ' ' '\n' | sort -u)
if [ -n "$with" ]; then
	# shellcheck disable=SC2086 # a list of packages
	TWIST_SEEDS="$SEEDS" go test -count=1 -timeout=60m $with -rapid.checks="$SEEDS"
fi
TWIST_SEEDS="$SEEDS" go test -count=1 -timeout=60m ./...
