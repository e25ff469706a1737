import type { HostState, ObservedDomain, ObservedNetwork } from '../../model/index.js';

/**
 * The host as if whoever hangs on a stand-in, where a killed run left them, hung on the network that it stands for: moving them
 * back is that network's affair, and no VM's.
 */
export function withoutStandIns(state: HostState): HostState {
  const byUuid = new Map(state.networks.map((network) => [network.uuid, network]));
  const real = new Map<string, ObservedNetwork>();
  const ports = state.bridgePorts === null ? null : { ...state.bridgePorts };
  for (const standIn of state.networks) {
    const network = byUuid.get(standIn.temporaryFor?.network ?? '');
    if (network === undefined) continue;
    real.set(`network ${standIn.name}`, network);
    if (standIn.bridge === null) continue;
    real.set(`bridge ${standIn.bridge}`, network);
    const there = network.bridge === null ? undefined : ports?.[network.bridge];
    if (ports !== null && network.bridge !== null && there !== undefined)
      ports[network.bridge] = [...there, ...(ports[standIn.bridge] ?? [])];
  }
  if (real.size === 0) return state;
  const nicOf = (nic: NonNullable<ObservedDomain['live']>['nics'][number]): typeof nic => {
    const { source } = nic;
    if (source.kind === 'other') return nic;
    const network = real.get(
      source.kind === 'network' ? `network ${source.network}` : `bridge ${source.bridge}`,
    );
    if (network === undefined) return nic;
    return {
      ...nic,
      source:
        source.kind === 'network'
          ? { kind: 'network', network: network.name }
          : { kind: 'bridge', bridge: network.bridge ?? '' },
      bridge: network.bridge,
    };
  };
  const domains = state.domains.map((domain) =>
    domain.live === null
      ? domain
      : { ...domain, live: { ...domain.live, nics: domain.live.nics.map(nicOf) } },
  );
  return { ...state, domains, bridgePorts: ports };
}
