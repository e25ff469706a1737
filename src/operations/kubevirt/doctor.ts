import { VenError, type Cluster, type HostFinding, type ResolvedFleet } from '../../model/index.js';
import { loadOnHost, type Request } from '../load.js';
import { clusterOf } from './cluster.js';

/** Is the cluster ready for the fleet, with fixes. Never rejects for a finding. */
export async function doctor(request: Request): Promise<HostFinding[]> {
  const fleet = loadOnHost(request);
  try {
    const cluster = await clusterOf(fleet, request);
    return await cluster.findings(storageClasses(fleet));
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    const { summary, detail, hint = '' } = error;
    const message = detail === undefined ? summary : `${summary}: ${detail}`;
    return [{ check: 'kubeconfig', level: 'missing', message, fix: hint }];
  }
}

/** The part of it that an apply needs. Rejects with `host-not-ready`, all that is missing. */
export async function checkClusterIsReady(cluster: Cluster, fleet: ResolvedFleet): Promise<void> {
  const found = await cluster.findings(storageClasses(fleet));
  const missing = found.filter(({ level, check }) => level === 'missing' && check !== 'storage');
  if (missing.length === 0) return;
  throw new VenError('host-not-ready', {
    summary: 'The cluster is not ready. Nothing was changed.',
    detail: missing.map(({ message, fix }) => `${message}\n  ${fix}`).join('\n'),
    hint: 'ven doctor shows all checks',
  });
}

function storageClasses({ vms }: ResolvedFleet): string[] {
  return [...new Set(vms.flatMap(({ disks }) => disks.map(({ pool }) => pool)))].sort();
}
