/**
 * The machines of a fleet as all its services see them: read at most once a second, however many
 * clients ask, and again after each act.
 */
import { VenError, type BmcMachine, type BmcMachines } from '../model/index.js';

const FRESH_MS = 1000;

/** What the fleet file says of a machine that libvirt does not. */
export interface KnownVm {
  name: string;
  uuid: string;
  title: string;
  description: string;
  /** A guest may take so long to power off. */
  shutdownTimeoutSeconds: number;
  disks: readonly { target: string; sizeBytes: number }[];
}

export class Machines {
  readonly #port: BmcMachines;
  readonly #now: () => number;
  #vms: ReadonlyMap<string, KnownVm> = new Map();
  #reading: Promise<ReadonlyMap<string, BmcMachine>> | null = null;
  #readAt = -Infinity;
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(port: BmcMachines, now: () => number) {
    this.#port = port;
    this.#now = now;
  }

  get port(): BmcMachines {
    return this.#port;
  }

  replace(vms: readonly KnownVm[]): void {
    this.#vms = new Map(vms.map((vm) => [vm.name, vm]));
    this.#forget();
  }

  /** Those of the names that exist, in their order. */
  async list(names: readonly string[]): Promise<{ vm: KnownVm; machine: BmcMachine }[]> {
    const read = await this.#read();
    return names.flatMap((name) => {
      const vm = this.#vms.get(name);
      const machine = vm && read.get(vm.uuid);
      return vm && machine ? [{ vm, machine }] : [];
    });
  }

  all(): Promise<{ vm: KnownVm; machine: BmcMachine }[]> {
    return this.list([...this.#vms.keys()]);
  }

  /**
   * Runs an act after all earlier ones on the same machine. What is read afterwards was read after
   * it, whether it succeeded or not.
   */
  async act<T>(uuid: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(uuid) ?? Promise.resolve();
    const mine = before.then(work).finally(() => {
      this.#forget();
    });
    const settled = mine.catch(() => undefined);
    this.#queues.set(uuid, settled);
    void settled.then(() => {
      if (this.#queues.get(uuid) === settled) this.#queues.delete(uuid);
    });
    return mine;
  }

  /** Something happened to a machine outside of `act`. */
  changed(): void {
    this.#forget();
  }

  /** Resolves when no act is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#queues.values());
  }

  #forget(): void {
    this.#reading = null;
    this.#readAt = -Infinity;
  }

  /** Those who ask while it is being read share the answer. */
  #read(): Promise<ReadonlyMap<string, BmcMachine>> {
    const now = this.#now();
    if (this.#reading && now - this.#readAt < FRESH_MS) return this.#reading;
    const reading = this.#port.readMachines([...this.#vms.values()].map(({ uuid }) => uuid));
    this.#reading = reading;
    // It is fresh for a second from its end, and until then it is shared.
    this.#readAt = Infinity;
    reading.then(
      () => {
        if (this.#reading === reading) this.#readAt = this.#now();
      },
      () => {
        if (this.#reading === reading) this.#forget();
      },
    );
    return reading;
  }
}

export function isVenError(error: unknown): error is VenError {
  return error instanceof VenError;
}
