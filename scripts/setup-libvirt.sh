#!/bin/sh
# Starts libvirt and what it needs where nobody else did, with its pool and its network `default`.
# Part of setup-host.sh.
set -eu

say() { printf 'setup: %s\n' "$*" >&2; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Without udev /dev/kvm stays root's. libvirt then finds KVM usable, finds that QEMU's user may not
# open it, and asks QEMU for its capabilities anew at every define: 60 s each. This is what udev's
# rule would have set.
if [ ! -d /run/udev ] && [ -c /dev/kvm ] && [ "$(stat -c %G /dev/kvm)" != kvm ] &&
  getent group kvm >/dev/null; then
  say 'giving /dev/kvm to the group kvm, as udev would'
  as_root chgrp kvm /dev/kvm
  as_root chmod 0660 /dev/kvm
fi

# libvirt asks polkit over the system bus about every client that is not root. Without systemd
# nobody starts the bus, and its socket outlives it: whether it answers is what counts.
bus_answers() {
  as_root dbus-send --system --print-reply --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.GetId >/dev/null 2>&1
}
if [ ! -d /run/systemd/system ] && ! bus_answers; then
  say 'starting dbus (no systemd here)'
  as_root mkdir -p /run/dbus
  as_root rm -f /run/dbus/pid /run/dbus/system_bus_socket
  as_root dbus-daemon --system --fork
fi

virsh_system() { as_root virsh -q -c qemu:///system "$@"; }
if ! virsh_system version >/dev/null 2>&1; then
  if [ -d /run/systemd/system ]; then
    say 'starting libvirtd'
    as_root systemctl start libvirtd
  else
    # Without systemd (a container, a minimal VM) the daemons are started by hand. Process 1 of such
    # a machine may take seconds to reap a QEMU that has ended, for which each `virsh destroy`
    # waits; below tini it is reaped at once. `--fork` and not `&`: the shell that stays behind for
    # `&` keeps this script's output open, and who reads that to its end (CI, `| tee`) waits for
    # ever.
    say 'starting virtlogd and libvirtd (no systemd here)'
    as_root virtlogd -d 2>/dev/null || true
    as_root setsid --fork tini -s -- libvirtd </dev/null >/dev/null 2>&1
  fi
  tries=0
  until virsh_system version >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 30 ]; then
      say 'libvirtd does not answer; look at: journalctl -u libvirtd, or run libvirtd in the foreground'
      exit 7
    fi
    sleep 1
  done
fi

# A user who is not root needs the group libvirt for qemu:///system.
if [ "$(id -u)" != 0 ] && getent group libvirt >/dev/null &&
  ! id -nG "$(id -un)" | tr ' ' '\n' | grep -qx libvirt; then
  say "adding $(id -un) to the group libvirt; log in again for it to count outside of this run"
  as_root usermod -aG libvirt "$(id -un)"
fi

# The pool and the network that libvirt calls `default`. An existing one is only started.
if ! virsh_system pool-info default >/dev/null 2>&1; then
  as_root mkdir -p /var/lib/libvirt/images
  virsh_system pool-define-as default dir --target /var/lib/libvirt/images
fi
if ! virsh_system pool-info default | grep -q 'State:.*running'; then
  virsh_system pool-start default
fi
if virsh_system net-info default >/dev/null 2>&1 &&
  ! virsh_system net-info default | grep -q 'Active:.*yes'; then
  virsh_system net-start default ||
    say 'the network "default" does not start; fleets on virbr0 need it'
fi
