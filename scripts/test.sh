#!/bin/sh
# `npm test`: sets the machine up and runs every test, the quick ones first: types, lint and format;
# unit and scenario tests; those on real VMs. Stops at the first group that fails. Arguments go to
# vitest, which is then all that runs.
set -eu
cd "$(dirname "$0")/.."
scripts/setup-ven.sh
PATH="$PWD/node_modules/.bin:$PATH"
[ $# -gt 0 ] || node scripts/check.ts
# Completion is tried in its shells, manual pages in both of their readers, exports in what they are
# for, links with ping; the kernel of the boot file is unpacked; a second host is behind sshd.
VEN_MORE_PACKAGES='ansible-core fish iputils-ping jq mandoc man-db mtools openssh-client
  openssh-server python3 python3-yaml xorriso xz-utils zsh zstd' scripts/setup-host.sh
[ $# = 0 ] || exec scripts/with-libvirt.sh vitest run "$@"
scripts/with-libvirt.sh vitest run --project unit
exec scripts/with-libvirt.sh vitest run --project alone --project onboarding --project real
