import {
  isNvramVolume,
  volumesOf,
  type FieldChange,
  type MarkedVolume,
  type ObservedDisk,
  type ObservedDomain,
  type ResolvedDisk,
  type ResolvedVm,
  type VolumeRef,
} from '../../model/index.js';
import { formatBytes } from '../format.js';
import type { InTheWay } from '../guards/foreign.js';
import { volumeKey, type OwnedDomain, type FleetOnHost } from '../fleet-on-host.js';

export interface DiskDiff {
  fields: FieldChange[];
  notes: string[];
  /** What to do to the persistent definition: `disks.<target>` to bring in, `-disks.<target>` to take out. */
  define: string[];
  create: VolumeRef[];
  grow: { ref: VolumeRef; target: string; bytes: number; running: boolean }[];
  /** Volumes that ven made, that nobody wants, and that nothing yet takes away: they stay in the mark, so that destroy finds them. */
  left: VolumeRef[];
  inTheWay: InTheWay[];
  warnings: string[];
}

/** libvirt and QEMU give disks in whole sectors. */
const SECTOR = 512;

/**
 * The disks that ven made, by the volumes in the mark; all others are left alone. What a person did to the host by hand
 * never costs a disk's content: only a fleet file that says other of this very disk than the one that was applied last
 * (`MarkedVolume.asked`) leads to `replace`. Where the mark doesn't know what was said, nothing does.
 */
export function diffDisks(vm: ResolvedVm, domain: OwnedDomain, onHost: FleetOnHost): DiskDiff {
  const diff: DiskDiff = {
    fields: [],
    notes: [],
    define: [],
    create: [],
    grow: [],
    left: [],
    inTheWay: [],
    warnings: [],
  };
  const made = new Map(domain.mark.volumes.map((ref) => [volumeKey(ref), ref]));
  const wanted = new Set(volumesOf(vm).map(volumeKey));
  const gone: VolumeRef[] = [];
  for (const ref of domain.mark.volumes) {
    if (wanted.has(volumeKey(ref))) continue;
    if (isNvramVolume(ref)) {
      diff.left.push(ref);
      continue;
    }
    const attached = diskOf(domain.config.disks, ref, onHost);
    const there = onHost.volumes.has(volumeKey(ref)) || onHost.pools.get(ref.pool)?.active !== true;
    if (attached && ref.asked !== undefined) gone.push(ref);
    else if (attached && !there) {
      // With it the VM would not start.
      if (drop(vm, attached, diff)) {
        diff.fields.push({
          path: `disks.${attached.target}`,
          before: 'missing',
          after: null,
          effect: 'live',
          why: 'its volume is gone, and the fleet file has no such disk',
        });
      }
    } else if (there) {
      // Of a run that ended between making a disk and using it, and a fleet file that no longer wants it. No reason to lose the others.
      diff.left.push(ref);
      diff.warnings.push(
        `${vm.address}: volume ${ref.volume} in pool ${ref.pool} is no longer wanted; it stays until the VM is replaced or destroyed`,
      );
    }
  }
  const handled = new Set<string>();
  for (const disk of vm.disks) {
    const old = made.has(volumeKey(disk))
      ? undefined
      : gone.find(({ volume }) => volume === disk.volume);
    if (old === undefined) diffDisk(vm, domain, disk, made.get(volumeKey(disk)), onHost, diff);
    else {
      handled.add(volumeKey(old));
      diff.fields.push({
        path: `disks.${disk.target}.pool`,
        before: old.pool,
        after: disk.pool,
        effect: 'replace',
        why: 'a disk is not moved between pools',
      });
    }
  }
  for (const ref of gone) {
    if (handled.has(volumeKey(ref))) continue;
    const target = targetOf(domain, ref, onHost);
    diff.fields.push({
      path: `disks.${target}`,
      before: shownVolume(domain, ref, onHost),
      after: null,
      effect: 'replace',
      why: 'a disk is taken away',
    });
  }
  return diff;
}

function diffDisk(
  vm: ResolvedVm,
  domain: OwnedDomain,
  disk: ResolvedDisk,
  made: MarkedVolume | undefined,
  onHost: FleetOnHost,
  diff: DiskDiff,
): void {
  const { target } = disk;
  const path = `disks.${target}`;
  const volume = onHost.volumes.get(volumeKey(disk));
  const config = diskOf(domain.config.disks, disk, onHost);
  const live = domain.live === null ? undefined : diskOf(domain.live.disks, disk, onHost);
  const restart = domain.live === null ? ('live' as const) : ('restart' as const);
  const wantedText = `${formatBytes(disk.sizeBytes)} ${disk.bus}`;

  const squatter = domain.config.disks.find((other) => other !== config && other.target === target);
  // A volume of this VM's own, which a run that was killed hung there, makes way: it stays in the mark.
  const own =
    squatter !== undefined &&
    domain.mark.volumes.some((ref) => diskOf([squatter], ref, onHost) !== undefined);
  if (squatter !== undefined && !own && config?.target !== target) {
    const what = `${squatter.path ?? 'a drive'} hangs on ${target} of domain ${domain.name}, where ${vm.address} wants ${disk.volume}`;
    diff.inTheWay.push({
      address: vm.address,
      what,
      shownBy: { virsh: `domblklist --details ${domain.uuid}` },
    });
    return;
  }
  if (volume === undefined && onHost.pools.get(disk.pool)?.active === true) {
    diff.create.push({ pool: disk.pool, volume: disk.volume });
    if (config === undefined) {
      diff.define.push(path);
      diff.fields.push({ path, before: null, after: wantedText, effect: restart });
    } else {
      diff.fields.push({
        path,
        before: 'missing',
        after: wantedText,
        effect: restart,
        why: 'its volume is gone',
      });
      diff.notes.push(`makes ${target} again, empty: its volume is gone`);
    }
    if (config === undefined) return;
  } else if (volume === undefined) {
    diff.warnings.push(
      `${vm.address}: pool ${disk.pool} is not active, so ${target} can't be compared until it is`,
    );
    if (config === undefined && made === undefined) {
      diff.create.push({ pool: disk.pool, volume: disk.volume });
      diff.define.push(path);
      diff.fields.push({ path, before: null, after: wantedText, effect: restart });
      return;
    }
  } else {
    const bytes = Math.ceil(disk.sizeBytes / SECTOR) * SECTOR;
    const before = formatBytes(volume.capacityBytes);
    const after = formatBytes(disk.sizeBytes);
    if (volume.capacityBytes < disk.sizeBytes) {
      diff.fields.push({ path: `${path}.size`, before, after, effect: 'live' });
      diff.grow.push({
        ref: { pool: disk.pool, volume: disk.volume },
        target: live?.target ?? target,
        bytes: disk.sizeBytes,
        running: live !== undefined,
      });
    } else if (
      volume.capacityBytes > bytes &&
      made?.asked !== undefined &&
      made.asked.sizeBytes > disk.sizeBytes
    ) {
      diff.fields.push({
        path: `${path}.size`,
        before,
        after,
        effect: 'replace',
        why: "a disk can't shrink",
      });
    } else if (volume.capacityBytes > bytes) {
      diff.warnings.push(
        `${vm.address}: ${target} has grown to ${before}, the fleet file says ${after}; it stays as it is, since a disk can't shrink`,
      );
    }
  }

  if (config !== undefined && config.target !== target) drop(vm, config, diff);
  const shape = (observed: ObservedDisk | undefined): string | null =>
    observed === undefined ? null : `${observed.target} ${observed.bus}`;
  const right = `${target} ${disk.bus}`;
  if (shape(config) !== right) diff.define.push(path);
  const liveWrong = domain.live !== null && shape(live) !== right;
  if (shape(config) === right && !liveWrong) return;
  if (diff.fields.some((field) => field.path === path)) return;
  const before = shape(config) === right ? shape(live) : shape(config);
  if (
    config !== undefined &&
    config.bus !== disk.bus &&
    made?.asked !== undefined &&
    made.asked.bus !== disk.bus
  ) {
    diff.fields.push({
      path: `${path}.bus`,
      before: config.bus,
      after: disk.bus,
      effect: 'replace',
      why: 'another bus is another disk to the guest',
    });
  } else {
    diff.fields.push({ path, before, after: right, effect: liveWrong ? 'restart' : 'live' });
  }
}

/** Takes it off its target; a target that the VM wants is defined anew anyway, and then false is returned. */
function drop(vm: ResolvedVm, { target }: ObservedDisk, diff: DiskDiff): boolean {
  if (vm.disks.some((disk) => disk.target === target)) return false;
  diff.define.push(`-disks.${target}`);
  return true;
}

/** The disk behind which `ref` is. Where the volume's path isn't known, its file name has to do. */
function diskOf(
  disks: readonly ObservedDisk[],
  ref: VolumeRef,
  onHost: FleetOnHost,
): ObservedDisk | undefined {
  const folder = onHost.pools.get(ref.pool)?.path ?? null;
  const path =
    onHost.volumes.get(volumeKey(ref))?.path ??
    (folder === null ? null : `${folder}/${ref.volume}`);
  return disks.find((disk) => {
    if (disk.volume !== null)
      return disk.volume.pool === ref.pool && disk.volume.volume === ref.volume;
    if (disk.path === null) return false;
    return path === null ? disk.path.endsWith(`/${ref.volume}`) : disk.path === path;
  });
}

function targetOf(domain: ObservedDomain, ref: VolumeRef, onHost: FleetOnHost): string {
  return (
    diskOf(domain.config.disks, ref, onHost)?.target ??
    /-([a-z]+)\.qcow2$/.exec(ref.volume)?.[1] ??
    ref.volume
  );
}

function shownVolume(domain: ObservedDomain, ref: VolumeRef, onHost: FleetOnHost): string {
  const volume = onHost.volumes.get(volumeKey(ref));
  const bus = diskOf(domain.config.disks, ref, onHost)?.bus;
  return [volume === undefined ? 'size unknown' : formatBytes(volume.capacityBytes), bus]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** `sda 110GiB sata` for each volume that ven made for it. */
export function madeDisks(domain: OwnedDomain, onHost: FleetOnHost): string[] {
  return disksOf(domain).map(
    (ref) => `${targetOf(domain, ref, onHost)} ${shownVolume(domain, ref, onHost)}`,
  );
}

/** What goes with the VM: `deletes 110GiB on sda`. Volumes that are gone already don't go again. */
export function lostDisks(domain: OwnedDomain, keep: boolean, onHost: FleetOnHost): string[] {
  return disksOf(domain).flatMap((ref) => {
    const volume = onHost.volumes.get(volumeKey(ref));
    const target = targetOf(domain, ref, onHost);
    const where = `${ref.pool}/${ref.volume}`;
    if (keep) return [`keeps ${target} as ${where}`];
    if (volume !== undefined) return [`deletes ${formatBytes(volume.capacityBytes)} on ${target}`];
    return onHost.pools.get(ref.pool)?.active === true ? [] : [`deletes ${target} (${where})`];
  });
}

/** The volumes with a guest's data: its firmware's variables are none. */
function disksOf({ mark }: OwnedDomain): MarkedVolume[] {
  return mark.volumes.filter((ref) => !isNvramVolume(ref));
}
