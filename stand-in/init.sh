#!/bin/busybox sh
# The first program of the boot payload: writes to the console what an edge node would tell, then answers what is typed.
export PATH=/bin PS1='node# '
/bin/busybox mkdir -p /proc /sys /dev /tmp /etc
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null

for module in $(cat /modules/order); do
  insmod "/modules/$module.ko" 2>/dev/null
done
mount -t efivarfs efivarfs /sys/firmware/efi/efivars 2>/dev/null

# `virsh shutdown` presses the power button.
mkdir -p /var/run
acpid -d >/dev/null 2>&1 &

dmi() { cat "/sys/class/dmi/id/$1" 2>/dev/null; }
say() { printf 'node: %s\n' "$*"; }

secure_boot() {
  file=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
  [ -r "$file" ] || { echo 'not known'; return; }
  # Four bytes of attributes, then the value; this file system can't seek.
  # shellcheck disable=SC2002
  case $(cat "$file" | tail -c 1 | od -An -tu1 | tr -d ' ') in
    1) echo on ;;
    *) echo off ;;
  esac
}

tpm() {
  [ -e /sys/class/tpm/tpm0 ] || { echo none; return; }
  version=$(cat /sys/class/tpm/tpm0/tpm_version_major 2>/dev/null)
  echo "present, version ${version:-not known}"
}

# The class of UEFI's HTTP boot, so that the answer has the boot file's URL, and with it the orchestrator's name.
ip link set lo up
for path in /sys/class/net/*; do
  nic=${path##*/}
  [ "$nic" = lo ] && continue
  ip link set "$nic" up
  udhcpc -i "$nic" -s /bin/on-lease -V HTTPClient:Arch:00016 -O bootfile -n -q -t 5 -T 2 >/dev/null 2>&1
done

# Started from the disk it is the installed system: only then the stub knows a partition.
from=network
[ ! -e /sys/firmware/efi/efivars/LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f ] || from=disk

serial=$(dmi product_serial) uuid=$(dmi product_uuid)
introduce() {
  say "Linux $(uname -r) is up after $(cut -d' ' -f1 /proc/uptime) s"
  say "Serial number: $serial"
  say "UUID: $uuid"
  say "Manufacturer: $(dmi sys_vendor)"
  say "Product: $(dmi product_name)"
  say "TPM: $(tpm)"
  say "Secure Boot Status: $(secure_boot)"
  for path in /sys/class/net/*; do
    nic=${path##*/}
    [ "$nic" = lo ] || say "Address of $nic: $(ip -4 -o addr show dev "$nic" | awk '{ print $4 }')"
  done
}

# Whether the stand-in has instructions for this node.
instructed() {
  [ -s /tmp/boot-file ] || return 1
  name=$(sed 's|^[a-z]*://||; s|[:/].*||' /tmp/boot-file)
  address=$(nslookup -type=a "$name" "$(cat /tmp/dns)" 2>/dev/null | awk '/^Name:/ { found = 1 } found && /^Address/ { print $NF; exit }')
  [ -n "$address" ] || return 1
  # No TLS: busybox has none that would look at the certificate.
  stand_in=http://$address
  timeout 5 wget -q -O /tmp/instructions "$stand_in/nodes/$serial/start?from=$from" 2>/dev/null
}

if instructed; then
  . /way
  go
else
  introduce
fi

say 'Ready: type a command'
while :; do
  setsid cttyhack sh -i
done
