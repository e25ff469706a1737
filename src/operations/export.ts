import {
  bmcUrl,
  isLoopback,
  isOwnedBy,
  isWildcard,
  redfishSystem,
  sshMachine,
  VenError,
  type ExportedBmc,
  type ExportedVm,
  type FleetExport,
  type ReadSecret,
  type ResolvedFleet,
  type ResolvedVm,
} from '../model/index.js';
import { lookAt } from './hosts/look.js';
import { loadOnHosts, secretReader, type Request } from './load.js';
import { openFleet } from './planned.js';

export interface ExportRequest extends Request {
  /** Ask the host for the VMs' addresses. Else they are those of the fleet file. */
  addresses: boolean;
  /** `all`: at least one VM must have a BMC. */
  bmcs: 'none' | 'some' | 'all';
  /** By what name or address clients reach the BMCs; absent: that which they listen on. */
  bmcHost?: string | undefined;
  /** Read the credentials of the BMCs. */
  secrets: boolean;
}

/**
 * The fleet as other tools take it. Changes nothing and needs no lock; with `addresses` it asks the
 * host. Rejects with `usage` where the fleet file does not say enough of the BMCs.
 */
export async function exportFleet(request: ExportRequest): Promise<FleetExport> {
  const fleet = loadOnHosts(request);
  const { bmcs } = request;
  if (bmcs === 'all' && fleet.vms.every(({ bmc }) => !bmc))
    throw new VenError('usage', {
      summary: 'No VM of the fleet has a BMC, and this format is about these',
      hint: 'Write bmc: { type: redfish, … } in the defaults of the fleet file',
    });
  const seen = request.addresses ? await observed(fleet, request) : null;
  const readSecret = request.secrets ? secretReader(request) : null;
  return {
    fleet,
    jump: fleet.hosts === undefined ? sshMachine(fleet.host.uri) : null,
    vms: fleet.vms.map((vm): ExportedVm => {
      const fixed = vm.nics.flatMap(({ ip }) => ip ?? []);
      const { power, leases } = seen?.get(vm.uuid) ?? { power: 'missing', leases: [] };
      return {
        vm,
        power: seen === null ? null : power,
        addresses: [...new Set([...leases, ...fixed])],
        bmc: bmcs === 'none' ? null : bmcOf(vm, request.bmcHost, readSecret),
      };
    }),
  };
}

type Seen = Pick<ExportedVm, 'power'> & { leases: string[] };

async function observed(
  fleet: ResolvedFleet,
  request: ExportRequest,
): Promise<ReadonlyMap<string, Seen>> {
  const { parts } = await lookAt(openFleet(fleet, request));
  const seen = await Promise.all(
    parts.map(async ({ fleet: share, host, state }) => {
      const owned = state.domains.filter((domain) => isOwnedBy(share, domain));
      const running = owned.filter(({ live }) => live !== null);
      const leases = await host.readAddresses(running.map(({ uuid }) => uuid));
      return owned.map(({ uuid, power }) => [uuid, { power, leases: leases[uuid] ?? [] }] as const);
    }),
  );
  return new Map(seen.flat());
}

function bmcOf(
  { address, name, bmc }: ResolvedVm,
  host: string | undefined,
  readSecret: ReadSecret | null,
): ExportedBmc | null {
  if (!bmc) return null;
  if (host === undefined && isWildcard(bmc.listen))
    throw new VenError('usage', {
      where: address,
      summary: `its BMC listens on all addresses (${bmc.listen}), so none is known to reach it by`,
      hint: 'Name one with --bmc-host',
    });
  const { username, password } = bmc.credentials;
  return {
    url: bmcUrl(bmc, host),
    port: bmc.port,
    system: redfishSystem(name),
    systemName: name,
    isLoopback: host === undefined && isLoopback(bmc.listen),
    isOwnCertificate: bmc.tls,
    credentials: readSecret && { username: readSecret(username), password: readSecret(password) },
  };
}
