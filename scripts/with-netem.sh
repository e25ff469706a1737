#!/bin/sh
# Runs a command where the kernel can make links bad: right here where it has netem and what a rate
# needs; else in user-mode Linux, which is a kernel that runs as a process (Debian's package
# user-mode-linux, for amd64; it is installed where it is missing).
#
#   scripts/with-netem.sh tc qdisc add dev lo root netem delay 50ms
#
# In user-mode Linux the command sees the files of this machine under a layer in memory: what it
# writes there ends with it. libvirt, its definitions, networks and VMs are its own. It has one
# processor, 1.5 GiB of memory, and no network to the outside.
set -eu

say() { printf 'netem: %s\n' "$*" >&2; }
[ $# -gt 0 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 1; }
[ "$(id -u)" = 0 ] || exec sudo -E env "PATH=$PATH" "$0" "$@"

has() { unshare --net tc "$@" >/dev/null 2>&1; }
if has qdisc add dev lo root netem delay 1ms && has qdisc add dev lo root htb &&
  has qdisc add dev lo root sfq && has actions add action police rate 1mbit burst 10k drop; then
  exec "$@"
fi
[ -z "${VEN_IN_UML:-}" ] || { say 'this kernel of user-mode Linux has no netem'; exit 7; }
[ "$(dpkg --print-architecture)" = amd64 ] || {
  say 'this kernel has no netem, and Debian has user-mode Linux for amd64 only'
  exit 7
}
if ! command -v linux.uml >/dev/null || ! command -v modprobe >/dev/null; then
  say 'installing user-mode-linux, as this kernel has no netem'
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o DPkg::Lock::Timeout=300 user-mode-linux kmod >/dev/null
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/ven-uml-XXXXXX")
kernel=''
clean_up() {
  # unshare(1) takes no other signal from us; with it, the kernel and all that runs in it ends.
  [ -z "$kernel" ] || { kill -KILL "$kernel" && wait "$kernel"; } 2>/dev/null || true
  rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- what its first process does -----------------------------------------------------------------
cat >"$dir/init" <<'INIT'
#!/bin/sh
set -e
dir=${0%/*}
stop() { echo o >/proc/sysrq-trigger; sleep 60; }
trap stop EXIT
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
mount -t proc proc /proc
exec </dev/null >/dev/tty1 2>&1
stty -opost </dev/tty1
modules=/usr/lib/uml/modules
insmod $modules/"$(uname -r)"/kernel/fs/overlayfs/overlay.ko*
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
cd /mnt/root
mkdir -p lib/modules
mount --bind $modules lib/modules
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t devtmpfs dev dev
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p dev/pts dev/shm dev/net run/lock run/outside
mount -t devpts -o mode=620,gid=5,ptmxmode=666 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
# Linux 6.1 takes the path itself for the option, 6.12 has a name for it.
mount -t hostfs -o "$dir" none run/outside 2>/dev/null ||
  mount -t hostfs -o hostfs="$dir" none run/outside
mkdir mnt/machine
pivot_root . mnt/machine
cd /
chmod 666 /dev/null
modprobe -a tun bridge
ip link set lo up

# libvirt without what this machine has defined, and its pool `default`.
for folder in /etc/libvirt /var/lib/libvirt /var/log/libvirt; do
  mount -t tmpfs -o mode=755 tmpfs $folder
done
cp -a /mnt/machine/etc/libvirt/*.conf /etc/libvirt/
mkdir -p /etc/libvirt/qemu/networks /etc/libvirt/storage /var/log/libvirt/qemu
mkdir /var/lib/libvirt/boot /var/lib/libvirt/dnsmasq /var/lib/libvirt/images \
  /var/lib/libvirt/network /var/lib/libvirt/qemu /var/lib/libvirt/swtpm
chown --reference=/mnt/machine/var/lib/libvirt/qemu /var/lib/libvirt/qemu
virtlogd -d
libvirtd -d
tries=0
until virsh -q -c qemu:///system version >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ $tries -lt 100 ] || { echo 'netem: libvirtd does not answer'; exit 1; }
  sleep 0.2
done
virsh -q -c qemu:///system pool-define-as default dir --target /var/lib/libvirt/images
virsh -q -c qemu:///system pool-start default

# Through a pipe: who finds a terminal draws on it.
mkfifo /run/output
cat /run/output &
code=0
sh /run/outside/command >/run/output 2>&1 || code=$?
wait $!
echo $code >/run/outside/code
INIT
quoted() { printf '%s' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/"; }
{
  printf 'export VEN_IN_UML=yes PATH=%s HOME=%s\n' "$(quoted "$PATH")" "$(quoted "$HOME")"
  [ -z "${XDG_CACHE_HOME:-}" ] || printf 'export XDG_CACHE_HOME=%s\n' "$(quoted "$XDG_CACHE_HOME")"
  printf 'cd %s\n' "$(quoted "$PWD")"
  for word in "$@"; do printf '%s ' "$(quoted "$word")"; done
} >"$dir/command"
chmod +x "$dir/init"

say "running in user-mode Linux: $*"
started=$(date +%s)
: >"$dir/out"
# Its first console has what the kernel says, its second what the command says.
unshare --pid --fork --kill-child --mount-proc \
  linux.uml mem=1536M root=/dev/root rootfstype=hostfs rootflags=/ ro init="$dir/init" \
  con=null con0=null,fd:2 con1=null,fd:1 quiet </dev/null >"$dir/out" 2>"$dir/kernel" &
kernel=$!
tail -f -s 0.2 --pid="$kernel" "$dir/out" &
wait "$kernel" || true
kernel=''
wait
code=$(cat "$dir/code" 2>/dev/null || { cat "$dir/kernel" >&2 && echo 1; })
say "ended with $code after $(($(date +%s) - started)) s"
exit "$code"
