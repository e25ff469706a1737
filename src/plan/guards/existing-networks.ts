import { VenError, type ResolvedFleet, type ResolvedVm } from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import { formatSome } from '../format.js';
import type { BootNetwork, BorrowedIntent } from '../network/borrowed/intents.js';
import type { Selection } from '../select.js';

/**
 * Throws `host-not-ready` when a foreign network is missing or does not run: ven makes none, and
 * starts only a borrowed one that it may have stopped. `boots`: the networks that the file wants
 * boot options on.
 */
export function refuseMissingNetworks(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  vms: readonly ResolvedVm[],
  boots: ReadonlyMap<string, BootNetwork>,
  borrowed: readonly BorrowedIntent[],
): void {
  const starting = new Set(borrowed.flatMap(({ starts, network }) => (starts ? network.name : [])));
  const needed = [
    ...[...boots.values()]
      .filter(({ address }) => selection.has(address))
      .map(({ libvirtName, address }) => ({ name: libvirtName, address })),
    ...vms.flatMap(({ address, nics }) =>
      nics.flatMap(({ source }) =>
        source.kind === 'network' && source.own === null ? { name: source.network, address } : [],
      ),
    ),
  ];
  const virsh = `virsh -c ${fleet.host.uri}`;
  const faults = [...Map.groupBy(needed, ({ name }) => name)].flatMap(([name, by]) => {
    const network = onHost.networksByName.get(name);
    if (network?.active === true || starting.has(name)) return [];
    const users = by.map(({ address }) => address);
    const who = users.length > 3 ? formatSome(users) : users.join(', ');
    return network === undefined
      ? [
          {
            name,
            what: `missing (wanted by ${who})`,
            fix:
              `define network ${name} (${virsh} net-define FILE), ` +
              'or name another one in the fleet file',
          },
        ]
      : [
          {
            name,
            what: `not active (wanted by ${who})`,
            fix: `${virsh} net-start ${name} && ${virsh} net-autostart ${name}`,
          },
        ];
  });
  const [first] = faults;
  if (first === undefined) return;
  const more = faults.length > 1 ? `, and ${faults.length - 1} more like it` : '';
  throw new VenError('host-not-ready', {
    summary: `Network ${first.name} is ${first.what}${more}`,
    detail:
      faults.length > 1
        ? faults.map(({ name, what }) => `network ${name} is ${what}`).join('\n')
        : undefined,
    hint:
      'ven never changes a network that is not its own. ' + faults.map(({ fix }) => fix).join('; '),
    where: `network ${first.name}`,
  });
}
