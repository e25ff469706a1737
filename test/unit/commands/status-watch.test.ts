/** `status --watch` from one look to the next, some of which fail; only the looks are imagined. */
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import Status from '../../../src/commands/status.js';
import { VenError } from '../../../src/model/index.js';

const { looks, told } = vi.hoisted(() => ({
  looks: [] as unknown[],
  told: { stdout: [] as string[], stderr: [] as string[], closed: 0 },
}));

vi.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }));
vi.mock('../../../src/operations/index.js', () => ({
  openStatus: () => ({
    again: () => {
      const look = looks.shift();
      return look instanceof Error ? Promise.reject(look) : Promise.resolve(look);
    },
    close: () => Promise.resolve((told.closed += 1)),
  }),
}));
vi.mock('../../../src/cli/output.js', () => ({
  stdout: (text: string) => told.stdout.push(text),
  stderr: (text: string) => told.stderr.push(text),
  readerIsGone: () => looks.length === 0,
}));

beforeEach(() => {
  looks.length = told.stdout.length = told.stderr.length = told.closed = 0;
});

const seen = (vms: object[] = [], warning: string | null = null): object => ({
  fleet: 'lab',
  host: 'h',
  orchestrator: { asOf: null, warning },
  vms,
});
const vm = { name: 'edge-1', power: 'running', addresses: [], serialNumber: '' };
const halfWritten = new VenError('fleet-file', {
  summary: 'The fleet file f.yaml has 2 mistakes',
  where: 'f.yaml:3:1',
  findings: [
    {
      rule: 'x',
      message: 'There is no key "v"',
      hint: '',
      file: 'f.yaml',
      line: 3,
      column: 1,
      frame: '',
    },
  ],
});
const away = new VenError('tool-failed', { summary: 'libvirt does not answer' });
const run = (...flags: string[]): Promise<unknown> =>
  Status.run(flags, { root: join(import.meta.dirname, '../../..') });

describe.each([
  [[], 'lab on h: 0 VMs, 0 running.\n', 'edge-1'],
  [['--json'], '"vms":[]}\n', '"edge-1"'],
])('--watch %s', (flags, none, one) => {
  it('goes on after a look that fails, and says once why', async () => {
    looks.push(seen(), halfWritten, halfWritten, away, seen(), away, seen([vm]));
    await run('--watch', ...flags);
    expect(told.stdout).toEqual([expect.stringContaining(none), expect.stringContaining(one)]);
    const gone = 'Warning: libvirt does not answer (what is shown is from before)\n';
    expect(told.stderr).toEqual([
      'Warning: f.yaml:3:1: There is no key "v" (what is shown is from before)\n',
      gone,
      gone,
    ]);
  });

  it.each([
    ['at the first look', [away, seen()], 0],
    ['with a bug', [seen(), new TypeError('x'), seen()], 1],
  ])('ends %s', async (_, imagined, shown) => {
    looks.push(...imagined);
    await expect(run('--watch', ...flags)).rejects.toBe(
      imagined.find((look) => look instanceof Error),
    );
    expect([
      looks.length,
      told.stdout.filter((text) => text.includes(none)).length,
      told.closed,
    ]).toEqual([1, shown, 1]);
  });
});

it('without --watch a look that fails is the end', async () => {
  looks.push(away, seen());
  await expect(run()).rejects.toBe(away);
});
