/**
 * The one place that knows the wording of virsh, vagrant and libvirt (in the C locale). The same
 * words mean different things for different acts ("Address already in use" of a domain is its
 * screen's port, of a network its DNS), so an answer is that of an act.
 */
import type { Act, ActKind } from './acts.js';

export type Answer =
  | 'not-found'
  | 'went-meanwhile'
  | 'exists'
  | 'active'
  | 'inactive'
  | 'transient'
  | 'busy'
  | 'entry-exists'
  | 'entry-missing'
  | 'unreachable'
  | 'away'
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
  | 'no-rate'
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
export const SOCKET = /\b(libvirt|virt[a-z]+d)(?:-admin)?-sock/;

/** The first match counts, so narrower patterns come first. */
const WORDING: readonly Wording[] = [
  { answer: 'vagrant-plugins', patterns: [/plugins failed to initialize/i] },
  {
    answer: 'away',
    patterns: [
      /Permission denied \(publickey/i,
      /Host key verification failed/i,
      /Could not resolve hostname/i,
      /\bssh: connect to host/i,
      /timed out during banner exchange/i,
      /Timeout, server .* not responding/i,
      /unable to connect to server at/i,
      /Unable to resolve address/i,
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
  // `tc`, which libvirt calls for a NIC with a limit.
  {
    answer: 'no-rate',
    of: DOMAIN,
    patterns: [/qdisc kind is unknown/i, /Failed to load TC action module/i],
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

/**
 * A list fails when an object goes while libvirt lists it: a pool that another run reads files
 * through, a VM that is deleted. What was listed is not whole then; the next answer is.
 */
const LISTS = new Set(['list', 'net-list', 'pool-list', 'vol-list']);
const WENT: Readonly<Partial<Record<ActKind, RegExp>>> = {
  host: new RegExp(
    'Could not retrieve pool information|(Domain|Network|Storage pool) not found|' +
      '\\bno (domain|network|storage pool) with matching',
    'i',
  ),
  // That its pool is gone is an answer.
  pool: /Storage volume not found|no storage vol(ume)? with matching/i,
};

/** The meaning of a program's message about `act`. */
export function answerOf(words: string, { kind, verb }: Pick<Act, 'kind' | 'verb'>): Answer {
  if (LISTS.has(verb) && WENT[kind]?.test(words) === true) return 'went-meanwhile';
  const answer =
    WORDING.find(
      ({ of, patterns }) =>
        (of === undefined || of.includes(kind)) && patterns.some((pattern) => pattern.test(words)),
    )?.answer ?? 'other';
  const mustMatch = answer === 'not-found' && STRICT.has(verb) ? GONE[kind] : undefined;
  return mustMatch && !mustMatch.test(words) ? 'other' : answer;
}
