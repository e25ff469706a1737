import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { VenError } from '../../../src/model/index.js';
import { createMasker } from '../../../src/secrets/index.js';
import { commandLine, run } from '../../../src/host/exec.js';

const env = process.env;
const sh = (script: string, options: Partial<Parameters<typeof run>[2]> = {}) =>
  run('sh', ['-c', script], { env, timeoutSeconds: 20, ...options });
const caught = async (promise: Promise<unknown>): Promise<VenError> => {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof VenError)) throw new Error(`not a VenError: ${String(error)}`);
  return error;
};

describe('run', () => {
  it('gives arguments to the letter, with no shell between', async () => {
    const words = ['a b', '$HOME', '`id`', "'", '"', '\\', '*', '', '; echo x', 'line\nend'];
    const { stdout } = await run('printf', ['%s|', ...words], { env, timeoutSeconds: 5 });
    expect(stdout).toBe(words.map((word) => `${word}|`).join(''));
  });

  it('passes on a small environment, in the C locale', async () => {
    const { stdout } = await sh('env', {
      env: {
        ...env,
        SECRET_TOKEN: 'x',
        LANG: 'de_DE.UTF-8',
        LIBVIRT_DEFAULT_URI: 'test:///default',
      },
    });
    expect(stdout).toContain('LC_ALL=C\n');
    expect(stdout).not.toMatch(/SECRET_TOKEN|LIBVIRT_DEFAULT_URI|LANG=/);
  });

  it('says what failed, as one can paste it, with the last words of the program', async () => {
    const error = await caught(sh('echo one; echo "error: two" >&2; exit 3'));
    expect(error.code).toBe('tool-failed');
    expect(error.summary).toBe('two');
    const pasted = error.detail?.split('\n').at(-1) ?? '';
    expect(pasted).toContain("sh -c '");
    expect(spawnSync('sh', ['-c', pasted]).status).toBe(3);
  });

  it('takes other exit codes for an answer when told so', async () => {
    expect(await sh('echo x; exit 3', { accept: 'any' })).toMatchObject({
      exitCode: 3,
      stdout: 'x\n',
    });
  });

  it('stops at the time limit, with all its children', async () => {
    const error = await caught(sh('sleep 61.5 & sleep 61.5', { timeoutSeconds: 0.3 }));
    expect(error.summary).toContain('longer than 0.3 s');
    const count = 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " | grep -c "sleep 61[.]5"';
    await expect
      .poll(() => spawnSync('sh', ['-c', count]).stdout.toString().trim(), { timeout: 5000 })
      .toBe('0');
  });

  it('kills what does not listen to SIGTERM', async () => {
    const began = performance.now();
    const limits = { timeoutSeconds: 0.2, killAfterSeconds: 0.5 };
    await caught(sh('trap "" TERM; while :; do sleep 0.1; done', limits));
    expect((performance.now() - began) / 1000).toBeGreaterThan(0.6);
  });

  it('stops when asked to, also before it began', async () => {
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort();
    }, 100);
    expect((await caught(sh('sleep 30', { signal: controller.signal }))).code).toBe('interrupted');
    expect((await caught(sh('touch /nowhere/never', { signal: controller.signal }))).code).toBe(
      'interrupted',
    );
  });

  it('runs in a process group of its own, so that Ctrl-C on the terminal does not reach it', async () => {
    const { stdout } = await sh('cut -d" " -f5 /proc/self/stat; echo $$');
    const [group, pid] = stdout.trim().split('\n');
    expect(group).toBe(pid);
  });

  it('hides secrets, in the command too', async () => {
    const error = await caught(
      sh('echo "refused s3cret-pw" >&2; : s3cret-pw; exit 1', { secrets: ['s3cret-pw'] }),
    );
    expect(JSON.stringify([error.summary, error.detail, error.hint])).not.toContain('s3cret');
    expect(error.summary).toBe('refused ********');
    expect(createMasker(['ab', 'abc', ''])('xabcx ab')).toBe('x********x ********');
  });

  it('gives output as it comes, in whole characters', async () => {
    const pieces: string[] = [];
    const { stdout } = await sh('printf "\\303"; sleep 0.2; printf "\\244"', {
      onStdout: (text) => pieces.push(text),
    });
    expect(pieces.join('')).toBe('ä');
    expect(stdout).toBe('');
  });

  it('lets an error of the listener through, and ends the program', async () => {
    const thrown = sh('yes', {
      onStdout: () => {
        throw new RangeError('mine');
      },
    });
    await expect(thrown).rejects.toThrow(RangeError);
  });

  it('says what to install', async () => {
    const error = await caught(
      run('virsh', [], { env: { PATH: '/nonexistent' }, timeoutSeconds: 5 }),
    );
    expect(error.code).toBe('host-not-ready');
    expect(error.hint).toContain('libvirt-clients');
  });
});

describe('commandLine', () => {
  it('can be pasted', () => {
    const words = ['it is', "isn't", '$x', 'plain', ''];
    const out = spawnSync('sh', ['-c', commandLine('printf', ['%s|', ...words])]).stdout.toString();
    expect(out).toBe(words.map((word) => `${word}|`).join(''));
  });
});
