/** What `status` says of nodes: from their records, their consoles since then, and the orchestrator (the stand-in's API over TLS), on a host in memory. */
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { apply } from '../../../src/operations/apply.js';
import { logs } from '../../../src/operations/logs.js';
import { readProfile } from '../../../src/operations/provision/profile.js';
import { openStatus, type FleetStatus } from '../../../src/operations/status/status.js';
import { openConsoles } from '../../../src/host/consoles/consoles.js';
import {
  VenError,
  type Clock,
  type NodeRecord,
  type OnboardingFlow,
} from '../../../src/model/index.js';
import { NodeWatcher } from '../../../src/stages/index.js';
import { FakeHost } from '../../fake-host/index.js';
import { startOrchestrator, type Orchestrator } from '../../../stand-in/index.ts';
import { onPort, portsOf, stateIn } from './imagined.js';
import { statusOnce } from './status-once.js';

let host: FakeHost;
let folder: string;
let file: string;
let lab: Orchestrator;
let life: string;
const dir = mkdtempSync(join(tmpdir(), 'ven-status-'));

const PASSWORD = 'canary-9d2f';
const ENV = { PROJECT_API_USER: 'api-user', PROJECT_API_PASSWORD: PASSWORD };
const NIO = 'onboarding: non-interactive, project: infra-1';

beforeAll(async () => {
  writeFileSync(join(dir, 'boot.efi'), '');
  const accounts = { 'api-user': { password: PASSWORD } };
  const [bootFile, labDir] = [join(dir, 'boot.efi'), join(dir, 'lab')];
  lab = await startOrchestrator({
    domain: 'edge.test',
    dir: labDir,
    bootFile,
    loopback: true,
    accounts,
    projects: ['infra-1'],
  });
});
afterAll(async () => {
  await lab.close();
  rmSync(dir, { recursive: true });
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ven-status-'));
  host = new FakeHost();
  host.addForeignNetwork({ name: 'default' });
  host.lastStart = () => life;
  host.state = stateIn(folder).state;
  // As on a real host: logs, rotations and who may read them are the matter of many tests.
  const real = { uri: host.uri, fleet: 'lab', env: {}, logFolder: folder };
  Object.assign(host, { consoles: openConsoles(real) });
  file = join(folder, 'fleet.yaml');
  copyFileSync(lab.caCertificate, join(folder, 'ca.pem'));
  life = '2026-01-01T00:00:00Z';
  write('');
  await applied();
  host.locks.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  lab.inventory.hosts.clear();
  rmSync(folder, { recursive: true, force: true });
});

function write(orchestrator: string): void {
  const network = `networks: { lab: { subnet: 10.9.0.0/24, dns: { hosts: { ${lab.address}: [${lab.names.join(', ')}] } } } }\n`;
  const asked =
    orchestrator && `orchestrator: { domain: edge.test, caCertificate: ca.pem, ${orchestrator} }\n`;
  writeFileSync(
    file,
    `apiVersion: ven/v1\nfleet: lab\n${network}${asked}vms: [{ name: edge, count: 2, serialNumbers: [VENA1, VENA2] }]\n`,
  );
}

async function applied(replace: string[] = []): Promise<void> {
  await apply({
    file,
    env: { XDG_STATE_HOME: folder, ...ENV },
    ports,
    options: { mode: 'apply', targets: [], excludes: [], replace, keepDisks: false },
    lockTimeoutSeconds: 0,
    consent: 'given',
    typed: ['apply'],
    confirm: () => Promise.resolve(true),
    emit: () => undefined,
    interrupt: { graceful: new AbortController().signal, hard: new AbortController().signal },
  });
}

const log = (vm: string): string => join(folder, `lab_${vm}-console.log`);
const workDir = (): string => stateIn(folder).workDir;
const ports = portsOf(() => host, { openOrchestrator: onPort(() => lab.port) });
/** Twenty times as fast, for who waits in vain. */
const hasty: Clock = {
  now: () => ports.clock.now(),
  sleep: (milliseconds, signal) => ports.clock.sleep(milliseconds / 20, signal),
};
const look = (env: object = {}, clock = ports.clock): Promise<FleetStatus> =>
  statusOnce({ file, env: { XDG_STATE_HOME: folder, ...env }, ports: { ...ports, clock } });
const record = (vm: string): string => join(workDir(), `nodes/${vm}.json`);

/** As a run would have left it that has heard so much, years ago. */
async function keep(
  vm: string,
  said: string,
  { flow = 'non-interactive', ...more }: { flow?: OnboardingFlow } & Partial<NodeRecord> = {},
): Promise<void> {
  const uuid = (await look()).vms.find(({ name }) => name === vm)?.uuid ?? '';
  writeFileSync(log(vm), said);
  const profile = readProfile({ builtin: 'edge-node' }, { file, env: {} });
  const watcher = new NodeWatcher(profile, flow, {
    secrets: [],
    startedAt: Date.parse('2020-01-01'),
  });
  watcher.take({
    kind: 'console',
    at: Date.parse('2020-01-01'),
    bytes: Buffer.from(said),
    late: false,
  });
  host.state.records.write({
    formatVersion: '1',
    ...{ vm, uuid, life, flow },
    profile: { name: profile.name, digest: profile.digest },
    ...{
      outcome: watcher.outcome,
      failure: watcher.failure,
      visits: [...watcher.visits],
      lastLine: null,
    },
    log: host.consoles.end(`lab_${vm}`),
    memory: watcher.memory,
    ...more,
  });
}

/** What an apply keeps of a VM that it starts. */
const STARTED: Partial<NodeRecord> = {
  visits: [],
  memory: null,
  profile: { name: '', digest: '' },
  outcome: 'under-way',
  failure: null,
};
const IPXE = 'iPXE 1.21.1 -- Open Source Network Boot Firmware -- https://ipxe.org\r\n';
const HOOK = 'EFI stub: Loaded initrd from LINUX_EFI_INITRD_MEDIA_GUID device path\r\n';
const WORKFLOW = 'Secure Boot Status: off\r\n';
const AGENTS = `${IPXE}${HOOK}${WORKFLOW}Reset System\r\nBdsDxe: starting Boot0006 "ubuntu" from HD(1,GPT)\r\nUbuntu 24.04.1 LTS edge-1 ttyS0\r\n`;

test('a VM whose memory is saved is off, and told to be saved', async () => {
  host.save((await look()).vms[0]?.uuid ?? '');
  const [saved, other] = (await look()).vms;
  expect(saved).toMatchObject({ power: 'off', saved: true });
  expect(other).not.toHaveProperty('saved');
});

test('a VM that has left the file is named, with what becomes of it, and has its log', async () => {
  expect((await look()).warnings).toEqual([]);
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(/count: .*?]/, 'count: 1, serialNumbers: [VENA1]'),
  );
  const { vms, warnings } = await look();
  expect(vms.map(({ name }) => name)).toEqual(['edge-1']);
  expect(warnings).toEqual([
    `Of the fleet, but no longer in its file: vm.edge-2 (running). ven apply ${file} deletes it`,
  ]);
  expect(
    (await statusOnce({ file, env: { XDG_STATE_HOME: folder }, ports, vms: ['edge-1'] })).warnings,
  ).toEqual([]);
  const named = { file, env: { XDG_STATE_HOME: folder }, ports, vms: ['edge-2'] };
  expect(await statusOnce(named)).toMatchObject({
    vms: [{ name: 'edge-2', power: 'running', ready: true, serialNumber: 'VENA2', stage: null }],
    warnings: [expect.stringContaining('vm.edge-2 (running)')],
  });

  writeFileSync(log('edge-2'), 'last words\r\n');
  const reading = { follow: false, since: null, tail: null, raw: false } as const;
  const read = async (vm: string): Promise<string> => {
    let text = '';
    const write = (more: string): string => (text += more);
    const { signal } = new AbortController();
    await logs({ ...{ file, env: {}, ports, vm, signal, write }, ...reading });
    return text;
  };
  expect(await read('vm.edge-2')).toBe('last words\n');
  await expect(read('edge-3')).rejects.toMatchObject({ code: 'not-found' });
  host.observe = () => Promise.reject(new VenError('host-not-ready', { summary: 'down' }));
  await expect(read('edge-2')).rejects.toMatchObject({
    code: 'not-found',
    summary: expect.stringContaining('no VM "edge-2"') as string,
  });
});

describe('by record and console', () => {
  beforeEach(() => {
    write(NIO);
  });

  it('the stage is the one that the console has come to since the record, however long ago that was', async () => {
    await keep('edge-1', IPXE);
    expect((await look()).vms[0]).toMatchObject({
      stage: 'ipxe',
      stageAsOf: null,
      outcome: 'under-way',
    });
    appendFileSync(log('edge-1'), HOOK);
    const before = [readFileSync(record('edge-1')), statSync(record('edge-1')).mtimeMs];
    expect((await look()).vms).toMatchObject([
      {
        stage: 'hook',
        stageTitle: 'HookOS',
        stageAsOf: null,
        outcome: 'under-way',
        failureClass: null,
      },
      { stage: null, stageAsOf: null, outcome: null },
    ]);
    appendFileSync(log('edge-1'), 'cp: write error: No space left on device\r\n');
    expect((await look()).vms[0]).toMatchObject({
      stage: 'hook',
      outcome: 'failed',
      failureClass: 'storage',
    });
    expect([readFileSync(record('edge-1')), statSync(record('edge-1')).mtimeMs]).toEqual(before);
    expect(host.locks).toEqual([]);
  });

  it('one that was only started is followed from where its life begins', async () => {
    await keep('edge-1', AGENTS, STARTED);
    expect((await look()).vms[0]).toMatchObject({ stage: 'firmware', stageAsOf: null });
    appendFileSync(log('edge-1'), IPXE);
    expect((await look()).vms[0]).toMatchObject({ stage: 'ipxe', stageAsOf: null });
  });

  it('so is one that was made, registered and started', async () => {
    writeFileSync(log('edge-1'), AGENTS);
    await applied(['vm.edge-1']);
    expect((await look()).vms).toMatchObject([
      { stage: 'firmware', outcome: 'under-way' },
      { stage: null },
    ]);
    appendFileSync(log('edge-1'), IPXE);
    expect((await look()).vms[0]).toMatchObject({ stage: 'ipxe' });
  });

  it('nobody waits long for what consoles say', async () => {
    await keep('edge-1', IPXE);
    appendFileSync(log('edge-1'), HOOK);
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 2000));
    expect((await look()).vms[0]).toMatchObject({
      stage: 'ipxe',
      stageAsOf: expect.stringMatching(/Z$/) as string,
    });
    clock.mockRestore();
  });

  it('where the console can’t be read it is the record’s, with its time', async () => {
    await keep('edge-1', IPXE);
    rmSync(log('edge-1'));
    symlinkSync('/etc/passwd', log('edge-1'));
    const { mtime } = statSync(record('edge-1'));
    expect((await look()).vms[0]).toMatchObject({ stage: 'ipxe', stageAsOf: mtime.toISOString() });
    await keep('edge-2', IPXE, { visits: [], memory: null });
    rmSync(log('edge-2'));
    symlinkSync('/etc/passwd', log('edge-2'));
    expect((await look()).vms[1]).toMatchObject({ stage: null, stageAsOf: null });
  });

  it('one that is off half-way, was started again or made by another profile is another matter', async () => {
    await keep('edge-1', IPXE);
    await keep('edge-2', IPXE, { memory: { of: 'another' } });
    expect((await look()).vms).toMatchObject([
      { stage: 'ipxe' },
      { stage: 'ipxe', stageAsOf: expect.stringMatching(/Z$/) as string },
    ]);
    life = '2026-01-02T00:00:00Z';
    expect((await look()).vms).toMatchObject([{ stage: null }, { stage: null }]);
    life = '2026-01-01T00:00:00Z';
    await host.stopDomain((await look()).vms[0]?.uuid ?? '', 0);
    expect((await look()).vms).toMatchObject([{ power: 'off', stage: null }, { power: 'running' }]);
  });

  it('one that failed is another matter once it was started again, or taken away to be made anew; not while it is off', async () => {
    const full = `${IPXE}${HOOK}cp: write error: No space left on device\r\n`;
    await keep('edge-1', full);
    await keep('edge-2', full, { madeAnew: true });
    expect((await look()).vms).toMatchObject([
      { stage: 'hook', outcome: 'failed', failureClass: 'storage' },
      { stage: null, outcome: null, failureClass: null },
    ]);
    await host.stopDomain((await look()).vms[0]?.uuid ?? '', 0);
    expect((await look()).vms[0]).toMatchObject({ power: 'off', stage: 'hook', outcome: 'failed' });
    life = '2026-01-02T00:00:00Z';
    expect((await look()).vms[0]).toMatchObject({ stage: null, outcome: null, failureClass: null });
    await keep('edge-1', `${AGENTS}delete_invalid_ubuntu_boot_menuoptions done\r\n`, {
      life: '2026-01-01T00:00:00Z',
    });
    expect((await look()).vms[0]).toMatchObject({ stage: 'ready', outcome: 'ready' });
  });

  it('who looks again reads on, also with a newer record, and after a rotation', async () => {
    await keep('edge-1', IPXE);
    const again = openStatus({ file, env: { XDG_STATE_HOME: folder }, ports });
    const stage = async (): Promise<string | null | undefined> =>
      (await again.again()).vms[0]?.stage;
    expect(await stage()).toBe('ipxe');
    appendFileSync(log('edge-1'), HOOK.slice(0, 20));
    expect(await stage()).toBe('ipxe');
    appendFileSync(log('edge-1'), HOOK.slice(20));
    expect(await stage()).toBe('hook');
    await keep('edge-1', IPXE + HOOK + WORKFLOW);
    expect(await stage()).toBe('workflow');
    renameSync(log('edge-1'), `${log('edge-1')}.0`);
    writeFileSync(log('edge-1'), 'Reset System\r\n');
    expect(await stage()).toBe('reboot');
    await again.close();
  });
});

describe('by the orchestrator', () => {
  const says = (serialNumber: string, hostStatus: string, provisioningStatus = ''): void => {
    const host = lab.inventory.addHost({
      name: serialNumber,
      serialNumber,
      uuid: '',
      autoOnboard: true,
    });
    Object.assign(host, { hostStatus });
    if (provisioningStatus !== '')
      Object.assign(host, { instance: { ...host.instance, instanceID: 'i', provisioningStatus } });
  };

  it.each<[string, string, string, string, object, Partial<NodeRecord>?]>([
    [
      'ready where its agents run',
      AGENTS,
      'Running',
      '',
      { stage: 'ready', outcome: 'ready', stageAsOf: null },
    ],
    [
      'failed where it says so',
      IPXE + HOOK,
      'Provisioning Failed: disk',
      '',
      { stage: 'hook', outcome: 'failed', failureClass: 'workflow' },
    ],
    [
      'where its console is, for all else',
      IPXE + HOOK,
      'Running',
      '',
      { stage: 'hook', outcome: 'under-way' },
    ],
    [
      'not what was said of its former life',
      'BdsDxe\r\n',
      'Provisioning Failed: disk',
      '',
      { stage: 'firmware', outcome: 'under-way' },
    ],
    [
      'not what was said of its former life, started by an apply',
      '',
      'Provisioning Failed: disk',
      '',
      { stage: 'firmware', outcome: 'under-way' },
      STARTED,
    ],
  ])('a node is %s', async (_, said, hostStatus, provisioning, expected, kept = {}) => {
    write(NIO);
    await keep('edge-1', said, kept);
    says('VENA1', hostStatus, provisioning);
    const seen = await look(ENV);
    expect(seen.orchestrator).toEqual({ project: 'infra-1', asOf: null, warning: null });
    expect(seen.vms).toMatchObject([
      { ...expected, orchestrator: { hostStatus, provisioningStatus: provisioning } },
      { stage: null, orchestrator: null },
    ]);
    expect(JSON.stringify(seen)).not.toContain(PASSWORD);
  });

  it('another machine with its serial number says nothing of a node', async () => {
    write(NIO);
    await keep('edge-1', AGENTS);
    lab.inventory.addHost({
      name: 'edge-1',
      serialNumber: 'VENA1',
      uuid: '00000000-0000-4000-8000-000000000000',
      autoOnboard: true,
    });
    Object.assign([...lab.inventory.hosts.values()][0] ?? {}, { hostStatus: 'Running' });
    expect((await look(ENV)).vms).toMatchObject([
      { stage: 'agents', outcome: 'under-way', orchestrator: null },
      {},
    ]);
  });

  it('what ends a node counts though its console can’t be read; what does not, leaves the time of the record', async () => {
    write(NIO);
    for (const vm of ['edge-1', 'edge-2']) {
      await keep(vm, AGENTS);
      rmSync(log(vm));
      symlinkSync('/etc/passwd', log(vm));
    }
    says('VENA1', 'Running');
    says('VENA2', 'Onboarded');
    expect((await look(ENV)).vms).toMatchObject([
      { stage: 'ready', stageAsOf: null },
      { stage: 'agents', stageAsOf: expect.stringMatching(/Z$/) as string },
    ]);
  });

  it.each([
    ['no credentials', NIO, {}],
    [
      'the credentials of who logs in at nodes',
      'onboarding: interactive, project: infra-1',
      { ONBOARDING_USERNAME: 'a', ONBOARDING_PASSWORD: 'b' },
    ],
    ['no project', 'onboarding: interactive', ENV],
    ['nodes that are not onboarded, as by a run,', 'project: infra-1', ENV],
    [
      'the credentials of nobody that a run would ask as',
      'project: infra-1, credentials: { username: { env: PROJECT_API_USER }, password: { env: PROJECT_API_PASSWORD } }',
      ENV,
    ],
  ])('with %s it is not asked', async (_, orchestrator, env) => {
    write(orchestrator);
    const before = lab.seen.tokens.length;
    expect(await look(env)).toMatchObject({
      orchestrator: null,
      vms: [{ orchestrator: null }, { orchestrator: null }],
    });
    expect(lab.seen.tokens).toHaveLength(before);
  });

  it('credentials may be in files; one that others can read is told', async () => {
    writeFileSync(join(folder, 'password'), `${PASSWORD}\n`, { mode: 0o600 });
    write(
      `${NIO}, credentials: { username: { env: PROJECT_API_USER }, password: { file: password } }`,
    );
    expect((await look(ENV)).orchestrator).toMatchObject({ warning: null });
    chmodSync(join(folder, 'password'), 0o644);
    const { orchestrator, vms } = await look(ENV);
    expect(orchestrator?.warning).toMatch(/^The orchestrator is not asked: .*password/);
    expect(vms).toHaveLength(2);
  });

  it.each<[string, Parameters<Orchestrator['fail']>[0], RegExp]>([
    ['is down', { how: 503 }, /does not answer the query for the status of its hosts: .*503/],
    ['resets', { how: 'reset' }, /does not answer the query for the status of its hosts/],
    [
      'refuses, and says all that it was told',
      { op: 'token', how: 'echo' },
      /the status of its hosts/,
    ],
    [
      'is slow',
      { op: 'hosts', how: 'slow', delay: 20_000 },
      /does not answer the query for the status of its hosts: no answer within 3 s/,
    ],
    ['gives a token slowly', { op: 'token', how: 'slow', delay: 20_000 }, /no answer within 3 s/],
  ])('that %s is one line of warning, in a few seconds', async (_, fault, warning) => {
    write(NIO);
    await keep('edge-1', IPXE);
    const failing = lab.fail(fault);
    const seen = await look(ENV, 'delay' in fault ? hasty : ports.clock);
    expect(failing.hits).toBeLessThanOrEqual(1);
    failing.stop();
    expect(seen.orchestrator?.warning).toMatch(warning);
    expect(seen.orchestrator?.warning).not.toContain('\n');
    expect(seen.vms).toMatchObject([{ stage: 'ipxe', orchestrator: null }, {}]);
    expect(JSON.stringify(seen)).not.toContain(PASSWORD);
  });

  it('who looks again asks it every ten seconds, with one token, and keeps what it said while it is silent', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    write(NIO);
    says('VENA1', 'Onboarded');
    const tokens = lab.seen.tokens.length;
    const again = openStatus({ file, env: { XDG_STATE_HOME: folder, ...ENV }, ports });
    const first = await again.again();
    expect(first).toMatchObject({
      orchestrator: { asOf: null },
      vms: [{ orchestrator: { hostStatus: 'Onboarded' } }, {}],
    });
    says('VENA2', 'Onboarded');
    const askedAt = new Date().toISOString();
    vi.setSystemTime(Date.now() + 9_000);
    expect((await again.again()).vms[1]?.orchestrator).toBeNull();
    vi.setSystemTime(Date.now() + 2_000);
    expect((await again.again()).vms[1]?.orchestrator).toMatchObject({ hostStatus: 'Onboarded' });
    const down = lab.fail({ how: 503 });
    vi.setSystemTime(Date.now() + 11_000);
    const silent = await again.again();
    expect(silent).toMatchObject({
      orchestrator: { warning: expect.any(String) as string },
      vms: [{ orchestrator: {} }, { orchestrator: {} }],
    });
    expect(Date.parse(silent.orchestrator?.asOf ?? '') - Date.parse(askedAt)).toBe(11_000);
    vi.setSystemTime(Date.now() + 11_000);
    await again.again();
    expect(down.hits).toBe(1); // twenty seconds' rest
    down.stop();
    vi.setSystemTime(Date.now() + 11_000);
    expect((await again.again()).orchestrator).toEqual({
      project: 'infra-1',
      asOf: null,
      warning: null,
    });
    expect(lab.seen.tokens.length - tokens).toBe(1);
    await again.close();
  });
});

test('looks leave no trace', async () => {
  write(NIO);
  rmSync(workDir(), { recursive: true, force: true });
  await look(ENV);
  expect([existsSync(workDir()), host.locks]).toEqual([false, []]);
});

describe('of some VMs', () => {
  it('is theirs, in the order of the fleet, each with its own record', async () => {
    await keep('edge-2', IPXE);
    const request = { file, env: { XDG_STATE_HOME: folder }, ports };
    const { vms } = await statusOnce({ ...request, vms: ['vm.edge-2'] });
    expect(vms).toMatchObject([{ name: 'edge-2', stage: 'ipxe' }]);
    const both = await statusOnce({ ...request, vms: ['edge-2', 'edge-1', 'edge-2'] });
    expect(both.vms.map(({ name }) => name)).toEqual(['edge-1', 'edge-2']);
    await expect(statusOnce({ ...request, vms: ['edge-3'] })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
