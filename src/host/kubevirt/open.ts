import type { Cluster } from '../../model/index.js';
import type { ClusterOptions } from './open-cluster.js';

/**
 * As `open-cluster.ts`, which is loaded here: a command about libvirt does without its large
 * library. @throws VenError `host-not-ready`
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  return (await import('./open-cluster.js')).openCluster(options);
}
