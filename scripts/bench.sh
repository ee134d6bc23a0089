#!/usr/bin/env bash
# Starts a PostgreSQL that forgets nothing, lets testkit/bench measure on it, and stops it.
#   bench.sh [flags]  takes the figures and writes docs/benchmarks.md; -figures 1,2 takes some and prints them
#   bench.sh plans    writes docs/query-plans.md
# The server is Debian's, in a folder of its own below TWIST_BENCH_FOLDER (/var/tmp), which has to be on a disk.
set -euo pipefail
cd "$(dirname "$0")/.."

newest() { find /usr/lib/postgresql -path '*/bin/pgbench' 2>/dev/null | sort -V | tail -n 1; }

if [ -z "$(newest)" ]; then
	RUNLEVEL=1 scripts/packages.sh postgresql-15 # the package need not start a server of its own
fi
bin=$(dirname "$(newest)")

folder=$(mktemp -d "${TWIST_BENCH_FOLDER:-/var/tmp}/twist-bench.XXXXXX")
server=
finish() {
	if [ -n "$server" ]; then
		kill -INT "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	fi
	rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM
if [ "$(stat -f -c %T "$folder")" = tmpfs ]; then
	echo "$folder is in memory: name a folder on a disk with TWIST_BENCH_FOLDER" >&2
	exit 1
fi

# PostgreSQL refuses to run as root.
become=()
if [ "$(id -u)" = 0 ]; then
	chown postgres:postgres "$folder"
	become=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
go build -o "$folder/bench" ./testkit/bench

"${become[@]}" "$bin/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
	>"$folder/initdb.log" || { cat "$folder/initdb.log" >&2 && exit 1; }
"${become[@]}" "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= \
	-c shared_buffers=2GB -c max_wal_size=8GB -c checkpoint_timeout=30min -c max_connections=200 \
	-c timezone=UTC -c logging_collector=on -c log_destination=jsonlog \
	-c log_rotation_size=0 -c log_rotation_age=0 >"$folder/server.log" 2>&1 &
server=$!
until "$bin/pg_isready" --quiet --host="$folder" --username=postgres; do
	if ! kill -0 "$server" 2>/dev/null; then
		cat "$folder/server.log" >&2
		exit 1
	fi
	sleep 0.1
done

PATH="$bin:$PATH" TWIST_BENCH_DATABASE_URL="postgres:///postgres?host=$folder&user=postgres" "$folder/bench" "$@"
