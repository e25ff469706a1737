/**
 * The ports of onboarding. `operations` passes the real ones; tests pass their own.
 */
import type {
  Address,
  Clock,
  ConsoleReader,
  DomainPower,
  LogPosition,
  NodeCredentials,
  NodeRecord,
  NodeRecords,
  Orchestrator,
  ProvisionEvent,
  ResolvedVm,
  TypeOutcome,
} from '../model/index.js';

/**
 * A VM's boot and incarnation, under their persisted names: `life` is the time of its start,
 * ISO 8601; `making` identifies the incarnation.
 */
export type NodeBoot = Pick<NodeRecord, 'life' | 'making'>;

/** Why there is no node to watch, and what to do. */
export interface LostNode {
  message: string;
  hint: string;
}

export interface OnboardingPorts {
  clock: Clock;
  /** `from` null: the whole log. */
  openConsole(vm: ResolvedVm, from: LogPosition | null): ConsoleReader;
  consoleEnd(vm: ResolvedVm): LogPosition;
  /** Has what these VMs say read until now; where that takes time. */
  fetchConsoles(vms: readonly ResolvedVm[]): Promise<void>;
  /** By UUID, all at once. What they said until then can be read. */
  powers(vms: readonly ResolvedVm[]): Promise<ReadonlyMap<string, DomainPower>>;
  /** The present boot, or the last one of a VM that is off. */
  bootOf(vm: ResolvedVm): NodeBoot;
  /** Under the fleet's lock; waits for it. */
  powerOn(vm: ResolvedVm, signal: AbortSignal): Promise<void>;
  /**
   * Types the text and Enter once the console is free, if `wanted` still holds; called with true
   * right before typing. With `busy` (the console is in use) and `unwanted` nothing was typed.
   */
  type(
    vm: ResolvedVm,
    text: string,
    wanted: (now: boolean) => boolean,
    signal: AbortSignal,
  ): Promise<TypeOutcome>;
  /** null: there are no queries. */
  orchestrator: Orchestrator | null;
  credentials: NodeCredentials;
  records: Pick<NodeRecords, 'write'>;
  emit: (event: ProvisionEvent) => void;
}

/** A user name is not a secret: masking one like `edge` would hide the nodes' names. */
export function passwordsOf(credentials: NodeCredentials): string[] {
  return [credentials.password, credentials['os-password']].filter((one) => one !== undefined);
}

/** Reports each warning once, although the polls repeat it. */
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
 * Drops events of a node after its end, and all events after the end of the run: background work
 * may finish late.
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
