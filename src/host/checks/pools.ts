/** Checks of the pools that a fleet's disks are in. */
import { OWN_POOL, poolFault, type HostFinding, type HostState } from '../../model/index.js';
import { listedPool, observedPools, type ListedPool } from '../libvirt/pools.js';
import type { Virsh } from '../libvirt/virsh.js';
import { finding } from './finding.js';

export type PoolsOnHost = Pick<HostState, 'pools' | 'defaultFolder'>;

/**
 * All pools of the host: another one may have the folder of one that is missing. `used`: names of
 * those that the fleet uses.
 */
export async function readPools(virsh: Virsh, used: readonly string[]): Promise<PoolsOnHost> {
  const list = (...args: string[]): string[] => ['pool-list', '--uuid', ...args];
  const [all, active, autostart] = (
    await virsh.ask([list('--all'), list(), list('--all', '--autostart')])
  ).map(({ text }) => text.split(/\s+/).filter((uuid) => uuid !== ''));
  const uuids = all ?? [];
  const definitions = await virsh.ask(uuids.map((uuid) => ['pool-dumpxml', uuid]));
  const pools = definitions.flatMap(({ ok, text }, index): ListedPool[] => {
    const uuid = uuids[index] ?? '';
    const state = {
      active: active?.includes(uuid) === true,
      autostart: autostart?.includes(uuid) === true,
    };
    return ok ? [listedPool(text, state)] : [];
  });
  return observedPools(pools, used, virsh.uri);
}

export function poolFinding(name: string, onHost: PoolsOnHost, uri: string): HostFinding {
  const fault = poolFault(name, onHost, uri);
  if (fault !== null) return finding('pool', 'missing', fault.what, fault.fix);
  const pool = onHost.pools.find((each) => each.name === name);
  if (pool === undefined)
    return finding('pool', 'ok', `There is no storage pool ${OWN_POOL} yet; apply makes it`);
  return finding(
    'pool',
    'ok',
    pool.active
      ? `The storage pool ${name} is active`
      : `The storage pool ${name} is not active; apply starts it`,
  );
}
