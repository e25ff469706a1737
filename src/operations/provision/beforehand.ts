import type { ResolvedFleet } from '../../model/index.js';
import type { Request } from '../load.js';
import { bootServerWarnings } from '../orchestrator/answers.js';
import type { Goal } from './node-choice.js';
import { unseenEnd } from './os-login.js';

/**
 * What a person should know before the first change of a run that onboards nodes, a line each.
 * `apply --wait` says it with the plan, before its question; every such run as warnings of its own.
 */
export async function beforehand(
  fleet: ResolvedFleet,
  goal: Goal,
  request: Pick<Request, 'env' | 'ports'>,
): Promise<string[]> {
  const unseen = unseenEnd(fleet, goal, request);
  return [
    ...(await bootServerWarnings(fleet, request)),
    ...(unseen ? [`${unseen.message}. ${unseen.fix}`] : []),
  ];
}
