#!/usr/bin/env bash
# What is generated is regenerated and must not change. The tests of testkit/arch compare the same files
# without rewriting them, so a tree without git is covered too.
set -euo pipefail
cd "$(dirname "$0")/.."

files=(docs/errors.md testkit/arch/testdata/api.golden apps/api/testdata/routes.golden apps/api/testdata/openapi.json
	apps/client/types.gen.go apps/client/operations.gen.go)
if ! git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
	echo "not a git checkout: left to the tests"
	exit 0
fi
before=$(cksum "${files[@]}")
make -s generate
if [ "$before" != "$(cksum "${files[@]}")" ]; then
	git --no-pager diff -- "${files[@]}"
	echo "generated files were out of date and are rewritten: read the diff and commit it" >&2
	exit 1
fi
git diff --exit-code --stat -- "${files[@]}" || echo "note: generated files are up to date and not committed yet"
