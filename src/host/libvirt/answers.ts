/** The one place that knows the wording of virsh, vagrant and libvirt (in the C locale). */
import { VenError, type ErrorCode } from '../../model/index.js';

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
  | 'no-logd'
  | 'port-taken'
  | 'no-permission'
  | 'no-bridge'
  | 'no-memory'
  | 'no-space'
  | 'kvm-unusable'
  | 'firmware-missing'
  | 'tpm-missing'
  | 'console-busy'
  | 'tpm-failed'
  | 'other';

/** Any of its patterns means an answer. The first match counts, so narrower patterns come first. */
const WORDING: readonly [Answer, readonly RegExp[]][] = [
  [
    'no-permission',
    [
      /polkit/i,
      /authentication (failed|unavailable)/i,
      /access denied/i,
      /libvirt-sock'?: Permission denied/i,
      /Permission denied \(publickey/i,
    ],
  ],
  // libvirt could not reach a daemon that one VM needs; the other VMs are not affected.
  ['no-logd', [/virt(log|lock)d(-admin)?-sock/i, /can't connect to virt(log|lock)d/i]],
  [
    'tpm-missing',
    [/Unable to find '?swtpm/i, /swtpm: (command )?not found/i, /TPM .* not supported/i],
  ],
  ['tpm-failed', [/\/swtpm\//i, /swtpm (process|died)/i, /of swtpm\b/i, /start '?swtpm/i]],
  [
    'port-taken',
    [
      /Address already in use/i,
      /Failed to find an available port/i,
      /Unable to find an unused port/i,
    ],
  ],
  [
    'unreachable',
    [
      /failed to connect to the hypervisor/i,
      /unable to connect to (server|libvirt)/i,
      /Failed to connect socket/i,
      /Connection reset/i,
      /End of file while reading data/i,
      /client socket is closed/i,
      /Cannot recv data/i,
      /Cannot write data/i,
      /no connection driver available/i,
      /Could not resolve hostname/i,
      /Call to virConnectOpen/i,
    ],
  ],
  [
    'kvm-unusable',
    [
      /Could not access KVM kernel module/i,
      /failed to initialize kvm/i,
      /KVM is not (supported|available)/i,
      /invalid (argument: )?could not find capabilities for .*(domaintype|virttype)=kvm/i,
      /does not support virt type 'kvm'/i,
    ],
  ],
  [
    'entry-exists',
    [/already at least one DNS HOST record/i, /existing dhcp host entry in network/i],
  ],
  [
    'entry-missing',
    [
      /couldn't locate a matching (DNS HOST record|dhcp host entry)/i,
      /couldn't locate a matching/i,
    ],
  ],
  ['transient', [/transient domain/i]],
  ['busy', [/has asynchronous jobs running/i]],
  ['console-busy', [/Active console session exists/i]],
  ['active', [/already (active|running|started)/i, /domain is already/i]],
  [
    'inactive',
    [
      /(domain|network) is not (running|active)/i,
      /(network|pool) '.*' is not active/i,
      /is not running/i,
      /is not active/i,
    ],
  ],
  [
    'no-bridge',
    [
      /Cannot get interface MTU on '[^']*': No such device/i,
      /Unable to add bridge .* port/i,
      /can't get .*bridge .*No such device/i,
    ],
  ],
  ['no-memory', [/cannot allocate memory/i, /cannot set up guest memory/i]],
  ['no-space', [/No space left on device/i]],
  [
    'firmware-missing',
    [
      /Unable to find (any|'?efi'?) firmware/i,
      /Failed to open file '[^']*(OVMF|AAVMF|edk2)[^']*': No such file/i,
      /(loader|firmware).*No such file/i,
      /could not load PC BIOS/i,
      /Failed to open file '.*_VARS/i,
    ],
  ],
  ['exists', [/already exists/i, /already in use/i, /is already taken/i, /exists already/i]],
  [
    'not-found',
    [
      /not found/i,
      /no (domain|network|storage pool|storage vol(ume)?|nwfilter) with matching/i,
      /failed to get (domain|network|pool|vol)/i,
      /cannot (stat|open) (file|volume) '.*': No such file or directory/i,
      /No such file or directory/i,
    ],
  ],
];

/** The meaning of a program's message. */
export function answerOf(words: string): Answer {
  return (
    WORDING.find(([, patterns]) => patterns.some((pattern) => pattern.test(words)))?.[0] ?? 'other'
  );
}

const MEANING: Partial<Record<Answer, { code: ErrorCode; summary?: string; hint: string }>> = {
  'no-permission': {
    code: 'host-not-ready',
    summary: 'libvirt refuses this user',
    hint: 'Join the group, then log in again: sudo usermod -aG libvirt "$USER"',
  },
  unreachable: {
    code: 'host-not-ready',
    summary: "libvirt can't be reached",
    hint:
      'Start it: sudo systemctl start libvirtd (without systemd: sudo virtlogd -d; sudo ' +
      'libvirtd -d), and check host.uri in the fleet file',
  },
  'no-logd': {
    code: 'host-not-ready',
    summary: 'virtlogd does not answer, and libvirt writes the console log through it',
    hint: 'Start it: sudo systemctl start virtlogd.socket (without systemd: sudo virtlogd -d)',
  },
  'port-taken': {
    code: 'tool-failed',
    summary: 'A port that the VM is to listen on is taken',
    hint:
      'See who has it: ss -ltnp. Or let libvirt choose, with graphics.port: auto in the ' +
      'fleet file',
  },
  'no-bridge': {
    code: 'tool-failed',
    summary: 'The bridge that a NIC wants does not exist on the host',
    hint: 'Make the bridge on the host, or correct the NIC in the fleet file',
  },
  'no-memory': {
    code: 'tool-failed',
    summary: 'The host has not enough free memory',
    hint: 'Stop other VMs, or ask for less memory in the fleet file',
  },
  'no-space': {
    code: 'tool-failed',
    summary: 'The disk of the host is full',
    hint: 'Make room: df -h /var/lib/libvirt',
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
    summary: 'The UEFI firmware is not installed',
    hint: 'Install it: sudo apt-get install ovmf',
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

/**
 * The error for a program that failed. `command` for pasting, `words` its last lines, both without
 * secrets.
 */
export function explain({
  command,
  words,
  program,
}: {
  command: string;
  words: string;
  program: string;
}): VenError {
  const meaning = MEANING[answerOf(words)];
  const told = words
    .split('\n')
    .map((line) => line.replace(/^error:\s*/, '').trim())
    .filter((line) => line !== '');
  return new VenError(meaning?.code ?? 'tool-failed', {
    summary: meaning?.summary ?? told.at(-1) ?? `${program} failed`,
    detail: [...told, command].join('\n'),
    hint: meaning?.hint,
  });
}
