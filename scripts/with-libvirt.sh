#!/bin/sh
# Runs a command as a member of the group libvirt, also in a session that is older than the membership.
set -eu
if [ "$(id -u)" = 0 ] || id -nG | tr ' ' '\n' | grep -qx libvirt || ! getent group libvirt >/dev/null; then exec "$@"; fi
# sg takes the whole command as one text, for a shell.
command=''
for word in "$@"; do command="$command '$(printf '%s' "$word" | sed "s/'/'\\\\''/g")'"; done
exec sg libvirt -c "exec$command"
