import type { Refusal, ResolvedFleet, ResolvedVm } from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import type { BootNetwork, BorrowedIntent } from '../network/borrowed/intents.js';
import type { Selection } from '../select.js';

/**
 * Whoever needs a foreign network that is missing or does not run: ven makes none, and starts only
 * a borrowed one that it may have stopped. `boots`: the networks that the file wants boot options
 * on.
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
  const isReady = (name: string): boolean =>
    onHost.networksByName.get(name)?.active === true || starting.has(name);
  return needed.flatMap(({ address, names }) =>
    [...new Set(names)]
      .filter((name) => !isReady(name))
      .map((name) => {
        const isThere = onHost.networksByName.has(name);
        const fix = isThere
          ? `${virsh} net-start ${name} && ${virsh} net-autostart ${name}`
          : `define network ${name} (${virsh} net-define FILE), ` +
            'or name another one in the fleet file';
        return {
          address,
          code: 'host-not-ready',
          summary: `Network ${name} is ${isThere ? 'not active' : 'missing'}`,
          hint: `ven never changes a network that is not its own. ${fix}`,
        };
      }),
  );
}
