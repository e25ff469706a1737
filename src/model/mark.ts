import { firmwareMark } from './firmware.js';
import type { ResolvedFleet, ResolvedVm } from './fleet.js';
import type {
  AnyDomain,
  DomainMark,
  NetworkMark,
  ObservedDomain,
  ObservedPool,
  ObservedVolume,
  VolumeRef,
} from './host-state.js';
import { networkUuid, vmUuid } from './identity.js';

const NVRAM_SUFFIX = '-nvram.fd';
const MEDIA_SUFFIX = '-media.iso';

interface Marked {
  uuid: string;
  mark: DomainMark | NetworkMark | null;
}

/** A domain or network that is a fleet's own. */
export type Owned<Thing extends Marked> = Thing & { mark: NonNullable<Thing['mark']> };

/**
 * Whether a domain or network is the fleet's own. The mark alone doesn't say so: a copy of a VM
 * carries the mark of the original, whose volumes it names. The UUID that follows from fleet and
 * name can't be copied: libvirt has each UUID once. A domain is one that was observed for that
 * fleet.
 */
export function isOwnedBy(
  fleet: { name: string },
  domain: AnyDomain,
): domain is Owned<ObservedDomain>;
export function isOwnedBy<Thing extends Marked>(
  fleet: { name: string },
  thing: Thing,
): thing is Owned<Thing>;
export function isOwnedBy(fleet: { name: string }, { uuid, mark }: Marked): boolean {
  if (mark?.fleet !== fleet.name) return false;
  return (
    uuid === ('vm' in mark ? vmUuid(mark.fleet, mark.vm) : networkUuid(mark.fleet, mark.network))
  );
}

/**
 * The name of the volume for a VM's firmware variables, where ven writes them. No disk's name ends
 * like it.
 */
export function nvramVolume(domain: string): string {
  return `${domain}${NVRAM_SUFFIX}`;
}

export function isNvramVolume({ volume }: Pick<VolumeRef, 'volume'>): boolean {
  return volume.endsWith(NVRAM_SUFFIX);
}

/** The name of the volume for what is in a VM's virtual drive. No disk's name ends like it. */
export function mediaVolume(domain: string): string {
  return `${domain}${MEDIA_SUFFIX}`;
}

export function isMediaVolume({ volume }: Pick<VolumeRef, 'volume'>): boolean {
  return volume.endsWith(MEDIA_SUFFIX);
}

/** Whether a volume of a VM's has a guest's data. */
export function isDiskVolume(ref: Pick<VolumeRef, 'volume'>): boolean {
  return !isNvramVolume(ref) && !isMediaVolume(ref);
}

/** The name of the volume of a VM's disk; `domain`: libvirt's name of the VM. */
export function diskVolume(domain: string, target: string): string {
  return `${domain}-${target}.qcow2`;
}

/**
 * Whether a volume has a name that ven gives to volumes of this mark's VM. Anybody can write a
 * mark: a volume of another name is not ven's, whatever the mark says.
 */
export function isNamedFor(
  { fleet, vm }: Pick<DomainMark, 'fleet' | 'vm'>,
  { volume }: Pick<VolumeRef, 'volume'>,
): boolean {
  const domain = `${fleet}_${vm}`;
  if (volume === nvramVolume(domain) || volume === mediaVolume(domain)) return true;
  const target = volume.slice(domain.length + 1, -'.qcow2'.length);
  return /^[a-z]+$/.test(target) && volume === diskVolume(domain, target);
}

/** A volume as a key of maps and sets. */
export function volumeKey({ pool, volume }: VolumeRef): string {
  return `${pool}/${volume}`;
}

/** The file of a volume that is there, or would be; null: its pool is no folder that is known. */
export function volumePath(
  ref: VolumeRef,
  {
    volumes,
    pools,
  }: {
    volumes: ReadonlyMap<string, Pick<ObservedVolume, 'path'>>;
    pools: ReadonlyMap<string, Pick<ObservedPool, 'path'>>;
  },
): string | null {
  return volumes.get(volumeKey(ref))?.path ?? fileOf(ref, pools);
}

/** The same, where only pools are known. */
export function fileOf(
  { pool, volume }: VolumeRef,
  pools: ReadonlyMap<string, Pick<ObservedPool, 'path'>>,
): string | null {
  const folder = pools.get(pool)?.path ?? null;
  return folder === null ? null : `${folder}/${volume}`;
}

/**
 * Every volume of a VM: its disks, its firmware variables where ven writes them, and what is in
 * its virtual drive, which is there only while something is.
 */
export function volumesOf(vm: Pick<ResolvedVm, 'disks' | 'nvram' | 'media'>): VolumeRef[] {
  return [...vm.disks, ...beside(vm)].map(({ pool, volume }) => ({ pool, volume }));
}

function beside({ nvram, media }: Pick<ResolvedVm, 'nvram' | 'media'>): VolumeRef[] {
  return [nvram, media ?? null].filter((ref) => ref !== null);
}

/** Whether the fleet file says `protect: true` of a VM, or said it when it was applied last. */
export function isProtected(vm: ResolvedVm | undefined, mark: DomainMark): boolean {
  return vm?.protect === true || mark.protect === true;
}

/** The mark of a VM that has exactly what `vm` says. A new VM gets it with `ready` false. */
export function markFor(
  { name, file }: Pick<ResolvedFleet, 'name' | 'file'>,
  vm: ResolvedVm,
  ready: boolean,
): DomainMark {
  return {
    fleet: name,
    vm: vm.name,
    digest: vm.digest,
    ready,
    protect: vm.protect,
    ...(file === undefined ? {} : { file }),
    firmware: firmwareMark(vm.firmware),
    ...(vm.nvram?.certificates === undefined ? {} : { certificates: vm.nvram.certificates }),
    ...(vm.nvram?.keys === undefined ? {} : { keys: vm.nvram.keys }),
    volumes: [
      ...vm.disks.map(({ pool, volume, bus, sizeBytes }) => ({
        pool,
        volume,
        asked: { bus, sizeBytes },
      })),
      ...beside(vm).map(({ pool, volume }) => ({ pool, volume })),
    ],
    nics: vm.nics.map(({ mac }) => mac.toLowerCase()),
  };
}
