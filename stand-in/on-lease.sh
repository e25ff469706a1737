#!/bin/busybox sh
# udhcpc runs this for each step of a lease.
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip addr flush dev "$interface"
ip addr add "$ip/${mask:-24}" dev "$interface"
[ -z "$router" ] || ip route replace default via "${router%% *}"
[ -z "$boot_file" ] || { echo "$boot_file" >/tmp/boot-file; echo "${dns%% *}" >/tmp/dns; }
