import type { DomainFacts, PlannedNetwork, ResolvedFleet } from '../model/index.js';
import { digestOf } from './canonical.js';
import { attached } from './nics.js';
import { volumeKey, type Seen } from './seen.js';

/**
 * The digest of what a plan was made from: the fleet's own things, and what they need or want of the rest of the host.
 * What changes by itself (times, ttys, tap names, ports that libvirt chose, free space) is left out.
 */
export function observedDigest(fleet: ResolvedFleet, seen: Seen, networks: Iterable<PlannedNetwork>): string {
  const sources = fleet.vms.flatMap(({ nics }) => nics.map(({ source }) => source));
  const others = new Set(sources.flatMap((source) => (source.kind === 'network' && source.own === null ? [source.network] : [])));
  const bridges = new Set(sources.flatMap((source) => (source.kind === 'bridge' ? [source.bridge] : [])));
  const pools = new Set([
    ...fleet.vms.flatMap(({ disks }) => disks.map(({ pool }) => pool)),
    ...[...seen.owned.values()].flatMap(({ mark }) => mark.volumes.map(({ pool }) => pool)),
  ]);
  const volumes = new Set([...fleet.vms.flatMap(({ disks }) => disks.map(volumeKey)), ...seen.ownedVolumes]);
  const byKey = <T>(items: readonly T[], key: (item: T) => string): T[] => items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return digestOf({
    fleet: fleet.name,
    uri: fleet.host.uri,
    domains: byKey([...seen.owned.values()], ({ uuid }) => uuid).map(
      ({ uuid, name, power, autostart, mark, config, live, nvramMissing }) => ({
        uuid,
        name,
        power,
        autostart,
        mark,
        nvramMissing: live === null ? null : nvramMissing,
        config: lasting(config),
        live: live && { ...lasting(live), attached: live.nics.map((nic) => attached(nic, seen)) },
      }),
    ),
    networks: byKey([...seen.ownedNetworks.values()], ({ uuid }) => uuid),
    others: byKey([...others], (name) => name).map((name) => ({ name, active: seen.networksByName.get(name)?.active ?? null })),
    bridges: byKey([...bridges], (name) => name).map((name) => ({ name, there: seen.ports?.has(name) ?? null })),
    pools: byKey([...pools], (name) => name).map((name) => ({ name, active: seen.pools.get(name)?.active ?? null })),
    volumes: byKey([...volumes], (key) => key).map((key) => ({ key, capacity: seen.volumes.get(key)?.capacityBytes ?? null })),
    subnets: [...networks].map(({ address, subnet, dhcp }) => ({ address, subnet, dhcp })),
  });
}

function lasting(facts: DomainFacts): object {
  const { graphics } = facts;
  return {
    ...facts,
    nics: facts.nics.map(({ mac, model, source }) => ({ mac, model, source })),
    graphics: 'autoport' in graphics && graphics.autoport ? { ...graphics, port: null } : graphics,
    console: { log: facts.console.log },
  };
}
