import { readNodeRecords } from '../host/index.js';
import type { FailureClass, NodeOutcome, NodeRecord, ObservedDomain } from '../model/index.js';
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
  /** The stage that its node is in, or was in last, as ven provision saw it; null: it has not been watched since it was started. */
  stage: string | null;
  outcome: NodeOutcome | null;
  /** Why it failed; null: it has not. */
  failureClass: FailureClass | null;
}

/** Each VM of the fleet file as it stands on the host. Changes nothing and needs no lock. */
export async function status(request: Request): Promise<FleetStatus> {
  const fleet = loadFleetFile(request);
  const { host, workDir } = openHost(fleet, request.env);
  const kept = readNodeRecords(
    workDir,
    fleet.vms.map(({ name }) => name),
  );
  const state = await host.observe(fleet);
  const owned = new Map(state.domains.filter(({ mark }) => mark?.fleet === fleet.name).map((domain) => [domain.uuid, domain]));
  const running = fleet.vms.filter(({ uuid }) => owned.get(uuid)?.live);
  const leases = await host.readAddresses(running.map(({ uuid }) => uuid));
  return {
    formatVersion: '1',
    fleet: fleet.name,
    host: fleet.host.uri,
    vms: fleet.vms.map((vm, index) => {
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
        ...stageOf(kept[index]?.record ?? null, domain),
      };
    }),
  };
}

/** What a record says of a VM that was replaced, or is off half-way, is no longer so. */
function stageOf(record: NodeRecord | null, domain: ObservedDomain | undefined): Pick<VmStatus, 'stage' | 'outcome' | 'failureClass'> {
  const visit = record?.visits.at(-1);
  const now = domain !== undefined && record?.uuid === domain.uuid && (record.outcome !== 'under-way' || domain.live !== null);
  if (record === null || visit === undefined || !now) return { stage: null, outcome: null, failureClass: null };
  return { stage: record.failure?.stage ?? visit.stage, outcome: record.outcome, failureClass: record.failure?.class ?? null };
}
