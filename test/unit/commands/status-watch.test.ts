/** `status --watch` from one look to the next, some of which fail; only the looks are imagined. */
import { beforeEach, describe, expect, it } from 'vitest';
import { showStatus } from '../../../src/cli/show-status.js';
import { VenError } from '../../../src/model/index.js';
import type { FleetStatus } from '../../../src/operations/index.js';
import { styleOf } from '../../../src/view/index.js';

const looks: unknown[] = [];
const told = { stdout: [] as string[], stderr: [] as string[], closed: 0 };

const status = {
  again: () => {
    const style = looks.shift();
    return style instanceof Error ? Promise.reject(style) : Promise.resolve(style as FleetStatus);
  },
  close: () => Promise.resolve(void (told.closed += 1)),
};
const shown = {
  stdout: (text: string) => void told.stdout.push(text),
  stderr: (text: string) => void told.stderr.push(text),
  readerIsGone: () => looks.length === 0,
  wait: () => Promise.resolve(),
};

beforeEach(() => {
  looks.length = told.stdout.length = told.stderr.length = told.closed = 0;
});

const seen = (vms: object[] = [], warning: string | null = null): object => ({
  fleet: 'lab',
  host: 'h',
  orchestrator: { asOf: null, warning },
  warnings: [],
  vms,
});
const vm = { name: 'edge-1', power: 'running', addresses: [], serialNumber: '' };
const halfWritten = new VenError('fleet-file', {
  summary: 'The fleet file f.yaml has 2 mistakes',
  where: 'f.yaml:3:1',
  findings: [
    {
      rule: 'unknown-key',
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
const run = (flags: { watch?: boolean; json?: boolean } = {}): Promise<void> =>
  showStatus(
    {
      status,
      watch: false,
      wide: false,
      json: false,
      style: styleOf(process.stdout, {}),
      ...flags,
    },
    shown,
  );

describe.each<[{ json?: boolean }, string, string]>([
  [{}, 'lab on h: 0 VMs, 0 running.\n', 'edge-1'],
  [{ json: true }, '"vms":[]}\n', '"edge-1"'],
])('--watch, %j', (flags, none, one) => {
  it('goes on after a look that fails, and says once why', async () => {
    looks.push(seen(), halfWritten, halfWritten, away, seen(), away, seen([vm]));
    await run({ watch: true, ...flags });
    expect(told.stdout).toEqual([expect.stringContaining(none), expect.stringContaining(one)]);
    const gone = 'Warning: libvirt does not answer (the status shown is the last known one)\n';
    expect(told.stderr).toEqual([
      'Warning: f.yaml:3:1: There is no key "v" (the status shown is the last known one)\n',
      gone,
      gone,
    ]);
  });

  it.each([
    ['at the first look', [away, seen()], 0],
    ['with a bug', [seen(), new TypeError('x'), seen()], 1],
  ])('ends %s', async (_, imagined, shown) => {
    looks.push(...imagined);
    await expect(run({ watch: true, ...flags })).rejects.toBe(
      imagined.find((style) => style instanceof Error),
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
