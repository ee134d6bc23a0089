#!/usr/bin/env bash
# A Docker engine for the tests.
#   engine.sh start [pid]  makes sure that one answers: installs and starts it on Debian when none does
#   engine.sh stop [pid]   ends the engine that start started when nobody else needs it, and no other engine
# The pid is of the script that needs it, which says so at its start and at its end; a script that was killed
# needs it no more. Without a pid it is needed until stop is called without one.
set -euo pipefail
cd "$(dirname "$0")/.."

state=/run/twist-engine
pidfile=$state/dockerd.pid
log=$state/dockerd.log

answers() { docker info >/dev/null 2>&1; }

# Whether an engine that start started is running. A pid alone may have been given to another program since.
ours() { [ -s "$pidfile" ] && [ "$(cat "/proc/$(cat "$pidfile")/comm" 2>/dev/null)" = dockerd ]; }

lock() {
	mkdir -p "$state/users"
	exec 9>"$state/lock"
	flock 9
}

# Runs dockerd with the arguments until it answers or ends. It gets a session of its own, so that a Ctrl-C
# leaves it alone, and not the lock, which it would hold for good.
run() {
	rm -f "$pidfile"
	printf '+ dockerd %s\n' "$*" >>"$log"
	setsid dockerd --pidfile "$pidfile" --group "${SUDO_GID:-0}" --log-level warn "$@" >>"$log" 2>&1 </dev/null 9>&- &
	local pid=$! tries=0
	until answers; do
		if ! kill -0 "$pid" 2>/dev/null; then
			return 1
		fi
		if [ $((tries += 1)) -gt 300 ]; then
			kill "$pid"
			return 1
		fi
		sleep 0.2
	done
}

start() {
	lock
	if ! answers; then
		scripts/packages.sh docker.io containerd iptables
		command -v docker >/dev/null || scripts/packages.sh docker-cli
	fi
	if ! answers; then # the package may have started it
		: >"$log"
		# Without netfilter ports are published by a proxy, which is all that tests need.
		if ! run && ! run --iptables=false --ip6tables=false; then
			tail -n 20 "$log" >&2
			echo "the Docker engine does not start: see $log" >&2
			exit 1
		fi
		echo "started a Docker engine, log in $log"
	fi
	if ours; then
		touch "$state/users/${1:-always}"
	fi
}

stop() {
	lock
	rm -f "$state/users/${1:-always}"
	local user pid tries=0
	for user in "$state"/users/*; do
		case ${user##*/} in
		always | '*') ;;
		*) kill -0 "${user##*/}" 2>/dev/null || rm -f "$user" ;;
		esac
	done
	if ! ours || [ -n "$(ls "$state/users")" ]; then
		return
	fi
	pid=$(cat "$pidfile")
	kill "$pid"
	while kill -0 "$pid" 2>/dev/null; do
		if [ $((tries += 1)) -gt 300 ]; then
			echo "the Docker engine, process $pid, does not end: see $log" >&2
			exit 1
		fi
		sleep 0.1
	done
	rm -f "$pidfile"
}

case ${1:-start} in
start | stop) ;;
*)
	sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
if [ ! -e "$pidfile" ] && { [ "${1:-start}" = stop ] || answers; }; then
	exit 0 # none is ours, and one answers if it has to
fi
if [ "$(id -u)" != 0 ]; then
	if ! sudo -n true 2>/dev/null; then
		echo "no Docker engine answers, and only root can install and start one: start it, or run this as root" >&2
		exit 1
	fi
	exec sudo -n "$0" "$@"
fi
"${1:-start}" "${2:-}"
