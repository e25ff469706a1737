/**
 * What a remote host's libvirt logs of domains, as files here: the readers of logs then are those
 * of this machine. A file of the mirror has the bytes of the host's from the first on, so its size
 * says where to read on, and two runs that write it write the same. Rotations are done after.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { VenError } from '../../model/index.js';
import type { HostFiles } from '../libvirt/host-files.js';
import { inState, makeStateFolder } from '../state/files.js';
import { idOf, LOG_FOLDER } from './console-log.js';

/** Bytes before the end that are read again: only a file that has them was not rotated. */
const OVERLAP = 64;
/** virtlogd keeps three older files. */
const AGES = ['.0', '.1', '.2'];
const ASTERISK = '*'.charCodeAt(0);

interface Mask {
  name: string;
  /** The mirror's file. */
  id: string;
  position: number;
  said: Buffer;
}

export class LogMirror {
  /** The mirror of `LOG_FOLDER`. */
  readonly folder: string;
  readonly #files: HostFiles;
  /** The names of files that have been asked for. */
  readonly #names = new Set<string>();
  /** Why the mirror is not up to date; null: it is as of the last `fetch`. */
  fault: VenError | null = null;
  #masks: Mask[] = [];
  #round: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(files: HostFiles, folder: string) {
    this.#files = files;
    this.folder = folder;
  }

  /**
   * Brings the mirror of these domains' logs up to date, and masks there what was masked here. Who
   * asks while a round is under way shares the next one. @throws VenError
   */
  fetch(domains: readonly string[]): Promise<void> {
    for (const domain of domains)
      for (const name of [`${domain}-console.log`, `${domain}.log`]) this.#names.add(name);
    if (this.#names.size === 0) return Promise.resolve();
    this.#next ??= (this.#round ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        this.#round = this.#next;
        this.#next = null;
        return this.#fetchOnce();
      });
    return this.#next;
  }

  /** Has the host's log masked by the next `fetch`. `said`: the bytes that are there. */
  mask(name: string, id: string, position: number, said: Buffer): void {
    this.#masks.push({ name, id, position, said });
  }

  async #fetchOnce(): Promise<void> {
    try {
      await this.#fetch();
      this.fault = null;
    } catch (error) {
      if (error instanceof VenError) this.fault = error;
      throw error;
    }
  }

  async #fetch(): Promise<void> {
    makeStateFolder(this.folder);
    const names = [...this.#names];
    const starts = names.map((name) => Math.max(0, sizeOf(this.#path(name)) - OVERLAP));
    const found = await this.#files.read(
      names.map((name, index) => ({
        path: `${LOG_FOLDER}/${name}`,
        from: starts[index] as number,
      })),
    );
    const others = names.filter((name, index) => {
      const bytes = found[index] ?? null;
      return !this.#goOn(name, starts[index] as number, bytes);
    });
    if (others.length > 0) await this.#fetchWhole(others);
    if (this.#masks.length > 0) await this.#maskThere();
  }

  /** False: the file here is not the beginning of the host's. */
  #goOn(name: string, from: number, bytes: Buffer | null): boolean {
    const here = tailOf(this.#path(name), from);
    if (here === null) return bytes === null;
    if (bytes === null || !agree(here, bytes)) return false;
    this.#extend(name, from, bytes);
    return true;
  }

  /** Files that are new here, were rotated, or were deleted there. */
  async #fetchWhole(names: readonly string[]): Promise<void> {
    const all = names.flatMap((name) => ['', ...AGES].map((age) => `${name}${age}`));
    const found = await this.#files.read(all.map((name) => ({ path: `${LOG_FOLDER}/${name}` })));
    names.forEach((name, index) => {
      const first = index * (AGES.length + 1);
      this.#replace(name, found.slice(first, first + AGES.length + 1));
    });
  }

  /** `found`: the present file, then older ones. The one that goes on here keeps its file. */
  #replace(name: string, found: readonly (Buffer | null)[]): void {
    const path = this.#path(name);
    const size = sizeOf(path);
    const from = Math.max(0, size - OVERLAP);
    const here = tailOf(path, from);
    const at =
      here === null || here.length === 0
        ? -1
        : found.findIndex((bytes) => bytes !== null && agree(here, bytes.subarray(from)));
    inState(path, () => {
      if (at > 0) age(path, at);
      else if (at < 0) rmSync(path, { force: true });
      // The oldest first: who follows the newest meets none twice.
      for (let index = (at < 0 ? found.length : at + 1) - 1; index >= 0; index -= 1) {
        const each = index === 0 ? name : `${name}${AGES[index - 1]}`;
        const bytes = found[index] ?? null;
        if (index !== at) rmSync(this.#path(each), { force: true });
        if (bytes !== null) this.#extend(each, 0, bytes);
      }
    });
  }

  /** Another run may have done it meanwhile, and have masked some of it. */
  #extend(name: string, from: number, bytes: Buffer): void {
    const path = this.#path(name);
    inState(path, () => {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;
      const fd = openSync(path, flags, 0o600);
      try {
        let at = fstatSync(fd).size;
        if (at < from) return;
        while (at < from + bytes.length)
          at += writeSync(fd, bytes.subarray(at - from), 0, null, at);
      } finally {
        closeSync(fd);
      }
    });
  }

  /** A file that was rotated away meanwhile, or has other bytes there, is left alone. */
  async #maskThere(): Promise<void> {
    const masks = this.#masks;
    this.#masks = [];
    const named = masks.flatMap((mask) => {
      const age = ['', ...AGES].find((each) => idAt(this.#path(`${mask.name}${each}`)) === mask.id);
      return age === undefined ? [] : [{ ...mask, path: `${LOG_FOLDER}/${mask.name}${age}` }];
    });
    const there = await this.#files.read(
      named.map(({ path, position, said }) => ({ path, from: position, length: said.length })),
    );
    let failed = masks.length - named.length;
    for (const [index, { path, position, said }] of named.entries()) {
      if (there[index]?.equals(said) === true)
        await this.#files.overwrite(path, position, Buffer.alloc(said.length, ASTERISK));
      else if (there[index]?.every((byte) => byte === ASTERISK) !== true) failed += 1;
    }
    if (failed === 0) return;
    throw new VenError('tool-failed', {
      summary: 'an echoed credential could not be masked in the console log on the host',
      detail: 'the log was rotated or changed meanwhile',
    });
  }

  #path(name: string): string {
    return join(this.folder, name);
  }
}

/** As that many rotations do. */
function age(path: string, rotations: number): void {
  const names = [path, ...AGES.map((each) => `${path}${each}`)];
  for (let index = names.length - 1; index >= rotations; index -= 1) {
    const from = names[index - rotations] as string;
    if (existsSync(from)) renameSync(from, names[index] as string);
  }
}

/** Asterisks on one side were written over what is on the other. */
function agree(here: Buffer, there: Buffer): boolean {
  return (
    there.length >= here.length &&
    here.every((byte, at) => byte === there[at] || byte === ASTERISK || there[at] === ASTERISK)
  );
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The end of a file, from there on; null: there is no file. */
function tailOf(path: string, from: number): Buffer | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch {
    return null;
  }
  try {
    const bytes = Buffer.alloc(OVERLAP);
    return bytes.subarray(0, readSync(fd, bytes, 0, OVERLAP, from));
  } finally {
    closeSync(fd);
  }
}

function idAt(path: string): string | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : idOf(stat);
}
