/**
 * What a node's payload asks of the stand-in, over plain HTTP on its address: busybox has no TLS that verifies. It tells its
 * serial number and gets what it shall play; it logs in, reports how it fares, and fetches its operating system.
 */
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
 * - `os`: the kernel panics
 * - `agents`: an agent's installation fails
 * - `timeout`: nothing more is said
 */
export type FaultKind = 'boot' | 'shell' | 'network' | 'storage' | 'workflow' | 'os' | 'agents' | 'timeout';

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

export interface NodeFault {
  kind: FaultKind;
  /** Default: where it is at home. */
  at?: Phase;
  /** In so many of its starts from the network, then never again. Default: each time. */
  times?: number;
}

export interface NodeInstructions {
  flow: 'interactive' | 'non-interactive';
  /** Default: as the provider's default says, else Ubuntu. */
  os?: 'ubuntu' | 'microvisor';
  /** Show the password as it is typed, as a badly made login would. */
  echoPassword?: boolean;
  fault?: NodeFault;
  /** Seconds of rest at the beginning of a phase. */
  pauses?: Partial<Record<Phase, number>>;
}

export interface NodeAnswer {
  status: number;
  body?: string | Uint8Array;
}

export class Nodes {
  readonly #inventory: Inventory;
  readonly #disk: () => Uint8Array;
  readonly #instructions = new Map<string, NodeInstructions>();
  #everyNode: NodeInstructions | undefined;
  readonly #serialNumbers = new Map<string, string>();
  readonly #struck = new Map<NodeFault, number>();

  /** `disk`: the image that nodes write to their disk, compressed. */
  constructor(inventory: Inventory, disk: () => Uint8Array) {
    this.#inventory = inventory;
    this.#disk = disk;
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

  answer(method: string, url: URL, body: string, remoteAddress: string): NodeAnswer {
    const [, serialNumber = '', what = ''] = /^\/nodes\/([A-Za-z0-9]{1,40})\/([a-z]+)$/.exec(url.pathname) ?? [];
    switch (`${method} ${what}`) {
      case 'GET start':
        this.#met(serialNumber, remoteAddress);
        return this.#start(serialNumber, url.searchParams.get('from') === 'disk' ? 'disk' : 'network');
      case 'GET registered':
        return { status: this.#inventory.bySerialNumber(serialNumber)?.autoOnboard === true ? 200 : 404 };
      case 'POST login':
        return this.#logIn(serialNumber, url.searchParams.get('uuid') ?? '', body);
      case 'POST report':
        this.#inventory.report(serialNumber, body.trim());
        return { status: 200 };
      case 'GET disk':
        return { status: 200, body: this.#disk() };
      default:
        return { status: 404 };
    }
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
    const instructions = this.#instructions.get(serialNumber) ?? this.#everyNode;
    if (!instructions) return { status: 404 };
    const { flow, echoPassword = false, fault, pauses = {} } = instructions;
    const os = instructions.os ?? (this.#inventory.defaultOs().profileName.startsWith('microvisor') ? 'microvisor' : 'ubuntu');
    const lines = [`flow=${flow}`, `os=${os}`, `echo=${echoPassword ? 'yes' : 'no'}`];
    if (fault) {
      const struck = this.#struck.get(fault) ?? 0;
      if (struck < (fault.times ?? Infinity)) lines.push(`fault=${fault.kind}`, `at=${fault.at ?? STRIKES[fault.kind]}`);
      // A start from the disk goes on with what the start before it from the network has begun.
      if (from === 'network') this.#struck.set(fault, struck + 1);
    }
    for (const phase of PHASES) if (pauses[phase] !== undefined) lines.push(`pause_${phase}=${pauses[phase]}`);
    return { status: 200, body: `${lines.join('\n')}\n` };
  }

  /** Two lines: who, and the password. The host of a node that logs in becomes known by that. */
  #logIn(serialNumber: string, uuid: string, body: string): NodeAnswer {
    const [username = '', password = ''] = body.split('\n');
    const granted = this.#inventory.knows(username, password);
    this.#inventory.seen.logins.push({ time: now(), serialNumber, username, granted });
    if (!granted) return { status: 403 };
    if (!this.#inventory.bySerialNumber(serialNumber)) {
      this.#inventory.addHost({ name: `edge-${serialNumber.toLowerCase()}`, serialNumber, uuid, autoOnboard: true });
    }
    return { status: 200 };
  }
}
