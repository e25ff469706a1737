#!/bin/sh
# Runs a command on a bare machine: a fresh Debian root, entered through namespaces of its own
# (mounts, network, processes, host name). Of this machine it sees the kernel alone. libvirt,
# networks and VMs are the root's own, and end with the command.
#
#   scripts/try-in-root.sh trixie npm run quickstart
#   scripts/try-in-root.sh --packages '' --copy out bookworm sh -c 'apt install -y /copy/*.deb'
#
# The command starts in /root/ven, a clone of this repository's HEAD. Packages come from where this
# machine has them from. The network is slirp's: what this machine reaches can be reached, and the
# bridges of both libvirt daemons never meet.
#
# --packages A,B  what the root has beyond Debian's minimum; by default git and npm
# --copy FOLDER   is copied to /copy
# --keep          leaves the root in place, and says where
#
# The root is made in TMPDIR, else in /var/tmp; it takes some 2 GB.
set -eu
[ "$(id -u)" = 0 ] || exec sudo "$0" "$@"

say() { printf 'root: %s\n' "$*" >&2; }
usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 1; }

packages=git,npm copy='' keep=''
while [ $# -gt 0 ]; do
  case $1 in
    --packages) packages=$2; shift 2 ;;
    --copy) copy=$(realpath "$2"); shift 2 ;;
    --keep) keep=yes; shift ;;
    -*) usage ;;
    *) break ;;
  esac
done
[ $# -ge 2 ] || usage
suite=$1
shift
cd "$(dirname "$0")/.."

missing=''
for program in mmdebstrap slirp4netns; do
  command -v "$program" >/dev/null || missing="$missing $program"
done
if [ -n "$missing" ]; then
  say "installing$missing"
  apt-get update -qq
  # shellcheck disable=SC2086  # a list of words
  apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

# --- the root ------------------------------------------------------------------------------------
root=$(mktemp -d "${TMPDIR:-/var/tmp}/ven-root-XXXXXX")
network=ven-${root##*-}
slirp='' inner=''
clean_up() {
  # unshare(1) takes no other signal from us; with it, all that runs in the root ends.
  [ -z "$inner" ] || { kill -KILL "$inner" && wait "$inner"; } 2>/dev/null || true
  [ -z "$slirp" ] || kill "$slirp" 2>/dev/null || true
  ip netns del "$network" 2>/dev/null || true
  if [ -n "$keep" ]; then say "kept: $root"; else rm -rf --one-file-system "$root"; fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "making $suite in $root"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' |
  head -n 1)
mmdebstrap --quiet --variant=minbase --include="ca-certificates${packages:+,$packages}" \
  --dpkgopt=force-unsafe-io "$suite" "$root" ${mirror:+"$mirror"}
# Where a proxy opens TLS, this machine knows its authority.
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
echo 'nameserver 10.0.2.3' >"$root/etc/resolv.conf"
echo "127.0.0.1 localhost $suite" >"$root/etc/hosts"
git clone -q --no-hardlinks . "$root/root/ven"
[ -z "$copy" ] || cp -a "$copy" "$root/copy"

# --- its network ---------------------------------------------------------------------------------
ip netns add "$network"
slirp4netns --configure --mtu=65520 --disable-host-loopback --netns-type=path \
  "/run/netns/$network" tap0 >/dev/null 2>&1 &
slirp=$!
tries=0
until ip -n "$network" -br addr show dev tap0 2>/dev/null | grep -q 10.0.2.; do
  tries=$((tries + 1))
  [ "$tries" -le 100 ] || { say 'slirp4netns gives no network'; exit 1; }
  sleep 0.1
done
ip -n "$network" link set lo up

# --- inside --------------------------------------------------------------------------------------
# Devices are made anew: what is done to their owners and modes there does not reach this machine.
# The shell stays process 1, and so reaps what others leave.
inside='
set -eu
root=$1 suite=$2
shift 2
mount --make-rprivate /
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm dev/net
device() { mknod -m "$2" "dev/$1" c "$3" "$4"; }
device null 666 1 3; device zero 666 1 5; device full 666 1 7
device random 666 1 8; device urandom 666 1 9; device tty 666 5 0
device net/tun 666 10 200
[ ! -c /dev/kvm ] || device kvm 600 10 232
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr
hostname "$suite"
mkdir -p .machine
pivot_root . .machine
umount -l /.machine
rmdir /.machine
cd /root/ven
"$@"
'
say "running: $*"
started=$(date +%s)
code=0
# A command in the background has no standard input of its own, and a trap does not wait for it.
exec 3<&0
ip netns exec "$network" unshare --mount --pid --uts --ipc --fork --kill-child \
  env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  TERM="${TERM:-dumb}" LANG=C.UTF-8 NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
  ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
  ${no_proxy:+no_proxy="$no_proxy"} \
  sh -c "$inside" sh "$root" "$suite" "$@" <&3 &
inner=$!
wait "$inner" || code=$?
inner=''
say "ended with $code after $(($(date +%s) - started)) s"
exit "$code"
