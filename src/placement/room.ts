import {
  POOL_OF_HOST,
  type HostOfFleet,
  type HostSurvey,
  type ResolvedVm,
} from '../model/index.js';

/** What VMs may still have of a host. May be negative: what is there stays. */
export interface Room {
  cpus: number;
  memoryKiB: number;
  /** Bytes, by pool; absent: there is no such pool, or it is not active. */
  pools: Map<string, number>;
}

/**
 * What all VMs together may have of it: `total`, to compare hosts; and what is left. Of others'
 * domains count those that run; `ours`, by UUID, always.
 */
export function roomOf(
  host: HostOfFleet,
  survey: HostSurvey,
  ours: ReadonlySet<string>,
): { total: Room; left: Room } {
  const { reserve, overcommit } = host;
  const cpus = Math.max(0, survey.cpus - reserve.cpus) * overcommit.cpus;
  const memoryKiB = Math.max(0, survey.memoryKiB - reserve.memoryKiB) * overcommit.memory;
  const pools = new Map(
    survey.pools
      .filter(({ active }) => active)
      .map(({ name, availableBytes }) => [name, availableBytes * overcommit.disk] as const),
  );
  const counted = survey.domains.filter(({ running, uuid }) => running || ours.has(uuid));
  const sum = (of: 'cpus' | 'memoryKiB'): number =>
    counted.reduce((total, domain) => total + domain[of], 0);
  return {
    total: { cpus, memoryKiB, pools },
    left: {
      cpus: cpus - sum('cpus'),
      memoryKiB: memoryKiB - sum('memoryKiB'),
      pools: new Map(pools),
    },
  };
}

/** The bytes that its disks may take, by pool of a host with this `storagePool`. */
export function disksOf({ disks }: ResolvedVm, storagePool: string): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const { pool, sizeBytes } of disks) {
    const name = pool === POOL_OF_HOST ? storagePool : pool;
    bytes.set(name, (bytes.get(name) ?? 0) + sizeBytes);
  }
  return bytes;
}
