/** vagrant's part played by a script: what becomes of the batch when ven can't write its own files. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BringUp } from '../../../src/model/index.js';
import type { BringUpResult } from '../../../src/host/bring-ups/share.js';
import { bringUpAct } from '../../../src/host/vagrant/bring-up.js';
import { localRuntime } from '../../../src/host/vagrant/runtime.js';
import { Virsh } from '../../../src/host/libvirt/virsh.js';

let dir: string;
let lines: string[];
let results: BringUpResult[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ven-up-'));
  lines = [];
  results = [];
  const script = `#!/bin/sh\necho "$*" > "${dir}/arguments"\ncat "$VAGRANT_CWD/machines.json"\nfor name in lab_a lab_b; do echo "1,$name,ven,started"; echo "1,$name,ui,info,defined"; echo "1,$name,ven,up"; done\n`;
  writeFileSync(join(dir, 'vagrant'), script);
  chmodSync(join(dir, 'vagrant'), 0o755);
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const machine = (name: string): BringUp => ({
  name,
  domain: `lab_${name}`,
  uuid: name,
  domainXml: '<domain/>',
  volumes: [],
  start: true,
  memoryMiB: 1,
  cpus: 1,
});

const bringUp = (workDir: string, vagrantfile = '') =>
  bringUpAct({
    virsh: new Virsh({ uri: 'test:///default', env: process.env }),
    hasStarted: () => Promise.resolve(),
    workDir,
    vagrantfile,
    machinesJson: (uri, batch) => `1,${batch.length === 2 ? 'lab_a' : 'x'},ui,info,${uri}\n`,
    runtime: localRuntime(process.env),
    env: { ...process.env, PATH: `${dir}:${process.env['PATH'] ?? ''}` },
  })(
    [machine('a'), machine('b')],
    (name, line) => lines.push(`${name}: ${line}`),
    (result) => results.push(result),
    new AbortController().signal,
    (name) => lines.push(`${name} starts`),
  );

it('goes on when a log of a VM can not be written', async () => {
  const workDir = join(dir, 'work');
  mkdirSync(join(workDir, 'logs/a.log'), { recursive: true });
  await bringUp(workDir);
  expect(results).toEqual([
    { name: 'a', ok: true },
    { name: 'b', ok: true },
  ]);
  expect(lines).toEqual([
    'a: test:///default',
    'a starts',
    'a: defined',
    'a: up',
    'b starts',
    'b: defined',
    'b: up',
  ]);
});

it('gives vagrant names that can be no beginning of an id', async () => {
  await bringUp(join(dir, 'work'));
  const given = readFileSync(join(dir, 'arguments'), 'utf8').split(' ');
  expect(given.filter((word) => !word.startsWith('-'))).toEqual(['up', 'lab_a', 'lab_b']);
});

it('says where it may not write, and what to do about it', async () => {
  writeFileSync(join(dir, 'file'), '');
  await expect(bringUp(join(dir, 'file/ven'))).rejects.toMatchObject({
    code: 'usage',
    summary: expect.stringContaining('a part of the path is not a folder') as string,
    hint: expect.stringContaining('XDG_STATE_HOME') as string,
  });
  expect(results).toEqual([]);
});
