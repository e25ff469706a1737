/** Machines as they are now, and which of their overrides are still to come. */
import { isOwnedBy, VenError, type MarkedOverride, type VolumeRef } from '../../model/index.js';
import { awaitsStart, needsVariables, readMachine, type BmcReading } from '../../libvirt/index.js';
import type { BmcActs } from './acts.js';

export class Readings {
  readonly #fleet: string;
  readonly #acts: BmcActs;
  /** What is in a volume does not change until its stamp does. */
  readonly #awaiting = new Map<string, { stamp: string; awaits: boolean }>();

  constructor(fleet: string, acts: BmcActs) {
    this.#fleet = fleet;
    this.#acts = acts;
  }

  /** A VM that is still being made is not there. */
  async all(uuids: readonly string[], signal?: AbortSignal): Promise<BmcReading[]> {
    const seen = await this.#acts.definitions(uuids, signal);
    const fleet = { name: this.#fleet };
    return seen
      .map(readMachine)
      .filter(
        ({ uuid, owner }) => owner?.ready === true && isOwnedBy(fleet, { uuid, mark: owner }),
      );
  }

  /** @throws VenError `not-found` */
  async one(uuid: string): Promise<BmcReading> {
    const [found] = await this.all([uuid]);
    if (found) return found;
    throw new VenError('not-found', { summary: `Fleet ${this.#fleet} has no domain ${uuid}` });
  }

  /** UUIDs of machines whose override was consumed while nobody looked. */
  async consumed(machines: readonly BmcReading[], signal?: AbortSignal): Promise<Set<string>> {
    const started = machines.filter(
      ({ mark, isStartedWith }) => isStartedWith && mark.override?.enabled === 'once',
    );
    const unsure = machines.filter(isInVariables);
    const refs = unsure.map(({ nvram }) => nvram as VolumeRef);
    const stamps = refs.length === 0 ? [] : await this.#acts.stampsOf(refs, signal);
    const gone = new Set(started.map(({ uuid }) => uuid));
    for (const [index, { uuid, nvram }] of unsure.entries()) {
      const stamp = stamps[index] ?? null;
      const known = this.#awaiting.get(uuid);
      const awaits =
        known !== undefined && known.stamp === stamp
          ? known.awaits
          : await this.#awaitsIn(nvram as VolumeRef);
      if (stamp === null) this.#awaiting.delete(uuid);
      else this.#awaiting.set(uuid, { stamp, awaits });
      if (!awaits) gone.add(uuid);
    }
    return gone;
  }

  /** The override that is still to come. */
  async toCome(machine: BmcReading): Promise<MarkedOverride | null> {
    const gone = await this.consumed([machine]);
    return gone.has(machine.uuid) ? null : (machine.mark.override ?? null);
  }

  /** Variables that are gone have none. A fault says nothing of it: then it is still to come. */
  async #awaitsIn(nvram: VolumeRef): Promise<boolean> {
    try {
      const variables = await this.#acts.readVolume(nvram);
      return variables !== null && awaitsStart(variables);
    } catch (error) {
      if (!(error instanceof VenError)) throw error;
      return true;
    }
  }
}

/** Its domain and its firmware's variables are nobody's but libvirt's. */
export function isOff({ power, live, saved }: BmcReading): boolean {
  return power === 'off' && live === null && !saved;
}

/** An override that the firmware has in its variables, and perhaps has consumed meanwhile. */
function isInVariables(machine: BmcReading): boolean {
  const { nvram, mark, facts } = machine;
  return (
    isOff(machine) &&
    nvram !== null &&
    mark.override?.enabled === 'once' &&
    mark.override.isArmed &&
    needsVariables(facts, mark.override)
  );
}
