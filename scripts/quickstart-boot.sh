#!/bin/sh
# Brings up fleets/quickstart-boot.yaml for real: two nodes boot over HTTPS from a stand-in orchestrator. Safe to run again.
set -eu
cd "$(dirname "$0")/.."
VEN_MORE_PACKAGES='xz-utils zstd' scripts/setup-host.sh # for the kernel of the boot file
PATH="$PWD/node_modules/.bin:$PATH"
. scripts/stand-in.sh
FLEET=fleets/quickstart-boot.yaml
SECONDS_TO_BOOT=300 # without KVM a boot takes a minute

start_stand_in
cat .lab/orchestrator.json

run bin/ven apply "$FLEET" --yes

say 'Waiting for the nodes to boot …'
tries=0
for node in node-1 node-2; do
  until as_root scripts/with-libvirt.sh bin/ven logs "$node" "$FLEET" 2>/dev/null | grep -q 'node: Ready'; do
    tries=$((tries + 2))
    [ "$tries" -le "$SECONDS_TO_BOOT" ] || { say "$node did not boot; look at: bin/ven logs $node $FLEET"; exit 1; }
    sleep 2
  done
  run bin/ven logs "$node" "$FLEET" --tail 20
done

say "What the firmware asked the stand-in for ($PWD/.lab/access.log):"
grep UefiHttpBoot .lab/access.log | tail -n 4
run bin/ven status "$FLEET"
say "Type commands to a node with:    sudo bin/ven console node-1 $FLEET
Take it all away again with:     sudo bin/ven destroy $FLEET
The stand-in ends with this run; nodes that boot later need it again:
  cd $PWD && sudo -E -H $(command -v node) $STAND_IN"
