#!/bin/sh
# Makes a base image from Debian's packages, for machines that pull none. Needs root, debootstrap, a
# Docker engine, and apt set up for Debian.
#   docker/base.sh NAME [PACKAGE...]    for example: docker/base.sh reseal-base:local nginx-light
set -eu

name=${1:?"usage: docker/base.sh NAME [PACKAGE...]"}
shift
packages=ca-certificates
for package in "$@"; do
    packages=$packages,$package
done

release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
        "Codename: $release" | head -n 1
}

# Where apt has never been asked to update it does not know whose its sources are.
mirror=$(mirror)
if [ -z "$mirror" ]; then
    apt-get update >/dev/null
    mirror=$(mirror)
fi
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

debootstrap --variant=minbase --include="$packages" "$release" "$root" "$mirror" >"$root.log" 2>&1 ||
    { tail -n 20 "$root.log" >&2; rm -f "$root.log"; exit 1; }
rm -f "$root.log"
# What a slim image leaves out.
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/usr/share/doc/* \
    "$root"/usr/share/man/* "$root"/usr/share/locale/* "$root"/dev/*
tar -C "$root" --numeric-owner -c . | docker import - "$name" >/dev/null
echo "made $name"
