#!/bin/sh
# Brings up fleets/quickstart.yaml for real and shows it. Safe to run again: the second time there is nothing to change.
set -eu
cd "$(dirname "$0")/.."
scripts/setup-host.sh
run() { printf '\n$ %s\n' "$*"; scripts/with-libvirt.sh "$@"; }
run bin/ven apply fleets/quickstart.yaml --yes
run bin/ven status fleets/quickstart.yaml
printf '\nTake it away again with: bin/ven destroy fleets/quickstart.yaml\n'
