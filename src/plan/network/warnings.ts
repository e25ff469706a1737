/** What a plan warns of about networks that are not the fleet's own. */
import { isUefi, type ResolvedFleet, type ResolvedVm } from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import { formatSome } from '../format.js';
import type { VmIntent } from '../vm/intents.js';
import type { BootNetwork } from './borrowed/intents.js';

export function missingBridges(intents: readonly VmIntent[], { ports }: FleetOnHost): string[] {
  if (ports === null) return [];
  return intents
    .filter(({ action }) => action !== null)
    .flatMap(({ vm: { address, nics } }) =>
      nics.flatMap(({ source }) =>
        source.kind === 'bridge' && !ports.has(source.bridge)
          ? `${address}: this host has no bridge ${source.bridge}; the VM will not start without it`
          : [],
      ),
    );
}

/** Foreign networks with VMs of the fleet that lack something on the host. */
export function foreignFaults(
  { host: { uri } }: ResolvedFleet,
  { networksByName }: FleetOnHost,
  vms: readonly ResolvedVm[],
): string[] {
  const used = vms.flatMap(({ nics }) =>
    nics.flatMap(({ source }) =>
      source.kind === 'network' && source.own === null ? source.network : [],
    ),
  );
  return [...new Set(used)].flatMap((name) => {
    const fault = networksByName.get(name)?.fault ?? null;
    // One without a bridge is refused.
    if (fault === null || fault === 'bridge') return [];
    const lacks = fault === 'dnsmasq' ? 'its dnsmasq is not running' : 'its bridge has no address';
    const virsh = `virsh -c ${uri}`;
    return [
      `Network ${name}: ${lacks}, so VMs on it get no address. It is not ven's to start anew: ` +
        `${virsh} net-destroy ${name} && ${virsh} net-start ${name}. ` +
        'VMs that run on it are cut off then until they are started again',
    ];
  });
}

/**
 * VMs that are to boot over HTTP, and are on nothing but foreign networks that offer them no boot
 * file.
 */
export function unofferedBoots(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  vms: readonly ResolvedVm[],
  boots: ReadonlyMap<string, BootNetwork>,
): string[] {
  if (fleet.orchestrator === null) return [];
  const offersNothing = (name: string): boolean => {
    const network = onHost.networksByName.get(name);
    return (
      !boots.has(name) &&
      network !== undefined &&
      network.bootUrl === null &&
      network.otherBoot.length === 0
    );
  };
  const silent = vms.flatMap(({ address, firmware, boot, nics }) => {
    const [first] = nics;
    if (!isUefi(firmware) || !boot.includes('network') || first?.source.kind !== 'network')
      return [];
    // The file says what the fleet's own networks offer, and ven can't know what a bridge leads to.
    const bootsNowhere = nics.every(
      ({ source }) =>
        source.kind === 'network' && source.own === null && offersNothing(source.network),
    );
    return bootsNowhere ? [{ address, network: first.source.network }] : [];
  });
  return [...Map.groupBy(silent, ({ network }) => network)].map(([network, on]) => {
    const who = formatSome(on.map(({ address }) => address));
    const name = fleet.networks.find(({ libvirtName }) => libvirtName === network)?.name ?? network;
    const how = `networks: { ${name}: { existing: ${network}, httpBoot: true } }`;
    return (
      `Network ${network} offers no boot file, and ${who} can boot from no other network: ` +
      `let ven add it with ${how}`
    );
  });
}
