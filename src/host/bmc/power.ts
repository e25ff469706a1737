/** A machine's power. A start takes the override along that waits for it. */
import { randomUUID } from 'node:crypto';
import { VenError, type MarkedRestart } from '../../model/index.js';
import type { BmcReading } from '../../libvirt/index.js';
import type { BmcActs } from './acts.js';
import type { Overrides } from './overrides.js';
import { isOff, type Readings } from './readings.js';

/** A restart whose server was killed is completed so long after the guest's time. */
const COMPLETED_MS = 3_600_000;

export class MachinePower {
  readonly #acts: BmcActs;
  readonly #readings: Readings;
  readonly #overrides: Overrides;

  constructor({
    acts,
    readings,
    overrides,
  }: {
    acts: BmcActs;
    readings: Readings;
    overrides: Overrides;
  }) {
    this.#acts = acts;
    this.#readings = readings;
    this.#overrides = overrides;
  }

  async on(uuid: string): Promise<void> {
    const { power } = await this.#readings.one(uuid);
    if (power !== 'running') await this.#acts.hold(uuid, () => this.#on(uuid));
  }

  async off(uuid: string): Promise<void> {
    const machine = await this.#endRestart(uuid);
    if (machine.saved) await this.#acts.dropSaved(uuid);
    await this.#acts.stopDomain(uuid, 0);
  }

  async shutDown(uuid: string, timeoutSeconds: number, signal?: AbortSignal): Promise<boolean> {
    await this.#endRestart(uuid);
    return this.#acts.shutDownDomain(uuid, timeoutSeconds, signal);
  }

  async restart(
    uuid: string,
    timeoutSeconds: number | null,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const restart = await this.#acts.hold(uuid, () => this.#marked(uuid, timeoutSeconds));
    if (restart === null) return false;
    const seconds = Math.max(0, Date.parse(restart.until) - this.#acts.now()) / 1000;
    const isDown = await this.#acts.shutDownDomain(uuid, seconds, signal);
    await this.#acts.hold(uuid, async () => {
      const machine = await this.#readings.one(uuid);
      // Another act, or another server, has ended it.
      if (machine.mark.restart?.id !== restart.id) return;
      if (isDown && isOff(machine)) await this.#completed(machine);
      else await this.#withoutRestart(machine);
    });
    return isDown;
  }

  async reset(uuid: string): Promise<void> {
    await this.#endRestart(uuid);
    await this.#acts.hold(uuid, async () => {
      const machine = await this.#readings.one(uuid);
      checkIsOn(machine);
      const waits = (await this.#readings.toCome(machine)) !== null && !machine.isStartedWith;
      if (!waits) {
        await this.#acts.resetDomain(uuid);
        return;
      }
      await this.#acts.stopDomain(uuid, 0);
      await this.#on(uuid);
    });
  }

  async injectNmi(uuid: string): Promise<void> {
    checkIsOn(await this.#readings.one(uuid));
    await this.#acts.injectNmi(uuid);
  }

  /** Those whose marks say that there may be something to settle. */
  async unsettled(uuids: readonly string[]): Promise<string[]> {
    const machines = await this.#readings.all(uuids);
    return machines
      .filter(({ mark }) => mark.override !== undefined || mark.isStale || mark.restart)
      .map(({ uuid }) => uuid);
  }

  /** Ends what a killed server left undone, and what a start has ended. Held. */
  async settle(uuid: string): Promise<void> {
    const [machine] = await this.#readings.all([uuid]);
    if (!machine) return;
    const { restart } = machine.mark;
    if (restart === undefined) {
      await this.#overrides.settle(machine);
      return;
    }
    const sinceMs = this.#acts.now() - Date.parse(restart.until);
    if (isOff(machine) && sinceMs < COMPLETED_MS) await this.#completed(machine);
    else if (machine.isRestarted || !(sinceMs < 0))
      await this.#overrides.settle(await this.#withoutRestart(machine));
    else await this.#overrides.settle(machine);
  }

  async #on(uuid: string): Promise<void> {
    const machine = await this.#readings.one(uuid);
    const { power, saved, live, mark } = machine;
    if (power === 'running') return;
    if (power === 'paused') {
      await this.#acts.startDomain(uuid);
      return;
    }
    const override = live === null ? await this.#readings.toCome(machine) : (mark.override ?? null);
    if (saved) {
      checkPassesOver(override !== null);
      await this.#acts.startDomain(uuid);
      return;
    }
    if (live !== null) await this.#acts.stopDomain(uuid, 0);
    await this.#overrides.arm(machine, override);
    await this.#acts.startDomain(uuid);
    const isOver = mark.override !== undefined && override?.enabled !== 'continuous';
    if (!isOver && mark.restart === undefined) return;
    const [started] = await this.#readings.all([uuid]);
    if (started) await this.#overrides.settle(await this.#withoutRestart(started));
  }

  /** Its guest is off: what is left is to start it. One that does not start is not tried again. */
  async #completed(machine: BmcReading): Promise<void> {
    try {
      await this.#on(machine.uuid);
    } catch (error) {
      if (error instanceof VenError) await this.#withoutRestart(machine);
      throw error;
    }
  }

  /** The restart of the mark; with a time a new one. null: there is none. */
  async #marked(uuid: string, timeoutSeconds: number | null): Promise<MarkedRestart | null> {
    const machine = await this.#readings.one(uuid);
    if (timeoutSeconds === null) return machine.mark.restart ?? null;
    checkIsOn(machine);
    const until = new Date(this.#acts.now() + timeoutSeconds * 1000).toISOString();
    const restart = { id: randomUUID(), until };
    await this.#acts.setMark(uuid, { ...machine.mark, restart });
    return restart;
  }

  async #endRestart(uuid: string): Promise<BmcReading> {
    const machine = await this.#readings.one(uuid);
    if (machine.mark.restart === undefined) return machine;
    return this.#acts.hold(uuid, async () => this.#withoutRestart(await this.#readings.one(uuid)));
  }

  async #withoutRestart(machine: BmcReading): Promise<BmcReading> {
    const { restart, ...mark } = machine.mark;
    if (restart !== undefined) await this.#acts.setMark(machine.uuid, mark);
    return { ...machine, mark };
  }
}

/** @throws VenError `not-running` */
function checkIsOn({ live }: BmcReading): void {
  if (live === null) throw new VenError('not-running', { summary: 'The machine is off' });
}

/** @throws VenError `not-possible` */
function checkPassesOver(hasOverride: boolean): void {
  if (!hasOverride) return;
  throw new VenError('not-possible', {
    summary: 'The memory of the machine is saved: it would go on with that, and not boot',
    hint: 'ResetType ForceOff gives the saved memory up; or take the boot override back',
  });
}
