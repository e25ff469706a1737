#!/bin/sh
# Run by try-deb.sh in the bare root: installs /copy/*.deb, uses ven, purges it, and looks for what
# is left. Fails at the first thing that is not as it should be. Arguments go to `apt-get install`.
set -eu
export DEBIAN_FRONTEND=noninteractive

step() { printf '\n== %s (%s s)\n' "$*" "$(($(date +%s) - began))"; }
die() {
  printf 'failed: %s\n' "$*" >&2
  exit 1
}
# Without what apt, dpkg and their triggers keep for themselves, and root's home, which is a user's.
files() {
  find / -xdev \( -path /root -o -path /tmp -o -path /copy -o -path /run \
    -o -path /var/lib/dpkg -o -path /var/log/dpkg.log \
    -o -path /var/lib/apt -o -path /var/cache/apt -o -path /var/log/apt \) -prune -o -print | sort
}
install() {
  apt-get install -y -qq /copy/ven_*.deb /copy/ven-node_*.deb "$@" >/tmp/install.log 2>&1 ||
    { cat /tmp/install.log && die 'apt-get install'; }
}
began=$(date +%s)

step 'install, in a bare root'
! command -v node || die 'this root has a Node of its own, so that nothing would be shown'
apt-get update -qq
install "$@"
ven --version
dpkg-query -W ven ven-node vagrant vagrant-libvirt libvirt-daemon-system qemu-system-x86

step 'a libvirt of the root'
scripts/setup-libvirt.sh

step 'purge, and what the machine has without ven'
dpkg -L ven ven-node | grep -v '^/\.$' | sort -u >/tmp/owned
apt-get purge -y -qq ven ven-node >/dev/null
# Folders of other packages stay; nothing else of these two does.
while IFS= read -r path; do
  { [ ! -e "$path" ] && [ ! -L "$path" ]; } || dpkg -S "$path" >/dev/null 2>&1 ||
    die "purge left $path"
done </tmp/owned
files >/tmp/before

step 'install again, and use'
install
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
virsh -c qemu:///system domstate from-deb_idle | grep -q running || die 'the VM does not run'
ven destroy --yes --purge
[ -z "$(virsh -c qemu:///system list --all --name)" ] || die 'a VM is left'

step 'completion, manual pages, documentation'
bash -c '. /usr/share/bash-completion/completions/ven; complete -p ven'
for file in /usr/share/zsh/vendor-completions/_ven /usr/share/fish/vendor_completions.d/ven.fish \
  /usr/share/man/man1/ven.1.gz /usr/share/man/man1/ven-apply.1.gz \
  /usr/share/doc/ven/copyright /usr/share/doc/ven/changelog.gz \
  /usr/share/doc/ven-node/copyright; do
  [ -s "$file" ] || die "no $file"
done

step 'purge'
apt-get purge -y -qq ven ven-node >/dev/null
files >/tmp/after
diff /tmp/before /tmp/after || die 'purge left something, or took too much'
step 'nothing is left'
