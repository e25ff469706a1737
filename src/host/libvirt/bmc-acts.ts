/** What a BMC needs of libvirt, beside the acts on domains and volumes. */
import { closeSync, readFileSync } from 'node:fs';
import { VenError, type Power, type VolumeRef } from '../../model/index.js';
import {
  BMC_KEY,
  BMC_NAMESPACE,
  bmcMarkForMetadata,
  driveXml,
  imageVolumeXml,
  safeVolume,
  type SeenMachine,
} from '../../libvirt/index.js';
import { attribute, parseXml, textAt } from '../../xml/index.js';
import { fetchImage } from '../bmc/image.js';
import type { BmcActs, HostActs } from '../bmc/acts.js';
import type { Env } from '../exec.js';
import { unlinkedFile } from '../state/temporary.js';
import { powerOf } from './power.js';
import { refreshPool } from './storage-acts.js';
import type { Command, Virsh } from './virsh.js';

export type LibvirtBmcActs = Omit<BmcActs, 'hold' | 'now' | keyof HostActs>;

export function bmcActs(virsh: Virsh, env: Env): LibvirtBmcActs {
  const volumeXml = async (ref: VolumeRef): Promise<string> =>
    (await virsh.must([dumpVolume(ref)]))[0] ?? '';

  return {
    async definitions(uuids, signal) {
      const [saves, ...replies] = await virsh.ask(
        [
          ['list', '--all', '--uuid', '--with-managed-save'],
          ...uuids.flatMap((uuid) => [
            ['dumpxml', uuid, '--inactive'],
            ['dumpxml', uuid],
            ['domstate', uuid],
          ]),
        ],
        { signal, timeoutSeconds: 30 },
      );
      const saved = new Set(saves?.text.split(/\s+/));
      // One that can't be read hides no others.
      let fault: Error | undefined;
      const seen = uuids.flatMap((uuid, index): SeenMachine[] => {
        const [config, running, state] = replies.slice(3 * index, 3 * index + 3);
        for (const reply of [config, running, state])
          if (reply?.error && reply.answer !== 'not-found') fault ??= reply.error;
        if (config?.ok !== true || running?.ok !== true || state?.ok !== true) return [];
        const runs = attribute(parseXml(running.text), 'id') !== null;
        const power: Power = powerOf(state.text);
        const live = runs ? running.text : null;
        return [{ config: config.text, live, power, saved: live === null && saved.has(uuid) }];
      });
      if (fault && seen.length === 0) throw fault;
      return seen;
    },

    async setMark(uuid, mark) {
      const text = bmcMarkForMetadata(mark);
      const change = text === null ? ['--remove'] : ['--set', text];
      await virsh.must(
        [['metadata', uuid, '--uri', BMC_NAMESPACE, '--key', BMC_KEY, ...change, '--config']],
        text === null ? ['not-found'] : [],
      );
    },

    async injectNmi(uuid) {
      await virsh.must([['inject-nmi', uuid]]);
    },

    async dropSaved(uuid) {
      await virsh.must([['managedsave-remove', uuid]]);
    },

    // libvirt itself changes the order only at a start.
    async setBootIndexes(uuid, indexes) {
      const texts = await virsh.must(
        indexes.map(({ device, index }) => {
          const path = `/machine/peripheral/${device}`;
          const set = { path, property: 'bootindex', value: index };
          const command = JSON.stringify({ execute: 'qom-set', arguments: set });
          return ['qemu-monitor-command', uuid, command];
        }),
      );
      const refused = texts.find((text) => text.includes('"error"'));
      if (refused === undefined) return;
      throw new VenError('tool-failed', { summary: 'QEMU keeps its boot order', detail: refused });
    },

    async readVolume({ pool, volume }) {
      const fd = unlinkedFile('', env);
      try {
        const download: Command = ['vol-download', '--pool', pool, safeVolume(volume), { fd }];
        const [reply] = await virsh.ask([download]);
        if (reply?.answer === 'not-found') return null;
        if (reply?.error) throw reply.error;
        return readFileSync(`/proc/self/fd/${fd}`);
      } finally {
        closeSync(fd);
      }
    },

    async stampsOf(refs, signal) {
      const replies = await virsh.ask(refs.map(dumpVolume), { signal });
      return replies.map(({ ok, text }) =>
        ok ? textAt(parseXml(text), 'target', 'timestamps', 'mtime') : null,
      );
    },

    async setDrive(uuid, path, isRunning) {
      const change: Command = ['update-device', uuid, { file: driveXml(path) }, '--force'];
      await virsh.must([[...change, '--config'], ...(isRunning ? [[...change, '--live']] : [])]);
    },

    async createImage(ref, bytes) {
      await virsh.must([
        ['vol-create', ref.pool, { file: imageVolumeXml(safeVolume(ref.volume), bytes) }],
      ]);
      const path = textAt(parseXml(await volumeXml(ref)), 'target', 'path');
      if (path !== null) return path;
      throw new VenError('tool-failed', { summary: `libvirt gives no path of ${ref.volume}` });
    },

    async fillImage({ pool, volume }, { fd }, signal) {
      const upload: Command = ['vol-upload', '--pool', pool, safeVolume(volume), { fd }];
      await virsh.must([upload], [], { signal });
    },

    async deleteVolume({ pool, volume }) {
      const deletion: Command = ['vol-delete', '--pool', pool, safeVolume(volume)];
      const [deleted] = await virsh.ask([deletion]);
      if (deleted?.ok === true) return;
      if (deleted?.error && deleted.answer !== 'not-found') throw deleted.error;
      // It may be in the folder, and not in libvirt's list.
      await refreshPool(virsh, pool);
      await virsh.must([deletion], ['not-found']);
    },

    fetchImage: (media, signal) => fetchImage(env, media, { signal }),
  };
}

function dumpVolume({ pool, volume }: VolumeRef): Command {
  return ['vol-dumpxml', '--pool', pool, safeVolume(volume)];
}
