/** All that watching nodes needs of the world. `on-host.ts` gives the real one; tests give one of their own. */
import type {
  Address,
  Credentials,
  NodeRecord,
  Orchestrator,
  Power,
  ProvisionEvent,
  ResolvedVm,
} from '../model/index.js';

/** As the host's. */
export interface LogPlace {
  file: string;
  position: number;
}

/** A node's console from some place on. */
export interface NodeConsole {
  /** Where the next byte will be. */
  readonly place: LogPlace;
  /** What is new, a part of it at a time: nothing more has been said when nothing comes. */
  read(): { start: LogPlace; bytes: Uint8Array }[];
  /** Overwrites what a node echoed and must not be kept. Returns why it could not, or null. */
  mask(at: LogPlace, length: number): string | null;
  close(): void;
}

export interface PowerState {
  power: Power | 'missing';
  /** Another one for each start; null while it is off. */
  id: string | null;
}

/** As in a record. `life` is when it was started, ISO 8601. */
export type NodeLife = Pick<NodeRecord, 'life' | 'making'>;

/** Why there is no node to watch, and what to do, for people. */
export interface LostNode {
  message: string;
  hint: string;
}

export interface OnboardingPorts {
  clock: {
    /** Milliseconds since 1970. */
    now(): number;
    /** Resolves after so long, or at once when aborted. */
    sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  };
  /** `from` null: all that is kept. */
  openConsole(vm: ResolvedVm, from: LogPlace | null): NodeConsole;
  consoleEnd(vm: ResolvedVm): LogPlace;
  /** By UUID, all at once. */
  powers(uuids: readonly string[]): Promise<ReadonlyMap<string, PowerState>>;
  /** Of the VM as it is now, or was before its power went off. */
  life(vm: ResolvedVm): NodeLife;
  /** Under the fleet's lock; waits for it. */
  powerOn(vm: ResolvedVm, signal: AbortSignal): Promise<void>;
  /** Types the text and Enter, if it is `wanted` still when it can: asked with true right before it does. With `busy` (somebody else is attached) and `unwanted` nothing was typed. */
  type(
    vm: ResolvedVm,
    text: string,
    wanted: (now: boolean) => boolean,
    signal: AbortSignal,
  ): Promise<'typed' | 'busy' | 'unwanted'>;
  /** null: it is not asked. */
  orchestrator: Orchestrator | null;
  /** null: the flow has none. */
  credentials: Credentials | null;
  records: { write(record: NodeRecord): void };
  emit: (event: ProvisionEvent) => void;
}

/** Tells once: what is said again and again by a look every few moments. */
export function warnOnce(
  ports: Pick<OnboardingPorts, 'emit' | 'clock'>,
): (address: Address | null, message: string) => void {
  const told = new Set<string>();
  return (address, message) => {
    const key = `${address ?? ''} ${message}`;
    if (told.has(key)) return;
    told.add(key);
    ports.emit({
      type: 'provision-warning',
      time: new Date(ports.clock.now()).toISOString(),
      address,
      message,
    });
  };
}

/** Nothing is told of a node after its end, nor at all after the run's: whoever was at work then comes too late. */
export function inOrder(emit: OnboardingPorts['emit']): OnboardingPorts['emit'] {
  const ended = new Set<Address>();
  let over = false;
  return (event) => {
    if (over || ('address' in event && event.address !== null && ended.has(event.address))) return;
    if (event.type === 'node-finished') ended.add(event.address);
    over = event.type === 'provision-finished';
    emit(event);
  };
}
