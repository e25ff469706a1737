/** A fleet on several hosts, on hosts in memory: one plan, one run, and each host its own share. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  VenError,
  type Plan,
  type ProvisionEvent,
  type RunEvent,
} from '../../../src/model/index.js';
import { doctor } from '../../../src/operations/doctor.js';
import { severalLogs } from '../../../src/operations/logs.js';
import { power, type PowerRequest } from '../../../src/operations/power.js';
import { provision, type ProvisionRequest } from '../../../src/operations/provision/provision.js';
import { openStatus } from '../../../src/operations/status/status.js';
import { timeline } from '../../../src/operations/timeline.js';
import { vnc } from '../../../src/operations/vnc.js';
import { apply, type ApplyRequest, type ApplyResult } from '../../../src/operations/apply.js';
import { hosts as listHosts } from '../../../src/operations/hosts/list.js';
import { plan, readSavedPlan, savePlan } from '../../../src/operations/plan.js';
import { FakeHost } from '../../fake-host/index.js';
import { portsOf } from './imagined.js';

const URIS = { a: 'qemu:///system', b: 'qemu+ssh://root@b/system' };

let hosts: Record<'a' | 'b', FakeHost>;
let folder: string;
let file: string;

function newHost(uri: string): FakeHost {
  const host = new FakeHost({ uri, cpus: 4 });
  host.addForeignNetwork({ name: 'default' });
  return host;
}

const VMS = `
networks:
  lab: { subnet: 192.168.150.0/24 }
defaults: { cpus: 1, memory: 1GiB, firmware: bios, tpm: false, nics: [{ network: lab }] }
vms: [{ name: edge, count: 4 }]
`;

function write(vms = VMS): void {
  writeFileSync(
    file,
    `apiVersion: ven/v1
fleet: lab
hosts:
  b: { uri: '${URIS.b}', accelerator: qemu }
  a: { uri: '${URIS.a}', accelerator: qemu }
${vms}`,
  );
}

beforeEach(() => {
  hosts = { a: newHost(URIS.a), b: newHost(URIS.b) };
  folder = mkdtempSync(join(tmpdir(), 'ven-hosts-'));
  file = join(folder, 'fleet.yaml');
  write();
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const OPTIONS: ApplyRequest['options'] = {
  mode: 'apply',
  targets: [],
  excludes: [],
  replace: [],
  keepDisks: false,
};
const DESTROY: ApplyRequest['options'] = { ...OPTIONS, mode: 'destroy' };

const request = (more: Partial<ApplyRequest> = {}): ApplyRequest => ({
  file,
  env: { XDG_STATE_HOME: folder },
  ports: portsOf(({ uri }) => {
    const host = Object.values(hosts).find((each) => each.uri === uri);
    if (!host) throw new Error(`no host ${uri}`);
    return host;
  }),
  options: OPTIONS,
  lockTimeoutSeconds: 0,
  consent: 'given',
  typed: ['apply'],
  confirm: () => Promise.resolve(true),
  emit: () => undefined,
  interrupt: { graceful: new AbortController().signal, hard: new AbortController().signal },
  ...more,
});

const planned = async (options: Partial<ApplyRequest['options']> = {}): Promise<Plan> =>
  (await plan({ ...request(), options: { ...OPTIONS, ...options } })).plan;
const applied = (options: Partial<ApplyRequest['options']> = {}): Promise<ApplyResult> =>
  apply(request({ options: { ...OPTIONS, ...options } }));

const briefly = ({ changes }: Plan): string[] =>
  changes.map(({ action, address, host }) => `${action} ${address} on ${host}`);
const names = async (host: FakeHost): Promise<string[]> =>
  (await host.survey([])).domains.map(({ name }) => name).sort();

let lost: { mockRestore: () => void }[] = [];

function lose(name: 'a' | 'b', summary = 'no route to host'): void {
  const error = new VenError('host-not-ready', { summary });
  lost = [
    vi.spyOn(hosts[name], 'survey').mockRejectedValue(error),
    vi.spyOn(hosts[name], 'observe').mockRejectedValue(error),
  ];
}

function bringBack(): void {
  for (const each of lost) each.mockRestore();
}

describe('one plan for all hosts', () => {
  test('asks the hosts at the same time', async () => {
    await applied();
    // Each waits for the other: one after another would never end.
    for (const question of ['survey', 'observe'] as const) {
      const bothAsked = Promise.withResolvers<undefined>();
      let asked = 0;
      for (const host of Object.values(hosts)) {
        const survey = host.survey.bind(host);
        const observe = host.observe.bind(host);
        const meet = async (): Promise<void> => {
          asked += 1;
          if (asked === 2) bothAsked.resolve(undefined);
          await bothAsked.promise;
        };
        if (question === 'survey') host.survey = async (pools) => (await meet(), survey(pools));
        else host.observe = async (fleet) => (await meet(), observe(fleet));
      }
    }
    expect((await planned()).changes).toEqual([]);
  });

  test('says where each VM goes and why; each host has its own network', async () => {
    const made = await planned();
    expect(briefly(made)).toEqual([
      'create network.lab@a on a',
      'create network.lab@b on b',
      'create vm.edge-1 on a',
      'create vm.edge-2 on b',
      'create vm.edge-3 on a',
      'create vm.edge-4 on b',
    ]);
    expect(made.changes[2]).toMatchObject({
      after: { host: 'a (the most left of 2 hosts that fit)' },
    });
    expect(made.changes[0]?.notes).toEqual([
      'each of 2 hosts has its own: VMs on different hosts do not meet there',
    ]);
    expect(made.hosts).toEqual([
      { name: 'a', uri: URIS.a, state: 'reached' },
      { name: 'b', uri: URIS.b, state: 'reached' },
    ]);
    expect(made.host).toBe(`${URIS.a}, ${URIS.b}`);
    expect(new Set(made.steps.map(({ id }) => id)).size).toBe(made.steps.length);
    expect(made.steps.find(({ id }) => id === 'vm.edge-2:up')).toMatchObject({
      onHost: 'b',
      needs: ['network.lab@b:create'],
    });
  });

  test('is empty after an apply, also with a new work folder', async () => {
    const { result } = await applied();
    expect(result).toMatchObject({ outcome: 'done', exitCode: 0 });
    expect(await names(hosts.a)).toEqual(['lab_edge-1', 'lab_edge-3']);
    expect(await names(hosts.b)).toEqual(['lab_edge-2', 'lab_edge-4']);
    const again = await planned();
    expect(again.changes).toEqual([]);
    expect(again.summary).toMatchObject({ noop: 6 });
  });

  test('leaves VMs where they are when a count changes', async () => {
    await applied();
    write(VMS.replace('count: 4', 'count: 5'));
    expect(briefly(await planned())).toEqual(['create vm.edge-5 on a']);
    write(VMS.replace('count: 4', 'count: 1'));
    expect(briefly(await planned({ allowDeleteAll: true }))).toEqual([
      'delete network.lab@b on b',
      'delete vm.edge-2 on b',
      'delete vm.edge-3 on a',
      'delete vm.edge-4 on b',
    ]);
  });

  test('mends what drifted on either', async () => {
    await applied();
    for (const host of Object.values(hosts)) host.powerOff([...host.domains.keys()][0] ?? '');
    expect(briefly(await planned())).toEqual(['update vm.edge-1 on a', 'update vm.edge-2 on b']);
    await applied();
    expect((await planned()).changes).toEqual([]);
  });

  test('deletes all of it, and nothing else', async () => {
    await applied();
    const { result } = await applied(DESTROY);
    expect(result).toMatchObject({ outcome: 'done', exitCode: 0 });
    for (const host of Object.values(hosts)) {
      expect(host.domains.size).toBe(0);
      expect(host.networks.size).toBe(1);
    }
  });

  test('takes targets of one host and of all', async () => {
    const targets = async (...targets: string[]) => briefly(await planned({ targets }));
    expect(await targets('network.lab@b')).toEqual(['create network.lab@b on b']);
    expect(await targets('network.lab')).toEqual([
      'create network.lab@a on a',
      'create network.lab@b on b',
    ]);
    expect(await targets('edge-2')).toEqual(['create network.lab@b on b', 'create vm.edge-2 on b']);
    await expect(planned({ targets: ['vm.edge-9'] })).rejects.toMatchObject({ code: 'not-found' });
    const excluding = await planned({ excludes: ['*@a', 'vm.edge-1', 'vm.edge-3'] });
    expect(briefly(excluding)).toEqual([
      'create network.lab@b on b',
      'create vm.edge-2 on b',
      'create vm.edge-4 on b',
    ]);
  });

  test('refuses to delete all by a file of another fleet, and counts all hosts', async () => {
    await applied();
    write(VMS.replaceAll('edge', 'node'));
    await expect(planned()).rejects.toMatchObject({ code: 'delete-all' });
    // All VMs of one host are no reason.
    write(
      VMS.replace('vms: [{ name: edge, count: 4 }]', 'vms: [{ name: edge-1 }, { name: edge-3 }]'),
    );
    expect(briefly(await planned())).toEqual([
      'delete network.lab@b on b',
      'delete vm.edge-2 on b',
      'delete vm.edge-4 on b',
    ]);
  });

  test('a saved plan is refused when a host has moved', async () => {
    const saved = join(folder, 'lab.plan');
    savePlan(saved, await planned());
    expect(readSavedPlan(saved, 'apply').hosts).toHaveLength(2);
    hosts.b.addForeignNetwork({ name: 'lab_lab' });
    await expect(apply(request({ savedPlan: saved }))).rejects.toMatchObject({
      code: 'stale-plan',
    });
  });

  test('what fits nowhere is refused with what is missing, and the rest is done', async () => {
    write(`
vms:
  - { name: big, cpus: 20, memory: 1GiB, firmware: bios }
  - { name: small, cpus: 1, memory: 1GiB, firmware: bios, tpm: false }
`);
    const { plan: made, result } = await applied();
    expect(made.refused).toMatchObject([
      {
        address: 'vm.big',
        code: 'no-room',
        detail: 'a lacks 4 CPUs more\nb lacks 4 CPUs more',
      },
    ]);
    expect(result).toMatchObject({ exitCode: 6, done: ['vm.small'] });
  });
});

describe('one run over all hosts', () => {
  test('locks each host, and tells one stream of events', async () => {
    const events: RunEvent[] = [];
    await apply(request({ emit: (event) => events.push(event) }));
    expect(hosts.a.locks).toEqual(['apply fleet', 'end fleet']);
    expect(hosts.b.locks).toEqual(['apply fleet', 'end fleet']);
    expect(events.filter(({ type }) => type === 'run-started')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'done' });
  });

  test('a failure on one host stops nothing on the other', async () => {
    const spy = vi
      .spyOn(hosts.b, 'createNetwork')
      .mockRejectedValue(new VenError('tool-failed', { summary: 'no' }));
    const { result } = await applied();
    expect(result).toMatchObject({
      exitCode: 4,
      done: ['network.lab@a', 'vm.edge-1', 'vm.edge-3'],
      failed: ['network.lab@b'],
      skipped: ['vm.edge-2', 'vm.edge-4'],
    });
    spy.mockRestore();
    await applied();
    expect((await planned()).changes).toEqual([]);
  });
});

describe('a host that is away', () => {
  test('its VMs are left, made nowhere else, and are there when it is back', async () => {
    await applied();
    lose('b');
    write(VMS.replace('cpus: 1', 'cpus: 2'));
    const made = await planned();
    expect(briefly(made)).toEqual(['update vm.edge-1 on a', 'update vm.edge-3 on a']);
    expect(made.hosts?.[1]).toEqual({
      name: 'b',
      uri: URIS.b,
      state: 'away',
      because: 'no route to host',
    });
    expect(made.unknown).toEqual([
      { address: 'vm.edge-2', hosts: ['b'] },
      { address: 'vm.edge-4', hosts: ['b'] },
    ]);
    expect(made.warnings).toEqual([
      'host b is away: no route to host. So nothing is planned for what is there, and nothing of ' +
        'it is created elsewhere (2 VMs may be there)',
    ]);
    const { result } = await applied();
    expect(result).toMatchObject({
      outcome: 'done',
      exitCode: 4,
      done: ['vm.edge-1', 'vm.edge-3'],
    });
    bringBack();
    expect(briefly(await planned())).toEqual(['update vm.edge-2 on b', 'update vm.edge-4 on b']);
  });

  test('one that fails between its survey and the look at it is away, too', async () => {
    await applied();
    write(VMS.replace('count: 4', 'count: 5'));
    vi.spyOn(hosts.b, 'observe').mockRejectedValue(
      new VenError('tool-failed', { summary: 'gone' }),
    );
    const made = await planned();
    expect(briefly(made)).toEqual([]);
    expect(made.unknown?.map(({ address }) => address)).toEqual([
      'vm.edge-2',
      'vm.edge-4',
      'vm.edge-5',
    ]);
  });

  test('destroy of the rest says what is left', async () => {
    await applied();
    lose('b');
    const { plan: made, result } = await applied(DESTROY);
    expect(result).toMatchObject({ outcome: 'done', exitCode: 4 });
    expect(hosts.a.domains.size).toBe(0);
    expect(made.warnings[0]).toContain('what is there of the fleet is left (2 VMs may be there)');
    bringBack();
    expect((await applied(DESTROY)).result).toMatchObject({ exitCode: 0 });
    expect(hosts.b.domains.size).toBe(0);
  });

  test('all of them: an error that names each', async () => {
    lose('a');
    lose('b', 'connection refused');
    await expect(planned()).rejects.toMatchObject({
      code: 'host-not-ready',
      detail: `a (${URIS.a}): no route to host\nb (${URIS.b}): connection refused`,
    });
  });
});

describe('a VM that two hosts have', () => {
  test('is refused by the names of both, and left; so is one that has left the file', async () => {
    await applied();
    const [uuid = ''] = [...hosts.a.domains.keys()];
    const config = hosts.a.domains.get(uuid)?.config ?? '';
    hosts.b.addDomain(config);
    const made = await planned({ replace: ['vm.*'] });
    expect(made.refused).toMatchObject([
      { address: 'vm.edge-1', code: 'on-two-hosts', summary: 'vm.edge-1 is on a and on b' },
    ]);
    expect(briefly(made)).not.toContain('replace vm.edge-1 on a');
    write(
      VMS.replace(
        '{ name: edge, count: 4 }',
        '{ name: edge-2 }, { name: edge-3 }, { name: edge-4 }',
      ),
    );
    const later = await planned();
    expect(later.refused).toMatchObject([{ address: 'vm.edge-1', code: 'on-two-hosts' }]);
    expect(later.changes).toEqual([]);
  });
});

describe('ven hosts', () => {
  test('says of each host what it has, and what is on it', async () => {
    await applied();
    hosts.b.addForeignDomain({ name: 'other' }, { running: true });
    const { hosts: listed } = await listHosts(request());
    expect(listed).toMatchObject([
      {
        name: 'a',
        uri: URIS.a,
        state: 'reached',
        libvirt: '9.0.0',
        cpus: { total: 4, limit: 16, given: 2 },
        pool: { name: 'default', active: true },
        vms: ['edge-1', 'edge-3'],
        others: 0,
      },
      { name: 'b', vms: ['edge-2', 'edge-4'], others: 1 },
    ]);
    lose('b');
    const away = (await listHosts(request())).hosts[1];
    expect(away).toEqual({ name: 'b', uri: URIS.b, state: 'away', because: 'no route to host' });
  });

  test('a fleet on one host has one, without a name', async () => {
    writeFileSync(file, `apiVersion: ven/v1\nfleet: lab\n${VMS}`);
    const { hosts: listed } = await listHosts(request());
    expect(listed).toMatchObject([{ name: null, uri: URIS.a, cpus: { limit: 4 }, vms: [] }]);
  });
});

describe('what speaks of all hosts', () => {
  test('status has the host of each VM, and says which are unknown', async () => {
    await applied();
    const now = async () => {
      const status = openStatus(request());
      try {
        return await status.again();
      } finally {
        await status.close();
      }
    };
    const shown = async () =>
      (await now()).vms.map(({ name, host, power }) => `${name} ${host} ${power}`);
    expect(await shown()).toEqual([
      'edge-1 a running',
      'edge-2 b running',
      'edge-3 a running',
      'edge-4 b running',
    ]);
    lose('b');
    expect(await shown()).toEqual([
      'edge-1 a running',
      'edge-2 b unknown',
      'edge-3 a running',
      'edge-4 b unknown',
    ]);
    expect((await now()).warnings).toEqual(['host b is away: no route to host']);
  });

  test('power acts on each VM where it is', async () => {
    await applied();
    const { interrupt } = request();
    const asked: PowerRequest = {
      ...{ ...request(), action: 'off', vms: [], force: true, interrupt },
      confirm: () => Promise.resolve(),
      tell: () => undefined,
    };
    const { vms, exitCode } = await power(asked);
    expect(exitCode).toBe(0);
    expect(vms.map(({ address, outcome }) => `${address} ${outcome}`).sort()).toEqual([
      'vm.edge-1 done',
      'vm.edge-2 done',
      'vm.edge-3 done',
      'vm.edge-4 done',
    ]);
    for (const host of Object.values(hosts))
      expect([...host.domains.values()].map(({ power }) => power)).toEqual(['off', 'off']);
    lose('b');
    const on = await power({ ...asked, action: 'on', vms: ['edge-1', 'edge-2'] });
    expect(on.vms).toMatchObject([
      { address: 'vm.edge-1', outcome: 'done' },
      { address: 'vm.edge-2', outcome: 'failed', error: { code: 'host-not-ready' } },
    ]);
  });

  test('logs come from the host that has the VM', async () => {
    await applied();
    hosts.a.consoles.logs.set('lab_edge-1', Buffer.from('on a\n'));
    hosts.b.consoles.logs.set('lab_edge-2', Buffer.from('on b\n'));
    const lines: string[] = [];
    await severalLogs({
      ...request(),
      ...{ vms: ['edge-1', 'edge-2'], follow: false, since: null, tail: null },
      signal: new AbortController().signal,
      line: (vm, line) => lines.push(`${vm} ${line}`),
      lost: (error) => lines.push(error.summary),
    });
    expect(lines).toEqual(['edge-1 on a', 'edge-2 on b']);
    lose('b');
    await expect(vnc({ ...request(), vm: 'edge-2', view: false })).rejects.toMatchObject({
      code: 'host-not-ready',
      summary: 'the VM may be on b, which is away: no route to host',
    });
  });

  test('doctor speaks of each host by its name', async () => {
    lose('b');
    const found = await doctor(request());
    expect(found.filter(({ level }) => level === 'missing')).toEqual([
      {
        check: 'libvirt',
        level: 'missing',
        message: 'b: it is away: no route to host',
        fix: 'See whether the machine is up',
      },
    ]);
  });

  test('a command that speaks of one host refuses the file', async () => {
    const { graph } = await import('../../../src/operations/graph.js');
    await expect(graph({ ...request(), offline: true })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('nodes on several hosts', () => {
  const PROFILE = `apiVersion: ven/v1
profile: mine
stages:
  - { name: firmware, title: Firmware, timeout: 60s }
  - name: ready
    title: Ready
    enter: [{ console: '^all is well$' }]
`;
  const ORCHESTRATOR =
    'orchestrator: { bootUrl: "http://edge.test/boot.efi", profile: ./mine.yaml }\n';

  const provisioning = (events: ProvisionEvent[]): ProvisionRequest => ({
    ...request(),
    ...{ vms: null, until: 'ready', timeoutSeconds: 20, maxConcurrent: null },
    ...{ staggerSeconds: 0, reports: [], askSecret: null },
    emit: (event) => events.push(event),
  });

  test('are watched together, each on its own host, and recorded there', async () => {
    writeFileSync(join(folder, 'mine.yaml'), PROFILE);
    write(`${ORCHESTRATOR}${VMS}`);
    await applied();
    for (const [host, vms] of [
      [hosts.a, ['edge-1', 'edge-3']],
      [hosts.b, ['edge-2', 'edge-4']],
    ] as const) {
      host.lastStart = () => '2026-01-01T00:00:00Z';
      for (const vm of vms) host.consoles.say(`lab_${vm}`, 'all is well\r\n');
    }
    const events: ProvisionEvent[] = [];
    const { result } = await provision(provisioning(events));
    expect(result).toMatchObject({ outcome: 'done', exitCode: 0 });
    expect(events.filter(({ type }) => type === 'node-finished')).toHaveLength(4);
    const readyOn = ({ state }: FakeHost): string[] =>
      state.records
        .read(['edge-1', 'edge-2', 'edge-3', 'edge-4'])
        .flatMap(({ vm, record }) => (record?.outcome === 'ready' ? [vm] : []));
    expect(readyOn(hosts.a)).toEqual(['edge-1', 'edge-3']);
    expect(readyOn(hosts.b)).toEqual(['edge-2', 'edge-4']);
    const { nodes } = timeline({ ...request(), vms: [] });
    expect(nodes.map(({ way }) => way?.outcome)).toEqual(['ready', 'ready', 'ready', 'ready']);
    expect(nodes.map(({ host }) => host)).toEqual(['a', 'b', 'a', 'b']);
    // Nothing is left to watch: the next run says so at once.
    expect((await provision(provisioning([]))).result.exitCode).toBe(0);
  });

  test('those of a host that is away have failed, and the others are seen to', async () => {
    writeFileSync(join(folder, 'mine.yaml'), PROFILE);
    write(`${ORCHESTRATOR}${VMS}`);
    await applied();
    hosts.a.lastStart = () => '2026-01-01T00:00:00Z';
    for (const vm of ['edge-1', 'edge-3']) hosts.a.consoles.say(`lab_${vm}`, 'all is well\r\n');
    lose('b');
    const { result } = await provision(provisioning([]));
    expect(result.exitCode).toBe(4);
    expect(result).toMatchObject({ ready: ['vm.edge-1', 'vm.edge-3'] });
  });
});
