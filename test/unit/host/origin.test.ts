import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { originOf } from '../../../src/host/state/origin.js';
import { PROGRAM } from '../../../src/model/index.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ven-origin-'));
  mkdirSync(join(folder, 'real'));
  writeFileSync(join(folder, 'real', 'fleet.yaml'), '');
  symlinkSync('real', join(folder, 'link'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('is the real path, with the machine where libvirt is on another one', () => {
  const real = join(folder, 'real', 'fleet.yaml');
  expect(originOf(join(folder, 'link', 'fleet.yaml'), 'qemu:///system')).toBe(real);
  expect(originOf(real, 'qemu+ssh://root@box/system')).toBe(`${hostname()}:${real}`);
});

it('is what XML and a terminal can take, and of a bounded length', () => {
  expect(originOf('/nowhere/a\u001b[31m\u202e\ud800.yaml', 'qemu:///system')).toBe(
    '/nowhere/a\ufffd[31m\ufffd\ufffd.yaml',
  );
  const long = originOf(`/${'x'.repeat(3000)}/fleet.yaml`, 'qemu:///system');
  expect(long).toHaveLength(1024);
  expect(long).toMatch(/^…x+\/fleet\.yaml$/);
});

it('of standard input, and of what a program gave, is no path', () => {
  expect(originOf('-', 'qemu:///system')).toBe('<stdin>');
  expect(originOf(PROGRAM, 'qemu:///system')).toBe('<program>');
  expect(originOf('-', 'qemu+ssh://root@box/system')).toBe(`${hostname()}:<stdin>`);
});
