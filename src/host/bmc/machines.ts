/**
 * What a BMC does to its machine, as acts on a libvirt host. All that is to last is in the
 * machine's definitions and its firmware's variables: a process that is killed between two acts
 * leaves an override that is still to come, or one that was taken back, never a wrong one.
 */
import { randomUUID } from 'node:crypto';
import {
  isMediaVolume,
  isNamedFor,
  isOwnedBy,
  shownUrl,
  VenError,
  type BmcMachine,
  type BmcMachines,
  type BmcMark,
  type BootOverride,
  type Host,
  type MarkedOverride,
  type NewMedia,
  type VolumeRef,
} from '../../model/index.js';
import {
  awaitsStart,
  isSameOverride,
  machineOf,
  needsOrder,
  needsVariables,
  orderFor,
  orderOf,
  readMachine,
  redefined,
  variablesWith,
  type BmcReading,
  type SeenMachine,
} from '../../libvirt/index.js';

/** What it takes of a host. */
export interface BmcActs extends Pick<
  Host,
  | 'readDomain'
  | 'defineDomain'
  | 'startDomain'
  | 'stopDomain'
  | 'shutDownDomain'
  | 'resetDomain'
  | 'fillVolume'
> {
  /** Those that are there. Waits for no VM. */
  definitions(uuids: readonly string[], signal?: AbortSignal): Promise<SeenMachine[]>;
  /** Into the persistent definition alone. */
  setMark(uuid: string, mark: BmcMark): Promise<void>;
  injectNmi(uuid: string): Promise<void>;
  /** null: it is not there. */
  readVolume(ref: VolumeRef): Promise<Uint8Array | null>;
  /** Another one for each time that a volume was written; null: not known. */
  stampsOf(refs: readonly VolumeRef[], signal?: AbortSignal): Promise<(string | null)[]>;
  /** What is in the drive from now on, whatever the guest says; null: nothing. */
  setDrive(uuid: string, path: string | null, isRunning: boolean): Promise<void>;
  /** Makes a volume of a file's content. Gives its path. */
  storeImage(ref: VolumeRef, image: FetchedImage): Promise<string>;
  /** Also one that is not there. */
  deleteVolume(ref: VolumeRef): Promise<void>;
  /** @throws VenError `media-unreachable` */
  fetchImage(media: NewMedia, signal?: AbortSignal): Promise<FetchedImage>;
}

/** A file without a name, whose content goes when it is closed. */
export interface FetchedImage {
  fd: number;
  bytes: number;
  close(): void;
}

export function bmcMachines(fleet: string, acts: BmcActs): BmcMachines {
  const turns = new Map<string, Promise<unknown>>();
  /** What is in a volume does not change until its stamp does. */
  const awaiting = new Map<string, { stamp: string; awaits: boolean }>();

  /** One act on a machine's override or media at a time. */
  const inTurn = <T>(uuid: string, work: () => Promise<T>): Promise<T> => {
    const before = turns.get(uuid) ?? Promise.resolve();
    const done = before.then(work, work);
    turns.set(uuid, done);
    void done
      .catch(() => undefined)
      .then(() => {
        if (turns.get(uuid) === done) turns.delete(uuid);
      });
    return done;
  };

  /** A VM that is still being made is not there. */
  const readings = async (
    uuids: readonly string[],
    signal?: AbortSignal,
  ): Promise<BmcReading[]> => {
    const seen = await acts.definitions(uuids, signal);
    return seen
      .map(readMachine)
      .filter(
        ({ uuid, owner }) =>
          owner?.ready === true && isOwnedBy({ name: fleet }, { uuid, mark: owner }),
      );
  };
  const reading = async (uuid: string): Promise<BmcReading> => {
    const [found] = await readings([uuid]);
    if (found) return found;
    throw new VenError('not-found', { summary: `Fleet ${fleet} has no domain ${uuid}` });
  };

  /** An override that the firmware has in its variables, and perhaps has consumed meanwhile. */
  const isInVariables = (machine: BmcReading): boolean => {
    const { nvram, mark, facts } = machine;
    return (
      isOff(machine) &&
      nvram !== null &&
      mark.override?.enabled === 'once' &&
      mark.override.isArmed &&
      needsVariables(facts, mark.override)
    );
  };

  /** Variables that are gone have none. A fault says nothing of it: then it is still to come. */
  const awaitsIn = async (nvram: VolumeRef): Promise<boolean> => {
    try {
      const variables = await acts.readVolume(nvram);
      return variables !== null && awaitsStart(variables);
    } catch (error) {
      if (!(error instanceof VenError)) throw error;
      return true;
    }
  };

  /** UUIDs of machines whose override was consumed while nobody looked. */
  const consumed = async (
    machines: readonly BmcReading[],
    signal?: AbortSignal,
  ): Promise<Set<string>> => {
    const started = machines.filter(
      ({ mark, isStartedWith }) => isStartedWith && mark.override?.enabled === 'once',
    );
    const unsure = machines.filter(isInVariables);
    const refs = unsure.map(({ nvram }) => nvram as VolumeRef);
    const stamps = refs.length === 0 ? [] : await acts.stampsOf(refs, signal);
    const gone = new Set(started.map(({ uuid }) => uuid));
    for (const [index, { uuid, nvram }] of unsure.entries()) {
      const stamp = stamps[index] ?? null;
      const known = awaiting.get(uuid);
      const awaits =
        known !== undefined && known.stamp === stamp
          ? known.awaits
          : await awaitsIn(nvram as VolumeRef);
      if (stamp === null) awaiting.delete(uuid);
      else awaiting.set(uuid, { stamp, awaits });
      if (!awaits) gone.add(uuid);
    }
    return gone;
  };

  /** The override that is still to come. */
  const toCome = async (machine: BmcReading): Promise<MarkedOverride | null> => {
    const gone = await consumed([machine]);
    return gone.has(machine.uuid) ? null : (machine.mark.override ?? null);
  };

  /** False: it is not off by now. While it runs, they are the firmware's alone. */
  const writeVariables = async (
    { nvram, config, uuid }: BmcReading,
    override: BootOverride | null,
  ): Promise<boolean> => {
    if (nvram === null) return true;
    const before = await acts.readVolume(nvram);
    if (before === null && override === null) return true;
    if (before === null)
      throw new VenError('not-possible', {
        summary: `The firmware's variables (volume ${nvram.volume}) are not there`,
        hint: 'The next ven apply makes them anew',
      });
    const after = variablesWith(before, config, override);
    if (after === before) return true;
    if (!isOff(await reading(uuid))) return false;
    await acts.fillVolume(nvram, after);
    return true;
  };

  /**
   * Brings the firmware's variables to what the mark says, while the machine is off, and then says
   * so in the mark. Killed in between, an override that waits waits again; so does one
   * whose machine was started meanwhile.
   */
  const arm = async (machine: BmcReading, override: MarkedOverride | null): Promise<void> => {
    const { mark, uuid, facts } = machine;
    const inVariables = override !== null && needsVariables(facts, override) ? override : null;
    const waits = override !== null && !override.isArmed;
    if (!waits && !mark.isStale) return;
    if (!(await writeVariables(machine, inVariables))) return;
    const armed = { ...mark, ...(override && { override: { ...override, isArmed: true } }) };
    delete armed.isStale;
    await acts.setMark(uuid, armed);
  };

  const define = async (uuid: string, mark: BmcMark, order: readonly string[]): Promise<void> => {
    await acts.defineDomain(redefined(await acts.readDomain(uuid), mark, order));
  };

  /** The definition without an override that is over, or was taken back. */
  const drop = async (machine: BmcReading, isStale: boolean): Promise<void> => {
    const { mark, uuid } = machine;
    const { override, isStale: was, ...others } = mark;
    const left: BmcMark = { ...others, ...((isStale || was) && { isStale: true as const }) };
    if (override?.order === undefined) await acts.setMark(uuid, left);
    else await define(uuid, left, override.order);
  };

  const setOverride = async (uuid: string, wanted: BootOverride | null): Promise<void> => {
    const machine = await reading(uuid);
    const { mark, facts, config } = machine;
    const before = mark.override ?? null;
    if (isSameOverride(await toCome(machine), wanted)) return;
    if (wanted === null) {
      const wasWritten = before !== null && before.isArmed && needsVariables(facts, before);
      const isWritten = wasWritten && isOff(machine) && (await writeVariables(machine, null));
      await drop(machine, wasWritten && !isWritten && before.enabled === 'continuous');
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
      await define(uuid, next, ordered ? orderFor(wanted, order) : order);
    else await acts.setMark(uuid, next);
    if (isOff(machine)) await arm({ ...machine, mark: next }, override);
  };

  const powerOn = async (uuid: string): Promise<void> => {
    const machine = await reading(uuid);
    if (machine.power === 'running') return;
    if (machine.power === 'paused') {
      await acts.startDomain(uuid);
      return;
    }
    if (machine.live !== null) await acts.stopDomain(uuid, 0);
    const override =
      machine.live === null ? await toCome(machine) : (machine.mark.override ?? null);
    await arm(machine, override);
    await acts.startDomain(uuid);
    if (override === null || override.enabled === 'once') await settle(uuid);
  };

  const settle = async (uuid: string): Promise<void> => {
    const [machine] = await readings([uuid]);
    if (!machine) return;
    const gone = await consumed([machine]);
    if (gone.has(uuid)) await drop(machine, false);
    else if (isOff(machine)) await arm(machine, machine.mark.override ?? null);
  };

  const fillDrive = async (uuid: string, path: string | null): Promise<void> => {
    await acts.setDrive(uuid, path, !isOff(await reading(uuid)));
  };

  const eject = async ({ uuid, mark }: BmcReading, ref: VolumeRef): Promise<BmcMark> => {
    await fillDrive(uuid, null);
    const { image, ...empty } = mark;
    if (image !== undefined) await acts.setMark(uuid, empty);
    await acts.deleteVolume(ref);
    return empty;
  };

  return {
    async readMachines(uuids, signal) {
      const machines = await readings(uuids, signal);
      const gone = await consumed(machines, signal);
      return new Map(
        machines.map((machine): [string, BmcMachine] => {
          const override = gone.has(machine.uuid) ? null : (machine.mark.override ?? null);
          return [machine.uuid, machineOf(machine, override)];
        }),
      );
    },

    powerOn: (uuid) => inTurn(uuid, () => powerOn(uuid)),

    async powerOff(uuid) {
      await reading(uuid);
      await acts.stopDomain(uuid, 0);
    },

    async shutDown(uuid, timeoutSeconds, signal) {
      await reading(uuid);
      signal?.throwIfAborted();
      return acts.shutDownDomain(uuid, timeoutSeconds);
    },

    reset: (uuid) =>
      inTurn(uuid, async () => {
        const machine = await reading(uuid);
        if (machine.live === null)
          throw new VenError('not-running', { summary: 'The machine is off' });
        const waits = (await toCome(machine)) !== null && !machine.isStartedWith;
        if (!waits) {
          await acts.resetDomain(uuid);
          return;
        }
        await acts.stopDomain(uuid, 0);
        await powerOn(uuid);
      }),

    injectNmi: async (uuid) => {
      const { live } = await reading(uuid);
      if (live === null) throw new VenError('not-running', { summary: 'The machine is off' });
      await acts.injectNmi(uuid);
    },

    setBootOverride: (uuid, override) => inTurn(uuid, () => setOverride(uuid, override)),

    async insertMedia(uuid, media, signal) {
      driveOf(await reading(uuid));
      const image = await acts.fetchImage(media, signal);
      try {
        await inTurn(uuid, async () => {
          const machine = await reading(uuid);
          const ref = driveOf(machine);
          const empty = await eject(machine, ref);
          const path = await acts.storeImage(ref, image);
          await acts.setMark(uuid, { ...empty, image: withoutCredentials(media.image) });
          await fillDrive(uuid, path);
        });
      } finally {
        image.close();
      }
    },

    ejectMedia: (uuid) =>
      inTurn(uuid, async () => {
        const machine = await reading(uuid);
        await eject(machine, driveOf(machine));
      }),

    settle: async (uuids) => {
      const faults: VenError[] = [];
      for (const uuid of uuids) {
        try {
          await inTurn(uuid, () => settle(uuid));
        } catch (error) {
          if (!(error instanceof VenError)) throw error;
          faults.push(error);
        }
      }
      const [first] = faults;
      if (first) throw first;
    },
  };
}

/** Its domain and its firmware's variables are nobody's but libvirt's. */
function isOff({ power, live }: BmcReading): boolean {
  return power === 'off' && live === null;
}

/** A URL may have a user and a password in it. */
function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/?#]*@/, '//');
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
  if (uri !== null && withoutCredentials(uri) !== uri)
    impossible('A URL for the firmware has no user name and no password');
  if (needsVariables(machine.facts, override) && machine.nvram === null)
    impossible(
      "The machine's firmware variables are libvirt's own",
      'Its next ven apply gives it variables that a BMC can write',
    );
}

/** The volume for what is in its drive. @throws VenError `not-possible` without a drive */
function driveOf(machine: BmcReading): VolumeRef {
  const { owner } = machine;
  const ref = owner?.volumes.find((each) => isMediaVolume(each) && isNamedFor(owner, each));
  if (ref !== undefined && machineOf(machine, null).hasDrive)
    return { pool: ref.pool, volume: ref.volume };
  throw new VenError('not-possible', {
    summary: 'The machine has no drive for virtual media',
    hint: 'It gets one with ven apply, and its next start',
  });
}
