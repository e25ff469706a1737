/**
 * What can go wrong, as data. Every failure that ven knows has a stable code, and the code alone
 * decides the exit code.
 * An error that is not a `VenError` is a bug in ven; it is shown with its stack.
 */

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

/** Stable error codes. `EXIT_BY_CODE` fixes the exit code of each. */
export type ErrorCode =
  | 'usage' // wrong flags or arguments
  | 'fleet-file' // the fleet file is wrong (carries findings)
  | 'foreign-object' // a foreign object has a name that ven needs
  | 'stale-plan' // a saved plan no longer fits the fleet file or the host
  | 'needs-consent' // no --yes, and no terminal to ask on
  | 'delete-all' // most of the fleet's VMs would be deleted, and nobody said --allow-delete-all
  | 'protected' // the change would destroy a VM that says `protect: true`
  | 'locked' // another run holds the fleet's lock
  | 'host-not-ready' // something the host needs is missing
  | 'subnet-taken' // libvirt won't start a network: the host uses its subnet
  | 'vms-failed' // some VMs failed, the others stand
  | 'interrupted'
  | 'not-running' // the VM is off
  | 'not-found' // an address, VM or file that does not exist
  | 'orchestrator-refused' // a retry gets the same answer: credentials, rights, project, conflict
  | 'host-refused' // the same, for one host: its form, its status, a conflict with a hidden host
  | 'orchestrator-unreachable' // no connection, unverified TLS, only 5xx, an unreadable answer
  | 'tool-failed'; // virsh or vagrant failed, and no better code is known

const EXIT_BY_CODE: Record<ErrorCode, number> = {
  usage: EXIT.error,
  'fleet-file': EXIT.fleetFileWrong,
  'foreign-object': EXIT.refused,
  'stale-plan': EXIT.refused,
  'needs-consent': EXIT.refused,
  'delete-all': EXIT.refused,
  protected: EXIT.refused,
  locked: EXIT.locked,
  'host-not-ready': EXIT.hostNotReady,
  'subnet-taken': EXIT.error,
  'vms-failed': EXIT.someVmsFailed,
  interrupted: EXIT.interrupted,
  'not-running': EXIT.error,
  'not-found': EXIT.error,
  'orchestrator-refused': EXIT.error,
  'host-refused': EXIT.error,
  'orchestrator-unreachable': EXIT.error,
  'tool-failed': EXIT.error,
};

/** One mistake in the fleet file. Lines and columns count from 1; columns in UTF-16 code units. */
export interface Finding {
  /** A stable kebab-case rule name, e.g. `unknown-key`, `duplicate-name`. */
  rule: string;
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
    return EXIT_BY_CODE[this.code];
  }
}
