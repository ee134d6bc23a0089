#!/usr/bin/env bash
# The whole proof. It stops at the first thing that is wrong and says what to do about it.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

step gofumpt
unformatted=$(go run mvdan.cc/gofumpt@v0.12.0 -l .)
if [ -n "$unformatted" ]; then
	printf '%s\n' "$unformatted" "run: go run mvdan.cc/gofumpt@v0.12.0 -w ." >&2
	exit 1
fi

step no merge is half done
if git grep -nE '^(<<<<<<<|>>>>>>>) '; then
	echo "say which side stays" >&2
	exit 1
fi

step go mod tidy -diff
go mod tidy -diff

step go build
go build ./...

step go vet
go vet ./...

step coverage of core
scripts/cover.sh

step generated files
scripts/generated.sh

# A machine on which no engine runs still has PostgreSQL's own binaries, or says what is missing. In CI the
# engine has to run: what is proven there is proven in containers.
step a container engine, and the images of the servers
trap 'scripts/engine.sh stop $$' EXIT
if { scripts/engine.sh start $$ && scripts/images.sh; } || [ "${CI:-}" = true ]; then
	export TWIST_TEST_DOCKER=required
fi

# Pages are opened in a real browser: a test that finds none fails.
step a browser
command -v chromium chromium-browser google-chrome >/dev/null || scripts/packages.sh chromium

# What only ever does one thing after the other has no races, and takes several times as long under the detector.
alone='^(TestVerifyNoticesAnyAlteredColumn|TestAnySequenceKeepsTheBooks|TestMemoryAndPostgres(Answer|Judge)Alike|TestStoreModel)$'
step go test, what works alone
go test -shuffle=on -count=1 -timeout=30m -run "$alone" . ./adapters/postgres

# Last, so that its closing lines are the last thing on the screen.
step go test -race, all the rest
go test -race -shuffle=on -count=1 -timeout=60m -skip "$alone" ./...

printf '\nmake test: everything passed\n'
