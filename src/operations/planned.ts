import type { Host, HostState, Plan, PlanOptions, Render, ResolvedFleet } from '../model/index.js';
import { makePlan } from '../plan/index.js';

/**
 * Looks at the host and plans. Where disks would be deleted, it first finds out what else stands on
 * them, which takes time with the number of the host's domains.
 */
export async function observeAndPlan(
  host: Host,
  fleet: ResolvedFleet,
  options: PlanOptions,
  { render, stop }: { render: Render; stop?: AbortSignal },
): Promise<{ state: HostState; plan: Plan }> {
  const state = await host.observe(fleet, stop);
  const plan = makePlan(fleet, state, options, render);
  const deletes = plan.steps.some(({ kind }) => kind === 'vm-delete');
  if (!deletes) return { state, plan };
  const whole = { ...state, backing: await host.readBacking(state, stop) };
  return { state: whole, plan: makePlan(fleet, whole, options, render) };
}
