#!/usr/bin/env bash
# Installs the Debian packages named, those that are missing: no questions, nothing that is only recommended.
set -euo pipefail

missing=()
for name in "$@"; do
	if ! dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null | grep -q '^ii'; then
		missing+=("$name")
	fi
done
if [ ${#missing[@]} = 0 ]; then
	exit 0
fi
if ! command -v apt-get >/dev/null; then
	echo "this machine has no apt-get: install ${missing[*]} by hand" >&2
	exit 1
fi
become=()
if [ "$(id -u)" != 0 ]; then
	become=(sudo -n)
fi
# What it says is of interest only when it fails.
apt_get() {
	local said
	if ! said=$("${become[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" 2>&1); then
		printf '%s\n' "$said" | tail -n 20 >&2
		return 1
	fi
}
echo "installing ${missing[*]}"
# Some other source of this machine may be down; what is named here is Debian's.
apt_get update || echo "apt-get update failed, going on with what is known" >&2
apt_get install -y --no-install-recommends "${missing[@]}"
