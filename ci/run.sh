#!/bin/sh
# One step of a pipeline: ci/run.sh validate|plan|apply|bundle|destroy. docs/ci.md says what it
# does, and what of it as root. action.yml (GitHub) and ci/gitlab.yml call it. It reads
#   VEN_FLEET    the fleet file; default: fleet.yaml
#   VEN_ARGS     more words for the command, separated by spaces
#   VEN_COMMENT  true: the plan becomes a comment of the pull or merge request (comment.js)
#   VEN_WAIT     apply: the stage to wait for
#   VEN_JUNIT    apply, with VEN_WAIT: the file for each node's result
#   VEN_FILES    the folder for ven-plan.md and ven-bundle.tar.gz; default: the current one
#   VEN          the program; default: that of this folder
# and writes GITHUB_STEP_SUMMARY and GITHUB_OUTPUT where they are set. It ends with ven's exit code;
# `plan` also with 0 when there are changes.
# `*` in VEN_ARGS is ven's own.
set -euf

here=$(cd "$(dirname "$0")" && pwd)
command=$1
fleet=${VEN_FLEET:-fleet.yaml}
files=${VEN_FILES:-.}
ven=${VEN:-$here/../bin/ven}
ven=$(command -v "$ven" || echo "$ven")
plan=$files/ven-plan.md
bundle=$files/ven-bundle.tar.gz
mkdir -p "$files"

summary() { cat >>"${GITHUB_STEP_SUMMARY:-/dev/null}"; }
output() { echo "$1=$2" >>"${GITHUB_OUTPUT:-/dev/null}"; }

# The console logs are root's, and every user has a work folder of their own (docs/permissions.md).
# So all that changes the fleet or reads its nodes runs as root, where sudo asks for no password.
# A plan needs no more than the group, which counts from a new login on.
sudo=''
in_group() { id -nG | tr ' ' '\n' | grep -qx libvirt; }
if [ "$(id -u)" != 0 ] && [ "$command" != validate ] &&
  { [ "$command" != plan ] || ! in_group; } &&
  sudo -n --preserve-env=PATH true 2>/dev/null; then
  sudo=yes
fi

# The names of what the job has set, for sudo; not what says whose home it is.
variables() {
  env -0 | tr '\n\0' ' \n' | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p' |
    grep -vxE 'HOME|LOGNAME|MAIL|PATH|SHELL|USER|(SUDO|XDG)_.*' | paste -sd, -
}
# sudo takes no signal from its own process group, so it gets another.
start() {
  if [ "$sudo" ]; then
    exec setsid sudo -n -H --preserve-env="$(variables)" env "PATH=$PATH" "$ven" "$@"
  fi
  exec "$ven" "$@"
}
# shellcheck disable=SC2317  # the trap calls it
tell() { ${sudo:+sudo -n} sh -c "kill -TERM $child"; }
# A cancelled job signals this shell alone: ven ends its steps in order, as after Ctrl-C.
run() {
  start "$@" &
  child=$!
  trap tell INT TERM
  code=0
  wait "$child" || code=$?
  # A signal ends the first `wait`, not ven.
  while [ -e "/proc/$child" ]; do
    code=0
    wait "$child" || code=$?
  done
  trap - INT TERM
}
# What root wrote, the steps after this one read and clean up.
hand_over() { if [ "$sudo" ] && [ -f "$1" ]; then sudo -n chown -h "$(id -u):$(id -g)" "$1"; fi; }

# ven overwrites nothing.
pack() {
  rm -f "$bundle"
  run bundle "$fleet" --output "$bundle" "$@"
  hand_over "$bundle"
  if [ -f "$bundle" ]; then output bundle "$bundle"; fi
}

# The Node that ven runs on, first in the path: as bin/ven finds it.
with_node() {
  root=$(dirname "$(readlink -f "$ven")")/..
  for modules in "$root/.." "$root/node_modules"; do
    for kind in arm64 x64; do
      if [ -x "$modules/node-linux-$kind/bin/node" ]; then
        PATH=$modules/node-linux-$kind/bin:$PATH
      fi
    done
  done
  node "$@"
}

# shellcheck disable=SC2086,SC2016  # VEN_ARGS is a list of words; ` is Markdown
case $command in
  validate)
    run validate "$fleet" ${VEN_ARGS:-}
    ;;
  plan)
    run plan "$fleet" --markdown --detailed-exitcode ${VEN_ARGS:-} >"$plan"
    compared=yes
    if [ ! -s "$plan" ]; then
      compared=''
      echo "### ven plan: \`$fleet\` could not be planned (exit code $code); the log says why" \
        >"$plan"
    fi
    cat "$plan"
    summary <"$plan"
    output plan "$plan"
    case $compared$code in
      yes0) output changes false ;;
      yes2 | yes6 | yes7) output changes true ;;
    esac
    if [ "${VEN_COMMENT:-}" = true ]; then
      (with_node "$here/comment.js" "$plan" "$fleet") ||
        echo 'ven: the plan stands in the log; it could not become a comment' >&2
    fi
    if [ "$code" = 2 ]; then code=0; fi
    ;;
  apply)
    set -- --yes ${VEN_ARGS:-}
    if [ -n "${VEN_WAIT:-}" ]; then
      set -- --wait "$VEN_WAIT" ${VEN_JUNIT:+--junit "$VEN_JUNIT"} "$@"
    fi
    run apply "$fleet" "$@"
    applied=$code
    if [ -n "${VEN_JUNIT:-}" ]; then hand_over "$VEN_JUNIT"; fi
    if [ "$applied" != 0 ]; then
      pack
    fi
    {
      printf '### ven apply: `%s` ended with exit code %s\n\n```\n' "$fleet" "$applied"
      run status "$fleet"
      echo '```'
    } 2>&1 | summary
    code=$applied
    ;;
  bundle)
    pack ${VEN_ARGS:-}
    ;;
  destroy)
    # The step before may have been cancelled, and end its running steps.
    set -- --yes --purge --lock-timeout 10m ${VEN_ARGS:-}
    if [ "$(id -u)" != 0 ] && [ -z "$sudo" ]; then
      shift 2
      set -- --yes "$@"
      echo 'ven: the console logs stay: only root may delete them, and sudo asks for a password' >&2
    fi
    run destroy "$fleet" "$@"
    ;;
  *)
    echo "usage: ci/run.sh validate|plan|apply|bundle|destroy" >&2
    code=1
    ;;
esac
output exit-code "$code"
exit "$code"
