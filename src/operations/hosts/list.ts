import { roomOf } from '../../placement/index.js';
import type {
  FleetHostList,
  HostOfFleet,
  ListedHost,
  ResolvedFleet,
  SeenHost,
} from '../../model/index.js';
import { loadOnHosts, type Request } from '../load.js';
import { openHost } from '../open.js';
import { openHosts, type OpenHost } from './open.js';
import { surveyHosts } from './survey.js';

/** Each host of the fleet: whether it answers, what it has, and what is on it. Changes nothing. */
export async function hosts(
  request: Request & { signal?: AbortSignal | undefined },
): Promise<FleetHostList> {
  const fleet = loadOnHosts(request);
  const several = fleet.hosts !== undefined;
  const opened = several ? openHosts(fleet, request) : [onlyHost(fleet, request)];
  const seen = await surveyHosts(opened, fleet, request.signal);
  const listed = opened.map(({ name, settings }) =>
    shown(
      fleet,
      settings,
      seen.find((each) => each.name === name),
    ),
  );
  return {
    formatVersion: '1',
    fleet: fleet.name,
    hosts: several ? listed : listed.map((each) => ({ ...each, name: null })),
  };
}

/** Without limits of its own: VMs may have what it has. */
function onlyHost(fleet: ResolvedFleet, request: Request): OpenHost {
  const free = { cpus: 1, memory: 1, disk: 1 };
  const reserve = { cpus: 0, memoryKiB: 0 };
  const settings = { ...fleet.host, name: '', labels: {}, reserve, overcommit: free };
  return { name: '', settings, host: openHost(fleet, request), share: () => fleet };
}

function shown(
  { vms }: ResolvedFleet,
  settings: HostOfFleet,
  seen: SeenHost | undefined,
): ListedHost {
  const { name, uri } = settings;
  const survey = seen?.survey;
  if (!survey) {
    const because = seen?.away?.summary ?? 'it does not answer';
    return { name, uri, state: 'away', because };
  }
  const byUuid = new Map(vms.map((vm) => [vm.uuid, vm.name]));
  const { total, left } = roomOf(settings, survey, new Set(byUuid.keys()));
  const pool = survey.pools.find((each) => each.name === settings.storagePool);
  const ours = survey.domains.flatMap(({ uuid }) => byUuid.get(uuid) ?? []);
  return {
    ...{ name, uri, state: 'reached' },
    libvirt: survey.libvirt,
    kvm: survey.kvm,
    cpus: { total: survey.cpus, limit: total.cpus, given: total.cpus - left.cpus },
    memory: {
      total: survey.memoryKiB,
      limit: total.memoryKiB,
      given: total.memoryKiB - left.memoryKiB,
    },
    pool: pool
      ? {
          ...{ name: pool.name, active: pool.active },
          ...{ available: pool.availableBytes, capacity: pool.capacityBytes },
        }
      : null,
    vms: ours.toSorted(new Intl.Collator('en', { numeric: true }).compare),
    others: survey.domains.length - ours.length,
  };
}
