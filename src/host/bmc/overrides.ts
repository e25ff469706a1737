/**
 * Boot overrides, in the definition and in the firmware's variables. A process that is killed
 * between two acts leaves an override that is still to come, or one that was taken back, never a
 * wrong one. Who calls these holds the domain.
 */
import { randomUUID } from 'node:crypto';
import {
  shownUrl,
  VenError,
  type BmcMachine,
  type BmcMark,
  type BootOverride,
  type MarkedOverride,
} from '../../model/index.js';
import {
  bootIndexes,
  isSameOverride,
  machineOf,
  needsOrder,
  needsVariables,
  orderFor,
  orderOf,
  redefined,
  variablesWith,
  type BmcReading,
} from '../../libvirt/index.js';
import type { BmcActs } from './acts.js';
import { isOff, type Readings } from './readings.js';

export class Overrides {
  readonly #acts: BmcActs;
  readonly #readings: Readings;

  constructor(acts: BmcActs, readings: Readings) {
    this.#acts = acts;
    this.#readings = readings;
  }

  /** See `BmcMachines.setBootOverride`. */
  async set(uuid: string, choose: (machine: BmcMachine) => BootOverride | null): Promise<void> {
    const machine = await this.#readings.one(uuid);
    const { mark, facts, config } = machine;
    const before = mark.override ?? null;
    const current = await this.#readings.toCome(machine);
    const wanted = choose(machineOf(machine, current));
    if (isSameOverride(current, wanted)) return;
    if (wanted === null) {
      const wasWritten = before !== null && before.isArmed && needsVariables(facts, before);
      const isWritten = wasWritten && isOff(machine) && (await this.#write(machine, null));
      await this.#drop(machine, wasWritten && !isWritten && before.enabled === 'continuous');
      return;
    }
    check(machine, wanted);
    const order = before?.order ?? orderOf(config);
    const ordered = needsOrder(facts, wanted);
    const isArmed = !needsVariables(facts, wanted);
    const override: MarkedOverride = {
      ...wanted,
      ...{ id: randomUUID(), isArmed, ...(ordered && { order }) },
    };
    const next: BmcMark = { ...mark, override };
    if (isArmed && before !== null && before.isArmed && needsVariables(facts, before))
      next.isStale = true;
    if (ordered || before?.order !== undefined)
      await this.#define(uuid, next, ordered ? orderFor(wanted, order) : order);
    else await this.#acts.setMark(uuid, next);
    if (isOff(machine)) await this.arm({ ...machine, mark: next }, override);
  }

  /**
   * Brings the firmware's variables to what the mark says, while the machine is off, and then says
   * so in the mark. Killed in between, an override that waits waits again; so does one
   * whose machine was started meanwhile.
   */
  async arm(machine: BmcReading, override: MarkedOverride | null): Promise<void> {
    const { mark, uuid, facts } = machine;
    const inVariables = override !== null && needsVariables(facts, override) ? override : null;
    const waits = override !== null && !override.isArmed;
    if (!waits && !mark.isStale) return;
    if (!(await this.#write(machine, inVariables))) return;
    const armed = { ...mark, ...(override && { override: { ...override, isArmed: true } }) };
    delete armed.isStale;
    await this.#acts.setMark(uuid, armed);
  }

  /** Takes an override away that was consumed; arms one that waits for a machine that is off. */
  async settle(machine: BmcReading): Promise<void> {
    const gone = await this.#readings.consumed([machine]);
    if (gone.has(machine.uuid)) await this.#drop(machine, false);
    else if (isOff(machine)) await this.arm(machine, machine.mark.override ?? null);
  }

  /** False: it is not off by now. While it runs, they are the firmware's alone. */
  async #write(
    { nvram, config, uuid }: BmcReading,
    override: BootOverride | null,
  ): Promise<boolean> {
    if (nvram === null) return true;
    const before = await this.#acts.readVolume(nvram);
    if (before === null && override === null) return true;
    if (before === null)
      throw new VenError('not-possible', {
        summary: `The firmware's variables (volume ${nvram.volume}) are not there`,
        hint: 'The next ven apply makes them anew',
      });
    const after = variablesWith(before, config, override);
    if (after === before) return true;
    if (!isOff(await this.#readings.one(uuid))) return false;
    await this.#acts.fillVolume(nvram, after);
    return true;
  }

  async #define(uuid: string, mark: BmcMark, order: readonly string[]): Promise<void> {
    await this.#acts.defineDomain(redefined(await this.#acts.readDomain(uuid), mark, order));
  }

  /** The definition without an override that is over, or was taken back. */
  async #drop(machine: BmcReading, isStale: boolean): Promise<void> {
    const { mark, uuid, live, isStartedWith } = machine;
    const { override, isStale: was, ...others } = mark;
    const left: BmcMark = { ...others, ...((isStale || was) && { isStale: true as const }) };
    if (override?.order === undefined) {
      await this.#acts.setMark(uuid, left);
      return;
    }
    if (live !== null && isStartedWith) await this.#orderOfNextReset(uuid, live, override.order);
    await this.#define(uuid, left, override.order);
  }

  /** A BIOS keeps nothing: what it booted from once is in QEMU's order until that is changed. */
  async #orderOfNextReset(uuid: string, live: string, order: readonly string[]): Promise<void> {
    try {
      await this.#acts.setBootIndexes(uuid, bootIndexes(live, order));
    } catch (error) {
      // A QEMU that takes none: then the order changes with its next start.
      if (!(error instanceof VenError)) throw error;
    }
  }
}

/** @throws VenError `not-possible` */
function check(machine: BmcReading, override: BootOverride): void {
  const { target, enabled, uri } = override;
  const { targets } = machineOf(machine, null);
  const impossible = (summary: string, hint?: string): never => {
    throw new VenError('not-possible', { summary, hint });
  };
  if (!targets.includes(target))
    impossible(`The machine can't boot from ${target}`, `It can from: ${targets.join(', ')}`);
  if (target === 'bios-setup' && enabled === 'continuous')
    impossible("The firmware's menu can only be asked for once");
  if (uri !== null && target !== 'uefi-http')
    impossible(`A boot from ${target} takes no URL`, 'Only uefi-http does');
  if (uri !== null && !/^https?:\/\/[\x21-\x7e]+$/.test(uri))
    impossible(`The firmware boots from http: and https: URLs, not from ${shownUrl(uri)}`);
  if (uri !== null && /\/\/[^/?#]*@/.test(uri))
    impossible('A URL for the firmware has no user name and no password');
  if (needsVariables(machine.facts, override) && machine.nvram === null)
    impossible(
      "The machine's firmware variables are libvirt's own",
      'Its next ven apply gives it variables that a BMC can write',
    );
}
