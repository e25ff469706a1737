/** What `provision` composes, on a host in memory: what it refuses before it does anything, which records count, what stays behind. */
import { junitReport } from '../../../src/view/provision/junit.js';
import {
  closeSync,
  existsSync,
  openSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { apply } from '../../../src/operations/apply.js';
import { provision, type ProvisionRequest } from '../../../src/operations/provision/provision.js';
import { withSession } from '../../../src/operations/provision/session.js';
import {
  VenError,
  type FailureClass,
  type NodeRecord,
  type ProvisionEvent,
} from '../../../src/model/index.js';
import { FakeHost } from '../../fake-host/index.js';
import { portsOf, stateIn } from './imagined.js';
import { statusOnce } from './status-once.js';

let host: FakeHost;
let folder: string;
let file: string;
/** By the disk's file. */
const incarnations = new Map<string, string>();
let events: ProvisionEvent[];

/** As they would be after a day. */
function imagine(in_: FakeHost): FakeHost {
  in_.lastStart = () => 'yesterday';
  in_.volumeIncarnation = (path) => incarnations.get(basename(path)) ?? null;
  in_.consoles.type = () => Promise.reject(new Error('nothing is typed here'));
  return in_;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ven-flow-'));
  host = imagine(new FakeHost());
  host.state = stateIn(folder).state;
  host.addForeignNetwork({ name: 'default' });
  file = join(folder, 'fleet.yaml');
  events = [];
  incarnations.clear();
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

const ports = portsOf(() => host);
const interrupt = { graceful: new AbortController().signal, hard: new AbortController().signal };
const request = (more: Partial<ProvisionRequest> = {}): ProvisionRequest => ({
  file,
  env: { XDG_STATE_HOME: folder },
  ports,
  vms: null,
  until: 'ready',
  timeoutSeconds: 0,
  maxConcurrent: null,
  staggerSeconds: 0,
  lockTimeoutSeconds: 0,
  reports: [],
  askSecret: null,
  emit: (event) => events.push(event),
  interrupt,
  ...more,
});
const made = (replace: string[] = []) =>
  apply({
    file,
    env: { XDG_STATE_HOME: folder },
    ports,
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

const workDir = (): string => stateIn(folder).workDir;
/** As an earlier run would have left it. */
async function keep(
  vm: string,
  outcome: NodeRecord['outcome'],
  more: Partial<NodeRecord> = {},
): Promise<void> {
  const uuid =
    (await statusOnce({ file, env: request().env, ports })).vms.find(({ name }) => name === vm)
      ?.uuid ?? '';
  const at = '2026-01-01T00:00:00.000Z';
  const failed = outcome === 'failed';
  host.state.records.write({
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
  expect(host.locks).toEqual([]);
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
  expect(host.locks).toEqual(['provision provision', 'end provision']);
});

test('of a whole fleet that is not there, it says so, and begins nothing', async () => {
  await expect(provision(request({ timeoutSeconds: null }))).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('vm.edge-1, vm.edge-2') as string,
    hint: expect.stringContaining(`ven apply ${file} --wait ready`) as string,
  });
  expect(events).toEqual([]);
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
    expect(host.state.records.read(['edge-2'])[0]?.record).toBeNull();
  }
});

test('console logs that can’t be read are known before any power is on, of those only that are watched', async () => {
  await made();
  await keep('edge-1', 'ready');
  host.consoles.refused = new VenError('host-not-ready', { summary: 'You may not' });
  await expect(provision(request({ timeoutSeconds: null }))).rejects.toMatchObject({ exitCode: 7 });
  expect(events).toEqual([]);
  host.consoles.refused = null;
  host.consoles.checked.length = 0;
  await provision(request({ timeoutSeconds: 1 }));
  expect(host.consoles.checked).toEqual(['lab_edge-2']);
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
  expect((await statusOnce({ file, env: request().env, ports })).vms).toMatchObject([
    { outcome: 'ready', failureClass: null },
    { stage: 'workflow', outcome: 'failed', failureClass: 'storage' },
  ]);
  expect([await failed(), await failed('storage'), await failed('boot')]).toEqual([
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
    const [one] = host.state.records.read(['edge-1']);
    return { outcome: one?.record?.outcome, madeAnew: one?.record?.madeAnew ?? false };
  };
  const untilKilled = async (): Promise<void> => {
    const before = host;
    await Promise.race([
      made(replace).catch(() => undefined),
      vi.waitUntil(() => before.faults.dead, { interval: 5, timeout: 10_000 }),
    ]);
    host = imagine(before.copy());
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
  for (const vm of ['edge-1', 'edge-2']) incarnations.set(`lab_${vm}-sda.qcow2`, `first of ${vm}`);
  for (const vm of ['edge-1', 'edge-2'])
    await keep(vm, 'ready', { life: 'the day before', making: `first of ${vm}` });
  const seen = async () =>
    (await statusOnce({ file, env: request().env, ports })).vms.map(({ outcome }) => outcome);
  expect(await seen()).toEqual(['ready', 'ready']);
  incarnations.set('lab_edge-2-sda.qcow2', 'second of edge-2');
  expect(await seen()).toEqual(['ready', null]);
  await provision(request());
  expect(events[0]).toMatchObject({
    nodes: [{ outcome: 'ready' }, { outcome: 'under-way', stage: null }],
  });
  // What can't be seen is believed.
  incarnations.clear();
  expect((await seen())[0]).toBe('ready');
});

test('what starts a VM holds the fleet’s lock on, and is stopped by the second Ctrl-C only', async () => {
  await made();
  const [graceful, hard] = [new AbortController(), new AbortController()];
  let stopped = false;
  const startDomain = (stop: AbortSignal | undefined): Promise<void> =>
    new Promise((_, reject) => {
      graceful.abort();
      stop?.addEventListener('abort', () => {
        stopped = true;
        reject(new VenError('interrupted', { summary: 'virsh was stopped' }));
      });
      setTimeout(() => {
        expect(stopped).toBe(false);
        hard.abort();
      }, 100);
    });
  // Only what is started through the lock's host holds the lock.
  const lock = host.lock.bind(host);
  host.lock = async (asked) => {
    const locked = { ...host, startDomain: () => startDomain(asked.stop) } as unknown as FakeHost;
    return { ...(await lock(asked)), host: locked };
  };
  host.startDomain = () => Promise.reject(new Error('without the lock'));
  const asked = request({
    vms: ['edge-1'],
    timeoutSeconds: null,
    interrupt: { graceful: graceful.signal, hard: hard.signal },
  });
  expect(await provision(asked)).toMatchObject({
    result: { outcome: 'interrupted', left: ['vm.edge-1'] },
  });
  expect(stopped).toBe(true);
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
  const reports = [{ path: junit, open: junitReport }];
  await expect(provision(request({ reports, vms: ['edge-1'] }))).rejects.toThrow('not exist');
  expect(readFileSync(junit, 'utf8')).toMatch(/<testsuite/);
  await made();
  await keep('edge-1', 'ready');
  await keep('edge-2', 'failed');
  const fault = new Error('broken view');
  const emit = (): void => {
    throw fault;
  };
  expect(await provision(request({ reports, emit }))).toMatchObject({
    result: { exitCode: 4 },
    viewFault: fault,
  });
  expect(readFileSync(junit, 'utf8')).toContain('type="storage"');
  await expect(
    provision(
      request({ reports: [{ path: join(folder, 'nowhere/report.xml'), open: junitReport }] }),
    ),
  ).rejects.toMatchObject({ code: 'usage' });
  expect(existsSync(join(workDir(), 'runs'))).toBe(true);
  // What can't be written over gets one report.
  const fd = openSync(join(folder, 'once.xml'), 'w');
  const once = [{ path: `/proc/self/fd/${fd}`, open: junitReport }];
  await provision(request({ reports: once }));
  closeSync(fd);
  expect(readFileSync(join(folder, 'once.xml'), 'utf8').match(/<testsuites/g)).toHaveLength(1);
});
