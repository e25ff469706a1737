import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConsoleFollower, consoleEnd } from '../../../src/host/consoles/console-follower.js';
import { LogMirror } from '../../../src/host/consoles/log-mirror.js';
import type { HostFiles } from '../../../src/host/libvirt/host-files.js';
import { VenError } from '../../../src/model/index.js';

const LOG = 'lab_a-console.log';
let folder: string;
/** The host's files, by name. */
let there: Map<string, string>;
/** How often it was asked, and the bytes that came. */
let asked: number;
let bytes: number;
let broken: boolean;
let mirror: LogMirror;

const files: HostFiles = {
  read: (parts) => {
    asked += 1;
    if (broken) return Promise.reject(new VenError('host-not-ready', { summary: 'away' }));
    return Promise.resolve(
      parts.map(({ path, from = 0, length = Infinity }) => {
        const text = there.get(basename(path));
        if (text === undefined) return null;
        const part = Buffer.from(text).subarray(from, from + length);
        bytes += part.length;
        return part;
      }),
    );
  },
  list: () => Promise.resolve([]),
  overwrite: (path, from, with_) => {
    const content = Buffer.from(there.get(basename(path)) ?? '');
    Buffer.from(with_).copy(content, from);
    there.set(basename(path), content.toString());
    return Promise.resolve();
  },
  remove: () => Promise.resolve(),
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ven-mirror-'));
  there = new Map();
  [asked, bytes, broken] = [0, 0, false];
  mirror = new LogMirror(files, join(folder, 'consoles'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const here = (name = LOG): string => readFileSync(join(mirror.folder, name), 'utf8');
const say = (text: string): void => {
  there.set(LOG, (there.get(LOG) ?? '') + text);
};
/** As virtlogd does. */
function rotate(): void {
  for (const [age, older] of [
    ['.1', '.2'],
    ['.0', '.1'],
    ['', '.0'],
  ] as const) {
    const text = there.get(`${LOG}${age}`);
    if (text !== undefined) there.set(`${LOG}${older}`, text);
  }
  there.delete(LOG);
}
const follow = (): ConsoleFollower =>
  new ConsoleFollower({
    ...{ domain: 'lab_a', from: null, folder: mirror.folder },
    masked: ({ file, position }, said) => {
      mirror.mask(LOG, file, position, said);
    },
  });
const heard = (follower: ConsoleFollower): string =>
  follower
    .read()
    .map((piece) => Buffer.from(piece.bytes).toString())
    .join('');

describe('a mirror of logs', () => {
  it('has what there is, and then fetches what is new', async () => {
    await mirror.fetch(['lab_a']);
    say('x'.repeat(5000));
    await mirror.fetch(['lab_a']);
    expect(here()).toHaveLength(5000);
    bytes = 0;
    say('more');
    await mirror.fetch(['lab_a']);
    expect(here()).toBe(`${'x'.repeat(5000)}more`);
    expect(bytes).toBeLessThan(200);
  });

  it('asks once for all who ask meanwhile', async () => {
    say('one');
    await mirror.fetch(['lab_a']);
    asked = 0;
    await Promise.all([mirror.fetch(['lab_a']), mirror.fetch(['lab_a']), mirror.fetch([])]);
    expect(asked).toBe(1);
  });

  it('goes on through rotations, and who follows it reads each byte once', async () => {
    say('first line of all\n');
    await mirror.fetch(['lab_a']);
    const follower = follow();
    let all = heard(follower);
    say('second\n');
    rotate();
    say('third\n');
    rotate();
    say('fourth\n');
    await mirror.fetch(['lab_a']);
    for (let more = heard(follower); more !== ''; more = heard(follower)) all += more;
    expect(all).toBe('first line of all\nsecond\nthird\nfourth\n');
    expect([here(`${LOG}.1`), here(`${LOG}.0`), here()]).toEqual([
      'first line of all\nsecond\n',
      'third\n',
      'fourth\n',
    ]);
    follower.close();
  });

  it('keeps the older files as the host does', async () => {
    for (const text of ['one\n', 'two\n', 'three\n', 'four\n']) {
      say(text);
      await mirror.fetch(['lab_a']);
      rotate();
    }
    say('five\n');
    await mirror.fetch(['lab_a']);
    expect([here(`${LOG}.2`), here(`${LOG}.1`), here(`${LOG}.0`), here()]).toEqual([
      'two\n',
      'three\n',
      'four\n',
      'five\n',
    ]);
  });

  it('notices a rotated log that is longer again', async () => {
    say('old '.repeat(10));
    await mirror.fetch(['lab_a']);
    rotate();
    say('new '.repeat(100));
    await mirror.fetch(['lab_a']);
    expect(here()).toBe('new '.repeat(100));
    expect(here(`${LOG}.0`)).toBe('old '.repeat(10));
  });

  it('forgets what was deleted there, and begins again', async () => {
    say('of the former VM\n');
    await mirror.fetch(['lab_a']);
    there.clear();
    await mirror.fetch(['lab_a']);
    expect(consoleEnd({ domain: 'lab_a', folder: mirror.folder })).toEqual({
      file: '',
      position: 0,
    });
    say('of this one\n');
    await mirror.fetch(['lab_a']);
    expect(here()).toBe('of this one\n');
  });

  it('masks on the host what was masked here, and nothing else', async () => {
    say('password: secret\nmore\n');
    await mirror.fetch(['lab_a']);
    const follower = follow();
    const [piece] = follower.read();
    const at = { file: piece?.start.file ?? '', position: 10 };
    expect(follower.mask(at, 6)).toBeNull();
    expect(here()).toBe('password: ******\nmore\n');
    // It is rotated before it is masked there.
    say('and more\n');
    rotate();
    say('later\n');
    await mirror.fetch(['lab_a']);
    expect(there.get(`${LOG}.0`)).toBe('password: ******\nmore\nand more\n');
    expect(there.get(LOG)).toBe('later\n');
    await mirror.fetch(['lab_a']);
    expect(here(`${LOG}.0`)).toBe('password: ******\nmore\nand more\n');
    follower.close();
  });

  it('says that it could not mask', async () => {
    say('password: secret\n');
    await mirror.fetch(['lab_a']);
    const follower = follow();
    const [piece] = follower.read();
    there.set(LOG, 'password: SECRET\n');
    follower.mask({ file: piece?.start.file ?? '', position: 10 }, 6);
    await expect(mirror.fetch(['lab_a'])).rejects.toThrow(/could not be masked/);
    expect(there.get(LOG)).toBe('password: SECRET\n');
    follower.close();
  });

  it('knows that it is not up to date', async () => {
    broken = true;
    await expect(mirror.fetch(['lab_a'])).rejects.toThrow('away');
    expect(mirror.fault?.summary).toBe('away');
    broken = false;
    await mirror.fetch([]);
    expect(mirror.fault).toBeNull();
  });
});
