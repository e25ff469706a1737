/**
 * The whole host in three virsh processes: the lists; all definitions, parsed while virsh still
 * reads; and in parallel the volumes (with a fourth for volumes that need their own query). An
 * object that vanishes in between counts as missing.
 */
import {
  isOwnedBy,
  volumesOf,
  type HostState,
  type ObservedDomain,
  type ObservedNetwork,
  type ObservedPool,
  type Power,
  type ResolvedFleet,
  type VolumeRef,
} from '../../model/index.js';
import { parseXml, type XmlElement } from '../../xml/index.js';
import {
  domainFacts,
  domainName,
  domainUuid,
  domainMark,
  networkFacts,
  poolFacts,
  updatableParts,
} from '../../libvirt/index.js';
import { isLocal, isMissing, localBridgePorts, localRoutes } from './local.js';
import type { Command, Virsh } from './virsh.js';
import { findVolumes, readDisks } from './volumes.js';

/** Enough for a remote host with thousands of domains. */
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

/** A command and the handler of its output, which is empty for an object that has vanished. */
interface Question {
  command: Command;
  hear: (text: string) => void;
}

export async function observe(
  virsh: Virsh,
  fleet: ResolvedFleet,
  now: () => Date,
): Promise<HostState> {
  const observedAt = now().toISOString();
  const wanted = fleet.vms.flatMap(volumesOf);
  const poolsOfFleet = [...new Set([fleet.host.storagePool, ...wanted.map(({ pool }) => pool)])];
  const disksRead = readDisks(virsh, poolsOfFleet, TIMEOUT_SECONDS);
  // awaited below; until then a failure of it is reported by the lists as well
  disksRead.catch(() => undefined);
  const lists = await readLists(virsh);

  const domains: ObservedDomain[] = [];
  const networks: ObservedNetwork[] = [];
  const pools: ObservedPool[] = [];
  const questions: Question[] = [];

  for (const uuid of lists.pools) {
    questions.push({
      command: ['pool-dumpxml', uuid],
      hear: (text) =>
        pools.push({
          ...poolFacts(parseXml(text)),
          active: lists.activePools.has(uuid),
          autostart: lists.autostartPools.has(uuid),
        }),
    });
  }
  for (const uuid of lists.networks) {
    let persistent: { xml: XmlElement; network: ObservedNetwork } | undefined;
    const hear = (text: string): void => {
      const xml = parseXml(text);
      if (persistent) {
        persistent.network.unsaved = updatableParts(persistent.xml) !== updatableParts(xml);
        return;
      }
      const network = {
        ...networkFacts(xml),
        active: lists.activeNetworks.has(uuid),
        autostart: lists.autostartNetworks.has(uuid),
        persistent: lists.persistentNetworks.has(uuid),
        unsaved: false,
      };
      persistent = { xml, network };
      networks.push(network);
    };
    // The persistent definition first: only it has a mark that was changed while the network ran.
    // Transient networks, and networks of drivers without the flag, have only the second.
    questions.push(
      { command: ['net-dumpxml', uuid, '--inactive'], hear },
      { command: ['net-dumpxml', uuid], hear },
    );
  }
  const local = isLocal(virsh.uri);
  for (const uuid of lists.domains)
    questions.push(...domainQuestions(uuid, lists, local, (domain) => domains.push(domain)));

  const [, disks] = await Promise.all([askAll(virsh, questions), disksRead]);

  // Also disks that the file does not name (any more): of VMs to delete, or removed disks.
  const owned = domains
    .filter((domain) => isOwnedBy(fleet, domain))
    .flatMap(({ mark }) => mark.volumes);
  const volumes = await findVolumes(virsh, uniqueVolumes([...wanted, ...owned]), disks, {
    activePools: lists.activePoolNames,
    folders: local
      ? new Map(pools.flatMap(({ name, path }) => (path === null ? [] : [[name, path] as const])))
      : null,
    timeoutSeconds: TIMEOUT_SECONDS,
  });

  return {
    uri: virsh.uri,
    observedAt,
    domains: byName(domains),
    networks: byName(networks),
    pools: byName(pools),
    volumes: volumes.sort((a, b) => compare(keyOf(a), keyOf(b))),
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

/** A running domain has two definitions: the live one, and the one for the next start. */
function domainQuestions(
  uuid: string,
  lists: Lists,
  local: boolean,
  found: (domain: ObservedDomain) => void,
): Question[] {
  const active = lists.running.has(uuid) || lists.paused.has(uuid) || lists.other.has(uuid);
  const persistent = lists.persistent.has(uuid);
  let power: Power = lists.paused.has(uuid) ? 'paused' : 'off';
  if (lists.running.has(uuid)) power = 'running';
  let live: XmlElement | null = null;
  let liveText = '';

  const settle = (config: XmlElement, text: string): void => {
    // A domain *named* like the UUID answers when the real one has vanished.
    if (domainUuid(config) !== uuid) return;
    const facts = domainFacts(config);
    const mark = domainMark(config);
    const running = live === null ? null : domainFacts(live);
    // The live one: the persistent definition may differ by now.
    const { nvram } = running ?? facts;
    found({
      uuid,
      name: domainName(config),
      power,
      autostart: lists.autostart.has(uuid),
      persistent,
      mark,
      config: facts,
      live: running,
      nvramMissing: local && mark !== null && nvram !== null ? isMissing(nvram) : null,
      xml: mark === null ? '' : `${text}\n`,
      liveXml: mark === null ? '' : liveText,
    });
  };

  const questions: Question[] = [];
  if (lists.other.has(uuid))
    questions.push({ command: ['domstate', uuid], hear: (text) => (power = powerOf(text)) });
  if (active) {
    questions.push({
      command: ['dumpxml', uuid],
      hear: (text) => {
        const domain = parseXml(text);
        // Without an id it has stopped since the list was read.
        if (!('id' in domain.attrs)) power = 'off';
        else [live, liveText] = [domain, text];
      },
    });
  }
  // For a domain that was undefined while it runs, this is what defining it again would use.
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

function uniqueVolumes(refs: readonly VolumeRef[]): VolumeRef[] {
  return [
    ...new Map(
      refs.map(({ pool, volume }) => [keyOf({ pool, volume }), { pool, volume }]),
    ).values(),
  ];
}

function keyOf({ pool, volume }: VolumeRef): string {
  return `${pool}/${volume}`;
}

function byName<T extends { name: string }>(things: T[]): T[] {
  return things.sort((a, b) => compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
