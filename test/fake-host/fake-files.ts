import { createHash } from 'node:crypto';
import { imageVolumeXml, tpmFolder } from '../../src/libvirt/index.js';
import {
  VenError,
  type DomainFile,
  type DomainFiles,
  type FileCopy,
  type FilePlace,
} from '../../src/model/index.js';
import type { Faults } from './faults.js';
import type { FakeStorage } from './storage.js';

/** What was read of files of any host. */
const contents = new WeakMap<FileCopy, Uint8Array>();

/** The files of VMs in memory: `storage.contents` has what was written, of any path. */
export function fakeFiles(storage: FakeStorage, faults: Faults): DomainFiles {
  const pathOf = (place: FilePlace): string =>
    place.kind === 'volume'
      ? `${storage.folderOf(place.ref.pool)}/${place.ref.volume}`
      : `${place.folder}/${place.name}`;
  const stampOf = (path: string): string => sha256(storage.contents.get(path) ?? new Uint8Array());
  return {
    list({ uuid, config, mark }) {
      faults.check();
      const volumes = (mark?.volumes ?? []).flatMap((ref): DomainFile[] => {
        const bytes = storage.pools.get(ref.pool)?.volumes.get(ref.volume);
        if (bytes === undefined) return [];
        const place: FilePlace = { kind: 'volume', ref };
        return [{ place, name: ref.volume, bytes, stamp: stampOf(pathOf(place)) }];
      });
      const known = new Set(volumes.map(({ place }) => pathOf(place)));
      const paths = [
        ...(config.nvram === null || known.has(config.nvram) ? [] : [config.nvram]),
        ...(config.tpm ? [`${tpmFolder({ uuid })}/tpm2/tpm2-00.permall`] : []),
      ];
      const files = paths.flatMap((path): DomainFile[] => {
        const content = storage.contents.get(path);
        if (content === undefined) return [];
        const at = path.lastIndexOf('/');
        const [folder, name] = [path.slice(0, at), path.slice(at + 1)];
        const place: FilePlace = { kind: 'file', folder, name, isPrivate: name.startsWith('tpm2') };
        return [{ place, name, bytes: content.length, stamp: stampOf(path) }];
      });
      return Promise.resolve([...volumes, ...files]);
    },

    read({ place, bytes }) {
      faults.check();
      const content = storage.contents.get(pathOf(place)) ?? new Uint8Array();
      const copy = { bytes, sha256: sha256(content), fd: -1, close: () => undefined };
      contents.set(copy, content);
      return Promise.resolve(copy);
    },

    write(place, copy) {
      return Promise.resolve().then(() => {
        const content = contents.get(copy);
        if (content === undefined) throw new VenError('tool-failed', { summary: 'no such copy' });
        if (place.kind === 'volume')
          storage.create(place.ref.pool, imageVolumeXml(place.ref.volume, copy.bytes));
        faults.change(`upload ${pathOf(place)}`, () =>
          storage.contents.set(pathOf(place), content),
        );
      });
    },
  };
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
