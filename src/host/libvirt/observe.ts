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
  type ResolvedFleet,
  type ResolvedVm,
  type VolumeRef,
} from '../../model/index.js';
import { parseXml, type XmlElement } from '../../xml/index.js';
import { networkFacts, networkFieldFacts, updatableParts } from '../../libvirt/index.js';
import { domainQuestions, type Question } from './domain-questions.js';
import { leftoversOf } from './leftovers.js';
import { backingInDefinitions, readBacking } from './backing.js';
import { isActive, readLists, unreadable } from './lists.js';
import { isLocal, localBridgePorts, localRoutes, localUplink } from './local.js';
import { networkFaults } from './network-faults.js';
import { listedPool, observedPools, type ListedPool } from './pools.js';
import { settledLook } from './second-look.js';
import type { Virsh } from './virsh.js';
import { findVolumes, readCapacities } from './volumes.js';

/** So many objects are worth a second virsh, which takes some 15 ms to start. */
const MANY = 100;

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
