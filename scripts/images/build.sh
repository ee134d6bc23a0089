# Builds a root file system for an image: Debian at its smallest, and what install.sh of the folder adds.
# Arguments: the folder, the tarball to write. scripts/images.sh runs it, as root, with mounts of its own.
set -euo pipefail
cd "$(dirname "$0")"

suite=bookworm
mirror=http://deb.debian.org
folder=$1 tarball=$2
base=$(dirname "$tarball")/base-$suite-$(dpkg --print-architecture)-$(sha256sum build.sh | cut -c1-8).tar

rm -rf --one-file-system "$(dirname "$tarball")"/build.* # of a run that was killed; only one runs at a time
work=$(mktemp -d "$(dirname "$tarball")/build.XXXXXX")
trap 'umount -R "$work/root/proc" "$work/root/dev/shm" 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT
log=$work/log
root=$work/root

failed() {
	tail -n 20 "$log" >&2
	echo "$1" >&2
	exit 1
}

make_base() {
	local try
	for try in 1 2 3; do
		rm -rf --one-file-system "$root"
		if debootstrap --force-check-gpg --variant=minbase "$suite" "$root" "$mirror/debian" >"$log" 2>&1; then
			break
		fi
		[ "$try" -lt 3 ] || failed "debootstrap could not fetch or unpack Debian"
	done
	umount -R "$root/proc" "$root/sys" 2>/dev/null || true
	cat >"$root/etc/apt/sources.list" <<-END
		deb $mirror/debian $suite main
		deb $mirror/debian $suite-updates main
		deb $mirror/debian-security $suite-security main
	END
	cat >"$root/etc/apt/apt.conf.d/image" <<-END
		APT::Install-Recommends "false";
		Acquire::Languages "none";
		Acquire::Retries "3";
	END
	cat >"$root/etc/dpkg/dpkg.cfg.d/image" <<-END
		force-unsafe-io
		path-exclude=/usr/share/doc/*
		path-exclude=/usr/share/man/*
		path-exclude=/usr/share/locale/*
	END
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # nothing starts here
	chmod 755 "$root/usr/sbin/policy-rc.d"
	rm -rf "$root"/usr/share/{doc,man,locale}/* "$root"/var/cache/apt/archives/*.deb
	tar --numeric-owner -C "$root" -cf "$work/base.tar" .
	mv "$work/base.tar" "$base"
}

if [ -e "$base" ]; then
	mkdir "$root"
	tar --numeric-owner -C "$root" -xpf "$base"
else
	make_base
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
mkdir -p "$root/dev/shm"
mount -t tmpfs tmpfs "$root/dev/shm"
cp -r "$folder" "$root/recipe"
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
	chroot "$root" sh /recipe/install.sh >"$log" 2>&1 </dev/null || failed "$folder/install.sh failed"
rm -rf "$root/recipe" "$root"/var/lib/apt/lists/* "$root"/var/cache/* "$root"/var/log/*
umount "$root/proc" "$root/dev/shm"
tar --numeric-owner -C "$root" -cf "$work/image.tar" .
mv "$work/image.tar" "$tarball"
