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
 * For a VM, which of some others have what it wants: a VM that was renamed in the fleet file is
 * another one, and comes up beside the old one that still runs. `others`: addresses by UUID.
 */
export function holdersOf(
  others: ReadonlyMap<string, Address>,
  onHost: FleetOnHost,
): (vm: ResolvedVm) => Address[] {
  const pairs = [...others].flatMap(([uuid, address]) => {
    const domain = onHost.owned.get(uuid);
    return domain === undefined ? [] : [...exclusivesOf(domain)].map((what) => ({ what, address }));
  });
  const holders = Map.groupBy(pairs, ({ what }) => what);
  return ({ nics, graphics }) => {
    const port = graphics.type === 'vnc' && graphics.port !== 'auto' ? graphics.port : 0;
    const held = exclusives(nics, [port]).flatMap((what) => holders.get(what) ?? []);
    return [...new Set(held.map(({ address }) => address))];
  };
}
