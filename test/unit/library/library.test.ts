/** ven as a library, on a host in memory. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  apply,
  destroy,
  observe,
  parse,
  plan,
  resolve,
  VenError,
  type ApplyOptions,
  type Fleet,
  type FleetOptions,
  type Plan,
  type RunEvent,
} from '../../../src/library/index.js';
import { FakeHost } from '../../fake-host/index.js';
import { portsOf } from '../operations/imagined.js';

const FLEET: Fleet = { apiVersion: 'ven/v1', fleet: 'lab', vms: [{ name: 'edge', count: 2 }] };

let host: FakeHost;
let folder: string;
let lab: FleetOptions & { file: string };

beforeEach(() => {
  host = new FakeHost();
  host.addForeignNetwork({ name: 'default' });
  folder = mkdtempSync(join(tmpdir(), 'ven-library-'));
  const file = join(folder, 'fleet.yaml');
  lab = { file, fleet: FLEET, env: { XDG_STATE_HOME: folder }, ports: portsOf(() => host) };
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The rules of the findings that a wrong fleet is refused with. */
function findingsOf(load: () => unknown): string[] {
  try {
    load();
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    expect(error).toMatchObject({ code: 'fleet-file', exitCode: 3 });
    return error.findings.map(({ rule }) => rule);
  }
  return [];
}

const actionsOf = ({ changes }: Plan): string[] =>
  changes.map(({ address, action }) => `${action} ${address}`);

test.each([
  ['an object', FLEET],
  ['YAML', 'apiVersion: ven/v1\nfleet: lab\nvms: [{ name: edge, count: 2 }]\n'],
])('a fleet may be %s, and then no file is read', (_, fleet) => {
  const options = { file: join(folder, 'nowhere.yaml'), fleet };
  expect(parse(options)).toEqual(FLEET);
  expect(resolve(options).vms.map(({ name }) => name)).toEqual(['edge-1', 'edge-2']);
});

test('a fleet is read from its file, with the given environment alone', () => {
  writeFileSync(lab.file, 'apiVersion: ven/v1\nfleet: ${NAME:-lab}\nvms: [{ name: edge }]\n');
  expect(parse({ file: lab.file, env: { NAME: 'other' } }).fleet).toBe('other');
  vi.stubEnv('NAME', 'mine');
  expect(parse({ file: lab.file, env: {} }).fleet).toBe('lab');
  expect(parse({ file: lab.file }).fleet).toBe('mine');
  vi.unstubAllEnvs();
});

test('the host may be named beside the fleet', () => {
  const connect = 'qemu+ssh://root@other.test/system';
  const env = { LIBVIRT_DEFAULT_URI: 'qemu+ssh://root@third.test/system' };
  expect(resolve({ fleet: FLEET, env }).host.uri).toBe(env.LIBVIRT_DEFAULT_URI);
  expect(resolve({ fleet: FLEET, env, connect }).host.uri).toBe(connect);
});

test('paths in a fleet start at the folder of its file, wherever its text is from', () => {
  mkdirSync(join(folder, 'sub'));
  const fleet = {
    ...FLEET,
    orchestrator: { domain: 'kind.internal', caCertificate: 'missing.pem' },
  };
  writeFileSync(join(folder, 'sub/missing.pem'), 'no certificate');
  const of = (file: string): string[] =>
    findingsOf(() => parse({ file: join(folder, file), fleet }));
  expect(of('fleet.yaml')).toEqual(['certificate-file']);
  expect(of('sub/fleet.yaml')).toEqual(['certificate-unreadable']);
});

test('a wrong fleet is a VenError with all findings', () => {
  const wrong = { ...FLEET, vms: [{ name: 'edge', cpu: 4 }, { name: '1' }] } as Fleet;
  expect(findingsOf(() => resolve({ fleet: wrong }))).toEqual(['unknown-key', 'name']);
});

test('from a plan through apply, with its events, to destroy', async () => {
  const wanted = await plan(lab);
  expect(actionsOf(wanted)).toEqual(['create vm.edge-1', 'create vm.edge-2']);
  expect((await observe(lab)).domains).toEqual([]);

  const events: RunEvent[] = [];
  const { result, declined } = await apply({
    ...lab,
    plan: wanted,
    onEvent: (event) => events.push(event),
  });
  expect(declined).toBe(false);
  expect(result).toMatchObject({ outcome: 'done', done: ['vm.edge-1', 'vm.edge-2'] });
  expect(events[0]).toMatchObject({ type: 'run-started', command: 'apply', fleet: 'lab' });
  expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'done' });
  expect((await observe(lab)).domains.map(({ name }) => name)).toEqual([
    'lab_edge-1',
    'lab_edge-2',
  ]);

  const confirm = vi.fn(() => true);
  expect(await apply({ ...lab, confirm })).toMatchObject({ result: null, declined: false });
  expect(confirm).not.toHaveBeenCalled(); // there is nothing to agree to

  const end = await plan({ ...lab, mode: 'destroy' });
  expect(await destroy({ ...lab, plan: end })).toMatchObject({ result: { outcome: 'done' } });
  expect((await observe(lab)).domains).toEqual([]);
});

test('choices: targets, exclusions, recreation', async () => {
  const only = await plan({ ...lab, targets: ['vm.edge-1'] });
  expect(actionsOf(only)).toEqual(['create vm.edge-1']);
  expect(actionsOf(await plan({ ...lab, excludes: ['vm.edge-1'] }))).toEqual(['create vm.edge-2']);
  await apply({ ...lab, confirm: () => true });
  const again = await plan({ ...lab, replace: ['vm.edge-2'] });
  expect(actionsOf(again)).toEqual(['replace vm.edge-2']);
});

test('the answer no changes nothing', async () => {
  const before = host.changes;
  const shown: Plan[] = [];
  const outcome = await apply({
    ...lab,
    confirm: (it) => {
      shown.push(it);
      return false;
    },
  });
  expect(outcome).toMatchObject({ result: null, declined: true });
  expect(shown).toEqual([outcome.plan]);
  expect(host.changes).toBe(before);
});

test('two fleets that programs gave in one folder are not taken for one file', async () => {
  await apply({ ...lab, confirm: () => true });
  const other: Fleet = { ...FLEET, vms: [{ name: 'core' }] };
  const confirm = vi.fn(() => true);
  const gone = await destroy({ ...lab, fleet: other, confirm }).catch((error: unknown) => error);
  expect(gone).toMatchObject({ code: 'delete-all' });
  expect((gone as VenError).detail).toContain('vm.edge-1 and vm.edge-2: from <program>');
  expect(confirm).not.toHaveBeenCalled();
  const agreed = await destroy({ ...lab, fleet: other, confirm, allowDeleteAll: true });
  expect(agreed.result?.done).toEqual(['vm.edge-1', 'vm.edge-2']);
});

test.each<[string, object]>([
  ['neither', {}],
  ['an undefined plan', { plan: undefined }],
  ['a confirm that is no function', { confirm: 'yes' }],
])('without consent (%s) nothing runs, whatever the types let through', async (_, consent) => {
  await apply({ ...lab, confirm: () => true });
  const before = host.changes;
  for (const call of [apply, destroy])
    await expect(call({ ...lab, ...consent } as ApplyOptions)).rejects.toMatchObject({
      code: 'needs-consent',
    });
  expect(host.changes).toBe(before);
});

test('a plan that no longer fits, or is for something else, is refused', async () => {
  const [early, end] = [await plan(lab), await plan({ ...lab, mode: 'destroy' })];
  await expect(apply({ ...lab, plan: end })).rejects.toMatchObject({ code: 'usage' });
  await expect(destroy({ ...lab, plan: early })).rejects.toMatchObject({ code: 'usage' });
  await apply({ ...lab, plan: early });
  const before = host.changes;
  await expect(apply({ ...lab, plan: early })).rejects.toMatchObject({
    code: 'stale-plan',
    exitCode: 6,
    detail: early.changes
      .map(({ address }) => `${address}: planned was create, now it is nothing`)
      .slice(0, 5)
      .join('\n'),
  });
  expect(host.changes).toBe(before);
});

test('one fleet, one run: the second is told who holds it', async () => {
  const other = await host.lock({ command: 'apply' });
  const before = host.changes;
  await expect(apply({ ...lab, confirm: () => true })).rejects.toMatchObject({ code: 'locked' });
  expect(host.changes).toBe(before);
  other.release();
});

test('an aborted signal before the first step rejects, and nothing was changed', async () => {
  const before = host.changes;
  await expect(
    apply({ ...lab, confirm: () => true, signal: AbortSignal.abort() }),
  ).rejects.toMatchObject({ code: 'interrupted' });
  expect(host.changes).toBe(before);
});

test.each(['signal', 'hardSignal'])('%s ends a call whose question is open', async (name) => {
  const before = host.changes;
  const stop = new AbortController();
  const open = apply({
    ...lab,
    [name]: stop.signal,
    confirm: () => {
      setTimeout(() => {
        stop.abort();
      });
      return new Promise<boolean>(() => undefined);
    },
  });
  await expect(open).rejects.toMatchObject({ code: 'interrupted' });
  expect(host.changes).toBe(before);
  (await host.lock({ command: 'apply' })).release();
});

test('a signal during the run starts nothing new, and the outcome says so', async () => {
  const stop = new AbortController();
  const { result } = await apply({
    ...lab,
    confirm: () => true,
    parallelism: 1,
    signal: stop.signal,
    onEvent: ({ type }) => {
      if (type === 'step-started') stop.abort();
    },
  });
  expect(result).toMatchObject({ outcome: 'interrupted', exitCode: 130 });
});

test('what onEvent throws stops nothing, and is told', async () => {
  const fault = new Error('no room');
  const { result, eventError } = await apply({
    ...lab,
    confirm: () => true,
    onEvent: () => {
      throw fault;
    },
  });
  expect(result?.outcome).toBe('done');
  expect(eventError).toBe(fault);
});
