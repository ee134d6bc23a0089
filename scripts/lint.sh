#!/usr/bin/env bash
# The linter is installed by itself: as a tool of go.mod its dependencies would become ours.
set -euo pipefail
cd "$(dirname "$0")/.."

version=v2.15.0
if ! bin/golangci-lint version 2>/dev/null | grep -q "${version#v}"; then
	GOBIN="$PWD/bin" go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
fi
bin/golangci-lint run ./...
