#!/bin/sh
# Makes this machine able to run ven's quickstart and tests: host packages, a running libvirt, ven
# itself. For Debian and Ubuntu. Idempotent: what is there already is left alone. Run through
# `npm run quickstart` or `npm test`.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

PACKAGES='libvirt-daemon-system libvirt-clients libvirt-daemon-driver-qemu qemu-system-x86
  qemu-utils ovmf swtpm swtpm-tools vagrant vagrant-libvirt dnsmasq-base iptables dbus util-linux
  iproute2'
[ -d /run/systemd/system ] || PACKAGES="$PACKAGES tini"
PACKAGES="$PACKAGES ${VEN_MORE_PACKAGES:-}" # what the tests need beside
missing=''
for package in $PACKAGES; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
    missing="$missing $package"
done
if [ -n "$missing" ]; then
  if ! command -v apt-get >/dev/null; then
    say "needs apt-get (Debian or Ubuntu); install by hand:$missing"
    exit 7
  fi
  say "installing$missing"
  as_root apt-get update -qq
  # shellcheck disable=SC2086  # a list of words
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

scripts/setup-libvirt.sh
scripts/setup-ven.sh
