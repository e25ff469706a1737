/** The hosts of a fleet, opened: one, or those that its file names. */
import { shareOf } from '../../config/index.js';
import {
  type Host,
  type HostOfFleet,
  type Lock,
  type LockRequest,
  type ReadSecret,
  type ResolvedFleet,
  type ResolvedVm,
} from '../../model/index.js';
import type { Request } from '../load.js';
import { openHost } from '../open.js';

/** One of several hosts, opened. */
export interface OpenHost {
  name: string;
  settings: HostOfFleet;
  host: Host;
  /** The fleet as it is there, with these of its VMs. */
  share: (vms: readonly ResolvedVm[]) => ResolvedFleet;
}

/** In the order of their names; nothing is run yet. A fleet on one host has none of these. */
export function openHosts(
  fleet: ResolvedFleet,
  request: Pick<Request, 'env' | 'ports' | 'waiting'>,
  readSecret?: ReadSecret,
): OpenHost[] {
  return (fleet.hosts ?? []).map((settings) => {
    const share = (vms: readonly ResolvedVm[]): ResolvedFleet => shareOf(fleet, settings, vms);
    const { name } = settings;
    const waiting =
      request.waiting &&
      ((what: string): void => {
        request.waiting?.(`${name}: ${what}`);
      });
    const host = openHost(share([]), { ...request, waiting }, readSecret);
    return { name, settings, host, share };
  });
}

/**
 * The fleet's lock on each host, one after another in the order of their names, so that no two runs
 * wait for each other. @throws VenError `locked` and as `Host.lock`; nothing is locked then
 */
export async function lockHosts(
  hosts: readonly OpenHost[],
  request: LockRequest,
): Promise<{ hosts: OpenHost[]; release: () => void }> {
  const began = performance.now();
  const locks: Lock[] = [];
  const release = (): void => {
    for (const lock of locks.splice(0)) lock.release();
  };
  try {
    const locked: OpenHost[] = [];
    for (const each of hosts) {
      const spent = (performance.now() - began) / 1000;
      const waitSeconds = Math.max(0, (request.waitSeconds ?? 0) - spent);
      const lock = await each.host.lock({ ...request, waitSeconds });
      locks.push(lock);
      locked.push({ ...each, host: lock.host });
    }
    return { hosts: locked, release };
  } catch (error) {
    release();
    throw error;
  }
}
