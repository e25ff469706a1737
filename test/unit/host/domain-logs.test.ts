import { expect, it } from 'vitest';
import { logsOf } from '../../../src/host/consoles/domain-logs.js';

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
