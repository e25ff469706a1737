/**
 * The disks that ven made, by the volumes in the mark; all others are left alone. What a person did
 * to the host by hand never costs a disk's content: only a fleet file that says other of this very
 * disk than the one that was applied last (`MarkedVolume.asked`) leads to `replace`. Where the mark
 * doesn't know what was said, nothing does.
 * A person's snapshots stand between a VM and its volume: the disk then has another image, with
 * the volume at the end of its chain. It is left as it is, with all of them.
 */
import {
  beneath,
  isIgnored,
  isDiskVolume,
  volumeKey,
  volumePath,
  volumesOf,
  type DomainFacts,
  type FieldChange,
  type MarkedVolume,
  type ObservedDisk,
  type ObservedDomain,
  type ResolvedDisk,
  type ResolvedVm,
  type VolumeRef,
} from '../../../model/index.js';
import { attribute, child, childrenNamed, textAt, type XmlElement } from '../../../xml/index.js';
import { insertAfter, remove, removeNamed, setNamed } from '../../edit.js';
import { formatBytes } from '../../units.js';
import {
  absent,
  changeOf,
  devicesOf,
  mergedFor,
  type Comparison,
  required,
  type Difference,
  type Field,
  type MarkedDomain,
  type Obstacle,
  type Patch,
  type Surroundings,
} from './field.js';

export const disks: Field<Pick<DomainFacts, 'disks'>> = {
  read: ({ devices }) => ({ disks: childrenNamed(devices, 'disk').map(readDisk) }),
  patches: { 'disks.': patchDisk, '-disks.': dropDisk },
  compare: compareDisks,
  shown: {
    name: 'disks',
    wanted: (vm) =>
      vm.disks.map((disk) => `${disk.target} ${shownDisk(disk)}`).join(', ') || 'none',
    observed: (domain, around) =>
      disksOf(domain)
        .map((ref) => `${targetOf(domain, ref, around)} ${shownVolume(domain, ref, around)}`)
        .join(', ') || 'none',
  },
  digest: (facts) =>
    facts.disks.map(({ target, bus, path, volume, device, serial }) => [
      target,
      bus,
      // What is in a drive changes by itself.
      ...(device === 'cdrom' ? [] : [path, volume && volumeKey(volume)]),
      device,
      ...(serial === undefined ? [] : [serial]),
    ]),
  covers: {
    places: ['@type', '/source', '/target', '/serial'].map((part) => `devices/disk${part}`),
    presence: ['devices/disk', 'devices/controller'],
  },
};

function readDisk(disk: XmlElement): ObservedDisk {
  const source = child(disk, 'source');
  const pool = attribute(source, 'pool');
  const volume = attribute(source, 'volume');
  const serial = textAt(disk, 'serial');
  const beneath = chainIn(disk);
  return {
    target: attribute(child(disk, 'target'), 'dev') ?? '',
    bus: attribute(child(disk, 'target'), 'bus') ?? '',
    path: attribute(source, 'file') ?? attribute(source, 'dev'),
    volume: pool !== null && volume !== null ? { pool, volume } : null,
    device: attribute(disk, 'device') ?? 'disk',
    ...(serial !== null && { serial }),
    ...(beneath.length > 0 && { beneath }),
  };
}

function chainIn(image: XmlElement): string[] {
  const lower = child(image, 'backingStore');
  const source = child(lower, 'source');
  const path = attribute(source, 'file') ?? attribute(source, 'dev');
  return lower === undefined || path === null ? [] : [path, ...chainIn(lower)];
}

/**
 * Sets type, source, format, bus and serial number of a disk that is there; the rest (cache,
 * limits) stays, and so does a serial number where the fleet file names none.
 */
function patchDisk(patch: Patch, target: string): void {
  const fresh = elementAt(patch.fresh, target) ?? absent(patch.vm, `disk ${target}`);
  const devices = devicesOf(patch.domain);
  const disk = elementAt(patch.domain, target);
  const path = `disks.${target}`;
  const bus = attribute(child(fresh, 'target'), 'bus');
  if (bus === 'scsi' && scsiControllers(patch.domain).length === 0)
    insertAfter(devices, ['controller', 'disk'], scsiControllers(patch.fresh));
  if (!disk) {
    insertAfter(devices, ['emulator', 'disk'], [fresh], 'start');
    return;
  }
  Object.assign(disk.attrs, fresh.attrs);
  const isBusIgnored = isIgnored(patch.vm, `${path}.bus`);
  if (!isBusIgnored && attribute(child(disk, 'target'), 'bus') !== bus)
    removeNamed(disk, 'address');
  const driver = child(disk, 'driver');
  const freshDriver = required(fresh, 'driver');
  const { name, type } = freshDriver.attrs;
  if (!driver) insertAfter(disk, [], [freshDriver], 'start');
  else if (!isIgnored(patch.vm, `${path}.driver.type`)) Object.assign(driver.attrs, { name, type });
  setNamed(disk, 'source', childrenNamed(fresh, 'source'), ['driver']);
  if (!isBusIgnored) setNamed(disk, 'target', childrenNamed(fresh, 'target'), ['driver', 'source']);
  const serial = childrenNamed(fresh, 'serial');
  if (serial.length > 0 && !isIgnored(patch.vm, `${path}.serial`))
    setNamed(disk, 'serial', serial, ['driver', 'source', 'target']);
  for (const part of ['backingStore', 'mirror', 'readonly']) removeNamed(disk, part);
}

function dropDisk(patch: Patch, target: string): void {
  if (elementAt(patch.fresh, target)) throw new Error(`${patch.vm.address} wants disk ${target}`);
  const disk = elementAt(patch.domain, target);
  if (disk) remove(devicesOf(patch.domain), disk);
}

function elementAt(domain: XmlElement, target: string): XmlElement | undefined {
  return childrenNamed(devicesOf(domain), 'disk').find(
    (disk) => attribute(child(disk, 'target'), 'dev') === target,
  );
}

function scsiControllers(domain: XmlElement): XmlElement[] {
  return childrenNamed(devicesOf(domain), 'controller').filter(
    (controller) => attribute(controller, 'type') === 'scsi',
  );
}

function compareDisks(comparison: Comparison): Difference {
  const { vm, domain, around } = comparison;
  const made = new Map(domain.mark.volumes.map((ref) => [volumeKey(ref), ref]));
  const wanted = new Set(volumesOf(vm).map(volumeKey));
  const unwanted = domain.mark.volumes.filter((ref) => !wanted.has(volumeKey(ref)));
  const takenAway = unwanted.filter(
    (ref) =>
      ref.asked !== undefined &&
      isDiskVolume(ref) &&
      diskOf(domain.config.disks, ref, around) !== undefined,
  );
  /** Where a disk was, which the fleet file wants in another pool. */
  const before = (disk: ResolvedDisk): MarkedVolume | undefined =>
    made.has(volumeKey(disk)) ? undefined : takenAway.find(({ volume }) => volume === disk.volume);
  const moved = new Set(vm.disks.map(before));
  return mergedFor(vm, [
    ...unwanted
      .filter((ref) => !takenAway.includes(ref))
      .map((ref) => compareUnwanted(comparison, ref)),
    ...vm.disks.map((disk) => {
      const old = before(disk);
      return old === undefined
        ? compareDisk(comparison, disk, made.get(volumeKey(disk)))
        : { fields: [movedField(disk, old)], left: [old] };
    }),
    ...takenAway
      .filter((ref) => !moved.has(ref))
      .map((ref) => ({ fields: [takenAwayField(comparison, ref)], left: [ref] })),
  ]);
}

function movedField({ target, pool }: ResolvedDisk, old: VolumeRef): FieldChange {
  return {
    path: `disks.${target}.pool`,
    before: old.pool,
    after: pool,
    effect: 'replace',
    why: 'a disk is not moved between pools',
  };
}

function takenAwayField({ domain, around }: Comparison, ref: VolumeRef): FieldChange {
  return {
    path: `disks.${targetOf(domain, ref, around)}`,
    before: shownVolume(domain, ref, around),
    after: null,
    effect: 'replace',
    why: 'a disk is taken away',
  };
}

/**
 * A volume in the mark that the fleet file does not name, and did not name when it was applied
 * last.
 */
function compareUnwanted({ vm, domain, around }: Comparison, ref: VolumeRef): Difference {
  if (!isDiskVolume(ref)) return { left: [ref] };
  const attached = diskOf(domain.config.disks, ref, around);
  const there = around.volumes.has(volumeKey(ref)) || around.pools.get(ref.pool)?.active !== true;
  if (there) {
    // Of a run that ended between making a disk and using it. No reason to lose the others.
    const warning =
      `${vm.address}: volume ${ref.volume} in pool ${ref.pool} is no longer wanted; ` +
      'it stays until the VM is replaced or destroyed';
    return { left: [ref], warnings: [warning] };
  }
  // With it the VM would not start.
  if (attached === undefined || isWanted(vm, attached.target)) return {};
  const field: FieldChange = {
    path: `disks.${attached.target}`,
    before: 'missing',
    after: null,
    effect: 'live',
    why: 'its volume is gone, and the fleet file has no such disk',
  };
  return { define: [`-disks.${attached.target}`], fields: [field] };
}

function compareDisk(
  comparison: Comparison,
  disk: ResolvedDisk,
  made: MarkedVolume | undefined,
): Difference {
  const { vm, domain, around } = comparison;
  const inTheWay = squatter(comparison, disk);
  if (inTheWay !== null) return { inTheWay: [inTheWay] };
  const snapshots = snapshotsAbove(domain, disk, around);
  if (snapshots.length > 0) return compareSnapshotted(comparison, disk, made, snapshots);
  const volume = around.volumes.get(volumeKey(disk));
  const active = around.pools.get(disk.pool)?.active === true;
  const create = [{ pool: disk.pool, volume: disk.volume }];
  const path = `disks.${disk.target}`;
  const after = shownDisk(disk);
  const effect = domain.live === null ? 'live' : 'restart';
  const isNew = diskOf(domain.config.disks, disk, around) === undefined;
  const added: Difference = {
    create,
    define: [path],
    fields: [{ path, before: null, after, effect }],
  };
  if (volume !== undefined)
    return mergedFor(vm, [
      compareSize(comparison, disk, made, volume.capacityBytes),
      compareDevice(comparison, disk, made, true),
      compareSerial(comparison, disk),
    ]);
  if (active) {
    if (isNew) return added;
    const field = { path, before: 'missing', after, effect, why: 'its volume is gone' } as const;
    const notes = [`makes ${disk.target} again, empty: its volume is gone`];
    return mergedFor(vm, [
      { create, fields: [field], notes },
      compareDevice(comparison, disk, made, false),
      compareSerial(comparison, disk),
    ]);
  }
  const warning =
    `${vm.address}: pool ${disk.pool} is not active, so ${disk.target} can't be compared ` +
    'until it is';
  return mergedFor(vm, [
    { warnings: [warning], uncompared: create },
    isNew && made === undefined ? added : compareDevice(comparison, disk, made, true),
  ]);
}

/**
 * Nothing of such a disk is changed: a definition that names the volume would drop what was written
 * since, and a larger volume is no larger disk.
 */
function compareSnapshotted(
  comparison: Comparison,
  disk: ResolvedDisk,
  made: MarkedVolume | undefined,
  snapshots: readonly string[],
): Difference {
  const { vm, domain, around } = comparison;
  const volume = around.volumes.get(volumeKey(disk));
  const { fields } = mergedFor(vm, [
    volume === undefined ? {} : compareSize(comparison, disk, made, volume.capacityBytes),
    compareDevice(comparison, disk, made, true),
    compareSerial(comparison, disk),
  ]);
  const what =
    `${disk.target} of ${vm.address} has snapshots above its volume ${disk.volume}: ` +
    snapshots.join(', ');
  const gone = volume === undefined && around.pools.get(disk.pool)?.active === true;
  if (!gone && fields.length === 0) return { warnings: [`${what}; ven leaves them as they are`] };
  const why = gone
    ? 'and that volume is gone'
    : `and the fleet file wants ${fields.map(({ path, after }) => `${path} ${after}`).join(', ')}`;
  const hint = gone
    ? `Put ${disk.volume} back, or have the VM made anew, empty: --replace ${vm.address}.`
    : `Merge them into the volume first (while the VM runs: virsh blockcommit ${domain.uuid} ` +
      `${disk.target} --active --pivot), or take the change back.`;
  const shownBy = { virsh: `domblklist --details ${domain.uuid}` };
  const summary = `Snapshots stand above the volume of its ${disk.target}`;
  return { inTheWay: [{ address: vm.address, summary, what: `${what}, ${why}`, shownBy, hint }] };
}

/** Somebody's disk on the target of one of ours. */
function squatter({ vm, domain, around }: Comparison, disk: ResolvedDisk): Obstacle | null {
  const { target } = disk;
  const config = diskOf(domain.config.disks, disk, around);
  const other = domain.config.disks.find((there) => there !== config && there.target === target);
  if (other === undefined || config?.target === target) return null;
  // A volume of this VM's own, which an interrupted run attached there, makes way: it stays in the
  // mark.
  if (domain.mark.volumes.some((ref) => diskOf([other], ref, around) !== undefined)) return null;
  const what =
    `${other.path ?? 'a drive'} hangs on ${target} of domain ${domain.name}, ` +
    `where ${vm.address} wants ${disk.volume}`;
  const shownBy = { virsh: `domblklist --details ${domain.uuid}` };
  const hint =
    `Move it to another target (virsh edit ${domain.uuid}), or take ${target} out of the fleet ` +
    `file. If it is a snapshot of ${disk.volume}, let libvirt find that: ` +
    `virsh pool-refresh ${disk.pool}`;
  return { address: vm.address, what, shownBy, hint };
}

/** libvirt and QEMU give disks in whole sectors. */
const SECTOR = 512;

function compareSize(
  { vm, domain, around }: Comparison,
  disk: ResolvedDisk,
  made: MarkedVolume | undefined,
  capacityBytes: number,
): Difference {
  const { target, sizeBytes, pool, volume } = disk;
  const path = `disks.${target}.size`;
  const before = formatBytes(capacityBytes);
  const after = formatBytes(sizeBytes);
  if (capacityBytes < sizeBytes) {
    const live = domain.live === null ? undefined : diskOf(domain.live.disks, disk, around);
    const grow = {
      ref: { pool, volume },
      target: live?.target ?? target,
      bytes: sizeBytes,
      running: live !== undefined,
    };
    return { fields: [{ path, before, after, effect: 'live' }], grow: [grow] };
  }
  if (capacityBytes <= Math.ceil(sizeBytes / SECTOR) * SECTOR) return {};
  if (made?.asked !== undefined && made.asked.sizeBytes > sizeBytes) {
    const why = "a disk can't shrink";
    return { fields: [{ path, before, after, effect: 'replace', why }] };
  }
  const warning =
    `${vm.address}: ${target} has grown to ${before}, the fleet file says ${after}; ` +
    "it stays as it is, since a disk can't shrink";
  return { warnings: [warning] };
}

/** Target and bus. `told`: false when the plan says already that the disk changes. */
function compareDevice(
  { vm, domain, around }: Comparison,
  disk: ResolvedDisk,
  made: MarkedVolume | undefined,
  told: boolean,
): Difference {
  const { target, bus } = disk;
  const path = `disks.${target}`;
  const config = diskOf(domain.config.disks, disk, around);
  const live = domain.live === null ? undefined : diskOf(domain.live.disks, disk, around);
  const shape = (there: ObservedDisk | undefined): string | null =>
    there === undefined ? null : `${there.target} ${there.bus}`;
  const right = `${target} ${bus}`;
  const define: string[] = [];
  // A target that the VM wants gets its own definition anyway.
  if (config !== undefined && config.target !== target && !isWanted(vm, config.target))
    define.push(`-disks.${config.target}`);
  if (shape(config) !== right) define.push(path);
  const liveWrong = domain.live !== null && shape(live) !== right;
  if ((shape(config) === right && !liveWrong) || !told) return { define };
  const asked = made?.asked;
  if (config !== undefined && config.bus !== bus && asked !== undefined && asked.bus !== bus) {
    const why = 'another bus is another disk to the guest';
    const field = { path: `${path}.bus`, before: config.bus, after: bus };
    return { define, fields: [{ ...field, effect: 'replace', why }] };
  }
  const before = shape(config) === right ? shape(live) : shape(config);
  const effect = liveWrong ? 'restart' : 'live';
  return { define, fields: [{ path, before, after: right, effect }] };
}

/** Of a disk that is attached: with a new one, all of it is new. */
function compareSerial({ domain, around }: Comparison, disk: ResolvedDisk): Difference {
  const { target, serial } = disk;
  const there = (facts: DomainFacts): ObservedDisk | undefined => diskOf(facts.disks, disk, around);
  if (serial === undefined || there(domain.config) === undefined) return {};
  const change = changeOf(domain, {
    path: `disks.${target}.serial`,
    wanted: serial,
    found: (facts) => there(facts)?.serial ?? 'none',
    effect: 'restart',
  });
  if (change === null) return {};
  return { fields: [change.field], define: change.define ? [`disks.${target}`] : [] };
}

function isWanted(vm: ResolvedVm, target: string): boolean {
  return vm.disks.some((disk) => disk.target === target);
}

type Around = Omit<Surroundings, 'outages'>;

/**
 * The disk that `ref` is the image of, or stands beneath as the image of snapshots. Where the
 * volume's path isn't known, its file name has to do.
 */
function diskOf(
  observed: readonly ObservedDisk[],
  ref: VolumeRef,
  around: Around,
): ObservedDisk | undefined {
  const isIts = imageTest(ref, around);
  const direct = observed.find((disk) =>
    disk.volume === null
      ? disk.path !== null && isIts(disk.path)
      : volumeKey(disk.volume) === volumeKey(ref),
  );
  return direct ?? observed.find((disk) => imagesBeneath(disk, around).some(isIts));
}

/** Whether a path is a volume's. */
function imageTest(ref: VolumeRef, around: Around): (path: string) => boolean {
  const wanted = volumePath(ref, around);
  return (path) => (wanted === null ? path.endsWith(`/${ref.volume}`) : path === wanted);
}

function imagesBeneath({ path }: ObservedDisk, { backing }: Around): string[] {
  return path === null ? [] : beneath(path, backing);
}

/** The images between a disk and its volume, the one in use first; none without snapshots. */
export function snapshotsAbove(
  { config, live }: ObservedDomain,
  ref: VolumeRef,
  around: Around,
): string[] {
  const isIts = imageTest(ref, around);
  const above = [config, ...(live === null ? [] : [live])].flatMap(({ disks: observed }) => {
    const disk = diskOf(observed, ref, around);
    if (disk === undefined || disk.path === null || isIts(disk.path)) return [];
    const chain = [disk.path, ...imagesBeneath(disk, around)];
    return chain.slice(0, Math.max(0, chain.findIndex(isIts)));
  });
  return [...new Set(above)];
}

function targetOf(domain: ObservedDomain, ref: VolumeRef, around: Around): string {
  return (
    diskOf(domain.config.disks, ref, around)?.target ??
    /-([a-z]+)\.qcow2$/.exec(ref.volume)?.[1] ??
    ref.volume
  );
}

function shownDisk({ sizeBytes, bus }: ResolvedDisk): string {
  return `${formatBytes(sizeBytes)} ${bus}`;
}

function shownVolume(domain: ObservedDomain, ref: VolumeRef, around: Around): string {
  const volume = around.volumes.get(volumeKey(ref));
  const bus = diskOf(domain.config.disks, ref, around)?.bus;
  return [volume === undefined ? 'size unknown' : formatBytes(volume.capacityBytes), bus]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** What goes with the VM: `deletes 110GiB on sda`. Volumes that are gone already don't go again. */
export function lostDisks(domain: MarkedDomain, keep: boolean, around: Around): string[] {
  return disksOf(domain).flatMap((ref) => {
    const volume = around.volumes.get(volumeKey(ref));
    const target = targetOf(domain, ref, around);
    const where = `${ref.pool}/${ref.volume}`;
    const snapshots = snapshotsAbove(domain, ref, around);
    if (keep && snapshots.length > 0)
      return [
        `keeps ${target} as ${where}, and what was written since in ${snapshots.join(', ')}, ` +
          'which stands on it: rename or move neither',
      ];
    if (keep) return [`keeps ${target} as ${where}`];
    const more =
      snapshots.length === 0 ? '' : `, and the snapshots above it: ${snapshots.join(', ')}`;
    if (volume !== undefined)
      return [`deletes ${formatBytes(volume.capacityBytes)} on ${target}${more}`];
    return around.pools.get(ref.pool)?.active === true ? [] : [`deletes ${target} (${where})`];
  });
}

function disksOf({ mark }: MarkedDomain): MarkedVolume[] {
  return mark.volumes.filter(isDiskVolume);
}
