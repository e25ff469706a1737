#!/bin/sh
# Installs Debian's packages of ven in a bare root, uses them and purges them:
#
#   packaging/try-deb.sh SUITE [FOLDER]     SUITE: bookworm, trixie
#
# FOLDER has the packages; without it they are built.
set -eu
cd "$(dirname "$0")/.."
suite=$1
folder=${2:-}
if [ -z "$folder" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  scripts/build-deb.sh "$folder"
fi
# tini and dbus are what a machine without systemd has in its place.
scripts/try-in-root.sh --packages tini,dbus --copy "$folder" "$suite" packaging/try-deb-inside.sh
