/** What a failed act means for a person: a summary, and a hint that is true for its object. */
import { VenError, type ErrorCode } from '../../model/index.js';
import type { Act } from './acts.js';
import { answerOf, SOCKET, type Answer } from './answers.js';
import { causeOf, HostAway, hostNameOf } from './away.js';

/** What is needed to say what a failure means. */
interface Case {
  act: Act;
  uri: string;
  words: string;
  /** Who listens on that port, if that can be known. */
  holder: (port: number, address?: string) => string | null;
}

interface Meaning {
  code: ErrorCode;
  summary?: string | ((failed: Case) => string | undefined);
  hint: string | ((failed: Case) => string);
}

const MEANING: Partial<Record<Answer, Meaning>> = {
  'vagrant-plugins': {
    code: 'host-not-ready',
    summary: ({ words }) =>
      `The user's vagrant plugins do not load: ${/initialization: (.*)/.exec(words)?.[1] ?? ''}`,
    hint:
      'Try: vagrant plugin repair. Else install the plugin again: vagrant plugin expunge, then ' +
      'sudo apt-get install vagrant-libvirt',
  },
  'no-permission': {
    code: 'host-not-ready',
    summary: 'libvirt refuses this user',
    hint: ({ words }) =>
      /access denied/i.test(words)
        ? "An access rule of libvirt forbids this: see polkit's rules for org.libvirt.api"
        : 'Join the group, then log in again: sudo usermod -aG libvirt "$USER"',
  },
  away: {
    code: 'host-not-ready',
    summary: ({ uri, words }) =>
      causeOf(uri, words)?.summary ?? `${hostNameOf(uri)} can't be reached`,
    hint: ({ uri, words }) =>
      causeOf(uri, words)?.hint ??
      'Correct the URI (--connect, or host.uri in the fleet file), or the way to that host',
  },
  'no-driver': {
    code: 'host-not-ready',
    summary: ({ uri }) => `libvirt has no driver for ${uri}`,
    hint:
      'Correct the URI (--connect, or host.uri in the fleet file), or install the driver: ' +
      'sudo apt-get install libvirt-daemon-driver-qemu',
  },
  unreachable: {
    code: 'host-not-ready',
    summary: ({ uri }) => `libvirt${isNear(uri) ? '' : ` of ${hostNameOf(uri)}`} can't be reached`,
    hint: unreachableHint,
  },
  'no-daemon': {
    code: 'host-not-ready',
    summary: ({ words }) =>
      `${daemonIn(words) ?? 'virtlogd'} does not answer, and libvirt needs it`,
    hint: ({ words }) => {
      const daemon = daemonIn(words) ?? 'virtlogd';
      return `Start it: sudo systemctl start ${daemon}.socket (without systemd: sudo ${daemon} -d)`;
    },
  },
  stuck: {
    code: 'tool-failed',
    summary: 'An earlier command on this VM has not ended: its QEMU may hang',
    hint: ({ act }) => stuckHint(act),
  },
  'port-taken': {
    code: 'tool-failed',
    summary: 'A port that the VM is to listen on is taken',
    hint: ({ words, holder }) => {
      const port = portIn(words);
      const who = port === null ? null : holder(port);
      const found = who === null ? 'See who has it: ss -ltnp' : `${who} has port ${port}`;
      return `${found}. Or let libvirt choose, with graphics.port: auto in the fleet file`;
    },
  },
  'dns-taken': {
    code: 'tool-failed',
    summary: (failed) => `Port 53 (DNS) of ${networkAddress(failed)} is taken`,
    hint: (failed) => takenHint(failed, 53, 'DNS'),
  },
  'dhcp-taken': {
    code: 'tool-failed',
    summary: 'Port 67 (DHCP) is taken',
    hint: (failed) => takenHint(failed, 67, 'DHCP'),
  },
  'subnet-taken': {
    code: 'tool-failed',
    hint: 'Choose another subnet in the fleet file, or write subnet: auto',
  },
  'pool-conflict': {
    code: 'host-not-ready',
    summary: ({ words }) =>
      `The storage pool ${poolIn(words)} has this folder already, and libvirt allows one pool`,
    hint: ({ words }) =>
      `Use that pool: host.storagePool: ${poolIn(words)} in the fleet file ` +
      '(virsh pool-list --all shows all)',
  },
  'qemu-died': {
    code: 'tool-failed',
    summary: 'QEMU ended while libvirt spoke to it',
    hint: "See QEMU's last words, in the VM's log: /var/log/libvirt/qemu",
  },
  'no-bridge': {
    code: 'tool-failed',
    summary: ({ words }) => `The bridge ${bridgeIn(words)} that a NIC wants does not exist`,
    hint: ({ words }) =>
      /^(virbr|ven[0-9a-f]{6})/.test(bridgeIn(words))
        ? 'It is the bridge of a libvirt network. Stop and start that network: virsh net-list, ' +
          'then virsh net-destroy NAME and virsh net-start NAME'
        : 'Make the bridge on the host, or correct the NIC in the fleet file',
  },
  'no-rate': {
    code: 'host-not-ready',
    summary:
      "The rate of links needs sch_htb, sch_sfq and act_police: not all are loaded in the host's " +
      'kernel',
    hint: 'Load them there: sudo modprobe -a sch_htb sch_sfq act_police',
  },
  'no-memory': {
    code: 'tool-failed',
    summary: 'The host has not enough free memory',
    hint: 'Stop other VMs, or ask for less memory in the fleet file',
  },
  'no-space': {
    code: 'tool-failed',
    summary: 'The disk of the host is full',
    hint: ({ act, words }) => `Make room: ${roomIn(act, words)}`,
  },
  'disk-locked': {
    code: 'tool-failed',
    summary: 'Another program has a disk of this VM open',
    hint: 'See which: sudo fuser -v FILE, and the disks of other VMs with virsh domblklist',
  },
  'kvm-unusable': {
    code: 'tool-failed',
    summary: 'KVM does not work on this host',
    hint:
      'Say accelerator: qemu (or auto) in the fleet file; ven doctor tells what is wrong ' +
      'with KVM',
  },
  'firmware-missing': {
    code: 'host-not-ready',
    summary: 'The UEFI firmware is not there',
    hint:
      'Install it: sudo apt-get install ovmf; or correct `firmware`, where the fleet file ' +
      'names files',
  },
  'bios-missing': {
    code: 'host-not-ready',
    summary: 'The BIOS of QEMU is not installed',
    hint: 'Install it: sudo apt-get install seabios',
  },
  'tpm-broken': {
    code: 'tool-failed',
    summary: "The state of the VM's TPM is broken: QEMU can't start with it",
    hint: tpmHint,
  },
  'tpm-failed': {
    code: 'tool-failed',
    hint: "See swtpm's log: /var/log/swtpm/libvirt/qemu",
  },
  'console-busy': {
    code: 'tool-failed',
    summary: 'Another client is attached to this console already',
    hint: 'Read along with --read-only, or wait until they leave',
  },
  'tpm-missing': {
    code: 'host-not-ready',
    summary: 'swtpm is not installed',
    hint: 'Install it: sudo apt-get install swtpm swtpm-tools',
  },
};

/** No machine is named. */
function isNear(uri: string): boolean {
  return /^[^:]*:\/\/\//.test(uri);
}

function unreachableHint({ uri, words }: Case): string {
  const check = 'and check the URI (--connect, or host.uri in the fleet file)';
  if (!isNear(uri)) return `See whether libvirt answers there: virsh -c ${uri} list; ${check}`;
  const daemon = daemonIn(words);
  // A host with one daemon for each driver; libvirtd beside them would get in their way.
  if (daemon !== null && daemon !== 'libvirtd')
    return `Start it: sudo systemctl start ${daemon}.socket, ${check}`;
  return (
    'Start it: sudo systemctl start libvirtd (without systemd: sudo virtlogd -d; sudo ' +
    `libvirtd -d), ${check}`
  );
}

/** What to do about a domain whose QEMU does not answer. */
export function stuckHint({ object }: Act): string {
  const vm = object ?? 'VM';
  return (
    `See for how long: virsh domcontrol ${vm}. If it stays so, its storage may hang; ` +
    `virsh destroy ${vm} cuts its power`
  );
}

function takenHint({ words, holder }: Case, port: number, name: string): string {
  const who = holder(port, addressIn(words) ?? undefined);
  const found =
    who === null ? `See who has it: sudo ss -lntup 'sport = :${port}'` : `${who} listens there`;
  return (
    `${found}. A ${name} server of the host must not listen on every address: bind it to its ` +
    'own ones, then try again'
  );
}

function networkAddress({ words }: Case): string {
  return addressIn(words) ?? "the network's address";
}

function tpmHint({ act: { object } }: Case): string {
  const isUuid = /^[0-9a-f-]{36}$/i.test(object ?? '');
  return (
    'Without that state the VM gets a new, empty TPM; what was sealed to the old one is lost: ' +
    `sudo rm -r /var/lib/libvirt/swtpm/${isUuid ? object : 'UUID'}, then ven apply. Or recreate ` +
    'the VM, with its disks: ven apply --replace'
  );
}

function roomIn({ kind, object }: Act, words: string): string {
  const path = /'(\/[^']+)\/[^'/]*'/.exec(words)?.[1];
  if (path !== undefined) return `df -h ${path}`;
  const pool = object?.split('/')[0];
  if ((kind === 'volume' || kind === 'pool') && pool) return `virsh pool-info ${pool}`;
  return 'df -h /var/lib/libvirt /run';
}

function daemonIn(words: string): string | null {
  const [, name] = SOCKET.exec(words) ?? [];
  if (name === undefined) return /virt(?:log|lock)d/.exec(words)?.[0] ?? null;
  return name === 'libvirt' ? 'libvirtd' : name;
}

function bridgeIn(words: string): string {
  return /MTU on '([^']+)'/.exec(words)?.[1] ?? /bridge '?([\w.-]+)/.exec(words)?.[1] ?? '';
}

function poolIn(words: string): string {
  return /conflict with pool: '([^']+)'/i.exec(words)?.[1] ?? 'NAME';
}

function addressIn(words: string): string | null {
  return /listening socket for ([0-9a-f.:]+): /i.exec(words)?.[1] ?? null;
}

/** The port of a VNC screen in QEMU's words: its number above 5900. */
function portIn(words: string): number | null {
  const screen = /-vnc [^\s:]*:(\d+)/.exec(words)?.[1];
  return screen === undefined ? null : 5900 + Number(screen);
}

export interface Failed {
  /** For pasting, without secrets. */
  command: string;
  /** The program's own words, without secrets. */
  words: string;
  program: string;
  act: Act;
  uri: string;
  holder?: Case['holder'] | undefined;
}

/**
 * The error for a program that failed. Its detail holds the program's own words, whole and in
 * order, but for a line that is the summary; and the command.
 */
export function explain({ command, words, program, act, uri, holder }: Failed): VenError {
  const failed: Case = { act, uri, words, holder: holder ?? (() => null) };
  const answer = answerOf(words, act);
  const meaning = MEANING[answer];
  const summary =
    typeof meaning?.summary === 'function' ? meaning.summary(failed) : meaning?.summary;
  const said = words
    .split('\n')
    .map((line) => line.replace(/^error:\s*/, '').trimEnd())
    .filter((line) => line.trim() !== '');
  const main = summary ?? mainLine(words) ?? `${program} failed, without a word`;
  const isAway = answer === 'away' || (answer === 'unreachable' && !isNear(uri));
  return new (isAway ? HostAway : VenError)(meaning?.code ?? 'tool-failed', {
    summary: main,
    detail: [...said.filter((line) => line.trim() !== main), command].join('\n'),
    hint: typeof meaning?.hint === 'function' ? meaning.hint(failed) : meaning?.hint,
  });
}

/**
 * virsh begins a message with `error:`; the last one is the cause, and its first line the sentence
 * (QEMU's own words may follow). Other programs: their last line.
 */
function mainLine(words: string): string | undefined {
  const messages = words.split(/^error:\s*/m).slice(1);
  const lines = (text: string): string[] =>
    text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  return messages.length > 0
    ? messages.map((message) => lines(message)[0]).findLast((line) => line !== undefined)
    : lines(words).at(-1);
}
