import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConsoleLog } from '../../../src/host/consoles/console-log.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function place(): { folder: string; log: string } {
  const folder = mkdtempSync(join(tmpdir(), 'ven-log-'));
  folders.push(folder);
  return { folder, log: join(folder, 'lab_edge-console.log') };
}
const asked = (folder: string) => ({ domain: 'lab_edge', folder });

async function readAll(folder: string): Promise<string> {
  let text = '';
  for await (const piece of readConsoleLog({ ...asked(folder), follow: false }))
    text += piece === null ? '|' : Buffer.from(piece).toString();
  return text;
}

it('a stop ends it between two pieces, also where it does not follow', async () => {
  const { folder, log } = place();
  writeFileSync(log, Buffer.alloc(1024 * 1024, 'x'));
  const stop = new AbortController();
  let pieces = 0;
  for await (const piece of readConsoleLog({
    ...asked(folder),
    ...{ follow: false, signal: stop.signal },
  })) {
    expect(piece).not.toBeNull();
    pieces += 1;
    stop.abort();
  }
  expect(pieces).toBe(1);
});

/** Follows in the background; `until` waits until so much was read. */
function follow(folder: string) {
  const stop = new AbortController();
  let text = '';
  let pauses = 0;
  const ended = (async () => {
    for await (const piece of readConsoleLog({
      ...asked(folder),
      follow: true,
      signal: stop.signal,
    })) {
      if (piece === null) pauses += 1;
      else text += Buffer.from(piece).toString();
    }
  })();
  return {
    until: (expected: string) =>
      expect.poll(() => text, { timeout: 5000, interval: 20 }).toBe(expected),
    paused: (times: number) =>
      expect.poll(() => pauses, { timeout: 5000, interval: 20 }).toBeGreaterThanOrEqual(times),
    end: async () => {
      stop.abort();
      await ended;
      return text;
    },
  };
}

/** What virtlogd does at the size limit, keeping two. */
function rotate(log: string): void {
  for (const [from, to] of [
    ['.0', '.1'],
    ['', '.0'],
  ] as const) {
    try {
      renameSync(`${log}${from}`, `${log}${to}`);
    } catch {
      // not there yet
    }
  }
  writeFileSync(log, '');
}

describe('the console log', () => {
  it('is read with its older files, oldest first', async () => {
    const { folder, log } = place();
    writeFileSync(`${log}.1`, 'a');
    writeFileSync(`${log}.0`, 'b'.repeat(200_000));
    writeFileSync(log, 'c');
    writeFileSync(`${log}.3`, 'no part of it: there is a gap');
    expect((await readAll(folder)).replace(/b+/, ({ length }) => ` ${length} `)).toBe(
      'a 200000 c|',
    );
  });

  it('that is missing: says so, and what to do', async () => {
    await expect(readAll(place().folder)).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('ven apply, with its fleet file;') as string,
    });
  });

  it('is followed from before there is one, through rotations, and what was there is read once', async () => {
    const { folder, log } = place();
    const reader = follow(folder);
    await reader.paused(1);
    writeFileSync(log, 'one ');
    await reader.until('one ');
    appendFileSync(log, 'two ');
    rotate(log);
    appendFileSync(log, 'three ');
    await reader.until('one two three ');
    // Two at once, between two looks.
    appendFileSync(log, 'four ');
    rotate(log);
    appendFileSync(log, 'five ');
    rotate(log);
    appendFileSync(log, 'six ');
    await reader.until('one two three four five six ');
    expect(await reader.end()).toBe('one two three four five six ');
  });

  it('is followed when it is deleted, or emptied, and begun anew', async () => {
    const { folder, log } = place();
    writeFileSync(`${log}.0`, 'old ');
    writeFileSync(log, 'one ');
    const reader = follow(folder);
    await reader.until('old one ');
    unlinkSync(log);
    await new Promise((resolve) => setTimeout(resolve, 500));
    writeFileSync(log, 'two, longer than before ');
    await reader.until('old one two, longer than before ');
    truncateSync(log);
    await new Promise((resolve) => setTimeout(resolve, 500));
    appendFileSync(log, 'three ');
    await reader.until('old one two, longer than before three ');
    await reader.end();
  });

  it('tells when nothing more comes', async () => {
    const { folder, log } = place();
    writeFileSync(log, 'login: ');
    const reader = follow(folder);
    await reader.until('login: ');
    await reader.paused(1);
    appendFileSync(log, 'root');
    await reader.until('login: root');
    await reader.paused(2);
    await reader.end();
  });
});
