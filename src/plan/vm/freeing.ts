import type { Address, ResolvedVm } from '../../model/index.js';
import type { FleetOnHost, OwnedDomain } from '../fleet-on-host.js';

/**
 * What only one VM can have, as texts: a MAC, and a port for VNC (whatever its address: one may
 * stand for all).
 */
function exclusives(macs: readonly { mac: string }[], ports: readonly number[]): string[] {
  return [
    ...macs.map(({ mac }) => mac.toLowerCase()),
    ...ports.filter((port) => port > 0).map((port) => `vnc ${port}`),
  ];
}

function exclusivesOf({ config, live }: OwnedDomain): Set<string> {
  const all = live === null ? [config] : [config, live];
  return new Set(
    exclusives(
      all.flatMap(({ nics }) => nics),
      all.flatMap(({ graphics }) => ('port' in graphics ? [graphics.port] : [])),
    ),
  );
}

/**
 * For a VM, the steps that delete the VMs that have what it wants: a VM that was renamed in the
 * fleet file is another one, and comes up beside the old one that still runs. `deleted`: the
 * addresses of the VMs that are deleted, by UUID.
 */
export function freeing(
  deleted: ReadonlyMap<string, Address>,
  onHost: FleetOnHost,
): (vm: ResolvedVm) => string[] {
  const pairs = [...deleted].flatMap(([uuid, address]) => {
    const domain = onHost.owned.get(uuid);
    return domain === undefined
      ? []
      : [...exclusivesOf(domain)].map((what) => ({ what, step: `${address}:delete` }));
  });
  const holders = Map.groupBy(pairs, ({ what }) => what);
  return ({ nics, graphics }) => {
    const port = graphics.type === 'vnc' && graphics.port !== 'auto' ? graphics.port : 0;
    const held = exclusives(nics, [port]).flatMap((what) => holders.get(what) ?? []);
    return [...new Set(held.map(({ step }) => step))];
  };
}
