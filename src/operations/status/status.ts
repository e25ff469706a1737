import {
  bmcUrl,
  hostOfVm,
  identityOf,
  isOwnedBy,
  isProtected,
  redfishSystem,
  type ObservedDomain,
  type OrchestratorHost,
  type Owned,
  type PlannedHost,
  type ResolvedVm,
} from '../../model/index.js';
import { unfinishedNetworks, unfinishedNotices } from '../../plan/index.js';
import { HostsQuery } from '../orchestrator/hosts.js';
import { knownVms, leftDomains, namedAmong } from '../find-vm.js';
import { lookAt, type LookPart } from '../hosts/look.js';
import { loadOnHosts, type Request } from '../load.js';
import { openFleet } from '../planned.js';
import { incarnationOf, isOfIncarnation } from '../provision/incarnation.js';
import { leftNotices, type LeftVm } from './left-notice.js';
import { StageQuery, UNKNOWN, type StageStatus } from './stages.js';

/** The object that `status --json` prints. */
export interface FleetStatus {
  formatVersion: '1';
  fleet: string;
  host: string;
  /** Of a fleet on several. */
  hosts?: PlannedHost[];
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
  /** The name of its host, in a fleet on several; of `unknown` those that may have it. */
  host?: string;
  /**
   * `missing`: there is no such domain, or it is not this fleet's. `unknown`: a host that may have
   * it is away.
   */
  power: ObservedDomain['power'] | 'missing' | 'unknown';
  /** It is off, and its memory is saved: it goes on from there when it is started. */
  saved?: true;
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
  const fleet = loadOnHosts(request);
  const { vms = [] } = request;
  const one = fleet.hosts === undefined ? await knownVms(fleet, vms, request) : null;
  const opened = openFleet(fleet, request);
  const [asked, look] = await Promise.all([orchestrator.ask(fleet), lookAt(opened)]);
  const lefts = look.parts.flatMap(({ fleet, state }) => leftDomains(fleet, state));
  const named = one ?? vms.map((word) => namedAmong(fleet, lefts, word, request.file));
  const shown = new Set((vms.length === 0 ? fleet.vms : named).map(({ uuid }) => uuid));
  const seen = await Promise.all(
    look.parts.map((part) => statusOfPart(part, { stages, shown, asked: asked?.hosts ?? [] })),
  );
  const there = new Set(seen.flatMap(({ ofFile }) => ofFile.map(({ uuid }) => uuid)));
  const nowhere = fleet.vms
    .filter(({ uuid }) => shown.has(uuid) && !there.has(uuid))
    .map((vm) => ofNone(vm, look.unknown.get(vm.address)));
  const places = new Map(fleet.vms.map(({ uuid }, place) => [uuid, place]));
  const place = ({ uuid }: VmStatus): number => places.get(uuid) ?? places.size;
  const leftShown = vms.length === 0 ? lefts : lefts.filter(({ uuid }) => shown.has(uuid));
  return {
    formatVersion: '1',
    fleet: fleet.name,
    host: fleet.host.uri,
    ...(fleet.hosts && { hosts: look.hosts }),
    orchestrator: asked && { project: asked.project, asOf: asked.asOf, warning: asked.warning },
    warnings: [
      ...look.hosts.flatMap(({ name, because }) =>
        because === undefined ? [] : [`host ${name} is away: ${because}`],
      ),
      ...seen.flatMap(({ warnings }) => warnings),
      ...leftNotices(leftShown.map(leftVm), request),
    ],
    vms: [
      ...[...seen.flatMap(({ ofFile }) => ofFile), ...nowhere].sort((a, b) => place(a) - place(b)),
      ...seen.flatMap(({ left }) => left),
    ],
  };
}

/** What one host says. */
async function statusOfPart(
  { name, host, fleet, state }: LookPart,
  {
    stages,
    shown,
    asked,
  }: { stages: StageQuery; shown: ReadonlySet<string>; asked: readonly OrchestratorHost[] },
): Promise<{ ofFile: VmStatus[]; left: VmStatus[]; warnings: string[] }> {
  const on = name === null ? {} : { host: name };
  const owned = new Map(
    state.domains
      .filter((domain) => isOwnedBy(fleet, domain))
      .map((domain) => [domain.uuid, domain]),
  );
  const left = leftDomains(fleet, state).filter(({ uuid }) => shown.has(uuid));
  const running = [...fleet.vms, ...left].filter(({ uuid }) => owned.get(uuid)?.live);
  const leases = await host.readAddresses(running.map(({ uuid }) => uuid));
  const records = host.state.records.read(fleet.vms.map(({ name }) => name));
  await stages.begin(
    host,
    fleet.vms.filter((_, index) => records[index]?.record),
  );
  const ofFile = fleet.vms.flatMap((vm, index): VmStatus[] => {
    if (!shown.has(vm.uuid)) return [];
    const domain = owned.get(vm.uuid);
    const known = hostOfVm(asked, identityOf(vm));
    const read = records[index];
    const none = { vm: vm.name, record: null, writtenAt: null, damage: null };
    const record =
      read?.record && isOfIncarnation(read.record, incarnationOf(vm, state, host)) ? read : none;
    const status = {
      ...ofDomain(vm, domain, leases),
      ...on,
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
    ofFile,
    left: left.map((domain) => ({ ...ofLeft(domain, leases), ...on })),
    warnings: unfinishedNotices(fleet, unfinishedNetworks(state).values()).map(
      ({ message, fix }) => `${name === null ? '' : `on ${name}: `}${message}. ${fix}`,
    ),
  };
}

/** Of a VM that no host has which answers. `perhaps`: those that may have it. */
function ofNone(vm: ResolvedVm, perhaps: readonly string[] | undefined): VmStatus {
  return {
    ...ofDomain(vm, undefined, {}),
    ...(perhaps && { power: 'unknown', host: perhaps.join(', ') }),
    serialNumber: vm.serialNumber,
    bmc: null,
    ...UNKNOWN,
    orchestrator: null,
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
    ...(found?.saved && { saved: true as const }),
    ready: found?.mark?.ready ?? false,
    addresses: leases[uuid] ?? [],
    console: found?.config.console.log ?? null,
    vnc:
      graphics && 'listen' in graphics && graphics.port > 0
        ? `${graphics.listen}:${graphics.port}`
        : null,
  };
}

function leftVm({ mark, power }: Owned<ObservedDomain>): LeftVm {
  return { name: mark.vm, power, isProtected: isProtected(undefined, mark) };
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
