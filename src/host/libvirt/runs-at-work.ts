import type { HostState } from '../../model/index.js';

/** Says of each temporary network whether a run of its fleet is at work. */
export async function withRunsAtWork(
  state: HostState,
  isAtWork: (fleet: string) => Promise<boolean>,
): Promise<HostState> {
  if (state.networks.every(({ temporaryFor }) => temporaryFor === null)) return state;
  const networks = state.networks.map(async (network) => {
    const { temporaryFor } = network;
    if (temporaryFor === null) return network;
    const atWork = await isAtWork(temporaryFor.user.fleet);
    return { ...network, temporaryFor: { ...temporaryFor, atWork } };
  });
  return { ...state, networks: await Promise.all(networks) };
}
