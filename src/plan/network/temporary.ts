import type { HostState, AnyDomain, ObservedNetwork, ObservedNic } from '../../model/index.js';

type BridgePorts = NonNullable<HostState['bridgePorts']>;

/**
 * A killed run may have left VMs on the temporary network that holds them while their own one is
 * restarted. This is the host as if they were on their own network: to move them back is that
 * network's change, and no VM's. A network that another fleet's run has stopped counts as active:
 * whoever uses it settles that first.
 */
export function withoutTemporaryNetworks(state: HostState, fleet: string): HostState {
  const byUuid = new Map(state.networks.map((network) => [network.uuid, network]));
  const temporary = state.networks.flatMap((network) => {
    const own = byUuid.get(network.temporaryFor?.network ?? '');
    return own === undefined ? [] : [{ ...network, own }];
  });
  if (temporary.length === 0) return state;
  const ownByName = new Map(temporary.map(({ name, own }) => [name, own]));
  const ownByBridge = new Map(temporary.map(({ bridge, own }) => [bridge, own]));
  const ownNic = (nic: ObservedNic): ObservedNic => {
    const { source } = nic;
    if (source.kind === 'network') {
      const own = ownByName.get(source.network);
      if (own === undefined) return nic;
      return { ...nic, source: { kind: 'network', network: own.name }, bridge: own.bridge };
    }
    const own = source.kind === 'bridge' ? ownByBridge.get(source.bridge) : undefined;
    if (own === undefined) return nic;
    return { ...nic, source: { kind: 'bridge', bridge: own.bridge ?? '' }, bridge: own.bridge };
  };
  const onOwnNetworks = (domain: AnyDomain): AnyDomain =>
    domain.live === null
      ? domain
      : { ...domain, live: { ...domain.live, nics: domain.live.nics.map(ownNic) } };
  const stoppedByOthers = new Set(
    temporary.flatMap(({ own, temporaryFor }) =>
      temporaryFor?.user.fleet === fleet ? [] : [own.uuid],
    ),
  );
  return {
    ...state,
    networks: state.networks.map((network) =>
      stoppedByOthers.has(network.uuid) ? { ...network, active: true } : network,
    ),
    domains: state.domains.map(onOwnNetworks),
    bridgePorts: state.bridgePorts && portsOnOwnBridges(state.bridgePorts, temporary),
  };
}

/**
 * The taps of temporary networks' bridges, on the bridges of those networks that they stand for,
 * too.
 */
function portsOnOwnBridges(
  ports: BridgePorts,
  temporary: readonly (ObservedNetwork & { own: ObservedNetwork })[],
): BridgePorts {
  const moved = Map.groupBy(temporary, ({ own }) => own.bridge ?? '');
  const stopped = [...moved.keys()].filter((bridge) => bridge !== '' && !(bridge in ports));
  const all = [...Object.entries(ports), ...stopped.map((bridge) => [bridge, []] as const)];
  return Object.fromEntries(
    all.map(([bridge, taps]) => [
      bridge,
      [...taps, ...(moved.get(bridge) ?? []).flatMap((each) => ports[each.bridge ?? ''] ?? [])],
    ]),
  );
}
