/** What a BMC does to its machine: power, boot override, media. */
import { setTimeout as pause } from 'node:timers/promises';
import { VenError, type BootOverride, type NewMedia } from '../model/index.js';
import type { Machines } from './machines.js';
import { refused } from './messages.js';
import type { ResetType, Seen } from './resources/system.js';

/** The answer to a graceful reset waits so long for an error of the host's. */
const ANSWER_MS = 1000;

interface Insertion {
  image: string;
  done: Promise<void>;
  stop: AbortController;
}

export class Acts {
  readonly #machines: Machines;
  /** By UUID: who waits for a guest to power off. */
  readonly #shutdowns = new Map<string, AbortController>();
  readonly #insertions = new Map<string, Insertion>();
  /** Is told of what fails after its request was answered. */
  readonly #failed: (vm: string, error: unknown) => void;

  constructor(machines: Machines, failed: (vm: string, error: unknown) => void) {
    this.#machines = machines;
    this.#failed = failed;
  }

  async reset(seen: Seen, type: ResetType): Promise<void> {
    const { vm, machine } = seen;
    // Whoever still waits for the guest is overtaken.
    this.#shutdowns.get(vm.uuid)?.abort();
    const { port } = this.#machines;
    const isOn = machine.power !== 'off';
    const act = (work: () => Promise<void>): Promise<void> => this.#machines.act(vm.uuid, work);
    switch (type) {
      case 'On':
      case 'ForceOn':
        return act(() => port.powerOn(vm.uuid));
      case 'ForceOff':
        return act(() => port.powerOff(vm.uuid));
      case 'ForceRestart':
        return act(() => port.reset(vm.uuid));
      case 'Nmi':
        return act(() => port.injectNmi(vm.uuid));
      case 'PowerCycle':
        return act(async () => {
          await port.powerOff(vm.uuid);
          await port.powerOn(vm.uuid);
        });
      case 'PushPowerButton':
        return isOn ? this.#ask(seen, false) : act(() => port.powerOn(vm.uuid));
      case 'GracefulShutdown':
        return isOn ? this.#ask(seen, false) : undefined;
      case 'GracefulRestart':
        if (!isOn)
          throw new VenError('not-running', {
            summary: 'the VM is off',
            hint: 'Switch it on: ResetType On',
          });
        return this.#ask(seen, true);
    }
  }

  setOverride({ vm }: Seen, override: BootOverride | null): Promise<void> {
    return this.#machines.act(vm.uuid, () =>
      this.#machines.port.setBootOverride(vm.uuid, override),
    );
  }

  /**
   * Resolves when the image is in the drive. It goes on when the client has left; the same request
   * then waits for the same.
   */
  async insert({ vm }: Seen, media: NewMedia): Promise<void> {
    const before = this.#insertions.get(vm.uuid);
    if (before) {
      if (before.image === media.image) return before.done;
      throw refused(409, 'ResourceInUse', {
        resolution: 'Another image is being inserted: wait for it, or eject it.',
      });
    }
    const stop = new AbortController();
    const done = this.#machines.port.insertMedia(vm.uuid, media, stop.signal).finally(() => {
      this.#insertions.delete(vm.uuid);
      this.#machines.changed();
    });
    this.#insertions.set(vm.uuid, { image: media.image, done, stop });
    return done;
  }

  async eject({ vm }: Seen): Promise<void> {
    const insertion = this.#insertions.get(vm.uuid);
    insertion?.stop.abort();
    await insertion?.done.catch(() => undefined);
    return this.#machines.act(vm.uuid, () => this.#machines.port.ejectMedia(vm.uuid));
  }

  /** Nothing waits any more for a guest or for an image. Resolves when the last act has ended. */
  async stop(): Promise<void> {
    for (const waiting of this.#shutdowns.values()) waiting.abort();
    for (const { stop } of this.#insertions.values()) stop.abort();
    await Promise.allSettled([...this.#insertions.values()].map(({ done }) => done));
    await this.#machines.settled();
  }

  /**
   * Presses the power button, and answers: the guest takes its time. With `restart` the machine is
   * switched on again when it is off.
   */
  async #ask({ vm }: Seen, restart: boolean): Promise<void> {
    const waiting = new AbortController();
    const { signal } = waiting;
    this.#shutdowns.set(vm.uuid, waiting);
    let answered = false;
    const work = async (): Promise<void> => {
      const { port } = this.#machines;
      const isOff = await port.shutDown(vm.uuid, vm.shutdownTimeoutSeconds, signal);
      this.#machines.changed();
      if (isOff && restart && !signal.aborted)
        await this.#machines.act(vm.uuid, () => port.powerOn(vm.uuid));
    };
    const done = work()
      .catch((error: unknown) => {
        if (signal.aborted) return;
        if (!answered) throw error;
        this.#failed(vm.name, error);
      })
      .finally(() => {
        if (this.#shutdowns.get(vm.uuid) === waiting) this.#shutdowns.delete(vm.uuid);
      });
    await Promise.race([done, pause(ANSWER_MS, undefined, { ref: false })]);
    answered = true;
  }
}
