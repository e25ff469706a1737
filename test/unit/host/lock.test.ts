import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VenError } from '../../../src/model/index.js';
import { acquireLock, isFlocked, lockHolder, type LockFile } from '../../../src/host/state/lock.js';

let folder: string;
const children: ChildProcess[] = [];
const locks: LockFile[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ven-lock-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const lock of locks.splice(0)) lock.release();
  rmSync(folder, { recursive: true, force: true });
});

const take = async (over: Partial<Parameters<typeof acquireLock>[0]> = {}): Promise<LockFile> => {
  const lock = await acquireLock({
    uri: 'test:///default',
    fleet: 'f',
    command: 'apply',
    folder,
    env: process.env,
    ...over,
  });
  locks.push(lock);
  return lock;
};
const refusal = async (
  over: Partial<Parameters<typeof acquireLock>[0]> = {},
): Promise<VenError> => {
  const error: unknown = await take(over).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof VenError)) throw new Error('it could be locked');
  return error;
};
/**
 * Another process that holds the lock file as a run does, and then starts a child that inherits it.
 * `parent` is a shell command in whose place the holder is run.
 */
async function otherHolder(
  path: string,
  parent = 'exec "$@"',
): Promise<{ holder: ChildProcess; child: number }> {
  const script = `exec 9<>"$1"; flock -n 9 || exit 1; sleep 60 & child=$!; started=$(cut -d' ' -f22 /proc/$$/stat)
    printf '{"pid":%d,"started":"%s","user":"ann","host":"h","command":"destroy","since":"2026-01-01T00:00:00.000Z"}\\n' $$ "$started" > "$1"; echo $child; exec 1>&-; wait`;
  const holder = spawn('sh', ['-c', parent, 'sh', 'sh', '-c', script, 'sh', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(holder);
  const [line] = (await once(holder.stdout, 'data')) as [Buffer];
  return { holder, child: Number(line.toString()) };
}

describe('acquireLock', () => {
  it('lets one in, and the next when the first has left; the file stays', async () => {
    const first = await take();
    const error = await refusal();
    expect(error.code).toBe('locked');
    expect(error.exitCode).toBe(5);
    expect(error.summary).toContain(`process ${process.pid}`);
    expect(error.summary).toContain('ven apply');
    first.release();
    first.release();
    const second = await take();
    expect(second.path).toBe(first.path);
    expect(existsSync(first.path)).toBe(true);
    expect(statSync(first.path).mode & 0o777).toBe(0o666);
  });

  it('keeps fleets and hosts apart', async () => {
    await take();
    await take({ fleet: 'g' });
    await take({ uri: 'test:///other' });
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it('is one for a host, however its URI is spelled', async () => {
    await take({ uri: 'qemu:///system' });
    expect((await refusal({ uri: 'qemu+unix:///system' })).code).toBe('locked');
    await take({ uri: 'qemu+ssh://root@lab/system' });
    expect((await refusal({ uri: 'qemu+ssh://ann@LAB:22/system' })).code).toBe('locked');
  });

  it('can be asked who holds it', async () => {
    const request = { uri: 'test:///default', fleet: 'f', folder };
    expect(await lockHolder(request)).toBeNull();
    const lock = await take();
    expect(await lockHolder(request)).toMatch(/^ven apply of .* \(process \d+, since /);
    lock.release();
    expect(await lockHolder(request)).toBeNull();
  });

  it('knows the file by its device as well', () => {
    const lock = (file: string): string => `1: FLOCK  ADVISORY  WRITE 2201 ${file} 0 EOF\n`;
    const file = { dev: 0xfe00n, ino: 3417n };
    expect(isFlocked(file, lock('fe:00:3417'))).toBe(true);
    expect(isFlocked(file, lock('00:19:3417'))).toBe(false);
    expect(isFlocked(file, lock('fe:00:13417'))).toBe(false);
    expect(isFlocked({ ...file, dev: 0x100119n }, lock('01:119:3417'))).toBe(true);
  });

  it('bears that another run only looks whether it is locked', async () => {
    const first = await take();
    setTimeout(() => {
      first.release();
    }, 100);
    await take();
  });

  it('waits as long as it is told', async () => {
    const first = await take();
    const began = performance.now();
    setTimeout(() => {
      first.release();
    }, 700);
    await take({ waitSeconds: 5 });
    expect(performance.now() - began).toBeGreaterThan(600);
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort();
    }, 200);
    expect((await refusal({ waitSeconds: 30, signal: controller.signal })).code).toBe(
      'interrupted',
    );
  });

  it('is free at once when its holder is killed, and still held by a child that outlives it', async () => {
    const { path } = await take();
    locks.splice(0).forEach((lock) => {
      lock.release();
    });
    const { holder, child } = await otherHolder(path);
    const alive = await refusal();
    expect(alive.summary).toContain('ven destroy of ann');
    expect(alive.hint).toContain(`kill ${holder.pid}`);

    const ended = once(holder, 'exit');
    holder.kill('SIGKILL');
    await ended;
    const orphaned = await refusal();
    expect(orphaned.code).toBe('locked');
    expect(orphaned.summary).toContain('that run is dead');

    process.kill(child, 'SIGKILL');
    await take({ waitSeconds: 5 });
  });

  it('knows that its holder is dead, also where nobody reaps it', async () => {
    const { path } = await take();
    locks.splice(0).forEach((lock) => {
      lock.release();
    });
    const { child } = await otherHolder(path, '"$@" & exec sleep 60 >/dev/null');
    const { pid } = JSON.parse(readFileSync(path, 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
    expect((await refusal()).summary).toContain('that run is dead');
    process.kill(child, 'SIGKILL');
  });

  it('stays with our children through the descriptor, and is gone with them', async () => {
    const lock = await take();
    const child = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', lock.fd] });
    children.push(child);
    await once(child, 'spawn');
    lock.release();
    expect((await refusal()).code).toBe('locked');
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    await take({ waitSeconds: 2 });
  });

  it('shows nothing of a note that could do harm', async () => {
    const lock = await take();
    writeFileSync(
      lock.path,
      JSON.stringify({
        pid: process.pid,
        started: '',
        user: '\u001b[31mroot\n\nkill -9 1',
        command: 'x'.repeat(500),
        since: '`id`',
        host: '',
      }),
    );
    const text = (await refusal()).summary;
    for (const harmful of ['\u001b', '\n', '`']) expect(text).not.toContain(harmful);
    expect(text.length).toBeLessThan(350);
    writeFileSync(lock.path, 'not json {');
    expect((await refusal()).summary).toContain('locked by another run');
  });

  it('follows no link, and takes no folder', async () => {
    const { path } = await take();
    locks.splice(0).forEach((lock) => {
      lock.release();
    });
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    rmSync(path);
    symlinkSync(victim, path);
    expect((await refusal()).code).toBe('host-not-ready');
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    rmSync(path);
    mkdirSync(path);
    expect((await refusal()).code).toBe('host-not-ready');
  });

  it('locks a file that it may only read', async () => {
    const { path } = await take();
    locks.splice(0).forEach((lock) => {
      lock.release();
    });
    chmodSync(path, 0o444);
    await take();
    expect((await refusal()).code).toBe('locked');
  });
});
