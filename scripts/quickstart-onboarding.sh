#!/bin/sh
# Brings fleets/onboarding.yaml to ready for real: two nodes boot from a stand-in orchestrator, are logged in at their consoles,
# get a system installed, and boot it. Safe to run again.
set -eu
cd "$(dirname "$0")/.."
scripts/setup-host.sh
PATH="$PWD/node_modules/.bin:$PATH"
FLEET=fleets/onboarding.yaml

say() { printf '\n%s\n' "$*"; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -E env "PATH=$PATH" "$@"; fi; }
# For the background: what is started is the process itself, or sudo, which passes signals on.
become_root() { if [ "$(id -u)" = 0 ]; then exec "$@"; else exec sudo -E env "PATH=$PATH" "$@"; fi; }
# As root, who alone may read the consoles' logs.
run() { printf '\n$ %s\n' "$*"; as_root scripts/with-libvirt.sh "$@"; }

mkdir -p .lab
rm -f .lab/orchestrator.json
# Made up for this run: the stand-in takes it from a file, ven from its environment.
ONBOARDING_USERNAME=onboarder
ONBOARDING_PASSWORD=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
export ONBOARDING_USERNAME ONBOARDING_PASSWORD
(umask 077 && printf '%s\n' "$ONBOARDING_PASSWORD" >.lab/password)
become_root "$(command -v node)" test/orchestrator/main.ts --domain edge.test --address 10.231.0.1 --device orch0 --dir .lab \
  --flow io --user "$ONBOARDING_USERNAME" --password-file .lab/password >.lab/orchestrator.json &
orchestrator=$!
stop() {
  # It tells its own process id: the one the shell knows may be sudo's. Until it has, that one has to do.
  pid=$(sed -n 's/^{"pid":\([0-9]*\),.*/\1/p' .lab/orchestrator.json 2>/dev/null || true)
  as_root kill "${pid:-$orchestrator}" 2>/dev/null || true
  wait "$orchestrator" || true
  rm -f .lab/password
}
trap stop EXIT
trap 'exit 130' INT TERM
say 'Starting the stand-in orchestrator (the first time it downloads 70 MB to make the boot file of) …'
until [ -s .lab/orchestrator.json ]; do
  kill -0 "$orchestrator" 2>/dev/null || { say 'It did not start; see above.'; exit 1; }
  sleep 1
done

run bin/ven apply "$FLEET" --yes --wait ready --timeout 10m
run bin/ven timeline "$FLEET"
run bin/ven status "$FLEET"
say "See what a node said:              sudo bin/ven logs node-1 $FLEET
Take it all away again with:       sudo bin/ven destroy $FLEET"
