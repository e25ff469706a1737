import { hostFindings } from '../host/index.js';
import { VenError, type HostFinding, type Plan, type ResolvedFleet } from '../model/index.js';
import type { Request } from './load.js';
import { loadFleetFile } from './load.js';

/** Is this host ready for the fleet, and what to type where it is not. Never rejects for what it finds. Takes a few seconds: it tries KVM. */
export async function doctor(request: Request): Promise<HostFinding[]> {
  return hostFindings(loadFleetFile(request), { env: request.env, probe: true, vagrant: true });
}

/** The part of `doctor` that an apply needs, the quick checks only. Rejects with `host-not-ready`, all findings at once. */
export async function checkHostIsReady(fleet: ResolvedFleet, plan: Plan, env: Request['env']): Promise<void> {
  const vagrant = plan.steps.some(({ kind }) => kind === 'vm-up');
  const missing = (await hostFindings(fleet, { env, probe: false, vagrant })).filter(({ level }) => level === 'missing');
  if (missing.length === 0) return;
  throw new VenError('host-not-ready', {
    summary: `The host is not ready: ${missing.length === 1 ? 'one thing is' : `${missing.length} things are`} missing. Nothing was changed.`,
    detail: missing.map(({ message, fix }) => `${message}\n  ${fix}`).join('\n'),
    hint: 'ven doctor shows all checks',
  });
}
