import { VenError, type Orchestrator, type Plan, type ResolvedFleet } from '../../model/index.js';
import type { AskSecret } from '../provision/credentials.js';
import type { Request } from '../load.js';
import type { OneClient } from '../provision/one-client.js';
import { orchestratorOf } from './connect.js';

/**
 * The orchestrator, if the plan has steps that need it; else null. Rejects before anything is
 * changed: when its credentials can't be read, when it does not answer, and when the project does
 * not exist.
 */
export async function orchestratorFor(
  plan: Plan,
  fleet: ResolvedFleet,
  request: Request & { askSecret?: AskSecret | null; signal: AbortSignal },
  client: OneClient,
): Promise<Orchestrator | null> {
  const registers = plan.steps.some(
    ({ kind }) => kind === 'vm-register' || kind === 'provider-set',
  );
  if (!registers && !plan.steps.some(({ kind }) => kind === 'vm-unregister')) return null;
  // A plan that only removes hosts can do without the orchestrator.
  const without = registers
    ? undefined
    : 'To go on without the orchestrator: orchestrator.removeHosts: false';
  const orchestrator = await client.get(() =>
    orchestratorOf(fleet, { ...request, askSecret: request.askSecret ?? null }),
  );
  try {
    await client.checkProject(request.signal);
    return orchestrator;
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    const { code, summary, detail, hint } = error;
    throw new VenError(code, {
      summary,
      detail: [detail, 'Nothing was changed.'].filter(Boolean).join('\n'),
      hint: [hint, without].filter(Boolean).join(' '),
    });
  }
}
