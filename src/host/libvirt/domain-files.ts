/**
 * The files of a VM, over libvirt's own connection: no shell is needed on the host. What is in no
 * pool gets one for as long as a virsh process takes: a transient pool of type dir. (decision 77)
 */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fstatSync } from 'node:fs';
import { basename, dirname } from 'node:path/posix';
import {
  isMediaVolume,
  VenError,
  volumeKey,
  type DomainFile,
  type DomainFiles,
  type FilePlace,
} from '../../model/index.js';
import { imageVolumeXml, safeVolume, tpmFolder, volumeStat } from '../../libvirt/index.js';
import { child, parseXml, serializeXml, textAt, type XmlElement } from '../../xml/index.js';
import { unlinkedFile } from '../state/temporary.js';
import type { Env } from '../exec.js';
import { namesIn, newPool } from './host-files.js';
import { refreshPool, storageActs } from './storage-acts.js';
import type { Command, Virsh, VirshReply } from './virsh.js';

/** A day: what ends a copy that goes on is the person, or the connection. */
const COPY_SECONDS = 24 * 60 * 60;
/** swtpm_setup writes there as the user that swtpm runs as. */
const TPM_AUTHORITY = '/var/lib/swtpm-localca';

interface Owner {
  owner: string;
  group: string;
}

export function domainFiles(virsh: Virsh, env: Env): DomainFiles {
  const storage = storageActs(virsh);

  /** Without the replies of the pool itself. A folder that is not there: null. */
  const inFolder = async (
    folder: string,
    questions: (pool: string) => readonly Command[],
    { build = null, seconds }: { build?: Owner | null; seconds?: number } = {},
  ): Promise<VirshReply[] | null> => {
    const { name, xml } = newPool(folder, permissions('0700', build));
    const asked = questions(name);
    const [created, ...replies] = await virsh.ask(
      [
        ['pool-create', { file: xml }, ...(build === null ? [] : ['--build'])],
        ...asked,
        ['pool-destroy', name],
      ],
      seconds === undefined ? {} : { timeoutSeconds: seconds },
    );
    if (created?.answer === 'not-found' && build === null) return null;
    if (created?.error) throw created.error;
    return replies.slice(0, asked.length);
  };

  const volumes = async ({ mark }: Parameters<DomainFiles['list']>[0]): Promise<DomainFile[]> => {
    const refs = mark?.volumes ?? [];
    for (const pool of new Set(refs.map(({ pool }) => pool))) await refreshPool(virsh, pool);
    const replies = await virsh.ask(
      refs.map(({ pool, volume }) => ['vol-dumpxml', '--pool', pool, safeVolume(volume)]),
    );
    return refs.flatMap((ref, index): DomainFile[] => {
      const reply = replies[index];
      const mayLack = isMediaVolume(ref);
      if (reply?.answer === 'not-found' && mayLack && reply.error) return [];
      if (reply?.error) throw reply.error;
      const { bytes, stamp } = volumeStat(parseXml(reply?.text ?? ''));
      return [{ place: { kind: 'volume', ref }, name: ref.volume, bytes, stamp }];
    });
  };

  const variables = async (
    { config, mark }: Parameters<DomainFiles['list']>[0],
    known: readonly DomainFile[],
  ): Promise<DomainFile[]> => {
    const { nvram } = config;
    const own = new Set(mark?.volumes.map(({ volume }) => volume));
    if (nvram === null || own.has(basename(nvram)) || known.some(({ name }) => name === nvram))
      return [];
    const [folder, name] = [dirname(nvram), basename(nvram)];
    const replies = await inFolder(folder, (pool) => [['vol-dumpxml', '--pool', pool, name]]);
    const [reply] = replies ?? [];
    // libvirt makes them at the first start.
    if (reply === undefined || reply.answer === 'not-found') return [];
    if (reply.error) throw reply.error;
    const place: FilePlace = { kind: 'file', folder, name, isPrivate: false };
    return [{ place, name, ...volumeStat(parseXml(reply.text)) }];
  };

  const tpmState = async ({
    uuid,
    config,
  }: Parameters<DomainFiles['list']>[0]): Promise<DomainFile[]> => {
    if (!config.tpm) return [];
    const folder = `${tpmFolder({ uuid })}/tpm2`;
    const [list] = (await inFolder(folder, (pool) => [['vol-list', pool]])) ?? [];
    if (list?.error) throw list.error;
    const names = namesIn(list?.text ?? '').filter((name) => !name.startsWith('.'));
    if (names.length === 0) return [];
    const replies = await inFolder(folder, (pool) =>
      names.map((name) => ['vol-dumpxml', '--pool', pool, name]),
    );
    return names.map((name, index): DomainFile => {
      const reply = replies?.[index];
      if (reply?.error) throw reply.error;
      const place: FilePlace = { kind: 'file', folder, name, isPrivate: true };
      return { place, name, ...volumeStat(parseXml(reply?.text ?? '')) };
    });
  };

  const download = async (place: FilePlace, fd: number): Promise<void> => {
    const words = (pool: string, volume: string): Command => [
      ...['vol-download', '--pool', pool, '--vol', safeVolume(volume), '--file', { fd }],
      '--sparse',
    ];
    if (place.kind === 'volume') {
      const { pool, volume } = place.ref;
      await virsh.must([words(pool, volume)], [], { timeoutSeconds: COPY_SECONDS });
      return;
    }
    const [reply] =
      (await inFolder(place.folder, (pool) => [words(pool, place.name)], {
        seconds: COPY_SECONDS,
      })) ?? [];
    if (reply === undefined) throw lost(place.folder);
    if (reply.error) throw reply.error;
  };

  const upload = async (place: FilePlace, fd: number, bytes: number): Promise<void> => {
    const words = (pool: string, volume: string): Command => [
      ...['vol-upload', '--pool', pool, '--vol', safeVolume(volume), '--file', { fd }],
      '--sparse',
    ];
    if (place.kind === 'volume') {
      const { pool, volume } = place.ref;
      // As it is, byte for byte: libvirt sees the format when it looks into the pool again.
      await storage.createVolume(pool, volume, imageVolumeXml(volume, bytes));
      await virsh.must([words(pool, volume)], [], { timeoutSeconds: COPY_SECONDS });
      await refreshPool(virsh, pool);
      return;
    }
    const { folder, name, isPrivate } = place;
    const owner = isPrivate ? await ownerOf(TPM_AUTHORITY) : null;
    const replies = await inFolder(
      folder,
      (pool) => [
        ['vol-delete', '--pool', pool, '--vol', name],
        ['vol-create', pool, { file: fileXml(name, bytes, owner) }],
        words(pool, name),
      ],
      { build: owner, seconds: COPY_SECONDS },
    );
    if (replies === null) throw lost(folder);
    for (const { error } of replies.slice(1)) if (error) throw error;
  };

  const ownerOf = async (folder: string): Promise<Owner> => {
    const [reply] = (await inFolder(folder, (pool) => [['pool-dumpxml', pool]])) ?? [];
    if (reply === undefined) throw lost(folder);
    if (reply.error) throw reply.error;
    const permissions = child(child(parseXml(reply.text), 'target'), 'permissions');
    return {
      owner: textAt(permissions, 'owner') ?? '0',
      group: textAt(permissions, 'group') ?? '0',
    };
  };

  return {
    async list(domain) {
      const found = await volumes(domain);
      return [...found, ...(await variables(domain, found)), ...(await tpmState(domain))];
    },

    async read({ place, bytes, name }) {
      const fd = unlinkedFile('', env);
      try {
        await download(place, fd);
        const came = fstatSync(fd).size;
        if (came !== bytes) throw changed(name, `${came} bytes came of ${bytes}`);
        return {
          ...{ bytes, fd, sha256: await sha256Of(fd) },
          close: () => {
            closeSync(fd);
          },
        };
      } catch (error) {
        closeSync(fd);
        throw error;
      }
    },

    async write(place, { fd, bytes, sha256 }) {
      await upload(place, fd, bytes);
      const back = unlinkedFile('', env);
      try {
        await download(place, back);
        const name = place.kind === 'volume' ? volumeKey(place.ref) : place.name;
        if (fstatSync(back).size !== bytes || (await sha256Of(back)) !== sha256)
          throw changed(name, `other bytes came back from ${virsh.uri} than were written`);
      } finally {
        closeSync(back);
      }
    },
  };
}

async function sha256Of(fd: number): Promise<string> {
  const hash = createHash('sha256');
  const bytes = createReadStream('', { fd, start: 0, autoClose: false });
  for await (const chunk of bytes) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function fileXml(name: string, bytes: number, owner: Owner | null): string {
  const format: XmlElement = { name: 'format', attrs: { type: 'raw' }, children: [] };
  const capacity: XmlElement = {
    ...{ name: 'capacity', attrs: { unit: 'bytes' }, children: [String(bytes)] },
  };
  return serializeXml(
    element('volume', [
      ...[text('name', name), text('allocation', '0'), capacity],
      element('target', [format, ...permissions('0600', owner)]),
    ]),
  );
}

function permissions(mode: string, by: Owner | null): XmlElement[] {
  if (by === null) return [];
  const { owner, group } = by;
  const parts = [text('mode', mode), text('owner', owner), text('group', group)];
  return [element('permissions', parts)];
}

function text(name: string, content: string): XmlElement {
  return { name, attrs: {}, children: [content] };
}

function element(name: string, children: XmlElement[]): XmlElement {
  return { name, attrs: {}, children };
}

function lost(folder: string): VenError {
  return new VenError('host-not-ready', {
    summary: `There is no folder ${folder} on the host`,
    hint: "Is this libvirt the system's (…/system), as the distribution packages it?",
  });
}

function changed(name: string, how: string): VenError {
  return new VenError('tool-failed', {
    summary: `${name} was not copied whole: ${how}`,
    hint: 'See whether something writes to it, then run the same again',
  });
}
