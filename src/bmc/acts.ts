/** What a BMC does to its machine: power, boot override, media. */
import { setTimeout as pause } from 'node:timers/promises';
import { VenError, type BootOverride, type NewMedia } from '../model/index.js';
import type { Machines } from './machines.js';
import { refused } from './messages.js';
import type { ResetType, Seen } from './resources/system.js';

/** The answer to a graceful reset waits so long for an error of the host's. */
const ANSWER_MS = 1000;

/** A guest that was asked to power off. */
interface Waiting {
  stop: AbortController;
  /** It is switched on again. */
  isRestart: boolean;
  /** Never rejects. */
  ended: Promise<void>;
}

interface Insertion {
  image: string;
  done: Promise<void>;
  stop: AbortController;
}

/** A machine that is being restarted will be on. */
const STARTS: ReadonlySet<ResetType> = new Set(['On', 'ForceOn']);

export class Acts {
  readonly #machines: Machines;
  /** By UUID: who waits for a guest to power off. */
  readonly #shutdowns = new Map<string, Waiting>();
  readonly #insertions = new Map<string, Insertion>();
  /** Is told of what fails after its request was answered. */
  readonly #failed: (vm: string, error: unknown) => void;

  constructor(machines: Machines, failed: (vm: string, error: unknown) => void) {
    this.#machines = machines;
    this.#failed = failed;
  }

  async reset(seen: Seen, type: ResetType): Promise<void> {
    const { vm, machine } = seen;
    await this.#overtake(vm.uuid, type);
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

  /** `choose` is asked when nothing can change the machine before its override is set. */
  setOverride({ vm }: Seen, choose: (seen: Seen) => BootOverride | null): Promise<void> {
    return this.#machines.act(vm.uuid, () =>
      this.#machines.port.setBootOverride(vm.uuid, (machine) => choose({ vm, machine })),
    );
  }

  /** Ends what a killed server left undone: its restarts go on. */
  async settle(): Promise<void> {
    const all = await this.#machines.all();
    const { port } = this.#machines;
    await port.settle(all.map(({ vm }) => vm.uuid)).finally(() => {
      this.#machines.changed();
    });
    for (const seen of all)
      if (seen.machine.isRestarting && !this.#shutdowns.has(seen.vm.uuid))
        void this.#wait(seen, { isRestart: true, goesOn: true });
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
    const waits = [...this.#shutdowns.values()];
    for (const { stop } of waits) stop.abort();
    for (const { stop } of this.#insertions.values()) stop.abort();
    await Promise.allSettled([...this.#insertions.values()].map(({ done }) => done));
    await Promise.all(waits.map(({ ended }) => ended));
    await this.#machines.settled();
  }

  /** Ends an earlier wait for the guest, unless both want the same of the machine. */
  async #overtake(uuid: string, type: ResetType): Promise<void> {
    const waiting = this.#shutdowns.get(uuid);
    const isSame = type === 'Nmi' || (waiting?.isRestart === true && STARTS.has(type));
    if (!waiting || isSame) return;
    waiting.stop.abort();
    await waiting.ended;
  }

  /** Presses the power button, and answers: the guest takes its time. */
  async #ask(seen: Seen, isRestart: boolean): Promise<void> {
    const done = this.#wait(seen, { isRestart, goesOn: false });
    await Promise.race([done, pause(ANSWER_MS, undefined, { ref: false })]);
  }

  /** Rejects with what fails within the time of an answer; tells what fails later. */
  #wait(
    { vm }: Seen,
    { isRestart, goesOn }: { isRestart: boolean; goesOn: boolean },
  ): Promise<void> {
    const { port } = this.#machines;
    const { uuid, name, shutdownTimeoutSeconds: seconds } = vm;
    const stop = new AbortController();
    let isAnswered = goesOn;
    void pause(ANSWER_MS, undefined, { ref: false }).then(() => {
      isAnswered = true;
    });
    const work = isRestart
      ? port.restart(uuid, goesOn ? null : seconds, stop.signal)
      : port.shutDown(uuid, seconds, stop.signal);
    const done = work
      .then(() => undefined)
      .catch((error: unknown) => {
        if (stop.signal.aborted) return;
        if (!isAnswered) throw error;
        this.#failed(name, error);
      })
      .finally(() => {
        this.#machines.changed();
        if (this.#shutdowns.get(uuid)?.stop === stop) this.#shutdowns.delete(uuid);
      });
    const ended = done.catch(() => undefined);
    this.#shutdowns.set(uuid, { stop, isRestart, ended });
    return done;
  }
}
