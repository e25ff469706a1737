import type { Address, Step } from '../model/index.js';

type Task<Each = Step> = Each extends Step
  ? Omit<Each, 'id' | 'address' | 'needs' | 'timeoutSeconds'>
  : never;

/** A step of a sequence. `needs`: what it waits for besides the step before it. */
export type Draft = Task & { name: string; timeoutSeconds: number; needs?: readonly string[] };

/**
 * Steps of one thing, each of which waits for the one before; the first for the last of `after`.
 */
export function inSequence(
  address: Address,
  drafts: readonly (Draft | null)[],
  after: readonly Step[] = [],
): Step[] {
  let previous = after.slice(-1).map(({ id }) => id);
  return drafts
    .filter((draft) => draft !== null)
    .map(({ name, timeoutSeconds, needs = [], ...task }) => {
      const id = `${address}:${name}`;
      const step: Step = { id, address, needs: [...needs, ...previous], timeoutSeconds, ...task };
      previous = [id];
      return step;
    });
}
