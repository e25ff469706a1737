#!/bin/sh
# Run by try-deb.sh in the bare root: installs /copy/*.deb, uses ven, purges it, and looks for what is left. Fails at
# the first thing that is not as it should be.
set -eu
export DEBIAN_FRONTEND=noninteractive

step() { printf '\n== %s\n' "$*"; }
die() { printf 'failed: %s\n' "$*" >&2; exit 1; }
# What apt, dpkg and its triggers keep for themselves, and root's home, which is a user's.
files() {
  find / -xdev \( -path /root -o -path /tmp -o -path /copy -o -path /var/lib/dpkg -o -path /var/lib/apt \
    -o -path /var/cache/apt -o -path /var/log/apt -o -path /var/log/dpkg.log -o -path /run \) -prune -o -print | sort
}

step 'install, in a bare root'
command -v node && die 'this root has a Node of its own: nothing would be shown'
apt-get update -qq
apt-get install -y -qq /copy/ven_*.deb /copy/ven-node_*.deb >/tmp/install.log 2>&1 || { cat /tmp/install.log; exit 1; }
ven --version
dpkg-query -W vagrant vagrant-libvirt libvirt-daemon-system qemu-system-x86

step 'a libvirt of the root'
scripts/setup-libvirt.sh

step 'purge, and what the machine has without ven'
apt-get purge -y -qq ven ven-node >/dev/null
[ ! -e /usr/lib/ven ] || die '/usr/lib/ven is still there'
files >/tmp/before

step 'install again, and use'
apt-get install -y -qq /copy/ven_*.deb /copy/ven-node_*.deb >/dev/null
mkdir /tmp/fleet
cd /tmp/fleet
cat >fleet.yaml <<'END'
apiVersion: ven/v1
fleet: from-deb
networks:
  lab: { subnet: auto }
vms:
  - name: idle
    cpus: 1
    memory: 128MiB
    firmware: bios
    tpm: false
    boot: [disk]
    disks: [{ size: 64MiB }]
    nics: [{ network: lab }]
END
ven doctor
ven apply --yes
ven plan --detailed-exitcode
ven status
virsh -c qemu:///system domstate from-deb_idle | grep -q running || die 'the VM does not run'
ven destroy --yes --purge
[ -z "$(virsh -c qemu:///system list --all --name)" ] || die 'a VM is left'

step 'completion, manual pages, documentation'
bash -c '. /usr/share/bash-completion/completions/ven; complete -p ven'
for file in /usr/share/zsh/vendor-completions/_ven /usr/share/fish/vendor_completions.d/ven.fish \
  /usr/share/doc/ven/copyright /usr/share/doc/ven/changelog.gz /usr/share/doc/ven-node/copyright; do
  [ -s "$file" ] || die "no $file"
done
apt-get install -y -qq --no-install-recommends man-db >/dev/null 2>&1
man --path ven ven-apply

step 'purge'
apt-get purge -y -qq man-db ven ven-node >/dev/null
files >/tmp/after
if ! diff /tmp/before /tmp/after; then die 'purge left something, or took too much'; fi
echo 'nothing is left'
