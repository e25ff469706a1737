/**
 * The whole host in three virsh processes: what there is; the definitions of it all, parsed while virsh still reads; and
 * beside these, the volumes. What vanishes in between is just not there.
 */
import type {
  HostState,
  ObservedDomain,
  ObservedNetwork,
  ObservedPool,
  ObservedVolume,
  Power,
  ResolvedFleet,
  VolumeRef,
} from '../model/index.js';
import { parseXml, type XmlElement } from '../xml/index.js';
import { domainFacts, domainName, domainUuid } from './domain-facts.js';
import { isLocal, isMissing, localBridgePorts, localRoutes } from './local.js';
import { domainMark } from './marks.js';
import { networkFacts } from './network-facts.js';
import { poolFacts, volumeFacts } from './storage-facts.js';
import type { Command, Virsh } from './virsh.js';

/** A host of thousands of domains, far away. */
const TIMEOUT_SECONDS = 300;

const LISTS = {
  domains: ['list', '--all', '--uuid'],
  running: ['list', '--uuid', '--state-running'],
  paused: ['list', '--uuid', '--state-paused'],
  other: ['list', '--uuid', '--all', '--state-other'],
  autostart: ['list', '--all', '--uuid', '--autostart'],
  persistent: ['list', '--all', '--uuid', '--persistent'],
  networks: ['net-list', '--all', '--uuid'],
  activeNetworks: ['net-list', '--uuid'],
  autostartNetworks: ['net-list', '--all', '--uuid', '--autostart'],
  persistentNetworks: ['net-list', '--all', '--uuid', '--persistent'],
  pools: ['pool-list', '--all', '--uuid'],
  activePools: ['pool-list', '--uuid'],
  activePoolNames: ['pool-list', '--name'],
  autostartPools: ['pool-list', '--all', '--uuid', '--autostart'],
} as const satisfies Record<string, Command>;

type Lists = Record<keyof typeof LISTS, Set<string>>;

/** A command, and what to do with what it prints. Nothing is printed for what has vanished. */
interface Question {
  command: Command;
  hear: (text: string) => void;
}

export async function observe(virsh: Virsh, fleet: ResolvedFleet, now: () => Date): Promise<HostState> {
  const observedAt = now().toISOString();
  const lists = await readLists(virsh);

  const domains: ObservedDomain[] = [];
  const networks: ObservedNetwork[] = [];
  const pools: ObservedPool[] = [];
  const questions: Question[] = [];

  for (const uuid of lists.pools) {
    questions.push({
      command: ['pool-dumpxml', uuid],
      hear: (text) =>
        pools.push({ ...poolFacts(parseXml(text)), active: lists.activePools.has(uuid), autostart: lists.autostartPools.has(uuid) }),
    });
  }
  for (const uuid of lists.networks) {
    const persistent = lists.persistentNetworks.has(uuid);
    questions.push({
      command: ['net-dumpxml', uuid, ...(persistent ? ['--inactive'] : [])],
      hear: (text) =>
        networks.push({
          ...networkFacts(parseXml(text)),
          active: lists.activeNetworks.has(uuid),
          autostart: lists.autostartNetworks.has(uuid),
          persistent,
        }),
    });
  }
  const local = isLocal(virsh.uri);
  for (const uuid of lists.domains) questions.push(...domainQuestions(uuid, lists, local, (domain) => domains.push(domain)));

  const wanted = uniqueVolumes(fleet.vms.flatMap(({ disks }) => disks));
  const [, wantedVolumes] = await Promise.all([askAll(virsh, questions), readVolumes(virsh, wanted, lists.activePoolNames)]);

  // Disks that the file does not name (any more): of VMs that are to go, or of disks that were taken out.
  const known = new Set(wanted.map(keyOf));
  const others = uniqueVolumes(domains.flatMap(({ mark }) => (mark?.fleet === fleet.name ? mark.volumes : []))).filter(
    (ref) => !known.has(keyOf(ref)),
  );
  const otherVolumes = await readVolumes(virsh, others, lists.activePoolNames);

  return {
    uri: virsh.uri,
    observedAt,
    domains: byName(domains),
    networks: byName(networks),
    pools: byName(pools),
    volumes: [...wantedVolumes, ...otherVolumes].sort((a, b) => compare(keyOf(a), keyOf(b))),
    routes: local ? localRoutes() : [],
    bridgePorts: local ? localBridgePorts() : null,
  };
}

async function readLists(virsh: Virsh): Promise<Lists> {
  const keys = Object.keys(LISTS) as (keyof typeof LISTS)[];
  const texts = await virsh.must(
    keys.map((key) => LISTS[key]),
    [],
    { timeoutSeconds: TIMEOUT_SECONDS },
  );
  const lines = (text: string | undefined): Set<string> =>
    new Set(
      (text ?? '')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    );
  return Object.fromEntries(keys.map((key, index) => [key, lines(texts[index])])) as Lists;
}

/** A running domain has two definitions: what runs, and what the next start will use. */
function domainQuestions(uuid: string, lists: Lists, local: boolean, found: (domain: ObservedDomain) => void): Question[] {
  const active = lists.running.has(uuid) || lists.paused.has(uuid) || lists.other.has(uuid);
  const persistent = lists.persistent.has(uuid);
  let power: Power = lists.running.has(uuid) ? 'running' : lists.paused.has(uuid) ? 'paused' : 'off';
  let live: XmlElement | null = null;

  const settle = (config: XmlElement, text: string): void => {
    // A domain *named* like the UUID answers when the real one has vanished.
    if (domainUuid(config) !== uuid) return;
    const facts = domainFacts(config);
    const mark = domainMark(config);
    found({
      uuid,
      name: domainName(config),
      power,
      autostart: lists.autostart.has(uuid),
      mark,
      config: facts,
      live: live === null ? null : domainFacts(live),
      nvramMissing: local && facts.nvram !== null ? isMissing(facts.nvram) : null,
      xml: mark === null ? '' : `${text}\n`,
    });
  };

  const questions: Question[] = [];
  if (lists.other.has(uuid)) questions.push({ command: ['domstate', uuid], hear: (text) => (power = powerOf(text)) });
  if (active) {
    questions.push({
      command: ['dumpxml', uuid],
      hear: (text) => {
        const domain = parseXml(text);
        // Without an id it has stopped since the list was made.
        if ('id' in domain.attrs) live = domain;
        else power = 'off';
        if (!persistent) settle(domain, text);
      },
    });
  }
  if (persistent)
    questions.push({
      command: ['dumpxml', '--inactive', uuid],
      hear: (text) => {
        settle(parseXml(text), text);
      },
    });
  return questions;
}

function powerOf(state: string): Power {
  if (/^(running|idle|in shutdown|no state)/.test(state)) return 'running';
  if (/^(paused|pmsuspended)/.test(state)) return 'paused';
  return state.startsWith('crashed') ? 'crashed' : 'off';
}

async function askAll(virsh: Virsh, questions: readonly Question[]): Promise<void> {
  await virsh.ask(
    questions.map(({ command }) => command),
    {
      timeoutSeconds: TIMEOUT_SECONDS,
      onText: (index, text) => {
        if (text !== '') questions[index]?.hear(text);
      },
    },
  );
}

/** Of these volumes, the ones that are there. A file that was deleted behind libvirt's back is not. */
async function readVolumes(virsh: Virsh, refs: readonly VolumeRef[], activePools: ReadonlySet<string>): Promise<ObservedVolume[]> {
  const volumes: ObservedVolume[] = [];
  // A name with a slash would be looked up as a path, in any pool.
  const questions = refs
    .filter(({ pool, volume }) => activePools.has(pool) && !volume.includes('/'))
    .map(({ pool, volume }): Question => ({
      command: ['vol-dumpxml', '--pool', pool, volume],
      hear: (text) => volumes.push({ pool, ...volumeFacts(parseXml(text)) }),
    }));
  await askAll(virsh, questions);
  return volumes;
}

function uniqueVolumes(refs: readonly VolumeRef[]): VolumeRef[] {
  return [...new Map(refs.map(({ pool, volume }) => [keyOf({ pool, volume }), { pool, volume }])).values()];
}

function keyOf({ pool, volume }: VolumeRef): string {
  return `${pool}/${volume}`;
}

function byName<T extends { name: string }>(things: T[]): T[] {
  return things.sort((a, b) => compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
