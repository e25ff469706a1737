import type { ApplyPorts } from '../../apply/index.js';
import { createRender } from '../../libvirt/index.js';
import { VenError, type Host } from '../../model/index.js';
import { recordUpdater } from '../../onboarding/index.js';
import { checkHostsAreReady } from '../doctor.js';
import { openJournals } from '../journals.js';
import {
  eachHost,
  lockFleet,
  observeAndPlan,
  openFleet,
  type Planned,
  type PlanPart,
} from '../planned.js';
import { readTemplate } from '../templates.js';
import type { OpenPlace, Seen } from './place.js';

/** A libvirt host, or several. */
export const openHostPlace: OpenPlace = (fleet, request, readSecret) => {
  const hosts = openFleet(fleet, request, readSecret);
  return Promise.resolve({
    uri: fleet.host.uri,
    lock: async (asked) => {
      const { opened, release } = await lockFleet(hosts, asked);
      const place = {
        endLeftovers: async () => {
          await Promise.all(eachHost(opened).map((host) => host.endLeftovers()));
        },
        look: async (...[options, look]: Parameters<LookOf>) =>
          seen(await observeAndPlan(opened, options, { ...look, render: createRender() })),
      };
      return { place, release };
    },
  });
};

type LookOf = Awaited<ReturnType<Awaited<ReturnType<OpenPlace>>['lock']>>['place']['look'];

function seen(planned: Planned): Seen {
  const { plan, parts } = planned;
  return {
    plan,
    checkIsReady: (graceful) => checkHostsAreReady(parts, graceful),
    ports: () => portsOf(parts),
    openJournal: () => openJournals(parts),
    keepRecords: async () => {
      await fetchConsoles(planned);
      const keepers = parts.map(({ fleet, plan, host }) => recordUpdater(fleet, plan, host));
      return (event) => {
        for (const keep of keepers) keep(event);
      };
    },
    keepFolders: () => {
      keepVagrantFolders(planned);
    },
    tidy: async (purge) => {
      const each = await Promise.all(parts.map(({ host }) => tidyHost(host, purge)));
      if (each.includes('left')) return 'left';
      return each.includes('deleted') ? 'deleted' : undefined;
    },
  };
}

/** Steps of no host are done on the first. */
function portsOf(parts: readonly PlanPart[]): Pick<ApplyPorts, 'host' | 'fleet' | 'hosts'> {
  const [first] = parts;
  if (first === undefined) throw new RangeError('a plan with steps has a host');
  const { host, fleet, name } = first;
  if (name === null) return { host, fleet };
  return { host, fleet, hosts: new Map(parts.map((part) => [part.name ?? '', part])) };
}

/** So that the records know where a new boot begins in the logs. */
async function fetchConsoles({ parts }: Planned): Promise<void> {
  const fetch = async ({ host: { consoles }, fleet }: Planned['parts'][number]): Promise<void> => {
    if (fleet.orchestrator === null) return;
    try {
      await consoles.fetch(fleet.vms.map(({ domain }) => domain));
    } catch (error) {
      // Then they do not know it.
      if (!(error instanceof VenError)) throw error;
    }
  };
  await Promise.all(parts.map(fetch));
}

/** Which VMs there are, vagrant reads from libvirt itself. */
function keepVagrantFolders({ parts }: Planned): void {
  for (const { host: there, fleet } of parts) {
    const { name, host, vms } = fleet;
    if (!host.vagrantFolder) continue;
    const shutdownSeconds = Object.fromEntries(
      vms.map(({ domain, shutdownTimeoutSeconds }) => [domain, shutdownTimeoutSeconds]),
    );
    there.state.keepVagrantFolder({
      Vagrantfile: readTemplate('Vagrantfile.fleet'),
      'fleet.json': `${JSON.stringify({ uri: host.uri, fleet: name, shutdownSeconds }, null, 2)}\n`,
    });
  }
}

async function tidyHost(host: Host, purge: boolean): Promise<'deleted' | 'left' | undefined> {
  host.state.clear({ keepLogs: !purge });
  if (!purge) return host.state.files(['runs', 'logs']).length > 0 ? 'left' : undefined;
  await host.consoles.deleteLogs();
  return 'deleted';
}
