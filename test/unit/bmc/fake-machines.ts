/** Machines in memory: what a service asks of its port. */
import { VenError, type BmcMachine, type BmcMachines } from '../../../src/model/index.js';

export function machine(uuid: string, more: Partial<BmcMachine> = {}): BmcMachine {
  return {
    uuid,
    power: 'off',
    isRestarting: false,
    override: null,
    targets: ['pxe', 'hdd', 'cd', 'uefi-http', 'bios-setup'],
    media: null,
    hasDrive: true,
    cpus: 4,
    memoryBytes: 8 * 1024 ** 3,
    nics: [{ mac: '52:01:02:03:04:05', linkUp: true }],
    disks: [{ target: 'sda', bus: 'sata', serial: null }],
    firmware: 'uefi',
    tpm: true,
    serialNumber: 'VH112N100M01',
    manufacturer: 'ven',
    product: 'Virtual Edge Node',
    assetTag: null,
    smbiosUuid: uuid,
    ...more,
  };
}

export class FakeMachines implements BmcMachines {
  readonly all: Map<string, BmcMachine>;
  /** What was done, in order: `powerOn 1`. */
  readonly acts: string[] = [];
  reads = 0;
  /** What the next act rejects with. */
  fault: Error | null = null;
  /** The guest powers off when this resolves. */
  guest: Promise<boolean> = Promise.resolve(true);
  /** The image has arrived when this resolves. */
  image: Promise<unknown> = Promise.resolve();

  constructor(machines: readonly BmcMachine[]) {
    this.all = new Map(machines.map((one) => [one.uuid, one]));
  }

  readMachines(uuids: readonly string[]): Promise<ReadonlyMap<string, BmcMachine>> {
    this.reads += 1;
    return Promise.resolve(
      new Map(
        uuids.flatMap((uuid) => {
          const found = this.all.get(uuid);
          return found ? [[uuid, { ...found }]] : [];
        }),
      ),
    );
  }

  powerOn = (uuid: string) => this.#act('powerOn', uuid, (one) => ({ ...one, power: 'running' }));
  powerOff = (uuid: string) => this.#act('powerOff', uuid, (one) => ({ ...one, power: 'off' }));
  injectNmi = (uuid: string) => this.#act('injectNmi', uuid, (one) => one);
  ejectMedia = (uuid: string) => this.#act('eject', uuid, (one) => ({ ...one, media: null }));
  settle = () => Promise.resolve();

  async shutDown(uuid: string, _: number, signal?: AbortSignal): Promise<boolean> {
    const stopped = new Promise<never>((__, reject) => {
      signal?.addEventListener('abort', () => {
        reject(new VenError('interrupted', { summary: 'stopped' }));
      });
    });
    this.acts.push(`shutDown ${uuid}`);
    const isOff = await Promise.race([this.guest, stopped]);
    if (isOff) await this.#act('is off', uuid, (one) => ({ ...one, power: 'off' }));
    return isOff;
  }

  async reset(uuid: string): Promise<void> {
    if (this.all.get(uuid)?.power === 'off')
      throw new VenError('not-running', { summary: 'the VM is off', hint: 'Start it' });
    await this.#act('reset', uuid, (one) => one);
  }

  async restart(uuid: string, seconds: number | null, signal?: AbortSignal): Promise<boolean> {
    const isOff = await this.shutDown(uuid, seconds ?? 0, signal);
    if (isOff) await this.powerOn(uuid);
    return isOff;
  }

  setBootOverride(
    uuid: string,
    wanted: (machine: BmcMachine) => BmcMachine['override'],
  ): Promise<void> {
    return this.#act('override', uuid, (one) => ({ ...one, override: wanted(one) }));
  }

  async insertMedia(
    uuid: string,
    { image }: { image: string },
    signal?: AbortSignal,
  ): Promise<void> {
    const stopped = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => {
        reject(new VenError('interrupted', { summary: 'stopped' }));
      });
    });
    await Promise.race([this.image, stopped]);
    await this.#act('insert', uuid, (one) => ({ ...one, media: { image } }));
  }

  #act(what: string, uuid: string, change: (one: BmcMachine) => BmcMachine): Promise<void> {
    const found = this.all.get(uuid);
    if (this.fault !== null) return Promise.reject(this.fault);
    if (!found) return Promise.reject(new VenError('not-found', { summary: 'no such machine' }));
    this.acts.push(`${what} ${uuid}`);
    this.all.set(uuid, change(found));
    return Promise.resolve();
  }
}
