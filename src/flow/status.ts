import type { ObservedDomain } from '../model/index.js';
import { loadFleetFile, type Request } from './load.js';
import { openHost } from './open.js';

/** The object that `status --json` prints. */
export interface FleetStatus {
  formatVersion: '1';
  fleet: string;
  host: string;
  vms: VmStatus[];
}

export interface VmStatus {
  name: string;
  domain: string;
  uuid: string;
  /** `missing`: there is no such domain, or it is not this fleet's. */
  power: ObservedDomain['power'] | 'missing';
  /** Made whole by an apply. */
  ready: boolean;
  /** IPv4 addresses from the DHCP leases of libvirt's networks. */
  addresses: string[];
  serialNumber: string;
  /** The log of the serial console, on the host; null while the VM is missing. */
  console: string | null;
  /** `127.0.0.1:5900`; null without VNC, or while the VM is off. */
  vnc: string | null;
  /** Where the node is on its way to ready; null: ven does not watch it. */
  stage: null;
}

/** Each VM of the fleet file as it stands on the host. Changes nothing and needs no lock. */
export async function status(request: Request): Promise<FleetStatus> {
  const fleet = loadFleetFile(request);
  const { host } = openHost(fleet, request.env);
  const state = await host.observe(fleet);
  const owned = new Map(state.domains.filter(({ mark }) => mark?.fleet === fleet.name).map((domain) => [domain.uuid, domain]));
  const running = fleet.vms.filter(({ uuid }) => owned.get(uuid)?.live);
  const leases = await host.readAddresses(running.map(({ uuid }) => uuid));
  return {
    formatVersion: '1',
    fleet: fleet.name,
    host: fleet.host.uri,
    vms: fleet.vms.map((vm) => {
      const domain = owned.get(vm.uuid);
      const graphics = domain?.live?.graphics;
      return {
        name: vm.name,
        domain: vm.domain,
        uuid: vm.uuid,
        power: domain?.power ?? 'missing',
        ready: domain?.mark?.ready ?? false,
        addresses: leases[vm.uuid] ?? [],
        serialNumber: vm.serialNumber,
        console: domain?.config.console.log ?? null,
        vnc: graphics && 'listen' in graphics && graphics.port > 0 ? `${graphics.listen}:${graphics.port}` : null,
        stage: null,
      };
    }),
  };
}
