import { makeClusterPlan } from '../../kubevirt/index.js';
import type { Cluster, Plan, ResolvedFleet } from '../../model/index.js';
import type { HeldPlace, OpenPlace, Seen } from '../engines/place.js';
import { clusterOf } from './cluster.js';
import { checkClusterIsReady } from './doctor.js';

/** A cluster. */
export const openClusterPlace: OpenPlace = async (fleet, request) => {
  const cluster = await clusterOf(fleet, request);
  const place: HeldPlace = {
    endLeftovers: () => Promise.resolve(),
    look: async (options, { stop }) =>
      seen(makeClusterPlan(fleet, await cluster.observe(stop), options), fleet, cluster),
  };
  return {
    uri: cluster.uri,
    lock: async (asked) => {
      const { release } = await cluster.lock(asked);
      return { place, release };
    },
  };
};

function seen(plan: Plan, fleet: ResolvedFleet, cluster: Cluster): Seen {
  const { state, objects } = cluster;
  return {
    plan,
    checkIsReady: () => checkClusterIsReady(cluster, fleet),
    ports: () => ({ host: null, fleet, objects }),
    openJournal: () => state.openJournal(),
    keepRecords: () => Promise.resolve(() => undefined),
    keepFolders: () => undefined,
    tidy: (purge) => {
      state.clear({ keepLogs: !purge });
      if (purge) return Promise.resolve('deleted');
      return Promise.resolve(state.files(['runs', 'logs']).length > 0 ? 'left' : undefined);
    },
  };
}
