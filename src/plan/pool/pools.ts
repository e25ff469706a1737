import { VenError, type Change, type ResolvedFleet, type Step } from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import type { Selection } from '../select.js';

/** The one pool that ven makes and starts; all others are somebody else's. */
const OWN = 'default';

export interface PoolWork {
  changes: Change[];
  steps: Step[];
  warnings: string[];
  /** For each pool's name, the steps that a VM with a disk in it waits for. */
  ready: Map<string, string[]>;
}

/**
 * `wanted`: pools that VMs are made or changed in; `leaving`: pools that volumes are deleted from: a volume in a pool that
 * isn't active can't be. Throws `host-not-ready`, with the commands to type, for those that are not ven's to make or start.
 */
export function planPools(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  wanted: ReadonlySet<string>,
  leaving: ReadonlySet<string>,
): PoolWork {
  const work: PoolWork = { changes: [], steps: [], warnings: [], ready: new Map() };
  const missing: string[] = [];
  const inactive: string[] = [];
  for (const name of [...new Set([...wanted, ...leaving])].sort()) {
    const address = `pool.${name}`;
    const pool = onHost.pools.get(name);
    if (pool?.active === true) continue;
    if (selection.excluded(address)) {
      work.warnings.push(
        `${address} is excluded, and ${pool === undefined ? 'missing' : 'not active'}: VMs with disks in it will fail`,
      );
      continue;
    }
    if (name !== OWN) {
      if (pool !== undefined) inactive.push(name);
      else if (wanted.has(name)) missing.push(name);
      else
        work.warnings.push(
          `Pool ${name} is gone from the host: volumes in it can't be deleted through libvirt`,
        );
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
    work.steps.push({
      id,
      address,
      needs: [],
      timeoutSeconds: 60,
      kind: 'pool-ensure',
      pool: name,
    });
    work.ready.set(name, [id]);
  }
  if (missing.length > 0 || inactive.length > 0)
    throw notReady(missing, inactive, `virsh -c ${fleet.host.uri}`);
  return work;
}

function notReady(
  missing: readonly string[],
  inactive: readonly string[],
  virsh: string,
): VenError {
  const start = (name: string): string =>
    `${virsh} pool-start ${name} && ${virsh} pool-autostart ${name}`;
  const define = (name: string): string =>
    `${virsh} pool-define-as ${name} dir --target /var/lib/libvirt/${name}`;
  const faults = [
    ...missing.map((name) => ({
      name,
      what: `This host has no storage pool ${name}`,
      fix: `${define(name)} && ${start(name)}`,
    })),
    ...inactive.map((name) => ({
      name,
      what: `Storage pool ${name} is not active`,
      fix: start(name),
    })),
  ];
  const [first] = faults;
  return new VenError('host-not-ready', {
    summary: `${first?.what}${faults.length > 1 ? `, and ${faults.length - 1} more like it` : ''}`,
    detail: faults.length > 1 ? faults.map(({ what }) => what).join('\n') : undefined,
    hint: `ven makes and starts no pool but ${OWN}. Do it by hand, then try again: ${faults.map(({ fix }) => fix).join('; ')}`,
    where: `pool.${first?.name}`,
  });
}

/** What has to be done before volumes can be made or deleted. */
export function poolSteps(
  volumes: readonly { pool: string }[],
  ready: ReadonlyMap<string, string[]>,
): string[] {
  return [...new Set(volumes.flatMap(({ pool }) => ready.get(pool) ?? []))];
}
