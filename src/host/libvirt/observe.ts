/**
 * The whole host in three virsh processes: the lists; all definitions, parsed while virsh still
 * reads; and in parallel the sizes of the fleet's disks (with a fourth for volumes that need their
 * own query). An object that vanishes in between counts as missing. Volumes are listed before
 * domains, since ven creates a VM's volumes after its domain: none is seen without its owner.
 *
 * Nothing here waits for the QEMU of a domain: lists and definitions are libvirt's own.
 */
import { basename } from 'node:path';
import {
  isNamedFor,
  isOwnedBy,
  VenError,
  volumesOf,
  type AnyDomain,
  type HostState,
  type ObservedDomain,
  type ObservedNetwork,
  type Owned,
  type Power,
  type ResolvedFleet,
  type ResolvedVm,
  type VolumeRef,
} from '../../model/index.js';
import { parseXml, type XmlElement } from '../../xml/index.js';
import {
  COMMON_PARTS,
  commonFacts,
  domainFacts,
  domainName,
  domainUuid,
  domainMark,
  networkFacts,
  networkFieldFacts,
  updatableParts,
} from '../../libvirt/index.js';
import { leftoversOf } from './leftovers.js';
import { backingInDefinitions, readBacking } from './backing.js';
import { isLocal, isMissing, localBridgePorts, localRoutes, localUplink } from './local.js';
import { networkFaults } from './network-faults.js';
import { listedPool, observedPools, type ListedPool } from './pools.js';
import { settledLook } from './second-look.js';
import type { Command, Virsh } from './virsh.js';
import { findVolumes, parseVolumes, readCapacities } from './volumes.js';

const LISTS = {
  domains: ['list', '--all', '--uuid', '--name'],
  running: ['list', '--uuid', '--state-running'],
  paused: ['list', '--uuid', '--state-paused'],
  other: ['list', '--uuid', '--all', '--state-other'],
  saved: ['list', '--all', '--uuid', '--with-managed-save'],
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

/** So many objects are worth a second virsh, which takes some 15 ms to start. */
const MANY = 100;

/** Characters of an answer that can't be read. */
const SHOWN = 300;

type Lists = Record<keyof typeof LISTS, Set<string>> & {
  /** Path by name, for each pool that was listed. */
  volumes: Map<string, Map<string, string>>;
};

/** A command and the handler of its output, which is empty for an object that has vanished. */
interface Question {
  command: Command;
  hear: (text: string) => unknown;
}

/** A volume of a VM that is there without its VM is looked at twice. */
export function observe(
  virsh: Virsh,
  fleet: ResolvedFleet,
  now: () => Date,
  signal?: AbortSignal,
): Promise<HostState> {
  return settledLook(
    () => look(virsh, fleet, now, signal),
    (state) => leftVolumes(fleet, state),
  );
}

function leftVolumes(fleet: ResolvedFleet, { domains, volumes }: HostState): string[] {
  const there = new Set(volumes.map(keyOf));
  const uuids = new Set(domains.map(({ uuid }) => uuid));
  return fleet.vms
    .filter(({ uuid }) => !uuids.has(uuid))
    .flatMap((vm) => volumesOf(vm).map(keyOf))
    .filter((key) => there.has(key));
}

async function look(
  virsh: Virsh,
  fleet: ResolvedFleet,
  now: () => Date,
  signal?: AbortSignal,
): Promise<HostState> {
  const observedAt = now().toISOString();
  const wanted = fleet.vms.flatMap(volumesOf);
  const poolsOfFleet = [...new Set([fleet.host.storagePool, ...wanted.map(({ pool }) => pool)])];
  const lists = await readLists(virsh, poolsOfFleet, signal);

  const domains: AnyDomain[] = [];
  const networks: ObservedNetwork[] = [];
  const listed: ListedPool[] = [];
  /** By object: the answers about one come in order. */
  const questions: Question[][] = [];

  for (const uuid of lists.pools) {
    const state = {
      active: lists.activePools.has(uuid),
      autostart: lists.autostartPools.has(uuid),
    };
    const hear = (text: string): unknown => listed.push(listedPool(text, state));
    questions.push([{ command: ['pool-dumpxml', uuid], hear }]);
  }
  const faultOf = isLocal(virsh.uri) ? networkFaults() : null;
  for (const uuid of lists.networks) {
    let persistent: { xml: XmlElement; network: ObservedNetwork } | undefined;
    const active = lists.activeNetworks.has(uuid);
    const hear = (text: string): void => {
      const xml = parseXml(text);
      const facts = networkFacts(xml);
      const now = {
        live: active ? networkFieldFacts(xml) : null,
        fault: active && faultOf ? faultOf(xml, facts) : null,
      };
      if (persistent) {
        const unsaved = updatableParts(persistent.xml) !== updatableParts(xml);
        Object.assign(persistent.network, now, { unsaved });
        return;
      }
      const network = {
        ...facts,
        ...now,
        active,
        autostart: lists.autostartNetworks.has(uuid),
        persistent: lists.persistentNetworks.has(uuid),
        unsaved: false,
      };
      persistent = { xml, network };
      networks.push(network);
    };
    // The persistent definition first: only it has a mark that was changed while the network ran.
    // Transient networks, and networks of drivers without the flag, have only the second.
    questions.push([
      { command: ['net-dumpxml', uuid, '--inactive'], hear },
      { command: ['net-dumpxml', uuid], hear },
    ]);
  }
  const local = isLocal(virsh.uri);
  const named = new Set(fleet.vms.map(({ uuid }) => uuid));
  for (const uuid of lists.domains) {
    const found = (domain: AnyDomain) => domains.push(domain);
    const isNamed = named.has(uuid);
    questions.push(domainQuestions(uuid, { fleet, isNamed, lists, local, found }));
  }

  const isOff = ({ uuid }: ResolvedVm): boolean =>
    lists.domains.has(uuid) && !isActive(lists, uuid);
  const [, capacities] = await Promise.all([
    askAll(virsh, questions, signal).then(() => {
      virsh.learnNames([...networks, ...listed].map(({ uuid, name }) => [uuid, name] as const));
    }),
    readCapacities(
      virsh,
      {
        off: fleet.vms.filter(isOff).map(({ uuid }) => uuid),
        running: fleet.vms.filter(({ uuid }) => isActive(lists, uuid)).flatMap(volumesOf),
      },
      signal,
    ),
  ]);

  // Also disks that the file does not name (any more): of VMs to delete, or removed disks.
  const ours = domains.filter((domain) => isOwnedBy(fleet, domain));
  const owned = ours.flatMap(({ mark }) => mark.volumes);
  const used = [fleet.host.storagePool, ...[...wanted, ...owned].map(({ pool }) => pool)];
  const { pools, defaultFolder } = observedPools(listed, used, virsh.uri);
  const volumes = await findVolumes(virsh, uniqueVolumes([...wanted, ...owned]), {
    activePools: lists.activePoolNames,
    folders: local
      ? new Map(pools.flatMap(({ name, path }) => (path === null ? [] : [[name, path] as const])))
      : null,
    listed: lists.volumes,
    capacities,
    signal,
  });

  const newVms = fleet.vms.filter(({ uuid }) => !lists.domains.has(uuid));
  const known = { pools, backing: backingInDefinitions(domains) };
  const backing = await readBacking(virsh, ours.filter(isSnapshotted), known, signal);
  const uplink = local ? localUplink() : null;

  return {
    uri: virsh.uri,
    observedAt,
    domains: byName(domains),
    networks: byName(networks),
    pools: byName(pools),
    defaultFolder,
    volumes: volumes.sort((a, b) => compare(keyOf(a), keyOf(b))),
    leftovers: local ? newVms.flatMap(leftoversOf) : [],
    backing,
    routes: local ? localRoutes() : [],
    ...(uplink && { uplink }),
    bridgePorts: local ? localBridgePorts() : null,
  };
}

/** Perhaps: a disk has another image than those that ven makes. */
function isSnapshotted({ mark, config, live }: Owned<ObservedDomain>): boolean {
  return [...config.disks, ...(live?.disks ?? [])].some(
    ({ path, device }) =>
      device === 'disk' && path !== null && !isNamedFor(mark, { volume: basename(path) }),
  );
}

async function readLists(
  virsh: Virsh,
  poolsOfFleet: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Lists> {
  const keys = Object.keys(LISTS) as (keyof typeof LISTS)[];
  const replies = await virsh.ask(
    [...poolsOfFleet.map((pool) => ['vol-list', pool]), ...keys.map((key) => LISTS[key])],
    { signal },
  );
  const listed = replies.splice(0, poolsOfFleet.length);
  const volumes = poolsOfFleet.flatMap((pool, index) =>
    listed[index]?.ok ? [[pool, parseVolumes(listed[index].text)] as const] : [],
  );
  const rows = keys.map((key, index) => {
    const reply = replies[index];
    if (reply?.error) throw reply.error;
    return [
      key,
      (reply?.text ?? '').split('\n').flatMap((line) => rowOf(line, LISTS[key])),
    ] as const;
  });
  virsh.learnNames(rows.flatMap(([, row]) => row));
  return {
    ...(Object.fromEntries(
      rows.map(([key, row]) => [key, new Set(row.map(([first]) => first))]),
    ) as Record<keyof typeof LISTS, Set<string>>),
    volumes: new Map(volumes),
  };
}

/** A line of a list: a UUID (or, in a list of names, a name), then perhaps the name. */
function rowOf(line: string, list: Command): [string, string][] {
  const text = line.trim();
  if (text === '') return [];
  if (!list.includes('--uuid')) return [[text, text]];
  const [, uuid, name] =
    /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\s+(.*))?$/.exec(text) ?? [];
  if (uuid === undefined) throw unreadable(list, 'a line without a UUID', text);
  return [[uuid, name ?? uuid]];
}

function isActive(lists: Lists, uuid: string): boolean {
  return lists.running.has(uuid) || lists.paused.has(uuid) || lists.other.has(uuid);
}

interface DomainLook {
  fleet: ResolvedFleet;
  lists: Lists;
  local: boolean;
  /** The fleet file has a VM with its UUID. */
  isNamed: boolean;
  found: (domain: AnyDomain) => void;
}

/** A running domain has two definitions: the live one, and the one for the next start. */
function domainQuestions(
  uuid: string,
  { fleet, isNamed, lists, local, found }: DomainLook,
): Question[] {
  const active = isActive(lists, uuid);
  const persistent = lists.persistent.has(uuid);
  let power: Power = lists.paused.has(uuid) ? 'paused' : 'off';
  if (lists.running.has(uuid)) power = 'running';
  let live: XmlElement | null = null;
  let liveText = '';
  let savedText = '';

  const read = (text: string): XmlElement => parseXml(text, isNamed ? 'all' : COMMON_PARTS);
  const whole = (tree: XmlElement, text: string): XmlElement => (isNamed ? tree : parseXml(text));

  const settle = (text: string): void => {
    const tree = read(text);
    // A domain *named* like the UUID answers when the real one has vanished.
    if (domainUuid(tree) !== uuid) return;
    const autostart = lists.autostart.has(uuid);
    const mark = domainMark(tree);
    const about = { uuid, name: domainName(tree), power, autostart, persistent, mark };
    if (!isOwnedBy(fleet, about)) {
      const running = live && commonFacts(live);
      found(withoutText({ ...about, config: commonFacts(tree), live: running }));
      return;
    }
    const config = domainFacts(whole(tree, text));
    const running = live && domainFacts(whole(live, liveText));
    // The live one: the persistent definition may differ by now.
    const { nvram } = running ?? config;
    const own: ObservedDomain = {
      ...about,
      config,
      live: running,
      nvramMissing: local && nvram !== null ? isMissing(nvram) : null,
      xml: `${text}\n`,
      liveXml: liveText,
      ...(savedText !== '' && { saved: savedState(savedText) }),
    };
    found(own);
  };

  const questions: Question[] = [];
  if (lists.other.has(uuid))
    questions.push({ command: ['domstate', uuid], hear: (text) => (power = powerOf(text)) });
  if (active) {
    questions.push({
      command: ['dumpxml', uuid],
      hear: (text) => {
        const domain = read(text);
        // Without an id it has stopped since the list was read.
        if (!('id' in domain.attrs)) power = 'off';
        else [live, liveText] = [domain, text];
      },
    });
  }
  if (!active && lists.saved.has(uuid))
    questions.push({
      command: ['managedsave-dumpxml', uuid],
      hear: (text) => (savedText = text),
    });
  // For a domain that was undefined while it runs, this is what defining it again would use.
  questions.push({
    command: ['dumpxml', '--inactive', uuid],
    hear: settle,
  });
  return questions;
}

/** V8 keeps the whole of a text for a piece of it. */
function withoutText(domain: AnyDomain): AnyDomain {
  return JSON.parse(JSON.stringify(domain)) as AnyDomain;
}

/** What would run after a restore; the taps of its NICs are new ones then. */
function savedState(xml: string): NonNullable<ObservedDomain['saved']> {
  const facts = domainFacts(parseXml(xml));
  return { facts: { ...facts, nics: facts.nics.map((nic) => ({ ...nic, tap: null })) }, xml };
}

function powerOf(state: string): Power {
  if (/^(running|idle|in shutdown|no state)/.test(state)) return 'running';
  if (/^(paused|pmsuspended)/.test(state)) return 'paused';
  return state.startsWith('crashed') ? 'crashed' : 'off';
}

/** Many are shared between two virsh: libvirt answers each by a thread of its own. */
async function askAll(
  virsh: Virsh,
  objects: readonly Question[][],
  signal: AbortSignal | undefined,
): Promise<void> {
  const shares = objects.length < MANY ? [objects] : halves(objects);
  const failed = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  await Promise.all(
    shares.map(async (share) => {
      try {
        await askInOrder(virsh, share.flat(), stop);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }),
  );
}

function halves<T>(all: readonly T[]): T[][] {
  return [0, 1].map((half) => all.filter((_, index) => index % 2 === half));
}

async function askInOrder(
  virsh: Virsh,
  questions: readonly Question[],
  signal: AbortSignal,
): Promise<void> {
  await virsh.ask(
    questions.map(({ command }) => command),
    {
      signal,
      onText: (index, text) => {
        const question = questions[index];
        if (text === '' || question === undefined) return;
        try {
          question.hear(text);
        } catch (error) {
          if (!(error instanceof VenError)) throw error;
          throw unreadable(question.command, error.summary, text);
        }
      },
    },
  );
}

/** libvirt's answer is not what it always is. */
function unreadable(command: Command, why: string, text: string): VenError {
  const asked = command.map(String).join(' ');
  return new VenError('tool-failed', {
    summary: `libvirt's answer to ${asked} can't be read: ${why}`,
    detail: `It begins: ${text.slice(0, SHOWN)}`,
    hint: `Try again; then see what virsh ${asked} prints`,
  });
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
