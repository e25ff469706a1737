import { VenError, type Change, type ResolvedFleet, type Step } from '../model/index.js';
import type { Seen } from './seen.js';
import type { Selection } from './select.js';

/** The one pool that ven makes when it is missing. */
const MADE_WHEN_MISSING = 'default';

export interface PoolWork {
  changes: Change[];
  steps: Step[];
  warnings: string[];
  /** For each pool's name, the steps that a VM with a disk in it waits for. */
  ready: Map<string, string[]>;
}

/**
 * `wanted`: pools that VMs are made or changed in; throws `host-not-ready` when one is missing that ven doesn't make.
 * `leaving`: pools that volumes are deleted from: a volume in a pool that isn't active can't be.
 */
export function planPools(
  fleet: ResolvedFleet,
  seen: Seen,
  selection: Selection,
  wanted: ReadonlySet<string>,
  leaving: ReadonlySet<string>,
): PoolWork {
  const work: PoolWork = { changes: [], steps: [], warnings: [], ready: new Map() };
  const missing: string[] = [];
  for (const name of [...new Set([...wanted, ...leaving])].sort()) {
    const address = `pool.${name}`;
    const pool = seen.pools.get(name);
    if (pool?.active === true) continue;
    if (pool === undefined && name !== MADE_WHEN_MISSING) {
      if (wanted.has(name)) missing.push(name);
      else work.warnings.push(`Pool ${name} is gone from the host: volumes in it can't be deleted through libvirt`);
      continue;
    }
    if (selection.excluded(address)) {
      work.warnings.push(`${address} is excluded, and ${pool === undefined ? 'missing' : 'not active'}: VMs with disks in it will fail`);
      continue;
    }
    work.changes.push(
      pool === undefined
        ? { address, action: 'create', reason: 'missing', notes: [], after: { type: 'dir' } }
        : {
            address,
            action: 'update',
            reason: 'drift',
            notes: [],
            fields: [{ path: 'active', before: 'no', after: 'yes', effect: 'live' }],
          },
    );
    const id = `${address}:ensure`;
    work.steps.push({ id, address, needs: [], timeoutSeconds: 60, kind: 'pool-ensure', pool: name });
    work.ready.set(name, [id]);
  }
  if (missing.length > 0) {
    throw new VenError('host-not-ready', {
      summary: `This host has no storage pool ${missing.join(', ')}`,
      hint: `Make it, then try again: ${missing.map((name) => `virsh -c ${fleet.host.uri} pool-define-as ${name} dir --target /var/lib/libvirt/${name} && virsh -c ${fleet.host.uri} pool-start ${name} && virsh -c ${fleet.host.uri} pool-autostart ${name}`).join('; ')}`,
      where: `pool.${missing[0]}`,
    });
  }
  return work;
}

/** What has to be done before volumes can be made or deleted. */
export function poolSteps(volumes: readonly { pool: string }[], ready: ReadonlyMap<string, string[]>): string[] {
  return [...new Set(volumes.flatMap(({ pool }) => ready.get(pool) ?? []))];
}
