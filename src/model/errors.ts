/**
 * What can go wrong, as data. Every failure that ven knows has a stable code, and the code alone
 * decides the exit code.
 * An error that is not a `VenError` is a bug in ven; it is shown with its stack.
 */

import type { FindingRule } from './finding-rules.js';

/** Exit codes, the same for every command. */
export const EXIT = {
  done: 0,
  error: 1,
  changesPending: 2,
  fleetFileWrong: 3,
  someVmsFailed: 4,
  locked: 5,
  refused: 6,
  hostNotReady: 7,
  interrupted: 130,
} as const;

/**
 * What an error code is, for the program and for people. docs/troubleshooting.md is made of these
 * texts, so they are Markdown, and links in them begin there.
 */
export interface ErrorKind {
  exitCode: number;
  /** What happened: one sentence. */
  means: string;
  /** Why it happens: sentences, the most frequent first. */
  why: readonly string[];
  /** What to do: sentences in the imperative. Commands are in backticks. */
  todo: readonly string[];
}

/** All error codes. They are stable: scripts branch on them (`error.code` of `--json`). */
export const ERRORS = {
  usage: {
    exitCode: EXIT.error,
    means: 'The command line is wrong, or the question was answered with no.',
    why: [
      'A flag, a value or a command is misspelled, or an argument is missing.',
      'A file that a flag names is not what the flag takes: not a saved plan, not a profile, a ' +
        'folder, a secret that others may read.',
      'The command needs something that the fleet file does not have: an `orchestrator`, ' +
        '`power: running`.',
      'An existing file would be overwritten.',
    ],
    todo: ['Read the hint under the message.', '`ven COMMAND --help` shows what a command takes.'],
  },
  'fleet-file': {
    exitCode: EXIT.fleetFileWrong,
    means: 'The fleet file, or the profile that it names, is wrong. Nothing was changed.',
    why: ['Each mistake is shown with its place, a hint, and the name of its rule in brackets.'],
    todo: [
      'Mend the places shown. [Rules](#rules-of-the-fleet-file) explains the names.',
      '`ven validate` checks the file without a host.',
    ],
  },
  'foreign-object': {
    exitCode: EXIT.refused,
    means: "Something that is not ven's is in the way. It was left as it is.",
    why: [
      "A domain, network, volume, file or bridge has a name that ven needs, and not ven's mark.",
      'Another domain has the same MAC address, serial number, SMBIOS UUID or fixed port.',
      "Another domain uses the VM's disk, or a snapshot stands on it.",
      'A disk was left by `destroy --keep-disks`, or by somebody who undefined the VM.',
      'The network that is to be borrowed offers another boot file already.',
      'The orchestrator has another host with this serial number.',
    ],
    todo: [
      'The message names the object and the command that shows it. Rename it or delete it if ' +
        'nobody needs it, or give the VM or the fleet another name.',
      'The data of a disk that an earlier VM left can come back: ' +
        '[how](plan-and-apply.md#disks-that-an-earlier-vm-left).',
      'The rest of the plan was done. Run `ven apply` again afterwards.',
    ],
  },
  'stale-plan': {
    exitCode: EXIT.refused,
    means: 'A plan no longer fits the fleet file or the host. Nothing was changed.',
    why: [
      'The fleet file or the host has changed since `ven plan --out FILE`, or between the plan ' +
        'that was shown and the answer to the question.',
      'The plan was made by another version of ven, or was edited.',
    ],
    todo: ['Make a new plan, read it, and apply that one: `ven plan --out FILE`.'],
  },
  'needs-consent': {
    exitCode: EXIT.refused,
    means: 'The command would change the host, and has nobody to ask. Nothing was changed.',
    why: ['There is no terminal (CI, a pipe), and no `--yes`.'],
    todo: ['Look at `ven plan`, then add `--yes`.'],
  },
  'delete-all': {
    exitCode: EXIT.refused,
    means:
      'The plan would delete all VMs that the fleet has on the host, or more than half of them ' +
      'where there are four or more. Nothing was changed.',
    why: [
      'Two fleet files have the same `fleet:`. The message names the file of the last apply.',
      'Every VM has a new name, or the list of VMs was cut.',
    ],
    todo: [
      'Give the second file another `fleet:`.',
      'If the VMs are to go: add `--allow-delete-all`.',
    ],
  },
  'no-room': {
    exitCode: EXIT.refused,
    means: 'No host of the fleet can take the VM. It was not created.',
    why: [
      'The hosts that it may be on have too few CPUs, or too little memory or disk left.',
      'A host lacks the storage pool, the firmware or KVM, or has a VM of the same `apart` group.',
      'The host that is evacuated is the only one that the fleet file lets it be on.',
    ],
    todo: [
      'The message says of each host what is missing. `ven hosts` shows what they have.',
      'Add a host, ask for less, or let VMs have more of the hosts (`overcommit`).',
    ],
  },
  'on-two-hosts': {
    exitCode: EXIT.refused,
    means: 'Two hosts have the same VM. Both were left as they are.',
    why: [
      'A host that was evacuated has come back, with the VMs that it had.',
      'It was copied or moved by hand.',
    ],
    todo: [
      'The message names both, and the command that deletes each. Find out which one is right, ' +
        'and delete the other one.',
    ],
  },
  'host-answers': {
    exitCode: EXIT.refused,
    means: 'A host that is to be evacuated answers: it is not dead. Nothing was changed.',
    why: ['It was away for a while, and is back.', 'The name is of another host than was meant.'],
    todo: [
      '`ven apply` without `--evacuate` works with what it has.',
      'To empty a host that answers, move its VMs: `ven move VM --to HOST`.',
    ],
  },
  'wrong-host': {
    exitCode: EXIT.refused,
    means: 'A VM is on another host than the fleet file says. It was left as it is.',
    why: ['`host` of the VM was changed or added after it was created.'],
    todo: ['Move it: `ven move`; or write the host that it is on.'],
  },
  'cannot-move': {
    exitCode: EXIT.refused,
    means: "A VM can't be moved to the other host as it is. It was left as it is.",
    why: [
      'It runs, is paused, or its memory is saved: only a VM that is off is moved.',
      'It is not as the fleet file says, or was never completed.',
      "It has what would not come along: a disk or NIC that is not ven's, an image in its " +
        'virtual drive, a boot override, a disk that stands on another image.',
    ],
    todo: ['Do what the message says, then move it again.'],
  },
  protected: {
    exitCode: EXIT.refused,
    means: 'The change would delete the disks of a VM with `protect: true`. The VM was left alone.',
    why: [
      'The VM was taken out of the file, renamed, or is to be destroyed.',
      'A change of it is a replacement: a smaller disk, another firmware.',
    ],
    todo: [
      'To keep the VM, undo that change.',
      'To lose its disks, write `protect: false` and apply that once first.',
    ],
  },
  'in-use': {
    exitCode: EXIT.refused,
    means: 'A network that `--target` names is to go, and VMs stay on it. It was left as it is.',
    why: ['The VMs on it are not selected, so they keep their network.'],
    todo: [
      'Select the VMs, too, or leave the network to the command that deletes the last of them.',
    ],
  },
  'provider-refused': {
    exitCode: EXIT.refused,
    means:
      'The orchestrator does not have what `orchestrator.provider` names. The provider was left ' +
      'as it is, and no VM was created that would install itself by it.',
    why: [
      'The name of an OS profile or of a local account is misspelled, or it is of another project.',
    ],
    todo: [
      'The message lists what there is. Correct the fleet file.',
      'To go on with the provider as it is: `--exclude orchestrator.provider`.',
    ],
  },
  'wrong-fingerprint': {
    exitCode: EXIT.refused,
    means:
      'No certificate that the server shows has the fingerprint of `--fingerprint`. Nothing was ' +
      'sent to it.',
    why: [
      'The fingerprint is of another certificate: of one that has been renewed, or of an ' +
        'authority that the server does not show.',
      'Something else answers under this name: a proxy that opens TLS, or an attacker.',
    ],
    todo: [
      'The message names both fingerprints. Ask the owner of the orchestrator which one is ' +
        'right, on another way than this network.',
    ],
  },
  locked: {
    exitCode: EXIT.locked,
    means: 'Another run holds the lock of this fleet. Nothing was changed.',
    why: [
      'An apply, destroy or provision of this fleet is at work. The message says whose.',
      'A killed run left a program at work. The lock ends with it.',
      'Another fleet is changing the same borrowed network.',
    ],
    todo: [
      'Wait until it ends: `--lock-timeout DURATION` (5m) waits for you.',
      'Look at it with `ven status`, which needs no lock.',
    ],
  },
  'host-not-ready': {
    exitCode: EXIT.hostNotReady,
    means: 'Something is missing that the host needs.',
    why: [
      'libvirt does not run, or this user is not in the group `libvirt`.',
      'A program is not installed: virsh, vagrant, swtpm, the firmware.',
      'A storage pool or an existing network is missing or not active.',
      'A log belongs to root, or is on another machine.',
      'No free subnet is left for `subnet: auto`.',
      "The work folder or the folder for temporary files can't be used.",
    ],
    todo: [
      '`ven doctor` shows all that is missing, and what to type.',
      'The rest of the plan was done. Run `ven apply` again afterwards.',
    ],
  },
  'subnet-taken': {
    exitCode: EXIT.error,
    means: 'libvirt does not start a network, because the host uses its subnet.',
    why: ['An interface or another network of the host has an address in the subnet.'],
    todo: ['Give the network another `subnet`, or `subnet: auto`.', '`ip route` shows who has it.'],
  },
  'vms-failed': {
    exitCode: EXIT.someVmsFailed,
    means: 'Some VMs or nodes failed. The others stand.',
    why: ['Each failed one is listed with its own error.'],
    todo: [
      'Mend the cause, and run the same command again. It does only what is left.',
      'For nodes: `ven provision --retry-failed`. [Onboarding](onboarding.md) has the classes of ' +
        'failures.',
      '`ven bundle` collects what a helper needs.',
    ],
  },
  interrupted: {
    exitCode: EXIT.interrupted,
    means:
      'The run was interrupted. That destroys no VM, but a replacement that had begun has ' +
      'deleted the old one: the end of the run names it.',
    why: ['Ctrl-C, a signal, or a time that was up.'],
    todo: ['`ven plan` shows what is left, and `ven apply` does it.'],
  },
  'not-running': {
    exitCode: EXIT.error,
    means: 'The VM has no console or screen, because it is off or has crashed.',
    why: ['The fleet file says `power: off`, the guest shut down, or somebody stopped the VM.'],
    todo: [
      'Start it: `ven apply`, with `power: running`.',
      '`ven logs VM` shows what its console said before.',
    ],
  },
  'not-found': {
    exitCode: EXIT.error,
    means: 'What the command names does not exist.',
    why: [
      'The fleet file is elsewhere, or has another name.',
      'No VM or network of the fleet has this name, or `--target` matches nothing.',
      'The VM was not created yet, has no screen, or its logs were purged.',
    ],
    todo: [
      'Check the name; the hint has the nearest one.',
      '`ven status` lists the VMs; `ven apply` creates what is missing.',
    ],
  },
  'not-possible': {
    exitCode: EXIT.error,
    means: "The machine can't do what its BMC was asked for.",
    why: [
      'A boot target that it does not have: HTTP and the firmware menu are for UEFI, PXE for VMs ' +
        'without `pxe: false`, the CD for VMs with a virtual drive.',
      'The VM got `bmc` while it ran, and has no drive yet.',
    ],
    todo: ['Ask for another one: the BMC lists them.', '`ven apply` gives the VM its drive.'],
  },
  'media-unreachable': {
    exitCode: EXIT.error,
    means: "An image for the virtual drive can't be fetched. The drive is empty.",
    why: [
      'The URL is wrong, nothing listens, or the server wants a user and a password.',
      'The certificate of an HTTPS server is signed by an authority that the machine with the ' +
        'BMC does not know.',
    ],
    todo: ['Fetch it on that machine: `curl -fI URL`.'],
  },
  'orchestrator-refused': {
    exitCode: EXIT.error,
    means: 'The orchestrator refuses the request. A retry would get the same answer.',
    why: [
      'The user name or the password is wrong, or the user has no rights in the project.',
      'There is no project of this name.',
      'The request conflicts with what is there.',
    ],
    todo: [
      'Check `orchestrator.project` and `orchestrator.credentials`, letter by letter.',
      '`ven doctor` asks the orchestrator, and says what it answers.',
    ],
  },
  'host-refused': {
    exitCode: EXIT.error,
    means: 'The orchestrator refuses one host. The other hosts are registered.',
    why: [
      'It does not take the name or the serial number.',
      'It knows the serial number already, in a project that you do not see.',
    ],
    todo: [
      'Look at the hosts: `ven orchestrator hosts --all`.',
      'Give the VM another serial number, or have the old host deleted.',
    ],
  },
  'orchestrator-unreachable': {
    exitCode: EXIT.error,
    means: "The orchestrator can't be asked, or its answer can't be read.",
    why: [
      'The name does not resolve, nothing listens, or a proxy is in between.',
      'Its certificate is not signed by the authority in `caCertificate`, or has another name.',
      'It answers only with errors of its own (5xx).',
    ],
    todo: [
      'Check `orchestrator.domain`, `caCertificate`, `https_proxy` and `no_proxy`.',
      '`ven doctor` asks it, and says what is wrong.',
    ],
  },
  'tool-failed': {
    exitCode: EXIT.error,
    means: 'libvirt, vagrant or another program failed.',
    why: [
      'The message says what it means, where that is known: a full disk, a taken port, too ' +
        'little memory, a bridge that does not exist, a broken TPM state, no answer in time.',
      "Otherwise it has the program's own words, and the command.",
    ],
    todo: [
      'Read the hint. Without one, type the command that is shown.',
      'Run the same command again. What was done stays done.',
    ],
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** One mistake in the fleet file. Lines and columns count from 1; columns in UTF-16 code units. */
export interface Finding {
  rule: FindingRule;
  message: string;
  /** What to do about it, in the imperative. */
  hint: string;
  file: string;
  line: number;
  column: number;
  /** The lines around the place with a caret under it, ready to print. */
  frame: string;
}

export interface VenErrorParts {
  /** One line: what happened. */
  summary: string;
  /** More of what happened: the tool's own words, a list of objects. */
  detail?: string | undefined;
  /** What to do next. */
  hint?: string | undefined;
  /** `file:line:column`, or an address such as `vm.edge-1`. */
  where?: string | undefined;
  findings?: readonly Finding[] | undefined;
  cause?: unknown;
}

export class VenError extends Error {
  override readonly name = 'VenError';
  readonly code: ErrorCode;
  readonly summary: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly where: string | undefined;
  readonly findings: readonly Finding[];

  constructor(code: ErrorCode, parts: VenErrorParts) {
    super(parts.summary, { cause: parts.cause });
    this.code = code;
    this.summary = parts.summary;
    this.detail = parts.detail;
    this.hint = parts.hint;
    this.where = parts.where;
    this.findings = parts.findings ?? [];
  }

  get exitCode(): number {
    return ERRORS[this.code].exitCode;
  }
}
