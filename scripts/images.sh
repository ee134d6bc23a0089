#!/usr/bin/env bash
# Builds the images that the tests run, one for each folder of scripts/images, from Debian packages and
# without a registry. The tag says which recipe it was built from: an image that is there is up to date.
#   images.sh        builds what is missing; a Docker engine has to answer (scripts/engine.sh)
#   images.sh names  prints the names
set -euo pipefail
cd "$(dirname "$0")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/twist

# twist-test/<folder>:<version>-<hash of the recipe>. The tests compute the same.
name() {
	local hash
	hash=$(cat scripts/images/build.sh "scripts/images/$1"/* | sha256sum)
	printf 'twist-test/%s:%s-%s' "$1" "$(cat "scripts/images/$1/version")" "${hash:0:8}"
}

present() { docker image inspect "$(name "$1")" >/dev/null 2>&1; }

# What was built once is kept, so that an engine that is new or has lost its images gets them at once.
provide() {
	if ! command -v dpkg >/dev/null; then
		echo "images are built on Debian and its relatives; elsewhere tests find a PostgreSQL in other ways" >&2
		exit 1
	fi
	local tarball
	tarball=$cache/$(name "$1" | tr '/:' '--')-$(dpkg --print-architecture).tar
	if [ ! -e "$tarball" ]; then
		echo "building $(name "$1")"
		scripts/packages.sh debootstrap debian-archive-keyring
		become=()
		if [ "$(id -u)" != 0 ]; then
			become=(sudo -n)
		fi
		# Mounts of its own, so that none is left behind.
		"${become[@]}" unshare --mount --propagation private bash scripts/images/build.sh "$1" "$tarball"
	fi
	local changes=()
	while IFS= read -r line; do
		changes+=(--change "$line")
	done <"scripts/images/$1/changes"
	docker import "${changes[@]}" "$tarball" "$(name "$1")" >/dev/null
}

export LC_ALL=C # the order of files
for folder in scripts/images/*/; do
	folder=$(basename "$folder")
	if [ "${1:-}" = names ]; then
		printf '%s\n' "$(name "$folder")"
	elif ! present "$folder"; then
		mkdir -p "$cache"
		exec 9>"$cache/lock"
		flock 9
		present "$folder" || provide "$folder"
		exec 9>&-
	fi
done
