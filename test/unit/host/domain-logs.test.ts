import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leftError, logsOf, namesIn } from '../../../src/host/consoles/domain-logs.js';

const all = [
  'lab_a.log',
  'lab_a.log.0',
  'lab_a-console.log',
  'lab_a-console.log.12',
  'lab_a-swtpm.log',
  'lab_b.log',
  'lab_b-console.log',
  'lab_c-console.log',
  'lab_.log',
  'lab2_a.log',
  'lab_a.log.gz',
  'lab_a_b.log',
];

it('finds the logs of a fleet’s domains, and of no other', () => {
  expect(logsOf('lab', all, [])).toEqual(all.slice(0, 8));
});

it('leaves those of a domain that is on the host', () => {
  expect(logsOf('lab', all, ['lab_a', 'other'])).toEqual([
    'lab_b.log',
    'lab_b-console.log',
    'lab_c-console.log',
  ]);
  expect(logsOf('lab', ['lab_c-console.log', 'lab_c.log'], ['lab_c-console'])).toEqual([
    'lab_c.log',
  ]);
});

it('tells what was left: files, and folders that can’t be listed', () => {
  expect(leftError('lab', [], [])).toBeNull();
  expect(leftError('lab', [], ['/var/log/swtpm'])).toMatchObject({
    code: 'tool-failed',
    summary: "Logs of the fleet lab may be left, in a folder that can't be listed",
    detail: "/var/log/swtpm: it can't be listed",
    hint: "To see what is there: sudo find /var/log/swtpm -name 'lab_*.log*'",
  });
  expect(leftError('lab', ['/a/lab_a.log'], ['/b'])).toMatchObject({
    summary: '1 log file could not be deleted',
    hint: "They belong to root: sudo rm /a/lab_a.log. To see what is there: sudo find /b -name 'lab_*.log*'",
  });
});

it('takes a folder that is not there for an empty one, and no other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ven-logs-'));
  writeFileSync(join(folder, 'lab_a.log'), '');
  expect(namesIn(folder)).toEqual(['lab_a.log']);
  expect(namesIn(join(folder, 'nowhere'))).toEqual([]);
  expect(namesIn(join(folder, 'lab_a.log'))).toBeNull();
  rmSync(folder, { recursive: true });
});
