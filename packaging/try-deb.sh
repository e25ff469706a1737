#!/bin/sh
# Installs Debian's packages of ven in a bare root, uses them and purges them:
#
#   packaging/try-deb.sh [--lean] SUITE [FOLDER]     SUITE: bookworm, trixie
#
# FOLDER has the packages; without it they are built. --lean leaves out what others recommend; of
# what ven recommends, it installs vagrant and vagrant-libvirt.
set -eu
cd "$(dirname "$0")/.."
lean=''
if [ "${1:-}" = --lean ]; then
  lean='--no-install-recommends vagrant vagrant-libvirt'
  shift
fi
suite=$1
folder=${2:-}
if [ -z "$folder" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  scripts/build-deb.sh "$folder"
fi
# tini and dbus are what a machine without systemd has in its place.
# shellcheck disable=SC2086  # a list of words
scripts/try-in-root.sh --packages tini,dbus --copy "$folder" "$suite" \
  packaging/try-deb-inside.sh $lean
