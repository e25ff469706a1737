import { VenError, type Step } from '../model/index.js';

/** A plan's steps as a graph; a step is named by its place in the plan. */
export interface StepGraph {
  steps: readonly Step[];
  /** For each step, the steps that it needs, without repetition. */
  needs: readonly (readonly number[])[];
  /** For each step, the steps that need it, in plan order. */
  dependents: readonly (readonly number[])[];
  /** All steps, each after what it needs. */
  order: readonly number[];
  /**
   * The steps, other than `vm-up` themselves, that some `vm-up` waits for without another `vm-up`
   * between them.
   */
  leadsToUp: readonly boolean[];
}

/**
 * O(steps + needs). Throws `stale-plan`: an id repeats, a need does not exist, or there is a
 * circle.
 */
export function graphOf(steps: readonly Step[]): StepGraph {
  const placeOf = new Map<string, number>();
  steps.forEach((step, place) => {
    if (placeOf.has(step.id)) throw unusable(`two steps are called ${step.id}`, step);
    placeOf.set(step.id, place);
  });

  const dependents: number[][] = steps.map(() => []);
  const needs = steps.map((step, place) =>
    [...new Set(step.needs)].map((id) => {
      const need = placeOf.get(id);
      if (need === undefined) throw unusable(`${step.id} needs ${id}, which is not in it`, step);
      dependents[need]?.push(place);
      return need;
    }),
  );

  const order = orderOf(steps, needs, dependents);
  const leadsToUp = steps.map(() => false);
  for (const place of order.toReversed()) {
    if (steps[place]?.kind === 'vm-up') continue;
    leadsToUp[place] =
      dependents[place]?.some((next) => steps[next]?.kind === 'vm-up' || leadsToUp[next]) ?? false;
  }
  return { steps, needs, dependents, order, leadsToUp };
}

function orderOf(
  steps: readonly Step[],
  needs: readonly (readonly number[])[],
  dependents: readonly (readonly number[])[],
): number[] {
  const open = needs.map((list) => list.length);
  const order = open.flatMap((count, place) => (count === 0 ? [place] : []));
  // Grows while it is read: each step is added when the last thing it needs has been.
  for (const place of order) {
    for (const next of dependents[place] ?? []) {
      open[next] = (open[next] ?? 0) - 1;
      if (open[next] === 0) order.push(next);
    }
  }
  if (order.length < steps.length) {
    const stuck = steps.find((_, place) => (open[place] ?? 0) > 0);
    throw unusable(`${stuck?.id ?? 'a step'} waits for itself in a circle`, stuck);
  }
  return order;
}

function unusable(what: string, step: Step | undefined): VenError {
  return new VenError('stale-plan', {
    summary: `This plan can't be run: ${what}`,
    where: step?.address,
    hint:
      'Make the plan again with `ven plan --out FILE`; ' +
      'if it says the same, that is a bug in ven.',
  });
}
