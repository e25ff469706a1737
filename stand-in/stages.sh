# A node's way as its console tells it, for /init: read in when the stand-in has instructions for this node.
#
# Real: the firmware's own lines, `EFI stub: …`, what is typed and read, whether it is let in, what is downloaded, written to
# the disk and put into the firmware's variables, every reboot, the full disk of the fault `storage` and the panic of `os`; the
# shell of the installed system, and the file that says how far its agents are.
# Spoken, in the words of the real thing: everything else, iPXE's lines (see unified-image.ts) and the agents' too.
#
# The words come from the stand-in as lines `key=value`; only these keys are taken, and none is run.
flow='' os='' echo='' fault='' at=''
while IFS='=' read -r key value; do
  case $key in
    flow | os | echo | fault | at) eval "$key=\$value" ;;
    pause_*) case $value in '' | *[!0-9.]*) ;; *) echo "$value" >"/tmp/${key#pause_}.pause" ;; esac ;;
  esac
done </tmp/instructions
node=$(echo "$serial" | tr 'A-Z' 'a-z')

rest() { while :; do sleep 3600; done; }
ask() { wget -q -O - "$stand_in/nodes/$serial/$1" 2>/dev/null; }
tell() { # what, to where
  said=$(mktemp)
  printf '%s\n' "$1" >"$said"
  wget -q -O /tmp/told --post-file "$said" "$stand_in/nodes/$serial/$2" 2>/dev/null
  told=$?
  rm -f "$said"
  return $told
}
restart() {
  sync
  reboot -f
  rest
}

# Waits at a prompt for one word, as long as it takes.
prompt() { # prompt, word
  while :; do
    printf '%s' "$1"
    read -r typed || sleep 1
    [ "$typed" != "$2" ] || return 0
    [ -z "$typed" ] || printf '%s: command not found\n' "$typed"
  done
}

failed() { # message
  tell "Provisioning Failed: $1" report
  rest
}

# Where a part of the way begins: takes its time, and goes wrong when it shall.
part() {
  [ ! -e "/tmp/$1.pause" ] || sleep "$(cat "/tmp/$1.pause")"
  [ "$at" = "$1" ] || return 0
  case $fault in
    boot)
      printf 'Retry with UEFI HTTP Boot again.\n'
      prompt 'iPXE> ' reboot
      restart
      ;;
    shell)
      printf 'UEFI Interactive Shell v2.2\nEDK II\n'
      prompt 'Shell> ' reset
      restart
      ;;
    network)
      if [ "$1" = ipxe ]; then
        printf 'https://%s/tink-stack/vmlinuz-x86_64... Connection timed out (https://ipxe.org/4c0a6092)\n' "$name"
        prompt 'iPXE> ' reboot
        restart
      fi
      # Where nobody gives out addresses.
      udhcpc -i lo -s /bin/true -n -q -t 1 -T 1 2>&1
      rest
      ;;
    storage)
      mkdir -p /mnt
      mount -t tmpfs -o size=256k tmpfs /mnt
      dd if=/dev/zero of=/mnt/image bs=64k 2>&1
      failed 'stream-image'
      ;;
    workflow)
      printf 'Workflow %s failed: action "stream-image" exited with 1\n' "$node"
      failed 'stream-image'
      ;;
    os) echo c >/proc/sysrq-trigger ;;
    agents)
      # The login prompt comes first: the console's own program starts at the same moment.
      sleep 3
      printf '\n[FAILED] Failed to start platform-update-agent.service - Platform Update Agent.\n'
      rest
      ;;
    timeout) rest ;;
  esac
}

# Asks for a user and a password, and the stand-in whether they are right. False: they are not, or there is no user.
credentials() { # prompt, whom the stand-in asks
  printf '%s' "$1"
  read -r username
  [ -n "$username" ] || return 1
  printf 'Password: '
  [ "$echo" = yes ] || stty -echo
  read -r password
  [ "$echo" = yes ] || { stty echo; printf '\n'; }
  # In a file: no other program's arguments have it.
  tell "$username
$password" "$2"
  right=$?
  password=
  [ $right = 0 ] || printf 'Login incorrect\n'
  return $right
}

log_in() {
  printf '\nProvide Username and Password for the IO:\n'
  until credentials 'Username: ' "login?uuid=$uuid"; do :; done
  printf 'Login accepted\n'
  tell "$(cat /tmp/told)" onboard || failed 'onboard'
}

# Puts the disk into the firmware's list of what to boot, at the first free number, and first in its order.
add_boot_entry() {
  variables=/sys/firmware/efi/efivars global=8be4df61-93ca-11d2-aa0d-00e098032b8c
  ask entry >/tmp/entry && [ -s /tmp/entry ] || return 1
  number=0
  while file=$variables/Boot$(printf '%04X' $number)-$global && [ -e "$file" ]; do
    # The same as before, when it was installed before.
    cat "$file" >/tmp/other
    cmp -s /tmp/other /tmp/entry && break
    number=$((number + 1))
  done
  # One write a variable, or the kernel takes a part of it for the whole.
  [ -e "$file" ] || cat /tmp/entry >"$file" || return 1
  order=$variables/BootOrder-$global
  # Attributes, then numbers of two bytes. This file system can't seek.
  # shellcheck disable=SC2002
  others=$(cat "$order" | tail -c +5 | hexdump -v -e '1/2 "%u\n"' | grep -vx "$number")
  {
    printf '\007\000\000\000'
    for each in $number $others; do
      printf "\\$(printf '%03o' $((each & 255)))\\$(printf '%03o' $((each >> 8)))"
    done
  } >/tmp/order
  cat /tmp/order >"$order"
}

install() {
  for disk in sda vda nvme0n1 ''; do
    [ ! -b "/dev/$disk" ] || break
  done
  [ -n "$disk" ] || { printf 'No suitable disk found\n'; failed 'no disk'; }
  printf 'Streaming image to /dev/%s\n' "$disk"
  ask disk | gunzip -c >"/dev/$disk" || { printf 'Workflow %s failed: action "stream-image"\n' "$node"; failed 'stream-image'; }
  sync
  [ "$os" != ubuntu ] || add_boot_entry || { printf 'Workflow %s failed: action "boot-entry"\n' "$node"; failed 'boot-entry'; }
}

from_network() {
  printf 'HookOS: Linux %s on %s\n' "$(uname -r)" "$serial"
  part hook
  if [ "$flow" = interactive ]; then
    part onboarding
    log_in
  else
    printf 'Checking the registration of serial number %s\n' "$serial"
    part onboarding
    until ask registered >/dev/null; do
      printf 'Serial number %s is not registered\n' "$serial"
      sleep 2
    done
    printf 'Serial number %s is registered\n' "$serial"
  fi
  tell Onboarded report
  tell 'Provisioning In Progress' report
  printf 'Secure Boot Status: %s\n' "$(secure_boot)"
  part workflow
  install
  tell Provisioned report
  printf 'Workflow %s done\nReset System\n' "$node"
  restart
}

from_disk() {
  part os
  if [ "$os" = microvisor ]; then
    # It has nothing to say.
    part agents
    tell Running report
    rest
  fi
  install_agents &
  while :; do
    printf '\nUbuntu 24.04 LTS %s ttyS0\n\n' "$node"
    credentials "$node login: " oslogin || continue
    printf 'Welcome to Ubuntu 24.04 LTS (Linux %s)\n\n' "$(uname -r)"
    PS1="$username@$node:~\$ " setsid cttyhack sh -i
  done
}

# In the background, as the system's own services do it: the console says nothing of it, but that one failed.
install_agents() {
  part agents
  mkdir -p /home/postinstall/Setup
  for step in configure_proxies node-agent hardware-discovery-agent platform-observability-agent platform-update-agent \
    delete_invalid_ubuntu_boot_menuoptions; do
    echo "$step done" >>/home/postinstall/Setup/.success_install_status
  done
  tell Running report
}

go() {
  if [ "$from" = disk ]; then
    from_disk
  elif grep -q '\<quiet\>' /proc/cmdline; then
    # Served in the place of iPXE, for that to fail. The firmware's shell comes without it.
    if [ "$fault" != shell ]; then
      printf 'iPXE 1.21.1+ -- Open Source Network Boot Firmware -- https://ipxe.org\n'
      printf 'https://%s/tink-stack/boot.ipxe... ok\n' "$name"
    fi
    part ipxe
  else
    from_network
  fi
}
