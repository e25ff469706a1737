import type { Refusal, ResolvedFleet, ResolvedVm } from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import type { BootNetwork, BorrowedIntent } from '../network/borrowed/intents.js';
import type { Selection } from '../select.js';

/**
 * Whoever needs a foreign network that is missing or does not run, or whose bridge is gone: ven
 * makes none, and starts only a borrowed one that it may have stopped. `boots`: the networks that
 * the file wants boot options on.
 */
export function missingNetworks(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  vms: readonly ResolvedVm[],
  boots: ReadonlyMap<string, BootNetwork>,
  borrowed: readonly BorrowedIntent[],
): Refusal[] {
  const starting = new Set(borrowed.flatMap(({ starts, network }) => (starts ? network.name : [])));
  const needed = [
    ...[...boots.values()]
      .filter(({ address }) => selection.has(address))
      .map(({ libvirtName, address }) => ({ address, names: [libvirtName] })),
    ...vms.map(({ address, nics }) => ({
      address,
      names: nics.flatMap(({ source }) =>
        source.kind === 'network' && source.own === null ? [source.network] : [],
      ),
    })),
  ];
  const virsh = `virsh -c ${fleet.host.uri}`;
  const obstacle = (name: string): { what: string; fix: string } | null => {
    const network = onHost.networksByName.get(name);
    if (network === undefined)
      return {
        what: 'is missing',
        fix:
          `define network ${name} (${virsh} net-define FILE), ` +
          'or name another one in the fleet file',
      };
    if (starting.has(name)) return null;
    if (!network.active)
      return {
        what: 'is not active',
        fix: `${virsh} net-start ${name} && ${virsh} net-autostart ${name}`,
      };
    if (network.fault !== 'bridge') return null;
    return {
      what: `has no bridge ${network.live?.bridge} on the host, though libvirt calls it active`,
      fix: `${virsh} net-destroy ${name} && ${virsh} net-start ${name}`,
    };
  };
  return needed.flatMap(({ address, names }) =>
    [...new Set(names)].flatMap((name) => {
      const found = obstacle(name);
      if (found === null) return [];
      return [
        {
          address,
          code: 'host-not-ready' as const,
          summary: `Network ${name} ${found.what}`,
          hint: `ven never changes a network that is not its own. ${found.fix}`,
        },
      ];
    }),
  );
}
