/** A host that is lost for good, of hosts in memory: its VMs are made anew on the others. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { VenError, vmUuid, type Plan, type PlanOptions } from '../../../src/model/index.js';
import { apply, type ApplyRequest, type ApplyResult } from '../../../src/operations/apply.js';
import { move } from '../../../src/operations/move.js';
import { plan, savePlan } from '../../../src/operations/plan.js';
import { evacuatedText } from '../../../src/view/index.js';
import { FakeHost, HostDied } from '../../fake-host/index.js';
import { portsOf } from './imagined.js';

const NAMES = ['a', 'b', 'c'] as const;
type Name = (typeof NAMES)[number];
const uriOf = (name: Name): string => `qemu+ssh://root@${name}/system`;

let hosts: Record<Name, FakeHost>;
let folder: string;
let file: string;

const VMS = 'vms: [{ name: edge, count: 6 }]';
const NETWORK = 'networks: { lab: { subnet: 192.168.150.0/24 } }';
const TOP = `${NETWORK}
defaults: { cpus: 1, memory: 1GiB, firmware: bios, tpm: false, nics: [{ network: lab }] }`;

function write(vms = VMS, top = TOP): void {
  const each = NAMES.map((name) => `  ${name}: { uri: '${uriOf(name)}', accelerator: qemu }`);
  const lines = ['apiVersion: ven/v1', 'fleet: lab', 'hosts:', ...each, top, vms];
  writeFileSync(file, `${lines.join('\n')}\n`);
}

const OPTIONS: PlanOptions = {
  ...{ mode: 'apply', targets: [], excludes: [], replace: [], keepDisks: false },
};
const DESTROY = { mode: 'destroy' } as const;
const B_IS_DEAD = { evacuate: 'b' };

const request = (
  options: Partial<PlanOptions> = {},
  more: Partial<ApplyRequest> = {},
): ApplyRequest => ({
  ...{ file, env: { XDG_STATE_HOME: folder }, options: { ...OPTIONS, ...options } },
  ports: portsOf(({ uri }) => {
    const host = Object.values(hosts).find((each) => each.uri === uri);
    if (!host) throw new Error(`no host ${uri}`);
    return host;
  }),
  ...{ lockTimeoutSeconds: 0, consent: 'given', typed: ['apply'] },
  hostIsDead: options.evacuate !== undefined,
  confirm: () => Promise.resolve(true),
  emit: () => undefined,
  interrupt: { graceful: new AbortController().signal, hard: new AbortController().signal },
  ...more,
});
const planned = async (options: Partial<PlanOptions> = {}): Promise<Plan> =>
  (await plan(request(options))).plan;
const applied = (options: Partial<PlanOptions> = {}): Promise<ApplyResult> =>
  apply(request(options));

const briefly = ({ changes }: Plan): string[] =>
  changes.map(({ action, address, host }) => `${action} ${address} on ${host}`);
const vmsOn = async (name: Name): Promise<string[]> =>
  (await hosts[name].survey([])).domains.map((each) => each.name.slice('lab_'.length)).sort();

/** What was lost, until it is brought back. */
const lost = new Map<Name, { mockRestore: () => void }[]>();

function lose(name: Name): void {
  const error = new VenError('host-not-ready', { summary: 'no route to host' });
  lost.set(name, [
    vi.spyOn(hosts[name], 'survey').mockRejectedValue(error),
    vi.spyOn(hosts[name], 'observe').mockRejectedValue(error),
  ]);
}

function bringBack(name: Name): void {
  for (const each of lost.get(name) ?? []) each.mockRestore();
}

beforeEach(async () => {
  const newHost = (name: Name): FakeHost => {
    const host = new FakeHost({ uri: uriOf(name), cpus: 4 });
    host.addForeignNetwork({ name: 'default' });
    return host;
  };
  hosts = { a: newHost('a'), b: newHost('b'), c: newHost('c') };
  folder = mkdtempSync(join(tmpdir(), 'ven-evacuate-'));
  file = join(folder, 'fleet.yaml');
  write();
  await applied();
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the VMs of a dead host', () => {
  test('are made anew on the others, and no other is touched', async () => {
    expect(await vmsOn('b')).toEqual(['edge-2', 'edge-5']);
    const disks = () => [...hosts.b.storage.contents.keys()];
    const before = disks();
    lose('b');
    const made = await planned(B_IS_DEAD);
    expect(briefly(made)).toEqual(['create vm.edge-2 on a', 'create vm.edge-5 on c']);
    expect(made).toMatchObject({ unknown: [], options: B_IS_DEAD, summary: { noop: 6 } });
    expect(made.changes[0]).toMatchObject({
      evacuatedFrom: 'b',
      notes: ['a new VM with empty disks: its own are on b, if it was made, and stay there'],
      after: { host: 'a (the most left of 2 hosts that fit)' },
    });
    expect(made.warnings).toEqual([
      'host b is away (no route to host), and taken for dead: 2 VMs are made anew on other ' +
        'hosts, with empty disks. What b has of them stays there. If they still run there, each ' +
        'runs twice, with one identity',
    ]);
    const { result, plan: shown } = await applied(B_IS_DEAD);
    expect(result).toMatchObject({ exitCode: 0, done: ['vm.edge-2', 'vm.edge-5'] });
    expect(await vmsOn('a')).toEqual(['edge-1', 'edge-2', 'edge-4']);
    expect(await vmsOn('c')).toEqual(['edge-3', 'edge-5', 'edge-6']);
    expect(disks()).toEqual(before);
    if (result === null) throw new Error('nothing was run');
    const words = (...more: readonly string[]): string => more.join(' ');
    const end = evacuatedText({ plan: shown, result, words }, { colour: false, columns: 200 });
    expect(end).toContain('What b had of vm.edge-2, vm.edge-5 is still there.');
    expect(end).toContain('  ven destroy --target vm.*@b\n');
    const after = await planned();
    expect(after).toMatchObject({ changes: [], unknown: [], refused: [] });
    expect((await applied()).result).toBeNull();
    expect((await planned(B_IS_DEAD)).changes).toEqual([]);
  });

  test('only those that --target names', async () => {
    lose('b');
    const { result } = await applied({ ...B_IS_DEAD, targets: ['edge-5'] });
    expect(result).toMatchObject({ exitCode: 0, done: ['vm.edge-5'] });
    expect(await planned()).toMatchObject({ unknown: [{ address: 'vm.edge-2', hosts: ['b'] }] });
  });

  test('stay unknown where another host that is away may have them', async () => {
    lose('b');
    lose('c');
    const made = await planned(B_IS_DEAD);
    expect(made.changes).toEqual([]);
    expect(made.unknown).toContainEqual({ address: 'vm.edge-2', hosts: ['b', 'c'] });
    const { result, plan: shown } = await applied(B_IS_DEAD);
    expect([result, shown.changes]).toEqual([null, []]);
  });

  test('those that may be nowhere else are refused, and the others made', async () => {
    const pinned = '{ name: edge-2, host: b }, { name: edge-5, placement: { hosts: [b, c] } }';
    write(
      `vms: [{ name: edge-1 }, ${pinned}, { name: edge-3 }, { name: edge-4 }, { name: edge-6 }]`,
    );
    await applied();
    lose('b');
    const { result, plan: made } = await applied(B_IS_DEAD);
    expect(result).toMatchObject({ exitCode: 6, done: ['vm.edge-5'] });
    expect(made.refused).toEqual([
      {
        address: 'vm.edge-2',
        code: 'no-room',
        summary: 'vm.edge-2 may be on no other host than b, which is evacuated',
        hint:
          'It is left as it is. Let it be on another host, too: change its `host` in the fleet ' +
          'file, and evacuate again.',
      },
    ]);
    expect(made.changes[0]).toMatchObject({
      after: { host: 'c (the only other one that it may be on)' },
    });
    expect((await planned()).unknown).toEqual([{ address: 'vm.edge-2', hosts: ['b'] }]);
  });

  test('leave the orchestrator first, as those that are replaced do', async () => {
    const orchestrator = {
      ...{ domain: 'lab.test', bootUrl: 'http://boot.lab.test/a.efi', project: 'infra-1' },
      ...{ onboarding: 'non-interactive', removeHosts: true },
    };
    write(VMS, `${TOP}\norchestrator: ${JSON.stringify(orchestrator)}`);
    lose('b');
    const { steps } = await planned(B_IS_DEAD);
    const of = (id: string) => steps.find((step) => step.id === id);
    expect(of('vm.edge-2:unregister')).toMatchObject({
      kind: 'vm-unregister',
      host: { uuid: vmUuid('lab', 'edge-2') },
    });
    expect(of('vm.edge-2:up')?.needs).toContain('vm.edge-2:unregister');
    expect(of('vm.edge-2:register')).toBeDefined();
    expect(of('vm.edge-1:unregister')).toBeUndefined();
  });
});

describe('who says that it is dead', () => {
  test('a host that answers is not: nothing is done', async () => {
    const before = Object.values(hosts).map(({ changes }) => changes);
    const answers = { code: 'host-answers', exitCode: 6 };
    await expect(planned(B_IS_DEAD)).rejects.toMatchObject(answers);
    await expect(applied(B_IS_DEAD)).rejects.toMatchObject(answers);
    expect(Object.values(hosts).map(({ changes }) => changes)).toEqual(before);
    expect(hosts.a.locks.slice(-2)).toEqual(['apply fleet', 'end fleet']);
  });

  test('one that comes back while the question is open is not', async () => {
    lose('b');
    const before = hosts.a.changes;
    const confirm = (): Promise<boolean> => {
      bringBack('b');
      return Promise.resolve(true);
    };
    await expect(apply(request(B_IS_DEAD, { consent: 'ask', confirm }))).rejects.toMatchObject({
      code: 'host-answers',
    });
    expect(hosts.a.changes).toBe(before);
  });

  test('a saved plan needs the word again, and that the host is away still', async () => {
    lose('b');
    const saved = join(folder, 'lab.plan');
    savePlan(saved, await planned(B_IS_DEAD));
    const run = (hostIsDead: boolean) => apply(request({}, { savedPlan: saved, hostIsDead }));
    await expect(run(false)).rejects.toMatchObject({
      code: 'usage',
      summary: 'The plan evacuates b, and nobody has said that b is dead',
    });
    bringBack('b');
    await expect(run(true)).rejects.toMatchObject({ code: 'host-answers' });
    lose('b');
    expect((await run(true)).result).toMatchObject({ done: ['vm.edge-2', 'vm.edge-5'] });
  });

  test.each([
    ['bb', 'Did you mean "b"?'],
    ['other', 'Known here: a, b, c.'],
  ])('a host that the file does not name: %s', async (evacuate, hint) => {
    const summary = `--evacuate: there is no host "${evacuate}" in the fleet file`;
    for (const run of [planned, applied])
      await expect(run({ evacuate })).rejects.toMatchObject({ code: 'usage', summary, hint });
  });

  test('a fleet on one host has none to evacuate to', async () => {
    writeFileSync(file, 'apiVersion: ven/v1\nfleet: lab\nvms: [{ name: edge }]\n');
    await expect(planned(B_IS_DEAD)).rejects.toMatchObject({
      code: 'usage',
      summary: 'The fleet is on one host: there is none to evacuate b to',
    });
  });

  test('without a terminal, who is asked for --yes is told which plan to look at', async () => {
    lose('b');
    await expect(apply(request(B_IS_DEAD, { consent: 'impossible' }))).rejects.toMatchObject({
      code: 'needs-consent',
      hint: expect.stringContaining(`ven plan ${file} --evacuate b --host-is-dead`) as string,
    });
  });
});

describe('a host that comes back', () => {
  test('both are named, nothing is deleted, and each copy can be, by its host', async () => {
    lose('b');
    await applied(B_IS_DEAD);
    bringBack('b');
    const made = await planned();
    expect(made.changes).toEqual([]);
    expect(made.refused).toMatchObject([
      { address: 'vm.edge-2', code: 'on-two-hosts', summary: 'vm.edge-2 is on a and on b' },
      { address: 'vm.edge-5', code: 'on-two-hosts', summary: 'vm.edge-5 is on b and on c' },
    ]);
    await expect(applied()).rejects.toMatchObject({ code: 'on-two-hosts' });
    await applied({ ...DESTROY, targets: ['vm.edge-2@b'] });
    expect(await vmsOn('b')).toEqual(['edge-5']);
    const rest = await planned({ ...DESTROY, targets: ['vm.*@b'] });
    expect(briefly(rest)).toEqual(['delete vm.edge-5@b on b']);
    await applied({ ...DESTROY, targets: ['vm.*@b'] });
    expect(await vmsOn('b')).toEqual([]);
    expect(await vmsOn('c')).toEqual(['edge-3', 'edge-5', 'edge-6']);
    const after = await planned();
    expect(after.refused).toEqual([]);
    expect(briefly(after)).toEqual(['delete network.lab@b on b']);
  });

  test('vm.*@b is nothing that b alone has', async () => {
    write('vms: [{ name: edge, count: 6 }, { name: pinned, host: b, cpus: 1, memory: 1GiB }]');
    await applied();
    lose('b');
    await applied(B_IS_DEAD);
    bringBack('b');
    const made = await planned({ ...DESTROY, targets: ['vm.*@b'] });
    expect(briefly(made)).toEqual(['delete vm.edge-2@b on b', 'delete vm.edge-5@b on b']);
  });
});

describe('an evacuation that was killed', () => {
  test('at any change: the next one goes on, and so does a plain apply with what is begun', async () => {
    lose('b');
    const start = { ...hosts };
    hosts = { ...start, a: start.a.copy() };
    await applied(B_IS_DEAD);
    const changes = hosts.a.changes;
    expect(changes).toBeGreaterThan(2);
    for (let at = 1; at <= changes; at += 1)
      for (const when of ['before', 'after'] as const) {
        const told = `${at} ${when}`;
        hosts = { a: start.a.copy(), b: start.b, c: start.c.copy() };
        hosts.a.faults.dieAt(at, when);
        expect((await applied(B_IS_DEAD)).result, told).toMatchObject({ outcome: 'failed' });
        hosts.a.faults.revive();
        if (at % 2 === 0) {
          const { result } = await applied();
          expect([0, 4], told).toContain(result?.exitCode ?? 0);
        }
        await applied(B_IS_DEAD);
        expect(await vmsOn('a'), told).toEqual(['edge-1', 'edge-2', 'edge-4']);
        expect(await vmsOn('c'), told).toEqual(['edge-3', 'edge-5', 'edge-6']);
        expect(await planned(), told).toMatchObject({ changes: [], unknown: [], refused: [] });
      }
  }, 60_000);

  test('and whose host came back: its VM counts, and the half-made one goes', async () => {
    lose('b');
    hosts.a = hosts.a.copy();
    hosts.a.faults.failAt((change) => change.startsWith('start'));
    expect((await applied(B_IS_DEAD)).result?.failed).toEqual(['vm.edge-2']);
    bringBack('b');
    hosts.a.faults.revive();
    const made = await planned();
    for (const change of briefly(made)) expect(change).not.toContain('on b');
    await applied();
    expect(await vmsOn('a')).toEqual(['edge-1', 'edge-4']);
    expect(await vmsOn('b')).toContain('edge-2');
  });
});

describe('a move that its host did not outlive', () => {
  const UUID = vmUuid('lab', 'edge');

  async function killedMoveTo(to: Name, pick: (changes: readonly string[]) => number) {
    const start = { ...hosts };
    const run = () =>
      move({
        ...request(),
        ...{ vms: ['edge'], to, progress: () => undefined, tell: () => undefined },
      });
    hosts = { ...start, a: start.a.copy(), b: start.b.copy() };
    await run();
    const at = pick(hosts.b.faults.changes) + 1;
    hosts = start;
    hosts.b.faults.dieAt(at, 'after');
    await expect(run()).rejects.toThrow(HostDied);
    hosts.b.faults.revive();
  }

  beforeEach(async () => {
    write('vms: [{ name: edge, power: off, placement: { strategy: pack } }]');
    await applied({ allowDeleteAll: true });
    expect(hosts.a.domains.has(UUID)).toBe(true);
  });

  test('the whole copy that is left counts, and keeps its disks', async () => {
    await killedMoveTo('b', (changes) => changes.findIndex((each) => /^upload/.test(each)));
    lose('b');
    expect((await planned()).unknown).toHaveLength(1);
    expect(briefly(await planned(B_IS_DEAD))).toEqual(['update vm.edge on a']);
    await applied(B_IS_DEAD);
    expect(await planned()).toMatchObject({ changes: [], unknown: [] });
  });

  test('of a half one alone a new VM is made', async () => {
    await killedMoveTo('b', (changes) => changes.findIndex((each) => /^upload/.test(each)));
    lose('a');
    const made = await planned({ evacuate: 'a' });
    expect(made.changes.filter(({ address }) => address === 'vm.edge')).toMatchObject([
      { action: 'replace', address: 'vm.edge', host: 'b', evacuatedFrom: 'a' },
    ]);
    await applied({ evacuate: 'a' });
    expect(await planned()).toMatchObject({ changes: [], unknown: [] });
  });
});
