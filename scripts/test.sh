#!/bin/sh
# `npm test`: sets the machine up, then runs every test, those on real VMs included. Arguments go on to vitest.
set -eu
cd "$(dirname "$0")/.."
scripts/setup-host.sh
PATH="$PWD/node_modules/.bin:$PATH"
exec scripts/with-libvirt.sh vitest run "$@"
