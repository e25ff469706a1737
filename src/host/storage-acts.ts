/** What ven does to pools and volumes. All idempotent. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { VenError, type VolumeRef } from '../model/index.js';
import { parseXml } from '../xml/index.js';
import { safeVolume } from './domain-acts.js';
import type { Env } from './exec.js';
import { volumeFacts } from './storage-facts.js';
import { oneAtATime } from './turns.js';
import type { Virsh } from './virsh.js';

export interface StorageActs {
  ensurePool(pool: string): Promise<void>;
  createVolume(pool: string, volume: string, xml: string): Promise<void>;
  growVolume(ref: VolumeRef, bytes: number, running: { uuid: string; target: string } | null): Promise<void>;
}

export function storageActs(virsh: Virsh, env: Env): StorageActs {
  const inTurn = oneAtATime();

  return {
    async ensurePool(pool) {
      await inTurn(async () => {
        const [start] = await virsh.ask([['pool-start', pool]]);
        if (start?.ok || start?.answer === 'active') return;
        if (start?.answer !== 'not-found') throw start?.error ?? noPool(pool);
        const [info] = await virsh.ask([['pool-uuid', pool]]);
        // It is there, and what it stands for is not: the folder was deleted, say.
        if (info?.ok && pool !== 'default') throw start.error ?? noPool(pool);
        if (pool !== 'default') throw noPool(pool);
        if (!info?.ok)
          await virsh.must(
            [
              ['pool-define-as', pool, 'dir', '--target', defaultFolder(virsh.uri, env)],
              ['pool-autostart', pool],
            ],
            ['exists'],
          );
        await virsh.must(
          [
            ['pool-build', pool],
            ['pool-start', pool],
          ],
          ['active', 'exists'],
        );
      });
    },

    async createVolume(pool, volume, xml) {
      safeVolume(volume);
      const create = () =>
        virsh.ask([
          ['vol-create', pool, { file: xml }],
          ['vol-info', '--pool', pool, volume],
        ]);
      let [made, there] = await create();
      if (made?.ok) return;
      if (made?.answer === 'exists' && !there?.ok) {
        // libvirt remembers a file that is gone, or has not seen one that came: let it look again.
        await virsh.must([['pool-refresh', pool]]);
        [made, there] = await create();
      }
      if (made?.ok || (made?.answer === 'exists' && there?.ok)) return;
      throw made?.error ?? noPool(pool);
    },

    async growVolume({ pool, volume }, bytes, running) {
      safeVolume(volume);
      const capacity = async (): Promise<number> => {
        const [xml = ''] = await virsh.must([['vol-dumpxml', '--pool', pool, volume]]);
        return volumeFacts(parseXml(xml)).capacityBytes;
      };
      if ((await capacity()) >= bytes) return;
      if (running) await virsh.must([['blockresize', running.uuid, running.target, `${bytes}B`]]);
      else await virsh.must([['vol-resize', '--pool', pool, volume, `${bytes}B`]]);
    },
  };
}

function defaultFolder(uri: string, env: Env): string {
  if (!/^[^:]*:\/\/[^/]*\/session/.test(uri)) return '/var/lib/libvirt/images';
  const home = env['XDG_DATA_HOME'];
  return join(home !== undefined && isAbsolute(home) ? home : join(env['HOME'] ?? homedir(), '.local/share'), 'libvirt/images');
}

function noPool(pool: string): VenError {
  return new VenError('host-not-ready', {
    summary: `There is no storage pool ${pool} on the host`,
    hint: `Make it: virsh pool-define-as ${pool} dir --target /path/to/folder && virsh pool-build ${pool} && virsh pool-start ${pool}, or name another pool in the fleet file`,
  });
}
