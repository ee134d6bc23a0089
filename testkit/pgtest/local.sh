# Runs a PostgreSQL of its own until standard input ends, and leaves nothing.
# Arguments: the folder with initdb and postgres, "forgetful" or "durable", then the server's own.
# PGPASSWORD is the superuser's.
set -eu
bin=$1 kind=$2
shift 2
umask 077
# In memory a database is copied several times as fast. Containers have too little of it there.
free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ "$kind" = forgetful ] && [ "${free:-0}" -gt 2000000 ]; then
	export TMPDIR=/dev/shm
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
exec 3<&0 </dev/null
printf '%s\n' "$PGPASSWORD" >"$dir/password"
"$bin/initdb" --pgdata="$dir/data" --username=twist --pwfile="$dir/password" --auth=scram-sha-256 \
	--encoding=UTF8 --no-locale --no-sync --no-instructions >"$dir/initdb"
"$bin/postgres" -D "$dir/data" -c unix_socket_directories= "$@" &
server=$!
# The leash. read is the shell's own, so that no other process holds it.
{
	while read -r _; do :; done <&3
	kill -QUIT "$server"
} &
leash=$!
wait "$server" || true
kill "$leash" 2>/dev/null || true
