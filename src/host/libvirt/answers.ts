/**
 * The one place that knows the wording of virsh, vagrant and libvirt (in the C locale). The same
 * words mean different things for different acts ("Address already in use" of a domain is its
 * screen's port, of a network its DNS), so an answer is that of an act.
 */
import { VenError, type ErrorCode } from '../../model/index.js';
import type { Act, ActKind } from './acts.js';

export type Answer =
  | 'not-found'
  | 'exists'
  | 'active'
  | 'inactive'
  | 'transient'
  | 'busy'
  | 'entry-exists'
  | 'entry-missing'
  | 'unreachable'
  | 'ssh-failed'
  | 'no-driver'
  | 'no-permission'
  | 'no-daemon'
  | 'stuck'
  | 'qemu-died'
  | 'port-taken'
  | 'dns-taken'
  | 'dhcp-taken'
  | 'subnet-taken'
  | 'pool-conflict'
  | 'no-bridge'
  | 'no-memory'
  | 'no-space'
  | 'disk-locked'
  | 'kvm-unusable'
  | 'firmware-missing'
  | 'bios-missing'
  | 'tpm-missing'
  | 'tpm-broken'
  | 'tpm-failed'
  | 'console-busy'
  | 'vagrant-plugins'
  | 'other';

interface Wording {
  answer: Answer;
  /** Any of them means the answer. */
  patterns: readonly RegExp[];
  /** The acts of which that is true; absent: all. */
  of?: readonly ActKind[];
}

const DOMAIN: readonly ActKind[] = ['domain'];
const NETWORK: readonly ActKind[] = ['network'];
const STORAGE: readonly ActKind[] = ['pool', 'volume'];

/** A daemon's socket, in an error about it. */
const SOCKET = /\b(libvirt|virt[a-z]+d)(?:-admin)?-sock/;

/** The first match counts, so narrower patterns come first. */
const WORDING: readonly Wording[] = [
  { answer: 'vagrant-plugins', patterns: [/plugins failed to initialize/i] },
  {
    answer: 'ssh-failed',
    patterns: [
      /Permission denied \(publickey/i,
      /Host key verification failed/i,
      /Could not resolve hostname/i,
      /\bssh: connect to host/i,
    ],
  },
  {
    answer: 'no-permission',
    patterns: [
      /polkit/i,
      /authentication (failed|unavailable)/i,
      /access denied/i,
      /(libvirt|virt(qemu|proxy)d)-sock(-ro)?'?: Permission denied/i,
    ],
  },
  // libvirt could not reach another of its daemons; what needs none of that goes on.
  {
    answer: 'no-daemon',
    patterns: [
      /virt(log|lock|network|storage|secret|interface|nodedev|nwfilter)d(-admin)?-sock/i,
      /can't connect to virt(log|lock)d/i,
    ],
  },
  {
    answer: 'stuck',
    of: DOMAIN,
    patterns: [/cannot acquire state change lock/i, /Timed out during operation/i],
  },
  {
    answer: 'tpm-missing',
    patterns: [/Unable to find '?swtpm/i, /swtpm: (command )?not found/i, /TPM .* not supported/i],
  },
  { answer: 'tpm-broken', of: DOMAIN, patterns: [/TPM result for CMD_INIT/i] },
  {
    answer: 'tpm-failed',
    of: DOMAIN,
    patterns: [/\/swtpm\//i, /swtpm (process|died)/i, /of swtpm\b/i, /start '?swtpm/i],
  },
  {
    answer: 'dhcp-taken',
    of: NETWORK,
    patterns: [/failed to bind DHCP server socket: Address already in use/i],
  },
  { answer: 'dns-taken', of: NETWORK, patterns: [/Address already in use/i] },
  { answer: 'subnet-taken', of: NETWORK, patterns: [/network is already in use by interface/i] },
  {
    answer: 'port-taken',
    of: DOMAIN,
    patterns: [
      /Address already in use/i,
      /Failed to find an available port/i,
      /Unable to find an unused port/i,
    ],
  },
  // QEMU's end, which looks like the end of the connection to libvirt.
  {
    answer: 'qemu-died',
    of: DOMAIN,
    patterns: [/(read|write) (from|to) monitor/i, /End of file from (qemu )?(monitor|agent)/i],
  },
  { answer: 'no-driver', patterns: [/no connection driver available/i] },
  {
    answer: 'unreachable',
    patterns: [
      /failed to connect to the hypervisor/i,
      /unable to connect to (server|libvirt)/i,
      /Failed to connect socket/i,
      /Connection reset/i,
      /End of file while reading data/i,
      /client socket is closed/i,
      /Cannot recv data/i,
      /Cannot write data/i,
      /Call to virConnectOpen/i,
    ],
  },
  {
    answer: 'kvm-unusable',
    patterns: [
      /Could not access KVM kernel module/i,
      /failed to initialize kvm/i,
      /KVM is not (supported|available)/i,
      /invalid (argument: )?could not find capabilities for .*(domaintype|virttype)=kvm/i,
      /does not support virt type 'kvm'/i,
    ],
  },
  {
    answer: 'entry-exists',
    of: NETWORK,
    patterns: [/already at least one DNS HOST record/i, /existing dhcp host entry in network/i],
  },
  { answer: 'entry-missing', of: NETWORK, patterns: [/couldn't locate a matching/i] },
  { answer: 'transient', of: DOMAIN, patterns: [/transient domain/i] },
  { answer: 'busy', of: STORAGE, patterns: [/has asynchronous jobs running/i] },
  { answer: 'console-busy', patterns: [/Active console session exists/i] },
  {
    answer: 'disk-locked',
    of: DOMAIN,
    patterns: [/Failed to get "(write|consistent read)" lock/i],
  },
  { answer: 'active', patterns: [/already (active|running|started)/i, /domain is already/i] },
  {
    answer: 'inactive',
    patterns: [
      /(domain|network) is not (running|active)/i,
      /(network|pool) '.*' is not active/i,
      /is not running/i,
      /is not active/i,
    ],
  },
  {
    answer: 'no-bridge',
    of: DOMAIN,
    patterns: [
      /Cannot get interface MTU on '[^']*': No such device/i,
      /Unable to add bridge .* port .*No such device/i,
      /can't get .*bridge .*No such device/i,
    ],
  },
  {
    answer: 'no-memory',
    of: DOMAIN,
    patterns: [/cannot allocate memory/i, /cannot set up guest memory/i],
  },
  { answer: 'no-space', patterns: [/No space left on device/i, /Disk quota exceeded/i] },
  { answer: 'bios-missing', of: DOMAIN, patterns: [/could not load PC BIOS/i] },
  {
    answer: 'firmware-missing',
    of: DOMAIN,
    patterns: [
      /Unable to find (any|'?efi'?) firmware/i,
      /Failed to open file '[^']*(OVMF|AAVMF|edk2)[^']*': No such file/i,
      /(loader|firmware).*No such file/i,
      /Failed to open file '.*_VARS[^']*': No such file/i,
    ],
  },
  { answer: 'pool-conflict', of: STORAGE, patterns: [/Storage source conflict with pool/i] },
  {
    answer: 'exists',
    patterns: [/already exists/i, /already in use/i, /is already taken/i, /exists already/i],
  },
  {
    answer: 'not-found',
    patterns: [
      /not found/i,
      /no (domain|network|storage pool|storage vol(ume)?|nwfilter) with matching/i,
      /failed to get (domain|network|pool|vol)/i,
      /cannot (stat|open) (file|volume) '.*': No such file or directory/i,
      /No such file or directory/i,
    ],
  },
];

/**
 * Deletions and questions of state: of these, `not-found` is taken for "it is gone". So it must be
 * the object itself that was not found, and not a file or another object that it needs.
 */
const GONE: Readonly<Record<string, RegExp>> = {
  domain: /Domain not found|no domain with matching|failed to get domain/i,
  network: /Network not found|no network with matching|failed to get network/i,
};
const STRICT = new Set(['destroy', 'undefine', 'domstate', 'net-destroy', 'net-undefine']);

/** The meaning of a program's message about `act`. */
export function answerOf(words: string, { kind, verb }: Pick<Act, 'kind' | 'verb'>): Answer {
  const answer =
    WORDING.find(
      ({ of, patterns }) =>
        (of === undefined || of.includes(kind)) && patterns.some((pattern) => pattern.test(words)),
    )?.answer ?? 'other';
  const mustMatch = answer === 'not-found' && STRICT.has(verb) ? GONE[kind] : undefined;
  return mustMatch && !mustMatch.test(words) ? 'other' : answer;
}

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
  'ssh-failed': {
    code: 'host-not-ready',
    summary: ({ uri }) => `ssh does not get through to the host of ${uri}`,
    hint: ({ uri }) => {
      const { host = '', port = '' } = /^[^:]*:\/\/(?<host>[^/:?]+)(?::(?<port>\d+))?/.exec(uri)
        ?.groups ?? { host: 'HOST' };
      return (
        `It must log in without a question: ssh ${port === '' ? '' : `-p ${port} `}${host} ` +
        'true. Else correct host.uri in the fleet file'
      );
    },
  },
  'no-driver': {
    code: 'host-not-ready',
    summary: ({ uri }) => `libvirt has no driver for ${uri}`,
    hint:
      'Correct host.uri in the fleet file, or install the driver: ' +
      'sudo apt-get install libvirt-daemon-driver-qemu',
  },
  unreachable: {
    code: 'host-not-ready',
    summary: "libvirt can't be reached",
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

function unreachableHint({ uri, words }: Case): string {
  const check = 'and check host.uri in the fleet file';
  if (!/^[^:]*:\/\/\//.test(uri))
    return `See whether libvirt answers there: virsh -c ${uri} list; ${check}`;
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
 * order, and the command.
 */
export function explain({ command, words, program, act, uri, holder }: Failed): VenError {
  const failed: Case = { act, uri, words, holder: holder ?? (() => null) };
  const meaning = MEANING[answerOf(words, act)];
  const summary =
    typeof meaning?.summary === 'function' ? meaning.summary(failed) : meaning?.summary;
  const said = words
    .split('\n')
    .map((line) => line.replace(/^error:\s*/, '').trimEnd())
    .filter((line) => line.trim() !== '');
  return new VenError(meaning?.code ?? 'tool-failed', {
    summary: summary ?? mainLine(words) ?? `${program} failed, without a word`,
    detail: [...said, command].join('\n'),
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
