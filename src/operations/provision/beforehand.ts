import type { ResolvedFleet } from '../../model/index.js';
import type { Request } from '../load.js';
import { bootServerWarnings } from '../orchestrator/answers.js';

/**
 * What a person should know before the first change of a run that onboards nodes, a line each.
 * `apply --wait` says it with the plan, before its question; every such run as warnings of its own.
 */
export function beforehand(
  fleet: ResolvedFleet,
  request: Pick<Request, 'env' | 'ports'>,
): Promise<string[]> {
  return bootServerWarnings(fleet, request);
}
