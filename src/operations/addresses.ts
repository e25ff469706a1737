import { loadFleetFile, type Request } from './load.js';

/** Every address of a fleet, for completion: `vm.edge-1`, `network.lab`. No host is asked. */
export function addresses(request: Request): string[] {
  const fleet = loadFleetFile(request);
  return [
    ...fleet.vms,
    ...fleet.networks.filter(({ kind, bootUrl }) => kind === 'own' || bootUrl !== null),
  ].map(({ address }) => address);
}
