import { ConsoleFollower, lastStart, readNodeRecords, type KeptRecord } from '../host/index.js';
import { VenError, type FailureClass, type NodeOutcome, type NodeRecord, type ObservedDomain, type ResolvedFleet } from '../model/index.js';
import { NodeWatcher } from '../provision/index.js';
import { loadFleetFile, type Request } from './load.js';
import { openHost } from './open.js';
import { readProfile } from './profile.js';

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
  /** The stage that its node is in, or was in last, by what its console said since ven provision looked; null: not watched since it was started. */
  stage: string | null;
  /** When that was so, where the console can't be read: it may have gone on since. null: it is so now, or at its end. */
  stageAsOf: string | null;
  outcome: NodeOutcome | null;
  /** Why it failed; null: it has not. */
  failureClass: FailureClass | null;
}

/** Of about a MiB each: who says more than that is not followed by a look at the state. */
const MOST_LOOKS = 4;

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
        ...stageOf(kept[index], domain, { fleet, request }),
      };
    }),
  };
}

type Stage = Pick<VmStatus, 'stage' | 'stageAsOf' | 'outcome' | 'failureClass'>;
const UNKNOWN: Stage = { stage: null, stageAsOf: null, outcome: null, failureClass: null };

/** What a record says of a VM that was replaced or started again, or is off half-way, is no longer so. */
function stageOf(
  kept: KeptRecord | undefined,
  domain: ObservedDomain | undefined,
  { fleet, request }: { fleet: ResolvedFleet; request: Request },
): Stage {
  const record = kept?.record;
  if (!record || record.uuid !== domain?.uuid || record.visits.length === 0) return UNKNOWN;
  if (record.outcome !== 'under-way') return shown(record, null);
  const life = lastStart({ domain: domain.name });
  if (domain.live === null || (record.life !== undefined && life !== null && record.life !== life)) return UNKNOWN;
  const now = sinceThen(record, domain.name, fleet, request);
  return now ? shown(now, null) : shown(record, kept.writtenAt?.toISOString() ?? null);
}

function shown({ visits, outcome, failure }: Pick<NodeWatcher, 'visits' | 'outcome' | 'failure'>, stageAsOf: string | null): Stage {
  return { stage: failure?.stage ?? visits.at(-1)?.stage ?? null, stageAsOf, outcome, failureClass: failure?.class ?? null };
}

/** What the console says after the record; nothing is answered, and no time runs out. null: it can't be read. */
function sinceThen(record: NodeRecord, domain: string, fleet: ResolvedFleet, request: Request): NodeWatcher | null {
  if (!fleet.orchestrator || record.log === null) return null;
  let console: ConsoleFollower | null = null;
  try {
    const profile = readProfile(fleet.orchestrator.profile, request);
    if (!NodeWatcher.resumes(record.memory, profile, record.flow)) return null;
    // Nothing of what it said is shown.
    const watcher = new NodeWatcher(profile, record.flow, { secrets: [], startedAt: 0, memory: record.memory });
    console = new ConsoleFollower({ uri: fleet.host.uri, domain, from: record.log });
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const pieces = console.read();
      if (pieces.length === 0) return watcher;
      for (const { bytes } of pieces) watcher.take({ kind: 'console', at: Date.now(), bytes, late: true });
    }
    return null;
  } catch (error) {
    if (error instanceof VenError) return null;
    throw error;
  } finally {
    console?.close();
  }
}
