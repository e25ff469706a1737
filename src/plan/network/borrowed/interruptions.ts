import type { ObservedNetwork, ResolvedFleet } from '../../../model/index.js';
import type { FleetOnHost } from '../../fleet-on-host.js';

/**
 * What a restart of a foreign network means for all who are on it. `gone`: whether a domain is off
 * it by then.
 */
export function interruptions(
  network: ObservedNetwork,
  restart: boolean,
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  gone: (uuid: string) => boolean,
): string[] {
  if (!restart || !network.active) return [];
  const { name, bridge, unsaved } = network;
  const attached = onHost.state.domains.flatMap((domain) => {
    const nics = (domain.live?.nics ?? []).filter(({ source }) =>
      source.kind === 'network'
        ? source.network === name
        : source.kind === 'bridge' && source.bridge === bridge,
    );
    return nics.length === 0 ? [] : [{ domain, nics }];
  });
  const taps = new Set(attached.flatMap(({ nics }) => nics.flatMap(({ tap }) => tap ?? [])));
  const interrupted = attached
    .filter(({ domain }) => !gone(domain.uuid))
    .map(({ domain }) => {
      const mark = onHost.owned.get(domain.uuid)?.mark;
      return mark === undefined
        ? `domain ${domain.name}, which is not this fleet's`
        : `vm.${mark.vm}`;
    });
  // libvirt gives its bridge a port of its own, which comes again with it.
  const cutOff =
    bridge === null
      ? []
      : [...(onHost.ports?.get(bridge) ?? [])].filter(
          (port) => !taps.has(port) && port !== `${bridge}-nic`,
        );
  const dumpxml = `virsh -c ${fleet.host.uri} net-dumpxml ${name}`;
  return [
    ...(interrupted.length === 0
      ? []
      : [`interrupts for some seconds the connection of ${interrupted.join('; ')}`]),
    ...cutOff.map(
      (port) =>
        `cuts off ${port}, which is no VM of this libvirt: ` +
        `attach it again with ip link set ${port} master ${bridge}`,
    ),
    ...(unsaved
      ? [`what runs differs from what is kept, and is lost: compare ${dumpxml} with its --inactive`]
      : []),
  ];
}
