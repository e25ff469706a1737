/** The login to the system that a node has installed, and what can't be seen without it. */
import {
  VenError,
  isOfOsLogin,
  type Host,
  type HostFinding,
  type Plan,
  type ProfileStage,
  type ResolvedFleet,
} from '../../model/index.js';
import type { Request } from '../load.js';
import { whyNotAsked } from '../orchestrator/api.js';
import { leavesOpen, type Goal } from './node-choice.js';
import { readProfile } from './profile.js';

/** The first stage on the way to `until` in which ven may log in; null: none. */
export function osLoginStage({ profile, flow, until }: Goal): ProfileStage | null {
  const stages = profile.stages.filter(({ flows }) => flows.includes(flow));
  const before = stages.slice(
    0,
    stages.findIndex(({ name }) => name === until),
  );
  return before.find(({ answers }) => answers.some(isOfOsLogin)) ?? null;
}

/**
 * Why nodes can't be seen getting there: ven neither logs in to their system nor asks the
 * orchestrator. null: they can, by all that is known before they run.
 */
export function unseenEnd(
  { orchestrator }: ResolvedFleet,
  goal: Goal,
  request: Pick<Request, 'env'>,
): Pick<HostFinding, 'message' | 'fix'> | null {
  const stage = osLoginStage(goal);
  if (orchestrator === null || orchestrator.osCredentials !== null || stage === null) return null;
  const unasked = whyNotAsked(orchestrator, request);
  if (unasked === null) return null;
  const { profile, until } = goal;
  const end = profile.stages.find(({ name }) => name === until)?.title ?? until;
  const alternative = unasked.fix === '' ? '' : `, or ${unasked.fix}`;
  return {
    message:
      `A node that comes to the stage ${stage.title} can't be seen reaching ${end}: without ` +
      `\`orchestrator.osCredentials\` ven does not log in to its system, and ${unasked.why}`,
    fix: `Write \`orchestrator.osCredentials\`${alternative}`,
  };
}

/**
 * The same for a fleet whose nodes ven onboards, on their way to the last stage. A profile that
 * can't be read is another operation's business.
 */
export function unseenReady(
  fleet: ResolvedFleet,
  request: Request,
): Pick<HostFinding, 'message' | 'fix'> | null {
  const { orchestrator } = fleet;
  if (orchestrator === null || orchestrator.onboarding === 'none') return null;
  try {
    const profile = readProfile(orchestrator.profile, request);
    const until = profile.stages.at(-1)?.name ?? '';
    return unseenEnd(fleet, { profile, flow: orchestrator.onboarding, until }, request);
  } catch (error) {
    if (error instanceof VenError) return null;
    throw error;
  }
}

/** `plan`, and what can't be seen of the nodes that it leaves to be watched. */
export function withUnseen(
  plan: Plan,
  unseen: Pick<HostFinding, 'message' | 'fix'> | null,
  parts: readonly { plan: Plan; fleet: ResolvedFleet; host: Host }[],
): Plan {
  const isLeft = parts.some(({ plan, fleet: { vms }, host }) => {
    const watched = vms.filter(({ power }) => power === 'running');
    return watched.length > 0 && leavesOpen(watched, host, plan);
  });
  if (unseen === null || !isLeft) return plan;
  return { ...plan, warnings: [...plan.warnings, `${unseen.message}. ${unseen.fix}`] };
}
