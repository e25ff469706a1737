/**
 * The requests of a node's payload, over plain HTTP: busybox has no TLS that verifies. The node
 * sends its serial number and gets its instructions; it logs in, reports its progress, and fetches
 * its operating system.
 */
import { gzipSync } from 'node:zlib';
import { bootEntry, installedDisk } from './disk.ts';
import { now, type Inventory } from './inventory.ts';

/** The parts of a node's way, in order; where a fault strikes, and where it may take its time. */
export const PHASES = ['ipxe', 'hook', 'onboarding', 'workflow', 'os', 'agents'] as const;
export type Phase = (typeof PHASES)[number];

/**
 * - `boot`: iPXE gives up and waits at its prompt; `reboot` typed there starts anew
 * - `shell`: the firmware's shell waits at its prompt; `reset` typed there starts anew
 * - `network`: a download does not come
 * - `storage`: the disk is full
 * - `workflow`: an action of the workflow fails
 * - `os`: the kernel panics, the node starts again by itself, and nothing more is said
 * - `agents`: an agent's installation fails
 * - `timeout`: nothing more is said
 */
export type FaultKind =
  'boot' | 'shell' | 'network' | 'storage' | 'workflow' | 'os' | 'agents' | 'timeout';

const STRIKES: Record<FaultKind, Phase> = {
  boot: 'ipxe',
  shell: 'ipxe',
  network: 'hook',
  storage: 'workflow',
  workflow: 'workflow',
  os: 'os',
  agents: 'agents',
  timeout: 'workflow',
};

const phaseOf = ({ kind, at }: NodeFault): Phase => at ?? STRIKES[kind];

export interface NodeFault {
  kind: FaultKind;
  /** Default: where it is at home. */
  at?: Phase;
  /** So many times for each node, then never again. Default: each time that the node gets there. */
  times?: number;
}

export interface NodeInstructions {
  flow: 'interactive' | 'non-interactive';
  /** Default: as the provider's default says, else Ubuntu. */
  os?: 'ubuntu' | 'microvisor';
  /** Show the password as it is typed, as a badly made login would. */
  echoPassword?: boolean;
  fault?: NodeFault;
  /**
   * The address that the node will send from: for a fault at iPXE in its first boot, before it has
   * sent its serial number.
   */
  address?: string;
  /** Seconds of rest at the beginning of a phase. */
  pauses?: Partial<Record<Phase, number>>;
}

export interface NodeAnswer {
  status: number;
  body?: string | Uint8Array;
}

export class Nodes {
  readonly #inventory: Inventory;
  readonly #installed: (() => Uint8Array) | undefined;
  #written: { disk: Uint8Array; entry: Uint8Array } | undefined;
  readonly #instructions = new Map<string, NodeInstructions>();
  #everyNode: NodeInstructions | undefined;
  readonly #serialNumbers = new Map<string, string>();
  /**
   * How often a fault has hit a node, by its serial number or, while that is unknown, its address.
   */
  readonly #struck = new Map<NodeFault, Map<string, number>>();
  /**
   * Nodes whose kernel has panicked since they were installed. They would reboot and panic for
   * ever, and keep a core of the test machine busy.
   */
  readonly #panicked = new Set<string>();

  /** `installed`: the EFI program that nodes find on their disk once they are installed. */
  constructor(inventory: Inventory, installed?: () => Uint8Array) {
    this.#inventory = inventory;
    this.#installed = installed;
  }

  instruct(serialNumber: string | undefined, instructions: NodeInstructions | undefined): void {
    if (serialNumber === undefined) this.#everyNode = instructions;
    else if (instructions === undefined) this.#instructions.delete(serialNumber);
    else this.#instructions.set(serialNumber, instructions);
  }

  /** Whose address it is, as far as the node has told. */
  at(remoteAddress: string): string | null {
    return this.#serialNumbers.get(remoteAddress) ?? null;
  }

  /** Whether the node at this address must stop at iPXE this time; `counts`: it is booting now. */
  stopsAtIpxe(remoteAddress: string, counts: boolean): boolean {
    const known = this.at(remoteAddress);
    const own = [...this.#instructions.values()].find(({ address }) => address === remoteAddress);
    const fault = (own ?? (known === null ? this.#everyNode : this.#of(known)))?.fault;
    return (
      fault !== undefined &&
      phaseOf(fault) === 'ipxe' &&
      this.#strikes(fault, remoteAddress, counts)
    );
  }

  answer(method: string, url: URL, body: string, remoteAddress: string): NodeAnswer {
    const [, serialNumber = '', what = ''] =
      /^\/nodes\/([A-Za-z0-9]{1,40})\/([a-z]+)$/.exec(url.pathname) ?? [];
    switch (`${method} ${what}`) {
      case 'GET start':
        this.#met(serialNumber, remoteAddress);
        return this.#start(
          serialNumber,
          url.searchParams.get('from') === 'disk' ? 'disk' : 'network',
        );
      case 'GET registered':
        return {
          status: this.#inventory.bySerialNumber(serialNumber)?.autoOnboard === true ? 200 : 404,
        };
      case 'POST login':
        return this.#logIn(serialNumber, url.searchParams.get('uuid') ?? '', body);
      case 'POST oslogin':
        return this.#logInToSystem(serialNumber, body);
      case 'POST onboard': // with the token of its login
        return { status: this.#inventory.bearer(body.trim()) === undefined ? 401 : 200 };
      case 'POST report':
        this.#inventory.report(serialNumber, body.trim());
        return { status: 200 };
      case 'GET disk':
        return this.#write('disk');
      case 'GET entry':
        return this.#write('entry');
      default:
        return { status: 404 };
    }
  }

  #of(serialNumber: string): NodeInstructions | undefined {
    return this.#instructions.get(serialNumber) ?? this.#everyNode;
  }

  #strikes(fault: NodeFault, node: string, counts: boolean): boolean {
    const struck = this.#struck.get(fault) ?? new Map<string, number>();
    const times = struck.get(node) ?? 0;
    if (times >= (fault.times ?? Infinity)) return false;
    if (counts) this.#struck.set(fault, struck.set(node, times + 1));
    return true;
  }

  /** What is written to the node's disk, compressed, or the entry for it in the firmware's list. */
  #write(what: 'disk' | 'entry'): NodeAnswer {
    if (!this.#installed) return { status: 404 };
    if (!this.#written) {
      const program = this.#installed();
      this.#written = {
        disk: gzipSync(installedDisk(program), { level: 1 }),
        entry: bootEntry(program),
      };
    }
    return { status: 200, body: this.#written[what] };
  }

  /** Tells whose boots came from this address, the past ones too. */
  #met(serialNumber: string, remoteAddress: string): void {
    this.#serialNumbers.set(remoteAddress, serialNumber);
    for (const boot of this.#inventory.seen.boots) {
      if (boot.remoteAddress === remoteAddress) boot.serialNumber ??= serialNumber;
    }
  }

  /** What to play, as lines `key=value` that a shell can read without looking for quotes. */
  #start(serialNumber: string, from: 'network' | 'disk'): NodeAnswer {
    this.#inventory.seen.starts.push({ time: now(), serialNumber, from });
    const instructions = this.#of(serialNumber);
    if (!instructions) return { status: 404 };
    const { flow, echoPassword = false, fault, pauses = {} } = instructions;
    const os =
      instructions.os ??
      (this.#inventory.defaultOs().profileName.startsWith('microvisor') ? 'microvisor' : 'ubuntu');
    const lines = [`flow=${flow}`, `os=${os}`, `echo=${echoPassword ? 'yes' : 'no'}`];
    const at = fault && phaseOf(fault);
    // What stops a node at iPXE was decided when it asked for the boot file.
    const due = at !== 'ipxe' && from === (at === 'os' || at === 'agents' ? 'disk' : 'network');
    if (from === 'network') this.#panicked.delete(serialNumber);
    if (fault && (at === 'ipxe' || (due && this.#strikes(fault, serialNumber, true)))) {
      lines.push(`fault=${this.#panicked.has(serialNumber) ? 'timeout' : fault.kind}`, `at=${at}`);
      if (fault.kind === 'os') this.#panicked.add(serialNumber);
    }
    for (const phase of PHASES)
      if (pauses[phase] !== undefined) lines.push(`pause_${phase}=${pauses[phase]}`);
    return { status: 200, body: `${lines.join('\n')}\n` };
  }

  /** Two lines: user name and password, of the installed system. */
  #logInToSystem(serialNumber: string, body: string): NodeAnswer {
    const [username = '', password = ''] = body.split('\n');
    const { systemUser, seen } = this.#inventory;
    const granted = systemUser?.username === username && systemUser.password === password;
    seen.systemLogins.push({ time: now(), serialNumber, username, granted });
    return { status: granted ? 200 : 403 };
  }

  /**
   * Two lines: user name and password; the answer is a token. By the login, the node's host becomes
   * known.
   */
  #logIn(serialNumber: string, uuid: string, body: string): NodeAnswer {
    const [username = '', password = ''] = body.split('\n');
    const token = this.#inventory.logIn(username, password);
    this.#inventory.seen.logins.push({
      time: now(),
      serialNumber,
      username,
      granted: token !== undefined,
    });
    if (token === undefined) return { status: 403 };
    if (!this.#inventory.bySerialNumber(serialNumber)) {
      this.#inventory.addHost({
        name: `edge-${serialNumber.toLowerCase()}`,
        serialNumber,
        uuid,
        autoOnboard: true,
      });
    }
    return { status: 200, body: token };
  }
}
