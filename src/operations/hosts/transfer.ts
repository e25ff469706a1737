/**
 * A VM that is off, from one host to another. At each moment one copy counts, and the marks say
 * which, also to a run that finds them after this one was killed. (decision 77)
 */
import { nvramPath } from '../../libvirt/index.js';
import {
  markFor,
  VenError,
  type DomainFile,
  type DomainMark,
  type FilePlace,
  type Host,
  type HostFirmware,
  type ObservedDomain,
  type Owned,
  type Render,
  type ResolvedFleet,
  type ResolvedVm,
} from '../../model/index.js';

export interface TransferEnd {
  name: string;
  host: Host;
  /** With the VM. */
  share: ResolvedFleet;
}

export interface Transfer {
  from: TransferEnd;
  to: TransferEnd;
  /** Where it is. */
  domain: Owned<ObservedDomain>;
  /** As it is to be on the target. */
  vm: ResolvedVm;
  render: Render;
  /** Is told what is under way. */
  tell: (line: string) => void;
  /** Ends it before the next file: what was done is undone. */
  stop: AbortSignal;
}

/** Copies the VM, decides, and deletes it where it was. Gives the bytes that were copied. */
export async function transfer(request: Transfer): Promise<number> {
  const { from, domain } = request;
  return from.host.holdDomain(domain.uuid, async (held) => {
    const move = { from: from.name, to: request.to.name };
    const ready = markFor(request.to.share, request.vm, true);
    const bytes = await copied(request, held, move);
    // Decided: from here on the copy on the target counts.
    await request.to.host.markDomain(domain.uuid, { ...ready, move });
    await leave(request, held, move);
    return bytes;
  });
}

/** The end of a move that was killed after it was decided. */
export async function finish(request: Omit<Transfer, 'stop' | 'render'>): Promise<void> {
  const { from, to, domain } = request;
  const move = { from: from.name, to: to.name };
  await from.host.holdDomain(domain.uuid, (held) => leave(request, held, move));
}

/** Deletes the copy that does not count. */
export async function discard(host: Host, { uuid, mark }: Owned<ObservedDomain>): Promise<void> {
  await host.deleteDomain(uuid, mark.volumes);
}

async function leave(
  { from, to, domain, vm, tell }: Omit<Transfer, 'stop' | 'render'>,
  held: Host,
  move: DomainMark['move'] & {},
): Promise<void> {
  const { uuid, mark } = domain;
  tell(`deleting it on ${from.name}`);
  await held.markDomain(uuid, { ...mark, ready: false, move });
  await held.deleteDomain(uuid, mark.volumes);
  await to.host.markDomain(uuid, markFor(to.share, vm, true));
}

/** Half-made on the target, with all its files. What fails is undone. */
async function copied(
  request: Transfer,
  held: Host,
  move: DomainMark['move'] & {},
): Promise<number> {
  const { from, to, domain, vm, tell, stop } = request;
  const { uuid, mark } = domain;
  const files = await from.host.files.list(domain);
  const target = await definitionFor(request);
  const halfMade = { ...markFor(to.share, vm, false), protect: false, move };
  for (const pool of new Set(halfMade.volumes.map((volume) => volume.pool)))
    await to.host.ensurePool(pool);
  goOn(stop);
  /** Volumes that are there by then: what else the mark names may be somebody's. */
  const made: DomainMark['volumes'] = [];
  try {
    await to.host.holdDomain(uuid, async (there) => {
      await there.defineDomain(target(halfMade));
      // An earlier VM of the same name may have left variables and a TPM's state: they go.
      await there.deleteDomain(uuid, []);
      await there.defineDomain(target(halfMade));
    });
    await held.markDomain(uuid, { ...mark, move });
    const nvram = nvramPath(await to.host.readDomain(uuid));
    for (const file of files) {
      goOn(stop);
      tell(`copying ${file.name} (${sizeOf(file.bytes)})`);
      const copy = await from.host.files.read(file);
      try {
        const place = placeOn(file, request, nvram);
        await to.host.files.write(place, copy);
        if (place.kind === 'volume') made.push(place.ref);
      } finally {
        copy.close();
      }
    }
    if (vm.autostart) await to.host.setAutostart(uuid, true);
    await checkUntouched(from, domain, files);
    goOn(stop);
  } catch (error) {
    if (error instanceof VenError) await undo(request, held, made);
    throw error;
  }
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Else the copy may be of something that has changed meanwhile. */
async function checkUntouched(
  { name, host }: TransferEnd,
  domain: Owned<ObservedDomain>,
  before: readonly DomainFile[],
): Promise<void> {
  const power = (await host.readPowers([domain.uuid])).get(domain.uuid)?.power;
  const after = await host.files.list(domain);
  const isSame =
    after.length === before.length &&
    after.every(
      ({ bytes, stamp }, at) => before[at]?.bytes === bytes && before[at].stamp === stamp,
    );
  if (power === 'off' && isSame) return;
  throw new VenError('cannot-move', {
    summary: `it was started or written to on ${name} while it was copied`,
    hint: 'Nothing was moved. Switch it off, and move it again.',
  });
}

/** The target's copy goes first: until then the mark on the source says that there may be one. */
async function undo(
  { to, domain }: Transfer,
  held: Host,
  made: DomainMark['volumes'],
): Promise<void> {
  try {
    await to.host.deleteDomain(domain.uuid, made);
    await held.markDomain(domain.uuid, domain.mark);
  } catch (error) {
    // Another error is told; what is left is half-made, and the next run ends it.
    if (!(error instanceof VenError)) throw error;
  }
}

async function definitionFor({ to, vm, render }: Transfer): Promise<(mark: DomainMark) => string> {
  const { accelerator } =
    vm.accelerator === 'auto'
      ? await to.host.probeAccelerator(vm)
      : { accelerator: vm.accelerator };
  const firmware = await firmwareFor(to.host, vm);
  return (mark) => render.domain(vm, { accelerator, firmware }, mark);
}

async function firmwareFor(
  host: Host,
  { firmware, nvram }: ResolvedVm,
): Promise<HostFirmware | null> {
  if (firmware === 'bios') return null;
  const ownKeys = nvram?.keys === undefined ? {} : { ownKeys: true };
  return host.firmware(firmware, { template: nvram !== null, ...ownKeys });
}

/** Its volumes are named alike; the pool of a host may be another one. */
function placeOn(
  { place, name }: DomainFile,
  { vm, to }: Transfer,
  nvram: string | null,
): FilePlace {
  if (place.kind === 'volume') {
    const all = markFor(to.share, vm, false).volumes;
    const ref = all.find(({ volume }) => volume === place.ref.volume);
    if (ref) return { kind: 'volume', ref: { pool: ref.pool, volume: ref.volume } };
    throw new VenError('cannot-move', {
      summary: `its volume ${name} is none of the fleet file's`,
      hint: 'Apply first',
    });
  }
  if (place.isPrivate) return place;
  const at = nvram?.lastIndexOf('/') ?? -1;
  const there = nvram === null || at < 0 ? place.name : nvram.slice(at + 1);
  if (formatOf(there) !== formatOf(place.name))
    throw new VenError('cannot-move', {
      summary: `the firmware's variables are ${formatOf(place.name)}, and ${formatOf(there)} there`,
      hint: 'Install the same firmware packages on both hosts',
    });
  const folder = nvram === null || at < 0 ? place.folder : nvram.slice(0, at);
  return { ...place, folder, name: there };
}

function formatOf(name: string): string {
  return name.endsWith('.qcow2') ? 'qcow2' : 'raw';
}

function goOn(stop: AbortSignal): void {
  if (stop.aborted) throw new VenError('interrupted', { summary: 'Interrupted: it was not moved' });
}

function sizeOf(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const value = bytes / 1024 ** power;
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} ${units[power]}`;
}
