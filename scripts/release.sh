#!/bin/sh
# `npm run release`: all that is published of the commit that is checked out, in release/: the npm
# package, Debian's packages, the list of what is bundled in them (CycloneDX), and SHA256SUMS. It
# is built from a clone, which has nothing but that commit. The same commit gives the same bytes.
#
#   scripts/release.sh [--no-deb] [--packages FOLDER]
#
# --packages: a node_modules to build with, in place of what `npm ci` fetches.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
umask 022

say() { printf 'release: %s\n' "$*" >&2; }

deb=yes
packages=''
while [ $# -gt 0 ]; do
  case $1 in
    --no-deb) deb=no ;;
    --packages) packages=$(realpath "$2"); shift ;;
    *) say "unknown: $1"; exit 1 ;;
  esac
  shift
done

if [ -n "$(git status --porcelain)" ]; then
  say 'there are changes that are not committed:'
  git status --short >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/release"
git clone --quiet "$root" "$work/source"
cd "$work/source"
git checkout --quiet --detach "$(git -C "$root" rev-parse HEAD)"
if [ -z "$packages" ]; then
  npm ci --include=dev --ignore-scripts --silent --no-fund --no-audit
  scripts/link-node.sh
else
  cp -al "$packages" node_modules 2>/dev/null || cp -a "$packages" node_modules
fi

npm pack --silent --pack-destination "$work/release" >/dev/null
tarball=$(cd "$work/release" && echo ven-*.tgz)
cp dist/ven.cdx.json "$work/release/${tarball%.tgz}.cdx.json"
if [ $deb = yes ]; then
  scripts/build-deb.sh "$work/deb"
  cp "$work"/deb/*.deb "$work/release/"
fi
(cd "$work/release" && sha256sum -- * >"$work/sums" && mv "$work/sums" SHA256SUMS)

cd "$root"
rm -rf release
mv "$work/release" release
say "made in release/: $(cd release && echo *)"
