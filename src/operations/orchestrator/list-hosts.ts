import { identityOf, isSameHost, type OrchestratorHost } from '../../model/index.js';
import { withOrchestrator, type OrchestratorRequest } from './connect.js';

/** The object that `orchestrator hosts --json` prints. */
export interface FleetHosts {
  formatVersion: '1';
  fleet: string;
  project: string;
  /** `vm`: the VM of this fleet that the host is; null: none. */
  hosts: (OrchestratorHost & { vm: string | null })[];
  /** The names of the fleet's VMs that the orchestrator does not know. */
  unknown: string[];
}

/**
 * The project's hosts that are VMs of this fleet, in the fleet's order; with `all` the others
 * follow. A host of another machine with a VM's serial number is one of the others. Changes
 * nothing.
 */
export async function orchestratorHosts(
  request: OrchestratorRequest & { all: boolean },
): Promise<FleetHosts> {
  return withOrchestrator(request, async (orchestrator, fleet, project) => {
    const placeOf = (host: OrchestratorHost): number => {
      const place = fleet.vms.findIndex((vm) => {
        const { uuid, serialNumber, name } = identityOf(vm);
        if (uuid === host.uuid) return true;
        return serialNumber === host.serialNumber && isSameHost(host, { name, uuid });
      });
      return place === -1 ? Infinity : place;
    };
    // The orchestrator's own order is random when many were registered at the same time.
    const hosts = (await orchestrator.hosts(request.signal))
      .map((host) => ({ host, place: placeOf(host) }))
      .toSorted((a, b) => (a.place < b.place ? -1 : Number(a.place > b.place)))
      .map(({ host, place }) => ({ ...host, vm: fleet.vms[place]?.name ?? null }));
    const known = new Set(hosts.map(({ vm }) => vm));
    return {
      formatVersion: '1',
      fleet: fleet.name,
      project,
      hosts: hosts.filter(({ vm }) => request.all || vm !== null),
      unknown: fleet.vms.map(({ name }) => name).filter((name) => !known.has(name)),
    };
  });
}
