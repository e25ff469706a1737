import { VenError, type Orchestrator, type Plan, type ResolvedFleet } from '../../model/index.js';
import type { AskSecret } from '../provision/credentials.js';
import type { Request } from '../load.js';
import type { OneClient } from '../provision/one-client.js';
import { orchestratorOf } from './orchestrator.js';

/**
 * The orchestrator, for a plan with steps that ask it, null for any other. Rejects before anything
 * is changed: when its credentials can't be read, when it does not answer, and when the project is
 * not there.
 */
export async function orchestratorFor(
  plan: Plan,
  fleet: ResolvedFleet,
  request: Request & { askSecret?: AskSecret | null; signal: AbortSignal },
  client: OneClient,
): Promise<Orchestrator | null> {
  const registers = plan.steps.some(({ kind }) => kind === 'vm-register');
  if (!registers && !plan.steps.some(({ kind }) => kind === 'vm-unregister')) return null;
  // What only takes hosts out can be had without it.
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
