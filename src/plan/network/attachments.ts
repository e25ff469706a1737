import type { ResolvedFleet } from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';

/** What loses its connection when a network's bridge goes, by libvirt name of the network. */
export type Attachments = ReadonlyMap<string, readonly string[]>;

/**
 * NICs of running domains that ven did not make: they lose the network with its bridge, and a
 * person should know.
 */
export function foreignAttachments(fleet: ResolvedFleet, onHost: FleetOnHost): Attachments {
  const wantedMacs = new Map(
    fleet.vms.map(({ uuid, nics }) => [uuid, new Set(nics.map(({ mac }) => mac.toLowerCase()))]),
  );
  const pairs = onHost.state.domains.flatMap(({ uuid, name, live }) => {
    const mark = onHost.owned.get(uuid)?.mark;
    const wanted = wantedMacs.get(uuid);
    return (live?.nics ?? []).flatMap(({ mac, source }) => {
      const lower = mac.toLowerCase();
      const ours = mark?.nics.includes(lower) === true || wanted?.has(lower) === true;
      if (source.kind !== 'network' || ours) return [];
      const what =
        mark === undefined
          ? `domain ${name}, which is not this fleet's`
          : `NIC ${mac} of vm.${mark.vm}, which ven did not make`;
      return [{ network: source.network, what }];
    });
  });
  const byNetwork = Map.groupBy(pairs, ({ network }) => network);
  return new Map([...byNetwork].map(([network, on]) => [network, on.map(({ what }) => what)]));
}
