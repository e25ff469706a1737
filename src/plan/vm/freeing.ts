import type { Address, ResolvedVm } from '../../model/index.js';
import type { OwnedDomain, FleetOnHost } from '../fleet-on-host.js';

/** What two VMs can't have at once, as texts: a MAC, and a port for VNC (on whatever address: one may stand for all). */
function claimsOf(macs: readonly { mac: string }[], ports: readonly number[]): string[] {
  return [
    ...macs.map(({ mac }) => mac.toLowerCase()),
    ...ports.filter((port) => port > 0).map((port) => `vnc ${port}`),
  ];
}

function claimsOfDomain({ config, live }: OwnedDomain): string[] {
  const all = live === null ? [config] : [config, live];
  return claimsOf(
    all.flatMap(({ nics }) => nics),
    all.flatMap(({ graphics }) => ('port' in graphics ? [graphics.port] : [])),
  );
}

/**
 * For a VM, the steps that delete those who have what it wants: a VM that was renamed in the fleet file is another one,
 * and comes up beside the old one that still runs. `leaving`: the addresses of the VMs that are deleted, by UUID.
 */
export function freeing(
  leaving: ReadonlyMap<string, Address>,
  onHost: FleetOnHost,
): (vm: ResolvedVm) => string[] {
  const holders = new Map<string, string[]>();
  for (const [uuid, address] of leaving) {
    const domain = onHost.owned.get(uuid);
    for (const claim of new Set(domain === undefined ? [] : claimsOfDomain(domain)))
      holders.set(claim, [...(holders.get(claim) ?? []), `${address}:delete`]);
  }
  return ({ nics, graphics }) => {
    const port = graphics.type === 'vnc' && graphics.port !== 'auto' ? graphics.port : 0;
    return [...new Set(claimsOf(nics, [port]).flatMap((claim) => holders.get(claim) ?? []))];
  };
}
