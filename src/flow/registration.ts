import { VenError, type Plan, type ResolvedFleet } from '../model/index.js';
import type { OpenOrchestrator } from '../orchestrator/index.js';
import type { AskSecret } from './credentials.js';
import type { Request } from './load.js';
import { orchestratorOf } from './orchestrator.js';

/**
 * The orchestrator, for a plan with steps that ask it, null for any other. Rejects before anything is changed: when its credentials can't
 * be read, and when VMs are to be registered in a project that is not there. (To take them out of it again it is asked when they are gone,
 * so that no VM stays because of it.)
 */
export async function orchestratorFor(
  plan: Plan,
  fleet: ResolvedFleet,
  request: Request & { askSecret?: AskSecret | null; signal: AbortSignal },
): Promise<OpenOrchestrator | null> {
  const registers = plan.steps.some(({ kind }) => kind === 'vm-register');
  if (!registers && !plan.steps.some(({ kind }) => kind === 'vm-unregister')) return null;
  const orchestrator = await orchestratorOf(fleet, { ...request, askSecret: request.askSecret ?? null });
  if (!registers) return orchestrator;
  try {
    await orchestrator.checkProject(request.signal);
    return orchestrator;
  } catch (error) {
    await orchestrator.close();
    if (!(error instanceof VenError)) throw error;
    const { code, summary, detail, hint } = error;
    throw new VenError(code, { summary, detail: [detail, 'Nothing was changed.'].filter(Boolean).join('\n'), hint });
  }
}
