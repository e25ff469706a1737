import {
  PROVIDER,
  type Host,
  type HostState,
  type Plan,
  type PlanOptions,
  type Render,
  type ResolvedFleet,
  type SeenProvider,
} from '../model/index.js';
import { isSelected, makePlan } from '../plan/index.js';

export interface Look {
  render: Render;
  stop?: AbortSignal;
  /** Asks for the project's provider. Absent: it is not compared. */
  provider?: () => Promise<SeenProvider>;
}

/**
 * Looks at the host and plans. Where disks would be deleted, it first finds out what else stands on
 * them, which takes time with the number of the host's domains.
 */
export async function observeAndPlan(
  host: Host,
  fleet: ResolvedFleet,
  options: PlanOptions,
  { render, stop, provider }: Look,
): Promise<{ state: HostState; plan: Plan }> {
  const asks =
    options.mode === 'apply' &&
    fleet.orchestrator?.provider != null &&
    isSelected(options, PROVIDER);
  const [state, seen] = await Promise.all([
    host.observe(fleet, stop),
    (asks ? provider?.() : null) ?? null,
  ]);
  const plan = makePlan(fleet, state, options, render, seen);
  const deletes = plan.steps.some(({ kind }) => kind === 'vm-delete');
  if (!deletes) return { state, plan };
  const whole = { ...state, backing: await host.readBacking(state, stop) };
  return { state: whole, plan: makePlan(fleet, whole, options, render, seen) };
}
