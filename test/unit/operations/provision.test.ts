/** What `provision` composes, on a host in memory: what it refuses before it does anything, which records count, what stays behind. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { apply } from '../../../src/operations/apply.js';
import { provision, type ProvisionRequest } from '../../../src/operations/provision/provision.js';
import { withSession } from '../../../src/operations/provision/session.js';
import type * as HostRoom from '../../../src/host/index.js';
import { readNodeRecords, workFolder, writeNodeRecord } from '../../../src/host/index.js';
import {
  VenError,
  type FailureClass,
  type NodeRecord,
  type ProvisionEvent,
} from '../../../src/model/index.js';
import { FakeHost } from '../../fake-host/index.js';
import { statusOnce } from './status-once.js';

let host: FakeHost;
let folder: string;
let file: string;
let locks: string[];
let logsChecked: string[];
let logsRefused: VenError | null;
const opened: HostRoom.HostOptions[] = [];
/** By the disk's file. */
const makings = new Map<string, string>();
let events: ProvisionEvent[];

vi.mock('../../../src/host/index.js', async (original) => ({
  ...(await original<typeof HostRoom>()),
  createHost: (options: HostRoom.HostOptions) => {
    opened.push(options);
    return host;
  },
  hostFindings: () => Promise.resolve([]),
  acquireLock: ({ over = 'fleet', command }: HostRoom.LockRequest) => {
    locks.push(`${command} ${over}`);
    return Promise.resolve({ fd: 4711, path: '', release: () => locks.push(`end ${over}`) });
  },
  lastStart: () => 'yesterday',
  volumeMaking: (_uri: string, path: string) => makings.get(basename(path)) ?? null,
  readPowers: (_: object, uuids: string[]) =>
    Promise.resolve(new Map(uuids.map((uuid) => [uuid, { power: 'running', id: '1' }]))),
  checkConsoleLogs: ({ domains }: { domains: readonly string[] }) => {
    logsChecked.push(...domains);
    if (logsRefused) throw logsRefused;
  },
  typeOnConsole: () => Promise.reject(new Error('nothing is typed here')),
}));

beforeEach(() => {
  host = new FakeHost();
  host.addForeignNetwork({ name: 'default' });
  folder = mkdtempSync(join(tmpdir(), 'ven-flow-'));
  file = join(folder, 'fleet.yaml');
  locks = [];
  logsChecked = [];
  logsRefused = null;
  events = [];
  makings.clear();
  write();
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(
  orchestrator = 'orchestrator: { bootUrl: "http://edge.test/boot.efi" }\n',
  more = '',
): void {
  writeFileSync(
    file,
    `apiVersion: ven/v1\nfleet: lab\n${orchestrator}vms: [{ name: edge, count: 2${more} }]\n`,
  );
}

const interrupt = { graceful: new AbortController().signal, hard: new AbortController().signal };
const request = (more: Partial<ProvisionRequest> = {}): ProvisionRequest => ({
  file,
  env: { XDG_STATE_HOME: folder },
  vms: null,
  until: 'ready',
  timeoutSeconds: 0,
  maxConcurrent: null,
  staggerSeconds: 0,
  lockTimeoutSeconds: 0,
  junit: null,
  askSecret: null,
  emit: (event) => events.push(event),
  interrupt,
  ...more,
});
const made = (replace: string[] = []) =>
  apply({
    file,
    env: { XDG_STATE_HOME: folder },
    options: {
      mode: 'apply',
      targets: [],
      excludes: [],
      replace,
      keepDisks: false,
      leaveOff: true,
    },
    lockTimeoutSeconds: 0,
    consent: 'given',
    typed: ['apply'],
    confirm: () => Promise.resolve(true),
    emit: () => undefined,
    interrupt,
  });

const workDir = (): string =>
  workFolder({ uri: 'qemu:///system', fleet: 'lab', env: { XDG_STATE_HOME: folder } });
/** As an earlier run would have left it. */
async function keep(
  vm: string,
  outcome: NodeRecord['outcome'],
  more: Partial<NodeRecord> = {},
): Promise<void> {
  const uuid =
    (await statusOnce({ file, env: request().env })).vms.find(({ name }) => name === vm)?.uuid ??
    '';
  const at = '2026-01-01T00:00:00.000Z';
  const failed = outcome === 'failed';
  mkdirSync(workDir(), { recursive: true });
  writeNodeRecord(workDir(), {
    formatVersion: '1',
    vm,
    uuid,
    life: 'yesterday',
    flow: 'none',
    profile: { name: 'edge-node', digest: '' },
    outcome,
    failure: failed
      ? {
          class: 'storage',
          stage: 'workflow',
          at,
          message: 'full',
          line: 'No space left on device',
        }
      : null,
    visits: [
      {
        stage: 'workflow',
        title: 'Workflow',
        enteredAt: at,
        leftAt: failed ? at : null,
        line: null,
        late: false,
      },
    ],
    lastLine: null,
    log: null,
    memory: null,
    ...more,
  });
}

test.each<[string, string, Partial<ProvisionRequest>, string, RegExp]>([
  ['no orchestrator', '', {}, 'usage', /has no orchestrator/],
  [
    'an unknown stage',
    'orchestrator: { bootUrl: "http://edge.test/boot.efi" }\n',
    { until: 'workflwo' },
    'usage',
    /no stage "workflwo"/,
  ],
  [
    'an unknown VM',
    'orchestrator: { bootUrl: "http://edge.test/boot.efi" }\n',
    { vms: ['egde-1'] },
    'not-found',
    /no VM "egde-1"/,
  ],
  [
    'a profile that is not there',
    'orchestrator: { bootUrl: "http://edge.test/boot.efi", profile: ./mine.yaml }\n',
    {},
    'fleet-file',
    /has one mistake/,
  ],
])('refuses %s before it does anything', async (_, orchestrator, more, code, summary) => {
  write(orchestrator);
  await expect(provision(request(more))).rejects.toMatchObject({
    code,
    message: expect.stringMatching(summary) as string,
  });
  expect(locks).toEqual([]);
});

test('a profile that is not there is a mistake of the fleet file, at its key', async () => {
  write('orchestrator: { bootUrl: "http://edge.test/boot.efi", profile: ./mine.yaml }\n');
  const finding = {
    rule: 'profile-file',
    message: expect.stringContaining('./mine.yaml') as string,
    file,
    line: 3,
    column: 64,
  };
  await expect(provision(request())).rejects.toMatchObject({ exitCode: 3, findings: [finding] });
});

test('a profile with a mistake is told with its place, like the fleet file', async () => {
  write('orchestrator: { bootUrl: "http://edge.test/boot.efi", profile: ./mine.yaml }\n');
  writeFileSync(
    join(folder, 'mine.yaml'),
    'apiVersion: ven/v1\nprofile: mine\nstages:\n  - { name: on, timeuot: 3s }\n  - { name: ready }\n',
  );
  await expect(provision(request())).rejects.toMatchObject({
    code: 'fleet-file',
    exitCode: 3,
    findings: expect.arrayContaining([expect.objectContaining({ line: 4 })]) as unknown,
  });
});

test('VMs that were asked for and are not there are named, with the command that makes them', async () => {
  await expect(provision(request({ vms: ['edge-1', 'vm.edge-2'] }))).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('vm.edge-1, vm.edge-2') as string,
    hint: expect.stringContaining('--wait ready') as string,
  });
  expect(locks).toEqual(['provision provision', 'end provision']);
});

test('credentials that are nowhere are named before any power is on', async () => {
  await made();
  write('orchestrator: { bootUrl: "http://edge.test/boot.efi", onboarding: interactive }\n');
  await expect(provision(request({ timeoutSeconds: null }))).rejects.toMatchObject({
    message: expect.stringContaining('ONBOARDING_USERNAME') as string,
  });
  expect(events).toEqual([]);
});

test('of a whole fleet, VMs that are missing or half-made have failed, and the others are seen to', async () => {
  await made();
  await keep('edge-1', 'ready');
  const [uuid = '', domain] =
    [...host.domains].find(([, { config }]) => config.includes('<name>lab_edge-2</name>')) ?? [];
  for (const half of [true, false]) {
    if (domain && half) domain.config = domain.config.replace('ready="yes"', 'ready="no"');
    else host.domains.delete(uuid);
    events = [];
    const { result } = await provision(request({ timeoutSeconds: null }));
    expect(result).toMatchObject({
      exitCode: 4,
      ready: ['vm.edge-1'],
      failed: [
        {
          address: 'vm.edge-2',
          class: 'boot',
          message: half
            ? 'it is only half-made on qemu:///system'
            : 'it does not exist on qemu:///system',
          hint: expect.stringContaining(`ven apply ${file} --wait ready`) as string,
        },
      ],
      byClass: { boot: 1 },
    });
    expect(events.filter(({ type }) => type === 'node-finished')).toHaveLength(1);
    expect(readNodeRecords(workDir(), ['edge-2'])[0]?.record).toBeNull();
  }
});

test('console logs that can’t be read are known before any power is on, of those only that are watched', async () => {
  await made();
  await keep('edge-1', 'ready');
  logsRefused = new VenError('host-not-ready', { summary: 'You may not' });
  await expect(provision(request({ timeoutSeconds: null }))).rejects.toMatchObject({ exitCode: 7 });
  expect(events).toEqual([]);
  logsRefused = null;
  logsChecked = [];
  await provision(request({ timeoutSeconds: 0.2 }));
  expect(logsChecked).toEqual(['lab_edge-2']);
});

const failed = (...classes: FailureClass[]): Promise<string[]> =>
  withSession(request(), (session) =>
    Promise.resolve(session.failed(classes).map(({ address }) => address)),
  );

test('what is ready is left alone, and what failed stays so until it is made anew', async () => {
  await made();
  await keep('edge-1', 'ready');
  await keep('edge-2', 'failed');
  const { result } = await provision(request({ timeoutSeconds: null }));
  expect(result).toMatchObject({
    exitCode: 4,
    ready: ['vm.edge-1'],
    failed: [{ address: 'vm.edge-2', class: 'storage', stage: 'workflow' }],
  });
  expect(events.map(({ type }) => type)).toEqual([
    'provision-started',
    'node-finished',
    'provision-warning',
    'provision-finished',
  ]);
  expect((await statusOnce({ file, env: request().env })).vms).toMatchObject([
    { outcome: 'ready', failureClass: null },
    { stage: 'workflow', outcome: 'failed', failureClass: 'storage' },
  ]);
  expect(await Promise.all([failed(), failed('storage'), failed('boot')])).toEqual([
    ['vm.edge-2'],
    ['vm.edge-2'],
    [],
  ]);
});

test('one that failed goes on being failed while it is made anew, wherever that ends, until it is started', async () => {
  await made();
  await keep('edge-1', 'failed');
  const replace = ['vm.edge-1'];
  const kept = () => {
    const [one] = readNodeRecords(workDir(), ['edge-1']);
    return { outcome: one?.record?.outcome, madeAnew: one?.record?.madeAnew ?? false };
  };
  const untilKilled = async (): Promise<void> => {
    const before = host;
    await Promise.race([
      made(replace).catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, 100)),
    ]);
    host = before.copy();
  };
  // Before its VM is away a new run has to take it away; after that it has not.
  for (let change = 1; change <= 3; change += 1) {
    host.faults.dieAt(change);
    await untilKilled();
    expect(kept()).toMatchObject({ outcome: 'failed' });
    expect(await failed()).toEqual(replace);
  }
  host.faults.failAt((what) => what.startsWith('define'));
  expect((await made(replace)).result).toMatchObject({ exitCode: 4, failed: replace });
  expect(kept()).toEqual({ outcome: 'failed', madeAnew: true });
  expect(await failed()).toEqual(replace);
  expect((await provision(request())).result.failed).toMatchObject([
    { address: 'vm.edge-1', class: 'boot' },
  ]);
  expect(await failed()).toEqual(replace);

  host.faults.revive();
  await made();
  expect(await failed()).toEqual(replace);
  // Not left alone as what has failed, since it is another VM by now.
  const { result } = await provision(request({ vms: ['edge-1'], timeoutSeconds: 1 }));
  expect(result).toMatchObject({ failed: [], left: ['vm.edge-1'] });
  expect(kept()).toEqual({ outcome: 'under-way', madeAnew: false });
  expect(await failed()).toEqual([]);
});

test('one that failed and was started again since is another matter', async () => {
  await made();
  await keep('edge-1', 'ready', { life: 'the day before' });
  await keep('edge-2', 'failed', { life: 'the day before' });
  expect(await failed()).toEqual([]);
  await provision(request());
  expect(events[0]).toMatchObject({
    nodes: [{ outcome: 'ready' }, { outcome: 'under-way', stage: null }],
  });
});

test('one that was ready and has been made anew by others is under way; one that was only started again is ready', async () => {
  await made();
  for (const vm of ['edge-1', 'edge-2']) makings.set(`lab_${vm}-sda.qcow2`, `first of ${vm}`);
  for (const vm of ['edge-1', 'edge-2'])
    await keep(vm, 'ready', { life: 'the day before', making: `first of ${vm}` });
  const seen = async () =>
    (await statusOnce({ file, env: request().env })).vms.map(({ outcome }) => outcome);
  expect(await seen()).toEqual(['ready', 'ready']);
  makings.set('lab_edge-2-sda.qcow2', 'second of edge-2');
  expect(await seen()).toEqual(['ready', null]);
  await provision(request());
  expect(events[0]).toMatchObject({
    nodes: [{ outcome: 'ready' }, { outcome: 'under-way', stage: null }],
  });
  // What can't be seen is believed.
  makings.clear();
  expect((await seen())[0]).toBe('ready');
});

test('what starts a VM holds the fleet’s lock on, and is stopped by the second Ctrl-C only', async () => {
  await made();
  opened.length = 0;
  const [graceful, hard] = [new AbortController(), new AbortController()];
  let stopped = false;
  host.startDomain = () =>
    new Promise((_, reject) => {
      const { signal } = opened.at(-1) ?? {};
      graceful.abort();
      signal?.addEventListener('abort', () => {
        stopped = true;
        reject(new VenError('interrupted', { summary: 'virsh was stopped' }));
      });
      setTimeout(() => {
        expect(stopped).toBe(false);
        hard.abort();
      }, 100);
    });
  const asked = request({
    vms: ['edge-1'],
    timeoutSeconds: null,
    interrupt: { graceful: graceful.signal, hard: hard.signal },
  });
  expect(await provision(asked)).toMatchObject({
    result: { outcome: 'interrupted', left: ['vm.edge-1'] },
  });
  expect(stopped).toBe(true);
  expect(opened.at(-1)).toMatchObject({ lockFd: 4711 });
  expect(events.at(-1)?.type).toBe('provision-finished');
  expect(events.map(({ type }) => type)).not.toContain('node-started');
});

test('damage to a record is told, and it counts as none', async () => {
  await made();
  mkdirSync(join(workDir(), 'nodes'), { recursive: true });
  writeFileSync(join(workDir(), 'nodes/edge-1.json'), '{');
  await provision(request());
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'provision-warning', address: null }),
  );
});

test('a report is written whatever ends the run, the events are kept, and a view that throws does not matter', async () => {
  const junit = join(folder, 'report.xml');
  await expect(provision(request({ junit, vms: ['edge-1'] }))).rejects.toThrow('not exist');
  expect(readFileSync(junit, 'utf8')).toMatch(/<testsuite/);
  await made();
  await keep('edge-1', 'ready');
  await keep('edge-2', 'failed');
  const fault = new Error('broken view');
  const emit = (): void => {
    throw fault;
  };
  expect(await provision(request({ junit, emit }))).toMatchObject({
    result: { exitCode: 4 },
    viewFault: fault,
  });
  expect(readFileSync(junit, 'utf8')).toContain('type="storage"');
  await expect(
    provision(request({ junit: join(folder, 'nowhere/report.xml') })),
  ).rejects.toMatchObject({ code: 'usage' });
  expect(existsSync(join(workDir(), 'runs'))).toBe(true);
});
