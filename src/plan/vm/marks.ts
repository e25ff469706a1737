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
  type ResolvedFleet,
  type ResolvedVm,
  type VolumeRef,
} from '../../model/index.js';

/**
 * The mark that a VM has when all is done. `left`: more volumes that it keeps. `uncompared`: disks
 * that nobody could look at. What the file says of them now was not applied: the mark goes on
 * saying what was, and where that is something else, it has not become the file's VM yet.
 */
export function readyMark(
  fleet: ResolvedFleet,
  vm: ResolvedVm,
  before: DomainMark,
  { left, uncompared }: { left: readonly VolumeRef[]; uncompared: readonly VolumeRef[] },
): DomainMark {
  const mark = markFor(fleet, vm, true);
  const unseen = new Set(uncompared.map(volumeKey));
  const old = new Map(before.volumes.map((volume) => [volumeKey(volume), volume]));
  const volumes = mark.volumes.map((volume) => {
    const key = volumeKey(volume);
    return unseen.has(key) ? (old.get(key) ?? volume) : volume;
  });
  const isApplied = volumes.every(
    (volume, index) => shownMarked(volume) === shownMarked(mark.volumes[index] ?? volume),
  );
  return {
    ...mark,
    digest: isApplied ? mark.digest : before.digest,
    volumes: [...volumes, ...left.map(({ pool, volume }) => ({ pool, volume }))],
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
  return { ...mark, volumes: [...mark.volumes, ...more], nics: [...new Set(macs)] };
}

/**
 * Whether a mark says what it should say, in whatever order. What only newer marks say does not
 * count: the file, which may be moved.
 */
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
    a.move?.from === b.move?.from &&
    a.move?.to === b.move?.to &&
    a.firmware === b.firmware &&
    a.certificates === b.certificates &&
    a.keys === b.keys &&
    (a.protect ?? false) === (b.protect ?? false) &&
    same(a.volumes.map(shownMarked), b.volumes.map(shownMarked)) &&
    same(macs(a), macs(b))
  );
}

/** All that a mark says of a volume, as one text. */
export function shownMarked(volume: MarkedVolume): string {
  const { asked } = volume;
  return `${volumeKey(volume)} ${asked === undefined ? '' : `${asked.bus} ${asked.sizeBytes}`}`;
}
