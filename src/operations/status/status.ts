import {
  bmcUrl,
  hostOfVm,
  identityOf,
  isOwnedBy,
  redfishSystem,
  type ObservedDomain,
  type Owned,
} from '../../model/index.js';
import { unfinishedNetworks, unfinishedNotices } from '../../plan/index.js';
import { HostsQuery } from '../orchestrator/hosts.js';
import { knownVms, leftDomains } from '../find-vm.js';
import { loadOnHost, wordsOf, type Request } from '../load.js';
import { incarnationOf, isOfIncarnation } from '../provision/incarnation.js';
import { openHost } from '../open.js';
import { StageQuery, UNKNOWN, type StageStatus } from './stages.js';

/** The object that `status --json` prints. */
export interface FleetStatus {
  formatVersion: '1';
  fleet: string;
  host: string;
  /**
   * null: there is no query: the fleet has no orchestrator, or onboards no nodes, or there are no
   * credentials for it in the environment or in files.
   */
  orchestrator: {
    project: string;
    /**
     * The time of its last answer, ISO 8601, if it did not answer since; null: now (there is at
     * most one query in ten seconds), or never.
     */
    asOf: string | null;
    /** Why it does not answer, one line; null: it does. */
    warning: string | null;
  } | null;
  /** What is wrong beside the fleet's VMs, and what ends it; one line each. */
  warnings: string[];
  vms: VmStatus[];
}

export interface VmStatus extends StageStatus {
  name: string;
  domain: string;
  uuid: string;
  /** `missing`: there is no such domain, or it is not this fleet's. */
  power: ObservedDomain['power'] | 'missing';
  /** An apply has completed it. */
  ready: boolean;
  /** IPv4 addresses from the DHCP leases of libvirt's networks. */
  addresses: string[];
  serialNumber: string;
  /** The log of the serial console, on the host; null while the VM is missing. */
  console: string | null;
  /** `127.0.0.1:5900`; null without VNC, or while the VM is off. */
  vnc: string | null;
  /**
   * Its System in the service of its BMC, whether that is served or not; null: it has none.
   */
  bmc: string | null;
  /**
   * The host with its serial number; its statuses may be empty. null: there is none, or it is
   * another machine's, or there is no query.
   */
  orchestrator: { id: string; hostStatus: string; provisioningStatus: string } | null;
}

export interface StatusRequest extends Request {
  /** Names or addresses; none: all. */
  vms?: readonly string[];
}

/**
 * The state of each VM of the fleet file, or of some. Changes nothing, stores nothing, and needs no
 * lock. Made for repeated queries: earlier output is not read again, and the orchestrator is not
 * queried too often.
 */
export function openStatus(request: StatusRequest): {
  again: () => Promise<FleetStatus>;
  close: () => Promise<void>;
} {
  const stages = new StageQuery(request);
  const orchestrator = new HostsQuery(request);
  return {
    again: () => statusNow(request, stages, orchestrator),
    close: async () => {
      stages.close();
      await orchestrator.close();
    },
  };
}

async function statusNow(
  request: StatusRequest,
  stages: StageQuery,
  orchestrator: HostsQuery,
): Promise<FleetStatus> {
  const fleet = loadOnHost(request);
  const { vms = [] } = request;
  const named = await knownVms(fleet, vms, request);
  const shown = new Set((vms.length === 0 ? fleet.vms : named).map(({ uuid }) => uuid));
  const host = openHost(fleet, request);
  const [asked, state] = await Promise.all([orchestrator.ask(fleet), host.observe(fleet)]);
  const owned = new Map(
    state.domains
      .filter((domain) => isOwnedBy(fleet, domain))
      .map((domain) => [domain.uuid, domain]),
  );
  const left = leftDomains(fleet, state);
  const leftShown = left.filter(({ uuid }) => shown.has(uuid));
  const running = [...fleet.vms, ...leftShown].filter(({ uuid }) => owned.get(uuid)?.live);
  const leases = await host.readAddresses(running.map(({ uuid }) => uuid));
  const records = host.state.records.read(fleet.vms.map(({ name }) => name));
  stages.begin();
  const ofFile = fleet.vms.flatMap((vm, index): VmStatus[] => {
    if (!shown.has(vm.uuid)) return [];
    const domain = owned.get(vm.uuid);
    const known = hostOfVm(asked?.hosts ?? [], identityOf(vm));
    const read = records[index];
    const none = { vm: vm.name, record: null, writtenAt: null, damage: null };
    const record =
      read?.record && isOfIncarnation(read.record, incarnationOf(vm, state, host)) ? read : none;
    const status = {
      ...ofDomain(vm, domain, leases),
      serialNumber: vm.serialNumber,
      bmc: vm.bmc ? `${bmcUrl(vm.bmc)}${redfishSystem(vm.name)}` : null,
      ...stages.stageOf(record, domain, known, { fleet, host }),
      orchestrator: known && {
        id: known.id,
        hostStatus: known.hostStatus,
        provisioningStatus: known.instance?.provisioningStatus ?? '',
      },
    };
    return [status];
  });
  return {
    formatVersion: '1',
    fleet: fleet.name,
    host: fleet.host.uri,
    orchestrator: asked && { project: asked.project, asOf: asked.asOf, warning: asked.warning },
    warnings: [
      ...unfinishedNotices(fleet, unfinishedNetworks(state).values()).map(
        ({ message, fix }) => `${message}. ${fix}`,
      ),
      ...leftNotices(vms.length === 0 ? left : leftShown, request),
    ],
    vms: [...ofFile, ...leftShown.map((domain) => ofLeft(domain, leases))],
  };
}

type OfDomain = Omit<VmStatus, 'serialNumber' | 'bmc' | 'orchestrator' | keyof StageStatus>;

/** What the host alone knows of it. */
function ofDomain(
  { name, domain, uuid }: Pick<VmStatus, 'name' | 'domain' | 'uuid'>,
  found: ObservedDomain | undefined,
  leases: Readonly<Record<string, string[]>>,
): OfDomain {
  const graphics = found?.live?.graphics;
  return {
    ...{ name, domain, uuid },
    power: found?.power ?? 'missing',
    ready: found?.mark?.ready ?? false,
    addresses: leases[uuid] ?? [],
    console: found?.config.console.log ?? null,
    vnc:
      graphics && 'listen' in graphics && graphics.port > 0
        ? `${graphics.listen}:${graphics.port}`
        : null,
  };
}

/** Of a VM that has left the file. */
function ofLeft(
  found: Owned<ObservedDomain>,
  leases: Readonly<Record<string, string[]>>,
): VmStatus {
  const { name: domain, uuid, mark, config } = found;
  return {
    ...ofDomain({ name: mark.vm, domain, uuid }, found, leases),
    serialNumber: config.serialNumber ?? '',
    ...UNKNOWN,
    ...{ bmc: null, orchestrator: null },
  };
}

function leftNotices(left: readonly ObservedDomain[], request: Request): string[] {
  if (left.length === 0) return [];
  const named = left.map(({ mark, power }) => `vm.${mark?.vm} (${power})`).join(', ');
  const them = left.length === 1 ? 'it' : 'them';
  return [
    `Of the fleet, but no longer in its file: ${named}. ` +
      `ven apply ${wordsOf(request)} deletes ${them}`,
  ];
}
