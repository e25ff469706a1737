import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { typeOnConsole } from '../../../src/host/consoles/console-typing.js';
import type { TypeOutcome } from '../../../src/model/index.js';
import { limiter } from '../../../src/host/libvirt/limiter.js';

const SOURCE = join(import.meta.dirname, '../../../src/host/consoles/console-typing.ts');
const root = mkdtempSync(join(tmpdir(), 'ven-typing-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

interface Behaviour {
  /** Milliseconds to raw mode, and from there to being attached. */
  rawAfter?: number;
  attachedAfter?: number;
  /** Milliseconds from the echo of the first character to that of the others. */
  echoAfter?: number;
  /** Of libvirt, instead of attaching: `before` or after it went raw. */
  refusal?: { before: boolean; words: string };
}
const BUSY = 'error: operation failed: Active console session exists for this domain';

/** A virsh that goes raw, then attaches, and writes down what the guest gets; like the real one it does not mind a hangup. */
function fakeConsole({ rawAfter = 0, attachedAfter = 0, echoAfter = 0, refusal }: Behaviour = {}) {
  const folder = mkdtempSync(join(root, 'bin-'));
  const program = `#!${process.execPath}
const { appendFileSync, existsSync } = require('node:fs');
const read = (name) => existsSync('${folder}/' + name) ? 'too late' : 'in time';
const note = (name, text) => appendFileSync('${folder}/' + name, text);
const refused = () => { process.stdin.setRawMode(false); process.stdout.write(${JSON.stringify(`${refusal?.words}\n`)}, () => process.exit(1)); };
process.on('SIGHUP', () => {});
note('calls', process.pid + ' ' + process.ppid + ' ' + process.argv.slice(2).join(' ') + ' ' + Object.values(process.env).join(' ') + '\\n');
setTimeout(() => {
  if (${refusal?.before === true}) return refused();
  process.stdin.setRawMode(true);
  note('raw', '');
  setTimeout(() => {
    if (${refusal !== undefined}) return refused();
    process.stdin.on('data', (bytes) => {
      if (bytes[0] === 0x1d) { note('left', 'x'); process.exit(0); }
      note('got', bytes);
      process.stdout.write(bytes.subarray(0, 1));
      setTimeout(() => {
        note('echoed', read('left'));
        process.stdout.write(bytes.subarray(1));
      }, ${echoAfter});
    });
  }, ${attachedAfter});
}, ${rawAfter});
setTimeout(() => {}, 60000);
`;
  writeFileSync(join(folder, 'virsh'), program, { mode: 0o755 });
  const read = (name: string): string =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'latin1') : '';
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` };
  const type = (wanted = () => true, signal = new AbortController().signal): Promise<TypeOutcome> =>
    typeOnConsole({
      uri: 'qemu:///system',
      uuid: 'u',
      text: 'canary-secret',
      wanted,
      env,
      leftBehindMs: 200,
      signal,
    });
  return { env, read, type };
}

describe('typing at a console', { timeout: 30_000 }, () => {
  it('types the text and Enter, and leaves; nothing of it is in an argument or the environment', async () => {
    const { type, read } = fakeConsole();
    expect(await type()).toBe('typed');
    expect(read('got')).toBe('canary-secret\r');
    expect(read('calls')).toContain('-q -c qemu:///system console u --safe');
    expect(read('calls')).not.toContain('canary');
  });

  it('leaves only when the node has read a text that it echoes', async () => {
    const { type, read } = fakeConsole({ echoAfter: 1200 });
    expect(await type()).toBe('typed');
    expect(read('echoed')).toBe('in time');
  });

  it.each([
    ['at once', { refusal: { before: true, words: BUSY } }],
    ['when it went raw', { refusal: { before: false, words: BUSY } }],
    ['a little later', { attachedAfter: 60, refusal: { before: false, words: BUSY } }],
    [
      'when the text is on its way',
      { attachedAfter: 700, refusal: { before: false, words: BUSY } },
    ],
  ])('with somebody else attached, which libvirt says %s, is busy', async (_, behaviour) => {
    expect(await fakeConsole(behaviour).type()).toBe('busy');
  });

  it('does not even attach for what is not wanted any more', async () => {
    const { type, read } = fakeConsole();
    expect(await type(() => false)).toBe('unwanted');
    expect(read('calls')).toBe('');
  });

  it('leaves with nothing typed when it became unwanted meanwhile', async () => {
    const { type, read } = fakeConsole({ rawAfter: 100 });
    expect(await type(() => read('calls') === '')).toBe('unwanted');
    expect([read('calls') === '', read('got')]).toEqual([false, '']);
  });

  it('says what libvirt answers', async () => {
    const refused = fakeConsole({
      refusal: { before: true, words: 'error: failed to connect to the hypervisor' },
    }).type();
    await expect(refused).rejects.toMatchObject({
      code: 'tool-failed',
      summary: expect.stringContaining('libvirt') as string,
    });
  });

  it('counts as typed what was sent, whatever came of it', async () => {
    const { type } = fakeConsole({
      attachedAfter: 700,
      refusal: { before: false, words: 'error: internal error' },
    });
    expect(await type()).toBe('typed');
  });

  it('that is aborted leaves nothing behind', async () => {
    const { type, read } = fakeConsole({ attachedAfter: 60_000 });
    const stop = new AbortController();
    const typing = type(() => true, stop.signal);
    await expect.poll(() => read('calls'), { timeout: 10_000 }).not.toBe('');
    stop.abort();
    await expect(typing).rejects.toMatchObject({ code: 'interrupted' });
    await gone(read('calls'));
  });

  it.each([
    ['before the text', { attachedAfter: 60_000 }, 'raw', ''],
    ['after the text', {}, 'got', 'canary-secret\r'],
  ])(
    'whose process is killed %s: nothing else reaches the guest, and nobody stays attached',
    async (_, behaviour, moment, got) => {
      const { env, read } = fakeConsole(behaviour);
      const typing = join(root, `typing-${moment}.mjs`);
      const request =
        "{ uri: 'qemu:///system', uuid: 'u', text: 'canary-secret', leftBehindMs: 200, " +
        'wanted: () => true, env: process.env, signal: new AbortController().signal }';
      await build({
        stdin: {
          contents: `import { typeOnConsole } from ${JSON.stringify(SOURCE)}; await typeOnConsole(${request});`,
          resolveDir: root,
        },
        outfile: typing,
        bundle: true,
        format: 'esm',
        platform: 'node',
      });
      const child = spawn(process.execPath, [typing], { env, stdio: 'ignore' });
      const ended = new Promise((resolve) =>
        child.once('exit', (_code, signal) => resolve(signal)),
      );
      await expect
        .poll(() => existsSync(join(env.PATH.split(delimiter)[0] ?? '', moment)), {
          timeout: 10_000,
          interval: 10,
        })
        .toBe(true);
      child.kill('SIGKILL');
      expect(await ended).toBe('SIGKILL');
      await gone(read('calls'));
      expect(read('got')).toBe(got);
    },
  );

  it('takes turns, so that many at once do not hold up everything else', async () => {
    const consoles = Array.from({ length: 12 }, () => fakeConsole({ rawAfter: 200 }));
    let most = 0;
    const look = (): true => {
      most = Math.max(
        most,
        consoles.filter(({ read }) => read('calls') !== '' && read('left') === '').length,
      );
      return true;
    };
    await Promise.all(
      consoles.map(async ({ type, read }) => {
        expect([await type(look), read('got')]).toEqual(['typed', 'canary-secret\r']);
      }),
    );
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });
});

describe('turns', () => {
  it('are taken in order, so many at a time, and a failure gives its turn on', async () => {
    const limited = limiter(2);
    const log: string[] = [];
    const work = (name: string) => async (): Promise<string> => {
      log.push(`+${name}`);
      await Promise.resolve();
      log.push(`-${name}`);
      if (name === 'a') throw new Error('a');
      return name;
    };
    const all = await Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => limited(work(name))));
    expect(all.map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
    expect(log.filter((entry) => entry.startsWith('+'))).toEqual(['+a', '+b', '+c', '+d']);
    let under = 0;
    for (const entry of log)
      expect((under += entry.startsWith('+') ? 1 : -1)).toBeLessThanOrEqual(2);
  });
});

/** Those who were called, and their parents. A zombie that nobody reaps counts as gone. */
async function gone(calls: string): Promise<void> {
  const pids = calls.split(' ').slice(0, 2);
  expect(pids).toHaveLength(2);
  const alive = (): string[] =>
    pids.filter((pid) => existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(stat(pid)));
  await expect.poll(alive, { timeout: 5000 }).toEqual([]);
}

function stat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ') X ';
  }
}
