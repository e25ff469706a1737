import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outputKind, writeOutput } from '../../../src/host/state/output.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ven-output-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const at = (name: string): string => join(dir, name);
const write = (name: string, text: string, isPrivate = true): void => {
  writeOutput(at(name), text, { isPrivate });
};
const isRoot = process.getuid?.() === 0;

describe('what a user named as the place of a result', () => {
  it('is replaced where it is a plain file, and keeps its mode, but for the eyes of others', () => {
    write('new', 'one');
    expect(statSync(at('new')).mode & 0o777).toBe(0o600);
    writeFileSync(at('old'), 'a longer text than the new one');
    chmodSync(at('old'), 0o644);
    const before = statSync(at('old')).ino;
    write('old', 'two');
    expect(readFileSync(at('old'), 'utf8')).toBe('two');
    expect(statSync(at('old')).ino).not.toBe(before);
    expect(statSync(at('old')).mode & 0o777).toBe(0o600);
    chmodSync(at('old'), 0o640);
    write('old', 'three', false);
    expect(statSync(at('old')).mode & 0o777).toBe(0o640);
    expect(readdirSync(dir).sort()).toEqual(['new', 'old']);
  });

  it('keeps its other names', () => {
    writeFileSync(at('one'), 'a longer text than the new one');
    linkSync(at('one'), at('two'));
    write('one', 'new');
    expect(readFileSync(at('two'), 'utf8')).toBe('new');
  });

  it.runIf(isRoot)('keeps its owner', () => {
    writeFileSync(at('old'), '');
    execFileSync('chown', ['65534:65534', at('old')]);
    write('old', 'new');
    expect(statSync(at('old'))).toMatchObject({ uid: 65534, gid: 65534 });
  });

  it('is followed where it is a link, also to what is not there yet', () => {
    mkdirSync(at('deep/er'), { recursive: true });
    writeFileSync(at('deep/real'), '');
    symlinkSync('deep/er', at('folder'));
    symlinkSync('../real', at('deep/er/link'));
    symlinkSync('folder/link', at('first'));
    write('first', 'through');
    expect(readFileSync(at('deep/real'), 'utf8')).toBe('through');
    symlinkSync('deep/none', at('dangling'));
    write('dangling', 'made');
    expect(readFileSync(at('deep/none'), 'utf8')).toBe('made');
    for (const link of ['first', 'dangling', 'folder', 'deep/er/link'])
      expect(lstatSync(at(link)).isSymbolicLink()).toBe(true);
    symlinkSync('round', at('round'));
    expect(() => {
      write('round', '');
    }).toThrow(/too many symbolic links/);
  });

  it.runIf(isRoot)('is written to where it is a device', () => {
    execFileSync('mknod', [at('null'), 'c', '1', '3']);
    execFileSync('mknod', [at('full'), 'c', '1', '7']);
    symlinkSync('null', at('link'));
    write('null', 'x');
    write('link', 'x');
    expect(outputKind(at('link'))).toBe('stream');
    expect(() => {
      write('full', 'x');
    }).toThrow(/disk is full/);
    for (const name of ['null', 'full']) expect(lstatSync(at(name)).isCharacterDevice()).toBe(true);
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  });

  it('is written to where it is a pipe with a reader, more than the pipe holds', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const reader = spawn('sh', ['-c', 'exec 3< "$0"; echo; sleep 0.2; wc -c <&3', at('pipe')]);
    const counted = once(reader.stdout, 'data');
    const writer = openSync(at('pipe'), 'r+'); // the reader is there
    await counted;
    const count = once(reader.stdout, 'data');
    write('pipe', 'x'.repeat(300_000));
    closeSync(writer); // Closed before, a reader that is faster would read of an end.
    expect(String((await count)[0])).toBe('300000\n');
    expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
  });

  it('is refused at once where it is a pipe without a reader, a socket or a folder', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    expect(() => {
      write('pipe', 'x');
    }).toThrow(
      expect.objectContaining({
        summary: `${at('pipe')} is a pipe that nobody reads from`,
        hint: `Start its reader first: cat ${at('pipe')}`,
      }),
    );
    const server = createServer().listen(at('socket'));
    await once(server, 'listening');
    expect(() => {
      write('socket', 'x');
    }).toThrow(/is a socket/);
    server.close();
    expect(() => {
      writeOutput(`${dir}/`, 'x', { isPrivate: true });
    }).toThrow(expect.objectContaining({ hint: `Give a file in it: ${dir}/NAME` }));
    expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
  });

  it('is this very descriptor where it is one of the process', () => {
    const fd = openSync(at('file'), 'w');
    writeSync(fd, 'before ');
    symlinkSync(`/proc/self/fd/${fd}`, at('link'));
    expect(outputKind(at('link'))).toBe('stream');
    write('link', 'text ');
    writeSync(fd, 'after');
    closeSync(fd);
    expect(readFileSync(at('file'), 'utf8')).toBe('before text after');
    expect(outputKind('/dev/stdout')).toBe('stdout');
  });
});
