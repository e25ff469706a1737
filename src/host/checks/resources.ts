/**
 * Compares free memory and disk with the fleet's needs. Both may be overcommitted, so these are
 * warnings.
 */
import type { HostFinding, ObservedPool, ResolvedFleet } from '../../model/index.js';

export interface Resources {
  /** The answer to `virsh nodememstats`. */
  memory: string;
  /** UUIDs of running VMs: their memory is in use, and their disks exist. */
  running: ReadonlySet<string>;
  pools: readonly Pick<ObservedPool, 'name' | 'active' | 'availableBytes'>[];
}

export function resourceFindings(
  fleet: ResolvedFleet,
  { memory, running, pools }: Resources,
): HostFinding[] {
  const findings: HostFinding[] = [];
  const coming = fleet.vms.filter(({ uuid }) => !running.has(uuid));
  const wanted = sum(
    coming.filter(({ power }) => power === 'running').map(({ memoryKiB }) => memoryKiB),
  );
  const free = freeKiB(memory);
  if (free !== null && wanted > 0) {
    findings.push(
      wanted > free
        ? {
            check: 'memory',
            level: 'warning',
            message:
              `The VMs to start want ${gib(wanted * 1024)} of memory, and ` +
              `${gib(free * 1024)} are free`,
            fix: 'Stop other VMs, or ask for less memory or fewer VMs',
          }
        : {
            check: 'memory',
            level: 'ok',
            message:
              `${gib(free * 1024)} of memory are free; the VMs to start want ` +
              `${gib(wanted * 1024)}`,
            fix: '',
          },
    );
  }
  for (const { name: pool, active, availableBytes: available } of pools) {
    const size = sum(
      coming.flatMap(({ disks }) =>
        disks.filter((disk) => disk.pool === pool).map(({ sizeBytes }) => sizeBytes),
      ),
    );
    if (size === 0 || !active) continue;
    findings.push(
      size > available
        ? {
            check: 'disk',
            level: 'warning',
            message:
              `The disks in pool ${pool} may grow to ${gib(size)}, and ${gib(available)} ` +
              'are free',
            fix:
              'They take only what is written to them. Make room, or ask for smaller ' +
              'disks, before the VMs fill them',
          }
        : {
            check: 'disk',
            level: 'ok',
            message:
              `${gib(available)} are free in pool ${pool}; the disks may grow to ` + `${gib(size)}`,
            fix: '',
          },
    );
  }
  return findings;
}

/** The available memory: caches count as free. */
function freeKiB(memory: string): number | null {
  const of = (name: string): number =>
    Number(new RegExp(`^${name}\\s*:\\s*(\\d+) KiB`, 'm').exec(memory)?.[1] ?? NaN);
  const free = of('free') + (of('buffers') || 0) + (of('cached') || 0);
  return Number.isFinite(free) ? free : null;
}

function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
