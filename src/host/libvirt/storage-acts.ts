/** The acts on pools and volumes. All idempotent, except `createVolume`. */
import { setTimeout as pause } from 'node:timers/promises';
import { VenError, type VolumeRef } from '../../model/index.js';
import { parseXml } from '../../xml/index.js';
import type { Answer } from './answers.js';
import { safeVolume, volumeFacts } from '../../libvirt/index.js';
import { limiter } from './limiter.js';
import { DEFAULT_FOLDER } from './pools.js';
import type { Command, Virsh } from './virsh.js';

export interface StorageActs {
  ensurePool(pool: string): Promise<void>;
  createVolume(pool: string, volume: string, xml: string): Promise<void>;
  fillVolume(ref: VolumeRef, content: Uint8Array): Promise<void>;
  growVolume(
    ref: VolumeRef,
    bytes: number,
    running: { uuid: string; target: string } | null,
  ): Promise<void>;
}

const REFRESH_TRIES = 50;
const REFRESH_AGAIN_MS = 200;

export function storageActs(virsh: Virsh): StorageActs {
  const oneByOne = limiter(1);

  return {
    async ensurePool(pool) {
      await oneByOne(async () => {
        const [start] = await virsh.ask([['pool-start', pool]]);
        if (start?.ok || start?.answer === 'active') return;
        if (start?.answer !== 'not-found') throw start?.error ?? noPool(pool);
        const [info] = await virsh.ask([['pool-uuid', pool]]);
        // The pool exists, but not its target: the folder was deleted, for example.
        if (info?.ok && pool !== 'default') throw start.error ?? noPool(pool);
        if (pool !== 'default') throw noPool(pool);
        if (!info?.ok)
          await virsh.must(
            [
              ['pool-define-as', pool, 'dir', '--target', DEFAULT_FOLDER],
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
      const command: Command = ['vol-create', pool, { file: xml }];
      let [created] = await virsh.ask([command]);
      if (created?.answer === 'exists') {
        // libvirt may list a file that was deleted: refresh the pool.
        await refreshPool(virsh, pool);
        [created] = await virsh.ask([command]);
      }
      if (created?.ok) return;
      if (created?.answer === 'exists') throw inTheWay(virsh.uri, { pool, volume }, created.error);
      throw created?.error ?? noPool(pool);
    },

    async fillVolume({ pool, volume }, content) {
      const upload: Command = ['vol-upload', '--pool', pool, safeVolume(volume), { file: content }];
      const [filled] = await virsh.ask([upload]);
      if (filled?.ok) return;
      if (filled?.answer !== 'not-found') throw filled?.error ?? noPool(pool);
      // libvirt recreates lost variables when the VM starts, and does not list them.
      await refreshPool(virsh, pool);
      await virsh.must([upload]);
    },

    async growVolume({ pool, volume }, bytes, running) {
      safeVolume(volume);
      const ask: Command = ['vol-dumpxml', '--pool', pool, volume];
      const [known] = await virsh.ask([ask]);
      if (known?.error && known.answer !== 'not-found') throw known.error;
      // A file that was put back by hand is in the folder, but not in libvirt's list yet.
      if (!known?.ok) await refreshPool(virsh, pool);
      const xml = known?.ok ? known.text : ((await virsh.must([ask]))[0] ?? '');
      if (volumeFacts(parseXml(xml)).capacityBytes >= bytes) return;
      if (running) await virsh.must([['blockresize', running.uuid, running.target, `${bytes}B`]]);
      else await virsh.must([['vol-resize', '--pool', pool, volume, `${bytes}B`]]);
    },
  };
}

/**
 * Refreshes a pool. libvirt refuses that while a volume is being created in it, for another VM for
 * example; that takes a moment. @throws VenError unless its answer is in `fine`.
 */
export async function refreshPool(
  virsh: Virsh,
  pool: string,
  fine: readonly Answer[] = [],
): Promise<void> {
  for (let tries = REFRESH_TRIES; ; tries -= 1) {
    const [reply] = await virsh.ask([['pool-refresh', pool]]);
    if (reply?.ok || (reply && fine.includes(reply.answer))) return;
    if (reply?.answer !== 'busy' || tries === 0) throw reply?.error ?? noPool(pool);
    await pause(REFRESH_AGAIN_MS);
  }
}

function inTheWay(uri: string, { pool, volume }: VolumeRef, cause: unknown): VenError {
  return new VenError('foreign-object', {
    summary: `There is a volume ${volume} in pool ${pool} already, and this run did not create it`,
    detail: `inspect it: virsh -c ${uri} vol-info --pool ${pool} ${volume}`,
    hint:
      'It was created after the plan, and it was not touched. See what it is, and run ' +
      'ven plan again',
    cause,
  });
}

function noPool(pool: string): VenError {
  return new VenError('host-not-ready', {
    summary: `There is no storage pool ${pool} on the host`,
    hint:
      `Make it: virsh pool-define-as ${pool} dir --target /path/to/folder && virsh ` +
      `pool-build ${pool} && virsh pool-start ${pool}, or name another pool in the fleet file`,
  });
}
