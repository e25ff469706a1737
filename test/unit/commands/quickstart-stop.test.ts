/** Ctrl-C while the quickstarts' stand-in has not said anything yet. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ven-quickstart-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

function program(path: string, text: string): void {
  writeFileSync(join(dir, path), `#!/bin/sh\n${text}\n`);
  chmodSync(join(dir, path), 0o755);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it.each(['quickstart-boot.sh', 'quickstart-onboarding.sh'])('%s ends, and the stand-in with it', async (script) => {
  mkdirSync(join(dir, 'scripts'));
  mkdirSync(join(dir, 'bin'));
  for (const name of [script, 'stand-in.sh']) copyFileSync(join(import.meta.dirname, '../../../scripts', name), join(dir, 'scripts', name));
  program('scripts/setup-host.sh', '');
  program('bin/node', `echo $$ >'${dir}/pid'\nexec sleep 60`);
  program('bin/sudo', 'while [ "${1#-}" != "$1" ]; do shift; done\nexec "$@"');
  const run = spawn('sh', [join(dir, 'scripts', script)], {
    env: { PATH: `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}` },
    stdio: 'ignore',
  });
  const ended = once(run, 'exit');
  let pid = 0;
  for (let tries = 0; pid === 0 && tries < 200; tries++) {
    await sleep(50);
    if (existsSync(join(dir, 'pid'))) pid = Number(readFileSync(join(dir, 'pid'), 'utf8'));
  }
  expect(alive(pid)).toBe(true);
  await sleep(200);
  run.kill('SIGINT');
  expect(await Promise.race([ended, sleep(10_000, 'it hangs')])).toEqual([130, null]);
  expect(alive(pid)).toBe(false);
});
