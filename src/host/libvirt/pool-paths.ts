import { poolFacts, poolsByVolume, volumesByPath } from '../../libvirt/index.js';
import { parseXml } from '../../xml/index.js';
import type { Virsh } from './virsh.js';

/** `volumesByPath`; queries only the pools of disks that are named as volumes. */
export async function byPath(virsh: Virsh, xml: string): Promise<string> {
  const pools = poolsByVolume(xml);
  if (pools.length === 0) return xml;
  const replies = await virsh.must(pools.map((pool) => ['pool-dumpxml', pool]));
  const folders = new Map(
    pools.map((pool, index) => [pool, poolFacts(parseXml(replies[index] ?? '')).path]),
  );
  return volumesByPath(xml, (pool) => folders.get(pool) ?? null);
}
