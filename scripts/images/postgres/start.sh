#!/bin/sh
# Runs the server, with the arguments as its own, until standard input ends: whoever starts it keeps that
# open, and the server is gone when they are.
set -eu
exec 3<&0 </dev/null
{
	while read -r _; do :; done <&3
	kill -QUIT 1
} &
exec 3<&-
data=/var/lib/postgresql/data
if [ -d /memory ]; then # a tmpfs, for a server that may forget
	cp -a "$data" /memory/data
	data=/memory/data
fi
exec setpriv --reuid=postgres --regid=postgres --clear-groups /usr/lib/postgresql/15/bin/postgres \
	-D "$data" -c listen_addresses='*' "$@"
