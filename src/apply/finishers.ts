import type { Step } from '../model/index.js';
import type { StepGraph } from './graph.js';
import type { StepState } from './ledger.js';

/** What a finishing step may still wait for: quick steps that delete nothing. */
const ON_THE_WAY: ReadonlySet<Step['kind']> = new Set([
  'pool-ensure',
  'network-create',
  'network-start',
  'network-update',
  'network-boot',
  'network-settle',
  'vm-volumes',
  'vm-nvram',
  'vm-define',
  'vm-password',
  'vm-nics',
  'vm-reattach',
  'vm-settings',
  'vm-start',
  'vm-ready',
  'vm-register',
]);

/** A network goes, and comes again. */
const GOING: ReadonlySet<Step['kind']> = new Set(['network-delete', 'network-stop']);
const COMING: ReadonlySet<Step['kind']> = new Set(['network-create', 'network-start']);

/**
 * The steps that are run even after the first Ctrl-C, since what this run has begun would else
 * stand worse than before it:
 * - A VM whose `vm-up` has begun is registered, started, and gets its settings and its ready mark:
 *   without the mark it counts as half-made and would be replaced by the next apply, so that the
 *   interruption would have destroyed it.
 * - A VM that was stopped for a restart is started again, and gets its settings and its mark:
 *   without the mark it counts as not changed yet.
 * - A network that was deleted or stopped to be rebuilt is created or started again, and running
 *   VMs are attached to it again.
 * And what these need, as far as that takes nothing away; but for other networks in their place
 * that are rebuilt as well, and so are finished, too.
 */
export function finishersOf(graph: StepGraph, stateOf: (place: number) => StepState): Set<number> {
  const { steps, needs, order } = graph;
  const begun = (place: number): boolean => ['running', 'done'].includes(stateOf(place));
  const open = (place: number): boolean => ['waiting', 'ready'].includes(stateOf(place));
  const those = (
    kinds: ReadonlySet<Step['kind']>,
    which: (place: number) => boolean,
  ): Map<string, number> =>
    new Map(
      steps.flatMap((step, place) =>
        kinds.has(step.kind) && which(place) ? [[step.address, place] as const] : [],
      ),
    );
  const up = those(new Set(['vm-up']), begun);
  const stopped = those(new Set(['vm-stop']), begun);
  const going = those(GOING, () => true);
  const coming = those(COMING, (place) => going.has(steps[place]?.address ?? ''));

  /**
   * Steps that can come to be done. A network can go where it can come again: found by taking back
   * those that can't.
   */
  const reach = (hopeless: ReadonlySet<string>): boolean[] => {
    const can: boolean[] = steps.map(() => false);
    for (const place of order) {
      const step = steps[place];
      if (step === undefined) continue;
      const rebuilt =
        GOING.has(step.kind) && coming.has(step.address) && !hopeless.has(step.address);
      can[place] =
        begun(place) ||
        (open(place) &&
          (rebuilt || ON_THE_WAY.has(step.kind)) &&
          (needs[place] ?? []).every((need) => can[need] === true));
    }
    return can;
  };
  const hopeless = new Set<string>();
  let can = reach(hopeless);
  for (let size = -1; size !== hopeless.size; can = reach(hopeless)) {
    size = hopeless.size;
    for (const [address, place] of coming) if (can[place] !== true) hopeless.add(address);
  }

  const finishers = new Set<number>();
  const finish = (place: number): void => {
    const from = [place];
    for (let at = from.pop(); at !== undefined; at = from.pop()) {
      if (!open(at) || finishers.has(at)) continue;
      finishers.add(at);
      from.push(...(needs[at] ?? []));
      // One more that goes has to come again.
      const step = steps[at];
      const again = step && GOING.has(step.kind) ? coming.get(step.address) : undefined;
      if (again !== undefined) from.push(again);
    }
  };
  for (const place of order) {
    const step = steps[place];
    if (step === undefined || can[place] !== true) continue;
    const { kind, address } = step;
    const changed = up.has(address) || stopped.has(address);
    if ((kind === 'vm-settings' || kind === 'vm-ready') && changed) finish(place);
    if (kind === 'vm-start' && stopped.has(address)) finish(place);
    const gone = COMING.has(kind) ? going.get(address) : undefined;
    if (gone !== undefined && begun(gone)) finish(place);
  }
  // Not while these are being found: a network may be one of them only for the sake of another.
  const made = new Set(
    [...coming.values()].filter((place) => begun(place) || finishers.has(place)),
  );
  for (const place of order) {
    if (
      steps[place]?.kind === 'vm-reattach' &&
      can[place] === true &&
      needs[place]?.some((need) => made.has(need))
    )
      finish(place);
  }
  return finishers;
}
