import { PROVIDER } from '../model/index.js';
import { loadFleetFile, type Request } from './load.js';
import { readProfile } from './provision/profile.js';

/** Every address of a fleet, for completion: `vm.edge-1`, `network.lab`. No host is asked. */
export function addresses(request: Request): string[] {
  const fleet = loadFleetFile(request);
  const things = [
    ...fleet.vms,
    ...fleet.networks.filter(({ kind, bootUrl }) => kind === 'own' || bootUrl !== null),
  ].map(({ address }) => address);
  return fleet.orchestrator?.provider ? [...things, PROVIDER] : things;
}

/** The stages that its nodes can be waited for, for completion; without onboarding none. */
export function stages(request: Request): string[] {
  const { orchestrator } = loadFleetFile(request);
  if (orchestrator === null) return [];
  const { onboarding } = orchestrator;
  const known = readProfile(orchestrator.profile, request).stages;
  return known
    .filter(({ flows }) => onboarding === 'none' || flows.includes(onboarding))
    .map(({ name }) => name);
}
