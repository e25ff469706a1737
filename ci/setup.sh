#!/bin/sh
# Makes a runner of a pipeline able to bring up fleets: KVM for this user, host packages, a running
# libvirt, ven. Idempotent. For Debian and Ubuntu, as root or with sudo without a password.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# GitHub's runners have /dev/kvm for root only. `auto`, ven's default, takes KVM where it can. The
# rule stays on a machine that stays: docs/ci.md.
kvm=/dev/kvm
if [ -e "$kvm" ] && [ ! -w "$kvm" ] && command -v udevadm >/dev/null; then
  echo 'KERNEL=="kvm", GROUP="kvm", MODE="0666", OPTIONS+="static_node=kvm"' |
    as_root tee /etc/udev/rules.d/99-ven-kvm.rules >/dev/null
  as_root udevadm control --reload-rules
  as_root udevadm trigger --name-match=kvm --settle
fi

"$root/scripts/setup-host.sh"
