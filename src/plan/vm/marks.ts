/**
 * The mark that a VM's domain carries: what it is to say at each point of an update, and whether
 * two say the same.
 */
import {
  markFor,
  volumeKey,
  volumesOf,
  type DomainMark,
  type MarkedVolume,
  type ResolvedVm,
  type VolumeRef,
} from '../../model/index.js';

/** The mark that a VM has when all is done. `left`: more volumes that it keeps. */
export function readyMark(
  fleet: string,
  vm: ResolvedVm,
  left: readonly VolumeRef[] = [],
): DomainMark {
  const mark = markFor(fleet, vm, true);
  return {
    ...mark,
    volumes: [...mark.volumes, ...left.map(({ pool, volume }) => ({ pool, volume }))],
  };
}

/**
 * The mark before anything new is created: as it was, and with what is about to come. Still ready:
 * an update is never half-made.
 */
export function widerMark(mark: DomainMark, vm: ResolvedVm): DomainMark {
  const known = new Set(mark.volumes.map(volumeKey));
  const more = volumesOf(vm).filter((ref) => !known.has(volumeKey(ref)));
  const macs = [...mark.nics, ...vm.nics.map(({ mac }) => mac)].map((mac) => mac.toLowerCase());
  return { ...mark, volumes: [...mark.volumes, ...more], nics: [...new Set(macs)].sort() };
}

/** Whether two marks say the same, in whatever order. */
export function marksAgree(a: DomainMark, b: DomainMark): boolean {
  const same = (left: readonly string[], right: readonly string[]): boolean => {
    const all = new Set(left);
    return all.size === new Set(right).size && right.every((item) => all.has(item));
  };
  const macs = ({ nics }: DomainMark): string[] => nics.map((mac) => mac.toLowerCase());
  return (
    a.digest === b.digest &&
    a.ready === b.ready &&
    a.unregistered === b.unregistered &&
    a.firmware === b.firmware &&
    a.certificates === b.certificates &&
    a.keys === b.keys &&
    same(a.volumes.map(shownMarked), b.volumes.map(shownMarked)) &&
    same(macs(a), macs(b))
  );
}

/** All that a mark says of a volume, as one text. */
export function shownMarked(volume: MarkedVolume): string {
  const { asked } = volume;
  return `${volumeKey(volume)} ${asked === undefined ? '' : `${asked.bus} ${asked.sizeBytes}`}`;
}
