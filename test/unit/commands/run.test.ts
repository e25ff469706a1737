/** What surrounds a run (consent, signals, pipes that close), as real processes; only the operation is imagined. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'ven-run-'));
const program = join(folder, 'run.mjs');
const trace = join(folder, 'trace.json');

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, 'imagined-run.ts')],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    banner: {
      js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
    },
  });
});
beforeEach(() => {
  rmSync(trace, { force: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function start(
  args: string[],
  { env = {}, command = process.execPath }: { env?: Record<string, string>; command?: string } = {},
): ChildProcess {
  return spawn(command, args, {
    env: { PATH: process.env['PATH'], TERM: 'xterm', IMAGINED_TRACE: trace, ...env },
    cwd: folder,
  });
}

function end(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

/** Resolves once the child has said `text`. */
function says(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve) => {
    let said = '';
    const listen = (data: Buffer): void => {
      said += data.toString();
      if (said.includes(text)) resolve();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
  });
}

const outcome = (): { outcome: string; done: string[]; skipped: string[] } =>
  JSON.parse(readFileSync(trace, 'utf8')) as { outcome: string; done: string[]; skipped: string[] };

describe('output', () => {
  it('is the plan and the result on stdout, the progress on stderr', async () => {
    const { code, stdout, stderr } = await end(start([program, '--yes']));
    expect(code).toBe(0);
    expect(stdout).toMatch(/Plan: 5 to create\.\n\nApplied in 1\.0s: 5 created\.\n$/);
    expect(stderr).toMatch(/^vm\.edge-1 {2}creating and starting\n/);
    expect(stderr.match(/created and started \(0\.\ds\)/g)).toHaveLength(5);
  });

  it('is only events on stdout with --json', async () => {
    const { code, stdout, stderr } = await end(start([program, '--yes', '--json']));
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; formatVersion?: string });
    expect(events[0]).toMatchObject({ type: 'run-started', formatVersion: '1' });
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'done', exitCode: 0 });
    expect(stderr).toContain('Plan: 5 to create.');
  });

  it('is a whole stream of events when there is nothing to do', async () => {
    const { code, stdout } = await end(
      start([program, '--yes', '--json'], { env: { IMAGINED_NOTHING: '1' } }),
    );
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { type: string }).type),
    ).toEqual(['run-started', 'run-finished']);
  });

  it('goes quiet when its reader leaves, and the run goes on', async () => {
    const { stdout } = await end(
      start(['-c', `"${process.execPath}" "${program}" --yes --json | head -1`], { command: 'sh' }),
    );
    expect(JSON.parse(stdout)).toMatchObject({ formatVersion: '1' });
    expect(outcome()).toMatchObject({ outcome: 'done', skipped: [] });
  });

  it('says that its output can not be written, and the run goes on', async (context) => {
    // A /dev/full of our own: every write fails as on a full disk.
    const full = join(folder, 'full');
    if (spawnSync('mknod', [full, 'c', '1', '7']).status !== 0) context.skip();
    const { code, stderr } = await end(
      start(['-c', `exec "${process.execPath}" "${program}" --yes >"${full}"`], { command: 'sh' }),
    );
    expect(stderr).toContain(
      "error: standard output can't be written, and its rest is lost: ENOSPC",
    );
    expect(stderr).not.toMatch(/^ +at /m);
    expect(outcome()).toMatchObject({ outcome: 'done', skipped: [] });
    expect(code).toBe(1);
  });

  it('goes quiet when both streams close before the first line', async () => {
    const child = start([program, '--yes']);
    child.stdout?.destroy();
    child.stderr?.destroy();
    const { code } = await end(child);
    expect(code).toBe(0);
    expect(outcome().done).toHaveLength(5);
  });
});

describe('interruption', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by one %s lets running steps finish',
    async (signal) => {
      const child = start([program, '--yes'], { env: { IMAGINED_HOLD: 'once' } });
      const ended = end(child);
      await says(child, 'vm.edge-2  creating');
      child.kill(signal);
      const { code, stdout, stderr } = await ended;
      expect(code).toBe(130);
      expect(stderr).toContain('Interrupted: finishing 2 steps; Ctrl-C again stops them.');
      expect(outcome()).toMatchObject({ outcome: 'interrupted', done: ['vm.edge-1', 'vm.edge-2'] });
      expect(stdout).toContain('Interrupted in 1.0s: 2 created, 3 not done.');
    },
  );

  it('by a second Ctrl-C stops them', async () => {
    const child = start([program, '--yes'], { env: { IMAGINED_HOLD: 'twice' } });
    const ended = end(child);
    await says(child, 'vm.edge-2  creating');
    child.kill('SIGINT');
    await says(child, 'Interrupted: finishing');
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain('Interrupted again: stopping 2 steps.');
  });
});

describe('on a terminal', () => {
  /** Under script(1), which gives it one; what it writes to the terminal comes as stdout. */
  const onTerminal = (args: string, env = {}): ChildProcess =>
    start(
      ['-qec', `stty rows 24 cols 80; "${process.execPath}" "${program}" ${args}`, '/dev/null'],
      { command: 'script', env },
    );

  it('runs after yes, and draws a line a VM', async () => {
    const child = onTerminal('');
    const ended = end(child);
    await says(child, "Only 'yes' will be accepted:");
    child.stdin?.write('yes\n');
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(outcome().done).toHaveLength(5);
    expect(stdout).toContain('Do you want to make these changes on qemu:///system?');
    expect(stdout).toContain('5 of 5 done');
    expect(stdout).toContain('Applied');
  });

  it('survives one Ctrl-C while it draws, and ends with the cursor shown', async () => {
    const child = onTerminal('--yes', { IMAGINED_HOLD: 'once' });
    const ended = end(child);
    await says(child, 'creating and starting');
    child.stdin?.write('\u0003');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toContain('Interrupted: finishing 2 steps');
    expect(outcome()).toMatchObject({ outcome: 'interrupted', done: ['vm.edge-1', 'vm.edge-2'] });
    expect(stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001b[?25l'));
  });

  it.each(['no', 'y', 'YES', ''])('changes nothing after %j', async (answer) => {
    const child = onTerminal('');
    const ended = end(child);
    await says(child, 'accepted:');
    child.stdin?.write(`${answer}\n`);
    const { code, stdout } = await ended;
    expect(code).toBe(1);
    expect(stdout).toContain('Declined: nothing was changed');
    expect(existsSync(trace)).toBe(false);
  });

  it('changes nothing after Ctrl-C at the question', async () => {
    const child = onTerminal('');
    const ended = end(child);
    await says(child, 'accepted:');
    child.stdin?.write('\u0003');
    const { stdout } = await ended;
    expect(stdout).toContain('Interrupted before anything was changed');
    expect(existsSync(trace)).toBe(false);
  });
});
