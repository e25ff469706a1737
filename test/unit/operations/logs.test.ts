/** Logs of several VMs. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openConsoles } from '../../../src/host/consoles/consoles.js';
import type { VenError } from '../../../src/model/index.js';
import { severalLogs, type SeveralLogsRequest } from '../../../src/operations/logs.js';
import { FakeHost } from '../../fake-host/index.js';
import { portsOf } from './imagined.js';

let folder: string;
let lines: [string, string][];
let lost: VenError[];
const host = new FakeHost();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ven-logs-'));
  writeFileSync(
    join(folder, 'fleet.yaml'),
    'apiVersion: ven/v1\nfleet: lab\nvms: [{ name: edge, count: 3 }]\n',
  );
  lines = [];
  lost = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const log = (vm: string): string => join(folder, `lab_${vm}-console.log`);
function request(more: Partial<SeveralLogsRequest>): SeveralLogsRequest {
  const consoles = openConsoles({ uri: host.uri, fleet: 'lab', env: {}, logFolder: folder });
  return {
    ...{ file: join(folder, 'fleet.yaml'), env: {}, vms: ['edge-1', 'vm.edge-2'] },
    ports: portsOf(() => {
      const observe = host.observe.bind(host);
      return Object.assign(Object.create(host) as FakeHost, { consoles, observe });
    }),
    ...{ follow: false, since: null, tail: null },
    signal: new AbortController().signal,
    line: (vm, line) => lines.push([vm, line]),
    lost: (error) => lost.push(error),
    ...more,
  };
}

test('come one after another, in whole lines, each VM once', async () => {
  writeFileSync(log('edge-1'), 'a\r\nb\r\nlogin: ');
  writeFileSync(log('edge-2'), 'c\r\n');
  await severalLogs(request({ vms: ['edge-1', 'vm.edge-2', 'vm.edge-1'], tail: 2 }));
  expect(lines).toEqual([
    ['edge-1', 'b'],
    ['edge-1', 'login:'],
    ['edge-2', 'c'],
  ]);
});

test('one without output is told, but where no line is wanted', async () => {
  writeFileSync(log('edge-1'), '');
  writeFileSync(log('edge-2'), 'c\r\n');
  const silent: string[] = [];
  const empty = (address: string): number => silent.push(address);
  await severalLogs(request({ empty }));
  await severalLogs(request({ empty, tail: 0 }));
  expect(silent).toEqual(['vm.edge-1']);
});

test('one without output that is followed is told before it is waited for', async () => {
  writeFileSync(log('edge-1'), '');
  const stop = new AbortController();
  const silent: string[] = [];
  const empty = (address: string): void => {
    silent.push(address);
    appendFileSync(log('edge-1'), 'a\r\n');
  };
  const line = (vm: string, text: string): void => {
    lines.push([vm, text]);
    stop.abort();
  };
  await severalLogs(request({ vms: ['edge-1'], follow: true, signal: stop.signal, empty, line }));
  expect([silent, lines]).toEqual([['vm.edge-1'], [['edge-1', 'a']]]);
});

test('one that is not there stops no other, and is named', async () => {
  writeFileSync(log('edge-2'), 'c\r\n');
  await severalLogs(request({ vms: ['edge-1', 'edge-2', 'edge-3'] }));
  expect(lines).toEqual([['edge-2', 'c']]);
  expect(lost).toMatchObject([
    { code: 'not-found', where: 'vm.edge-1' },
    { code: 'not-found', where: 'vm.edge-3' },
  ]);
});

test('a name that is no VM ends it before anything is shown', async () => {
  writeFileSync(log('edge-1'), 'a\r\n');
  await expect(severalLogs(request({ vms: ['edge-1', 'edge-9'] }))).rejects.toMatchObject({
    code: 'not-found',
    summary: expect.stringContaining('no VM "edge-9"') as string,
  });
  expect(lines).toEqual([]);
});

test('a stop ends it before the next VM', async () => {
  for (const vm of ['edge-1', 'edge-2']) writeFileSync(log(vm), 'a\r\n');
  const stop = new AbortController();
  const line = (vm: string, text: string): void => {
    lines.push([vm, text]);
    stop.abort();
  };
  await severalLogs(request({ vms: ['edge-1', 'edge-2', 'edge-3'], signal: stop.signal, line }));
  expect([lines, lost]).toEqual([[['edge-1', 'a']], []]);
});

test('their fleet file is read once', async () => {
  for (const vm of ['edge-1', 'edge-2', 'edge-3']) writeFileSync(log(vm), 'a\r\n');
  let times = 0;
  const { PATH = '' } = process.env;
  const env = Object.defineProperty({ PATH }, 'LIBVIRT_DEFAULT_URI', {
    get: () => void (times += 1),
  });
  await severalLogs(request({ vms: ['edge-1', 'edge-2', 'edge-3'], env }));
  expect([lines.length, times]).toEqual([3, 1]);
});

test('are followed all at once, and mixed only between lines', async () => {
  writeFileSync(log('edge-1'), 'a');
  writeFileSync(log('edge-2'), '');
  const stop = new AbortController();
  const done = severalLogs(request({ follow: true, signal: stop.signal }));
  await vi.waitFor(() => {
    appendFileSync(log('edge-2'), 'x\r\n');
    expect(lines.length).toBeGreaterThan(0);
  }, 5000);
  appendFileSync(log('edge-1'), 'b\r\n');
  await vi.waitFor(() => {
    expect(lines).toContainEqual(['edge-1', 'ab']);
  }, 5000);
  stop.abort();
  await done;
  expect(lines.filter(([vm]) => vm === 'edge-1')).toEqual([['edge-1', 'ab']]);
});
