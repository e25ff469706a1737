/**
 * All that watching nodes needs of the world. `operations` gives the real one; tests give one of
 * their own.
 */
import type {
  Address,
  Clock,
  ConsoleReader,
  Credentials,
  DomainPower,
  LogPosition,
  NodeRecord,
  NodeRecords,
  Orchestrator,
  ProvisionEvent,
  ResolvedVm,
  TypeOutcome,
} from '../model/index.js';

/**
 * As in a record. `life` is when it was started, ISO 8601; `making` tells incarnations of the VM
 * apart.
 */
export type NodeBoot = Pick<NodeRecord, 'life' | 'making'>;

/** Why there is no node to watch, and what to do, for people. */
export interface LostNode {
  message: string;
  hint: string;
}

export interface OnboardingPorts {
  clock: Clock;
  /** `from` null: all that is kept. */
  openConsole(vm: ResolvedVm, from: LogPosition | null): ConsoleReader;
  consoleEnd(vm: ResolvedVm): LogPosition;
  /** By UUID, all at once. */
  powers(uuids: readonly string[]): Promise<ReadonlyMap<string, DomainPower>>;
  /** Of the VM as it is now, or was before its power went off. */
  bootOf(vm: ResolvedVm): NodeBoot;
  /** Under the fleet's lock; waits for it. */
  powerOn(vm: ResolvedVm, signal: AbortSignal): Promise<void>;
  /**
   * Types the text and Enter, if it is `wanted` still when it can: asked with true right before it
   * does. With `busy` (somebody else is attached) and `unwanted` nothing was typed.
   */
  type(
    vm: ResolvedVm,
    text: string,
    wanted: (now: boolean) => boolean,
    signal: AbortSignal,
  ): Promise<TypeOutcome>;
  /** null: it is not asked. */
  orchestrator: Orchestrator | null;
  /** null: the flow has none. */
  credentials: Credentials | null;
  records: Pick<NodeRecords, 'write'>;
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

/**
 * Nothing is told of a node after its end, nor at all after the run's: whoever was at work then
 * comes too late.
 */
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
