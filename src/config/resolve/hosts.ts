/** Where a fleet is: one host, or several, and which of these may take a VM. */
import {
  POOL_OF_HOST,
  type HostOfFleet,
  type FleetHostOfMany,
  type FleetVm,
  type Fleet,
  type ResolvedHost,
  type ResolvedPlacement,
  type VagrantRuntime,
} from '../../model/index.js';
import { sizeInKiB } from './units.js';

const DEFAULT_IMAGE = 'vagrantlibvirt/vagrant-libvirt:edge-slim';

export function resolveHost(host: Fleet['host']): ResolvedHost {
  return {
    uri: host?.uri ?? 'qemu:///system',
    backend: host?.backend ?? 'vagrant',
    accelerator: host?.accelerator ?? 'auto',
    storagePool: host?.storagePool ?? 'default',
    runner: resolveRunner(host),
    vagrantFolder: host?.vagrant?.folder ?? false,
  };
}

/** `image` alone does not choose the container: it may be set for a later switch. */
function resolveRunner(host: Fleet['host']): VagrantRuntime {
  if (host?.vagrant?.runner !== 'container') return { kind: 'local' };
  return { kind: 'container', image: host.vagrant.image ?? DEFAULT_IMAGE };
}

/** In the order of their names. */
export function resolveHosts(hosts: NonNullable<Fleet['hosts']>): HostOfFleet[] {
  return Object.keys(hosts)
    .sort()
    .flatMap((name) => {
      const written = hosts[name];
      return written ? [oneOfMany(name, written)] : [];
    });
}

function oneOfMany(name: string, written: FleetHostOfMany): HostOfFleet {
  const { labels = {}, reserve = {}, overcommit = {} } = written;
  return {
    name,
    ...resolveHost(written),
    labels: { ...labels },
    reserve: { cpus: reserve.cpus ?? 0, memoryKiB: sizeInKiB(reserve.memory ?? '0MiB') },
    overcommit: {
      cpus: overcommit.cpus ?? 4,
      memory: overcommit.memory ?? 1,
      disk: overcommit.disk ?? 4,
    },
  };
}

/** `ResolvedFleet.host` of a fleet on several: for people, and what no host has decided yet. */
export function hostOfNone(hosts: readonly HostOfFleet[]): ResolvedHost {
  return {
    ...resolveHost(undefined),
    uri: hosts.map(({ uri }) => uri).join(', '),
    storagePool: POOL_OF_HOST,
  };
}

export function resolvePlacement({
  host,
  placement = {},
}: Pick<FleetVm, 'host' | 'placement'>): ResolvedPlacement {
  const { hosts, labels, strategy = 'spread', apart } = placement;
  return {
    ...(hosts && { hosts: [...hosts] }),
    ...(labels && { labels: { ...labels } }),
    ...(host !== undefined && { hosts: [host], pinned: true }),
    strategy,
    ...(apart !== undefined && { apart }),
  };
}
