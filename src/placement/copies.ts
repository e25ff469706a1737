/** Which of two copies of a VM counts, by what their marks say of a move. */
import type { DomainMark, Placements, ResolvedVm } from '../model/index.js';

/** An owned domain, on a host that answers. */
export interface VmCopy {
  host: string;
  mark: DomainMark;
  /** It is off, and defined: it can be deleted, and nobody works with it. */
  isIdle: boolean;
}

/**
 * The placements, where the marks have been read: of a VM on two hosts, the copy that a move has
 * not completed, or has left behind, is told from the one that counts; and a VM whose other copy
 * may be on a host that is away is left alone, unless that one is taken for dead (`evacuates`).
 * Linear in the VMs. (decision 77)
 */
export function settled(
  vms: readonly ResolvedVm[],
  before: Placements,
  copiesOf: (uuid: string) => readonly VmCopy[],
  isAway: (host: string) => boolean,
  evacuates?: string,
): Placements {
  const uuids = new Map(vms.map(({ address, uuid }) => [address, uuid]));
  const result: Placements = { ...before, placed: [], refused: [], unknown: [...before.unknown] };
  const left = [...before.left];
  for (const refusal of before.refused) {
    const { address, code } = refusal;
    const uuid = uuids.get(address) ?? '';
    const [counts, other] = code === 'on-two-hosts' ? told(copiesOf(uuid)) : [];
    if (counts && other) {
      const { host } = counts;
      result.placed.push({ address, host, why: 'it is there', isThere: true });
      left.push({ address, uuid, host: other.host });
    } else result.refused.push(refusal);
  }
  for (const each of before.placed) {
    const [copy] = each.isThere ? copiesOf(uuids.get(each.address) ?? '') : [];
    const other = copy && otherHost(copy);
    if (other !== undefined && other === evacuates)
      result.placed.push(copy?.mark.ready ? each : { ...each, evacuatedFrom: other });
    else if (other !== undefined && isAway(other))
      result.unknown.push({ address: each.address, hosts: [other], there: each.host });
    else result.placed.push(each);
  }
  const order = new Map(vms.map(({ address }, at) => [address, at]));
  const byFile = (a: { address: string }, b: { address: string }): number =>
    (order.get(a.address) ?? 0) - (order.get(b.address) ?? 0);
  return { ...result, left, placed: result.placed.toSorted(byFile) };
}

/** The one that counts first; nothing: nobody can tell. */
function told(copies: readonly VmCopy[]): [] | [VmCopy, VmCopy] {
  const [a, b, ...more] = copies;
  if (!a || !b || more.length > 0) return [];
  const pairs: [VmCopy, VmCopy][] = [
    [a, b],
    [b, a],
  ];
  const found = pairs.find(([counts, other]) => other.isIdle && isAfter(counts, other));
  return found ?? [];
}

/** Whether this copy counts, whatever became of the other one. */
function isAfter({ host, mark }: VmCopy, other: VmCopy): boolean {
  if (!mark.ready) return false;
  if (!other.mark.ready) return true;
  // The target is ready: the move was decided, and the source is not marked yet.
  const [here, there] = [mark.move, other.mark.move];
  const isSame = here?.from === there?.from && here?.to === there?.to;
  return isSame && here?.to === host && here.from === other.host;
}

/** The host that may have the copy that counts. */
function otherHost({ host, mark: { move, ready } }: VmCopy): string | undefined {
  if (move?.from === host) return move.to;
  return move?.to === host && !ready ? move.from : undefined;
}
