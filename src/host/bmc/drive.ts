/** The drive for virtual media, and the volume of what is in it. */
import {
  isMediaVolume,
  isNamedFor,
  shownUrl,
  VenError,
  type NewMedia,
  type VolumeRef,
} from '../../model/index.js';
import { machineOf, type BmcReading } from '../../libvirt/index.js';
import type { BmcActs } from './acts.js';
import { isOff, type Readings } from './readings.js';

export class Drive {
  readonly #acts: BmcActs;
  readonly #readings: Readings;

  constructor(acts: BmcActs, readings: Readings) {
    this.#acts = acts;
    this.#readings = readings;
  }

  /**
   * See `BmcMachines.insertMedia`. While the image is fetched and stored, the drive is empty and
   * nobody holds the domain.
   */
  async insert(uuid: string, media: NewMedia, signal?: AbortSignal): Promise<void> {
    driveOf(await this.#readings.one(uuid));
    const image = await this.#acts.fetchImage(media, signal);
    try {
      const { ref, path } = await this.#acts.hold(uuid, async () => {
        const empty = driveOf(await this.#readings.one(uuid));
        await this.#eject(uuid, empty);
        return { ref: empty, path: await this.#acts.createImage(empty, image.bytes) };
      });
      await this.#acts.fillImage(ref, image, signal);
      await this.#acts.hold(uuid, async () => {
        const machine = await this.#readings.one(uuid);
        await this.#acts.setMark(uuid, { ...machine.mark, image: shownUrl(media.image) });
        await this.#acts.setDrive(uuid, path, !isOff(machine));
      });
    } finally {
      image.close();
    }
  }

  async eject(uuid: string): Promise<void> {
    await this.#acts.hold(uuid, async () => {
      await this.#eject(uuid, driveOf(await this.#readings.one(uuid)));
    });
  }

  async #eject(uuid: string, ref: VolumeRef): Promise<void> {
    const machine = await this.#readings.one(uuid);
    await this.#acts.setDrive(uuid, null, !isOff(machine));
    const { image, ...empty } = machine.mark;
    if (image !== undefined) await this.#acts.setMark(uuid, empty);
    await this.#acts.deleteVolume(ref);
  }
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
