#!/bin/sh
# Brings up fleets/quickstart-boot.yaml for real: two nodes boot over HTTPS from a stand-in orchestrator. Safe to run again.
set -eu
cd "$(dirname "$0")/.."
scripts/setup-host.sh
PATH="$PWD/node_modules/.bin:$PATH"
FLEET=fleets/quickstart-boot.yaml
SECONDS_TO_BOOT=300 # without KVM a boot takes a minute

say() { printf '\n%s\n' "$*"; }
run() { printf '\n$ %s\n' "$*"; scripts/with-libvirt.sh "$@"; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
# For the background: what is started is the process itself, or sudo, which passes signals on.
become_root() { if [ "$(id -u)" = 0 ]; then exec "$@"; else exec sudo "$@"; fi; }

# It needs root for port 443 and for an address of its own; .lab is where it keeps its authority and its access log.
mkdir -p .lab
rm -f .lab/orchestrator.json
become_root "$(command -v node)" test/orchestrator/main.ts --domain edge.test --address 10.231.0.1 --device orch0 --dir .lab >.lab/orchestrator.json &
orchestrator=$!
stop() {
  # It tells its own process id: the one the shell knows may be sudo's. Until it has, that one has to do.
  pid=$(sed -n 's/^{"pid":\([0-9]*\),.*/\1/p' .lab/orchestrator.json 2>/dev/null || true)
  as_root kill "${pid:-$orchestrator}" 2>/dev/null || true
  wait "$orchestrator" || true
}
trap stop EXIT
trap 'exit 130' INT TERM
say 'Starting the stand-in orchestrator (the first time it downloads 70 MB to make the boot file of) …'
until [ -s .lab/orchestrator.json ]; do
  kill -0 "$orchestrator" 2>/dev/null || { say 'It did not start; see above.'; exit 1; }
  sleep 1
done
cat .lab/orchestrator.json

run bin/ven apply "$FLEET" --yes

say 'Waiting for the nodes to boot …'
tries=0
for node in node-1 node-2; do
  until scripts/with-libvirt.sh bin/ven logs "$node" "$FLEET" 2>/dev/null | grep -q 'node: Ready'; do
    tries=$((tries + 2))
    [ "$tries" -le "$SECONDS_TO_BOOT" ] || { say "$node did not boot; look at: bin/ven logs $node $FLEET"; exit 1; }
    sleep 2
  done
  run bin/ven logs "$node" "$FLEET" --tail 20
done

say "What the firmware asked the stand-in for ($PWD/.lab/access.log):"
grep UefiHttpBoot .lab/access.log | tail -n 4
run bin/ven status "$FLEET"
say "Type commands to a node with:    bin/ven console node-1 $FLEET
Take it all away again with:     bin/ven destroy $FLEET
The stand-in ends with this run; nodes that boot later need it again:
  sudo node test/orchestrator/main.ts --domain edge.test --address 10.231.0.1 --device orch0 --dir .lab"
