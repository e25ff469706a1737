#!/bin/sh
# Brings fleets/onboarding.yaml to ready for real: two nodes boot from a stand-in orchestrator, are logged in at their consoles,
# get a system installed, boot it, and are logged in to that. Safe to run again.
set -eu
cd "$(dirname "$0")/.."
VEN_MORE_PACKAGES='xz-utils zstd' scripts/setup-host.sh # for the kernel of the boot file
PATH="$PWD/node_modules/.bin:$PATH"
. scripts/stand-in.sh
FLEET=fleets/onboarding.yaml

# Made up for this run: the stand-in takes it from a file, ven from its environment.
ONBOARDING_USERNAME=onboarder
ONBOARDING_PASSWORD=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
NODE_USERNAME=edge
NODE_PASSWORD=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
export ONBOARDING_USERNAME ONBOARDING_PASSWORD NODE_USERNAME NODE_PASSWORD
mkdir -p .lab
(umask 077 && printf '%s\n' "$ONBOARDING_PASSWORD" >.lab/password && printf '%s\n' "$NODE_PASSWORD" >.lab/os-password)
start_stand_in --flow io --user "$ONBOARDING_USERNAME" --password-file .lab/password \
  --os-user "$NODE_USERNAME" --os-password-file .lab/os-password

run bin/ven apply "$FLEET" --yes --wait ready --timeout 10m
run bin/ven timeline "$FLEET"
run bin/ven status "$FLEET"
say "See what a node said:              sudo bin/ven logs node-1 $FLEET
Take it all away again with:       sudo bin/ven destroy $FLEET"
