#!/bin/sh
# One step of a pipeline: ci/run.sh validate|plan|apply|destroy. What it does stands in docs/ci.md.
# action.yml (GitHub) and ci/gitlab.yml call it. It reads
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
# The group counts from a new login on, or in `sg`.
if [ "$(id -u)" != 0 ] && ! id -nG | grep -qw libvirt && id -nG "$(id -un)" | grep -qw libvirt; then
  exec sg libvirt -c "exec '$0' '$command'"
fi

fleet=${VEN_FLEET:-fleet.yaml}
files=${VEN_FILES:-.}
ven=${VEN:-$here/../bin/ven}
plan=$files/ven-plan.md
bundle=$files/ven-bundle.tar.gz
mkdir -p "$files"

summary() { cat >>"${GITHUB_STEP_SUMMARY:-/dev/null}"; }
output() { echo "$1=$2" >>"${GITHUB_OUTPUT:-/dev/null}"; }
# A cancelled job signals this shell alone: ven ends its steps in order, as after Ctrl-C.
run() {
  "$ven" "$@" &
  child=$!
  trap 'kill -TERM "$child"' INT TERM
  code=0
  wait "$child" || code=$?
  # A signal ends the first `wait`, not ven.
  while kill -0 "$child" 2>/dev/null; do
    code=0
    wait "$child" || code=$?
  done
  trap - INT TERM
}

# shellcheck disable=SC2086,SC2016  # VEN_ARGS is a list of words; ` is Markdown
case $command in
  validate)
    run validate "$fleet" ${VEN_ARGS:-}
    ;;
  plan)
    run plan "$fleet" --markdown --detailed-exitcode ${VEN_ARGS:-} >"$plan"
    if [ ! -s "$plan" ]; then
      echo "### ven plan: \`$fleet\` could not be planned (exit code $code); the log says why" >"$plan"
    fi
    cat "$plan"
    summary <"$plan"
    output plan "$plan"
    case $code in
      0) output changes false ;;
      2 | 6 | 7) output changes true ;;
    esac
    if [ "${VEN_COMMENT:-}" = true ]; then
      PATH="$here/../node_modules/.bin:$PATH" node "$here/comment.js" "$plan" "$fleet" ||
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
    if [ "$applied" != 0 ]; then
      rm -f "$bundle"
      run bundle "$fleet" --output "$bundle"
      if [ -f "$bundle" ]; then output bundle "$bundle"; fi
    fi
    {
      printf '### ven apply: `%s` ended with exit code %s\n\n```\n' "$fleet" "$applied"
      run status "$fleet"
      echo '```'
    } 2>&1 | summary
    code=$applied
    ;;
  destroy)
    # The step before may have been cancelled, and end its running steps.
    run destroy "$fleet" --yes --purge --lock-timeout 10m ${VEN_ARGS:-}
    ;;
  *)
    echo "usage: ci/run.sh validate|plan|apply|destroy" >&2
    code=1
    ;;
esac
output exit-code "$code"
exit "$code"
