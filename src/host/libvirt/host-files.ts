/**
 * Files of a host, over libvirt's own connection: no shell is needed there. For as long as one
 * virsh process takes, a transient pool of type dir makes a folder's files volumes, which libvirt
 * reads and writes as root. (decision 73)
 */
import { randomBytes, randomInt } from 'node:crypto';
import { closeSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path/posix';
import { serializeXml, type XmlElement } from '../../xml/index.js';
import type { Env } from '../exec.js';
import { unlinkedFile } from '../state/temporary.js';
import type { Command, Virsh, VirshReply } from './virsh.js';

export interface PartOfFile {
  path: string;
  /** Bytes before it. Default: 0. */
  from?: number;
  /** Default: to the end. */
  length?: number;
}

/** All in one virsh process each, as far as they fit. @throws VenError libvirt's error */
export interface HostFiles {
  /** null: there is no such file. Beyond the end of a file there are no bytes. */
  read(parts: readonly PartOfFile[]): Promise<(Buffer | null)[]>;
  /** The names in a folder, of folders too; null: there is no such folder. */
  list(folders: readonly string[]): Promise<(string[] | null)[]>;
  /** Writes over bytes that are there. */
  overwrite(path: string, from: number, bytes: Uint8Array): Promise<void>;
  /** Also those that are not there. */
  remove(paths: readonly string[]): Promise<void>;
}

/** Open files of one process. */
const AT_ONCE = 200;
/** ven's transient pools; what a killed run left is older than this. */
const PREFIX = 'ven-files-';
const LEFT_MS = 10 * 60_000;

export function hostFiles(virsh: Virsh, env: Env): HostFiles {
  let isSwept = false;

  /** The replies to what is asked of the folders' pools; a folder that is missing has none. */
  const within = async (
    folders: readonly string[],
    questions: (poolOf: (folder: string) => string) => readonly Command[],
  ): Promise<VirshReply[]> => {
    const pools = new Map(folders.map((folder) => [folder, newPool(folder)]));
    const asked = questions((folder) => pools.get(folder)?.name ?? '');
    const all = [...pools.values()];
    const replies = await virsh.ask([
      ...all.map(({ xml }): Command => ['pool-create', { file: xml }]),
      ...asked,
      ...all.map(({ name }): Command => ['pool-destroy', name]),
      ...(isSwept ? [] : [['pool-list', '--name']]),
    ]);
    if (!isSwept) {
      isSwept = true;
      await sweep(virsh, replies.at(-1)?.text ?? '');
    }
    for (const { answer, error } of replies.slice(0, all.length))
      if (error !== null && answer !== 'not-found') throw error;
    return replies.slice(all.length, all.length + asked.length);
  };

  const readSome = async (parts: readonly PartOfFile[]): Promise<(Buffer | null)[]> => {
    const fds = parts.map(() => unlinkedFile('', env));
    try {
      const replies = await within(foldersOf(parts.map(({ path }) => path)), (poolOf) =>
        parts.map(({ path, from = 0, length }, index): Command => [
          ...['vol-download', '--pool', poolOf(dirname(path)), '--vol', basename(path), '--file'],
          { fd: fds[index] as number },
          ...['--offset', String(from)],
          ...(length === undefined ? [] : ['--length', String(length)]),
        ]),
      );
      return replies.map(({ answer, error }, index) => {
        if (error === null) return readFileSync(`/proc/self/fd/${fds[index]}`);
        if (answer === 'not-found') return null;
        throw error;
      });
    } finally {
      for (const fd of fds) closeSync(fd);
    }
  };

  return {
    async read(parts) {
      const found: (Buffer | null)[] = [];
      for (let at = 0; at < parts.length; at += AT_ONCE)
        found.push(...(await readSome(parts.slice(at, at + AT_ONCE))));
      return found;
    },

    async list(folders) {
      const replies = await within(folders, (poolOf) =>
        folders.map((folder): Command => ['vol-list', poolOf(folder)]),
      );
      return replies.map(({ text, error, answer }) => {
        if (error === null) return namesIn(text);
        if (answer === 'not-found') return null;
        throw error;
      });
    },

    async overwrite(path, from, bytes) {
      const [reply] = await within([dirname(path)], (poolOf) => [
        [
          ...['vol-upload', '--pool', poolOf(dirname(path)), '--vol', basename(path), '--file'],
          { file: bytes },
          ...['--offset', String(from), '--length', String(bytes.length)],
        ],
      ]);
      if (reply?.error) throw reply.error;
    },

    async remove(paths) {
      const replies = await within(foldersOf(paths), (poolOf) =>
        paths.map((path): Command => [
          ...['vol-delete', '--pool', poolOf(dirname(path)), '--vol', basename(path)],
        ]),
      );
      for (const { error, answer } of replies)
        if (error !== null && answer !== 'not-found') throw error;
    },
  };
}

/** A transient pool that a killed run left is taken away by the next. */
async function sweep(virsh: Virsh, pools: string): Promise<void> {
  const left = pools
    .split('\n')
    .map((name) => name.trim())
    .filter((name) => name.startsWith(PREFIX))
    .filter((name) => Date.now() - Number(name.split('-')[2]) > LEFT_MS);
  if (left.length > 0) await virsh.ask(left.map((name) => ['pool-destroy', name]));
}

/**
 * libvirt allows one pool for a folder, and tells folders apart by their spelling: that of this one
 * is nobody else's. `permissions`: of a folder that is made with it.
 */
export function newPool(
  folder: string,
  permissions: readonly XmlElement[] = [],
): { name: string; xml: string } {
  const name = `${PREFIX}${Date.now()}-${randomBytes(4).toString('hex')}`;
  const path = `${dirname(folder)}/${'./'.repeat(randomInt(1, 1000))}${basename(folder)}`;
  const text = (tag: string, content: string) => ({ name: tag, attrs: {}, children: [content] });
  const target = { name: 'target', attrs: {}, children: [text('path', path), ...permissions] };
  return {
    name,
    xml: serializeXml({
      name: 'pool',
      attrs: { type: 'dir' },
      children: [text('name', name), target],
    }),
  };
}

function foldersOf(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => dirname(path)))];
}

/** `vol-list`: ` NAME   PATH` a line; a name may have blanks in it. */
export function namesIn(list: string): string[] {
  return list.split('\n').flatMap((line) => {
    const [, path] = /\s(\/.*)$/.exec(line.trimEnd()) ?? [];
    return path === undefined ? [] : [basename(path)];
  });
}
