import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { virtlogdFindings } from '../../../src/host/checks/virtlogd.js';

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ven-virtlogd-'));
  writeFileSync(join(dir, 'socket'), '');
  writeFileSync(join(dir, 'commented'), '#stdio_handler = "file"\n');
  writeFileSync(join(dir, 'file'), 'stdio_handler = "file"\n');
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const levels = (socket: string, config: string): string[] =>
  virtlogdFindings({ sockets: [join(dir, socket)], config: join(dir, config) }).map(
    ({ level }) => level,
  );

it('is told where its socket is missing, unless QEMU writes the logs itself', () => {
  expect(levels('socket', 'commented')).toEqual([]);
  expect(levels('nowhere', 'commented')).toEqual(['warning']);
  expect(levels('nowhere', 'nowhere')).toEqual(['warning']);
  expect(levels('nowhere', 'file')).toEqual([]);
});
