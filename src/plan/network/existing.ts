import { VenError, type Address, type ResolvedFleet, type ResolvedVm } from '../../model/index.js';
import { wantedBoots } from './borrowed.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import type { Selection } from '../select.js';

/** Somebody else's networks must be there and running: ven makes none, and starts only those (`starting`) that it may have stopped. */
export function refuseMissingNetworks(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  vms: readonly ResolvedVm[],
  starting: ReadonlySet<string>,
): void {
  const lent = [...wantedBoots(fleet).values()].filter(({ address }) => selection.has(address));
  const needed = new Map<string, Address[]>(
    lent.map(({ libvirtName, address }) => [libvirtName, [address]]),
  );
  for (const { address, nics } of vms) {
    for (const { source } of nics) {
      if (source.kind !== 'network' || source.own !== null) continue;
      const users = needed.get(source.network);
      if (users === undefined) needed.set(source.network, [address]);
      else users.push(address);
    }
  }
  const virsh = `virsh -c ${fleet.host.uri}`;
  const faults = [...needed].flatMap(([name, users]) => {
    const network = onHost.networksByName.get(name);
    if (network?.active === true || starting.has(name)) return [];
    const who =
      users.length > 3
        ? `${users.slice(0, 3).join(', ')} and ${users.length - 3} more`
        : users.join(', ');
    return network === undefined
      ? [
          {
            name,
            what: `missing (wanted by ${who})`,
            fix: `define network ${name} (${virsh} net-define FILE), or name another one in the fleet file`,
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
  throw new VenError('host-not-ready', {
    summary: `Network ${first.name} is ${first.what}${faults.length > 1 ? `, and ${faults.length - 1} more like it` : ''}`,
    detail:
      faults.length > 1
        ? faults.map(({ name, what }) => `network ${name} is ${what}`).join('\n')
        : undefined,
    hint: `ven never changes a network that is not its own. ${faults.map(({ fix }) => fix).join('; ')}`,
    where: `network ${first.name}`,
  });
}
