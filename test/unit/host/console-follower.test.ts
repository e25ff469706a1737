import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { consoleEnd, ConsoleFollower } from '../../../src/host/consoles/console-follower.js';
import type { LogPosition } from '../../../src/model/index.js';
import { cpuMs } from '../cpu.js';

const folders: string[] = [];
const open: ConsoleFollower[] = [];
afterAll(() => {
  for (const follower of open) follower.close();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function place(): { folder: string; log: string } {
  const folder = mkdtempSync(join(tmpdir(), 'ven-log-'));
  folders.push(folder);
  return { folder, log: join(folder, 'lab_edge-console.log') };
}
const asked = (folder: string) => ({ domain: 'lab_edge', folder });
function follow(folder: string, from: LogPosition | null = null): ConsoleFollower {
  const follower = new ConsoleFollower({ ...asked(folder), from });
  open.push(follower);
  return follower;
}
/** All that one look gives, and looks until nothing comes. */
function said(follower: ConsoleFollower): string {
  let text = '';
  for (let pieces = follower.read(); pieces.length > 0; pieces = follower.read())
    for (const { bytes } of pieces) text += Buffer.from(bytes).toString();
  return text;
}
/** What virtlogd does at the size limit, keeping two. */
function rotate(log: string): void {
  try {
    renameSync(`${log}.0`, `${log}.1`);
  } catch {
    // not there yet
  }
  renameSync(log, `${log}.0`);
  writeFileSync(log, '');
}

describe('a console log that is followed', () => {
  it('gives what is there, then what comes', () => {
    const { folder, log } = place();
    writeFileSync(log, 'one ');
    const follower = follow(folder);
    expect(said(follower)).toBe('one ');
    expect(said(follower)).toBe('');
    appendFileSync(log, 'two');
    expect(said(follower)).toBe('two');
  });

  it('waits for a log that is not there yet, and begins at its beginning', () => {
    const { folder, log } = place();
    const end = consoleEnd(asked(folder));
    const follower = follow(folder, end);
    expect(said(follower)).toBe('');
    writeFileSync(log, 'first');
    expect(said(follower)).toBe('first');
  });

  it('goes on from a place, also when the file has another name by then', () => {
    const { folder, log } = place();
    writeFileSync(log, 'old ');
    const end = consoleEnd(asked(folder));
    appendFileSync(log, 'a ');
    expect(said(follow(folder, end))).toBe('a ');
    rotate(log);
    appendFileSync(log, 'b ');
    rotate(log);
    appendFileSync(log, 'c ');
    expect(said(follow(folder, end))).toBe('a b c ');
  });

  it('begins with the oldest that is kept when the file of the place is gone', () => {
    const { folder, log } = place();
    writeFileSync(log, 'lost');
    const end = consoleEnd(asked(folder));
    unlinkSync(log);
    writeFileSync(log, 'a ');
    rotate(log);
    appendFileSync(log, 'b ');
    expect(said(follow(folder, end))).toBe('a b ');
  });

  it('misses nothing over several rotations between two looks, and tells where each piece lies', () => {
    const { folder, log } = place();
    writeFileSync(log, '1');
    const follower = follow(folder);
    expect(said(follower)).toBe('1');
    appendFileSync(log, '2');
    rotate(log);
    appendFileSync(log, '3');
    rotate(log);
    appendFileSync(log, '4');
    const [file, position] = [consoleEnd(asked(folder)).file, 1];
    expect(said(follower)).toBe('234');
    expect(follower.position).toEqual({ file, position });
  });

  it('reads what was written to the old file after the rename', () => {
    const { folder, log } = place();
    writeFileSync(log, 'a');
    const follower = follow(folder);
    expect(said(follower)).toBe('a');
    renameSync(log, `${log}.0`);
    appendFileSync(`${log}.0`, 'b');
    expect(said(follower)).toBe('b');
    writeFileSync(log, 'c');
    expect(said(follower)).toBe('c');
  });

  it('starts again in a file that was emptied', () => {
    const { folder, log } = place();
    writeFileSync(log, 'long ago');
    const follower = follow(folder);
    said(follower);
    truncateSync(log);
    appendFileSync(log, 'new');
    expect(said(follower)).toBe('new');
  });

  it('gives a long log in pieces, all of it', () => {
    const { folder, log } = place();
    const long = 'x'.repeat(3_000_000);
    writeFileSync(log, long);
    expect(said(follow(folder)).length).toBe(long.length);
  });

  it('masks bytes in place, also after a rotation, and says when it cannot', () => {
    const { folder, log } = place();
    writeFileSync(log, 'Password: secret\n');
    const follower = follow(folder);
    const [piece] = follower.read();
    if (!piece) throw new Error('nothing read');
    rotate(log);
    appendFileSync(log, 'next');
    expect(said(follower)).toBe('next');
    expect(follower.mask({ file: piece.start.file, position: 10 }, 6)).toBeNull();
    expect(readFileSync(`${log}.0`, 'utf8')).toBe('Password: ******\n');
    expect(follower.mask({ file: 'gone', position: 0 }, 6)).toMatch(/rotated/);
  });

  it('looks at 200 logs in which nothing is new in less than 10 ms of processor time', () => {
    const followers = Array.from({ length: 200 }, () => {
      const { folder, log } = place();
      writeFileSync(log, 'there');
      const follower = follow(folder);
      said(follower);
      return follower;
    });
    for (let warm = 0; warm < 5; warm += 1) for (const follower of followers) follower.read();
    const looks = Array.from({ length: 5 }, () =>
      cpuMs(() => {
        for (const follower of followers) follower.read();
      }),
    );
    expect(Math.min(...looks)).toBeLessThan(10);
  });
});
