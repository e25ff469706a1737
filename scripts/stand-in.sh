# Sourced by the quickstarts: `start_stand_in OPTIONS…` starts the stand-in orchestrator, which ends with the script.

# The nodes' console logs are root's alone. With the home and the work folder that a plain sudo gives: what root makes in the user's
# would keep the user's own ven out of it, and who looks later with sudo finds the same.
run() { printf '\n$ %s\n' "$*"; as_root scripts/with-libvirt.sh "$@"; }
say() { printf '\n%s\n' "$*"; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -E -H env -u XDG_STATE_HOME "PATH=$PATH" "$@"; fi; }
# For the background: what is started is the process itself, or sudo, which passes signals on.
become_root() { if [ "$(id -u)" = 0 ]; then exec "$@"; else exec sudo -E -H env -u XDG_STATE_HOME "PATH=$PATH" "$@"; fi; }

STAND_IN='stand-in/main.ts --domain edge.test --address 10.231.0.1 --device orch0 --dir .lab'

# It needs root for port 443 and for an address of its own; .lab is where it keeps its authority and its access log.
start_stand_in() {
  mkdir -p .lab
  rm -f .lab/orchestrator.json
  # First, so that no Ctrl-C comes between.
  trap stop_stand_in EXIT
  trap 'exit 130' INT TERM
  # shellcheck disable=SC2086  # a list of words
  become_root "$(command -v node)" $STAND_IN "$@" >.lab/orchestrator.json &
  orchestrator=$!
  say 'Starting the stand-in orchestrator (the first time it downloads 70 MB to make the boot file of) …'
  until [ -s .lab/orchestrator.json ]; do
    kill -0 "$orchestrator" 2>/dev/null || { say 'It did not start; see above.'; exit 1; }
    sleep 1
  done
}

stop_stand_in() {
  # Ctrl-C may come before the assignment.
  orchestrator=${orchestrator:-${!:-}}
  # It tells its own process id: the one the shell knows may be sudo's. Until it has, that one has to do.
  pid=$(sed -n 's/^{"pid":\([0-9]*\),.*/\1/p' .lab/orchestrator.json 2>/dev/null || true)
  [ -z "$orchestrator" ] || {
    as_root kill "${pid:-$orchestrator}" 2>/dev/null || true
    wait "$orchestrator" || true
  }
  rm -f .lab/password .lab/os-password
}
