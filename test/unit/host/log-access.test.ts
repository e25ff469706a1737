import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkConsoleLogs } from '../../../src/host/consoles/log-access.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ven-logs-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const refused = (message: RegExp, hint: RegExp): object =>
  expect.objectContaining({
    code: 'host-not-ready',
    exitCode: 7,
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  }) as object;

it('refuses a folder that is not there', () => {
  checkConsoleLogs({ domains: [], folder: join(folder, 'none') });
  expect(() => {
    checkConsoleLogs({ domains: ['lab_a'], folder: join(folder, 'none') });
  }).toThrow(refused(/there is no folder/, /where libvirtd runs/));
});

it('lets in who may read, and root where there is nothing to read yet', () => {
  writeFileSync(join(folder, 'lab_a-console.log'), '');
  checkConsoleLogs({ domains: ['lab_a'], folder, root: false });
  checkConsoleLogs({ domains: ['lab_a', 'lab_b'], folder, root: true });
});

it('refuses who is not root where there is nothing to read yet, unless others were opened to them', () => {
  const asked = { domains: ['lab_b'], folder, root: false };
  expect(() => {
    checkConsoleLogs(asked);
  }).toThrow(refused(/You may not read .*lab_b-console\.log/, /sudo --preserve-env=/));
  writeFileSync(join(folder, 'lab_a-console.log'), '');
  checkConsoleLogs(asked);
});

it('refuses a log that can’t be opened', () => {
  // Neither may root read through what is no folder.
  writeFileSync(join(folder, 'lab'), '');
  expect(() => {
    checkConsoleLogs({ domains: ['lab/a'], folder, root: true });
  }).toThrow(refused(/You may not read/, /sudo --preserve-env=/));
  mkdirSync(join(folder, 'closed'));
  chmodSync(join(folder, 'closed'), 0o700);
  checkConsoleLogs({ domains: ['lab_a'], folder: join(folder, 'closed'), root: true });
});

it.runIf(process.getuid?.() === 0)('refuses who may not even look whether there are any', () => {
  const inside = join(folder, 'libvirt', 'qemu');
  mkdirSync(inside, { recursive: true, mode: 0o700 });
  chmodSync(join(folder, 'libvirt'), 0o700);
  chmodSync(folder, 0o755);
  process.seteuid?.(65534);
  try {
    expect(() => {
      checkConsoleLogs({ domains: ['lab_a'], folder: inside });
    }).toThrow(refused(/may not read the nodes' consoles/, /sudo --preserve-env=/));
  } finally {
    process.seteuid?.(0);
  }
});
