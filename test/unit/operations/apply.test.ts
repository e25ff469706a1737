/** What `apply` composes, on a host in memory: what was agreed to is what is done. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { apply, type ApplyRequest } from '../../../src/operations/apply.js';
import { plan, readSavedPlan, savePlan } from '../../../src/operations/plan.js';
import { render } from '../../../src/operations/render.js';
import { FakeHost } from '../../fake-host/index.js';
import { portsOf } from './imagined.js';

let host: FakeHost;
let folder: string;
let file: string;

beforeEach(() => {
  host = new FakeHost();
  host.addForeignNetwork({ name: 'default' });
  folder = mkdtempSync(join(tmpdir(), 'ven-flow-'));
  file = join(folder, 'fleet.yaml');
  writeFileSync(file, 'apiVersion: ven/v1\nfleet: lab\nvms: [{ name: edge, count: 2 }]\n');
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

const request = (more: Partial<ApplyRequest>): ApplyRequest => ({
  file,
  env: { XDG_STATE_HOME: folder },
  ports: portsOf(() => host),
  options: OPTIONS,
  lockTimeoutSeconds: 0,
  consent: 'given',
  typed: ['apply'],
  confirm: () => Promise.resolve(true),
  emit: () => undefined,
  interrupt: { graceful: new AbortController().signal, hard: new AbortController().signal },
  ...more,
});

test('a host that moved while the question stood is not changed', async () => {
  await apply(request({}));
  writeFileSync(
    file,
    'apiVersion: ven/v1\nfleet: lab\nvms: [{ name: edge, count: 2, disks: [{ size: 110GiB }, { size: 1GiB }] }]\n',
  );
  const before = host.changes;
  const asked = (meanwhile: () => void) =>
    apply(
      request({
        consent: 'ask',
        confirm: () => {
          meanwhile();
          return Promise.resolve(true);
        },
      }),
    );
  await expect(
    asked(() => host.addForeignVolume('default', 'lab_edge-2-sdb.qcow2')),
  ).rejects.toMatchObject({ code: 'stale-plan' });
  expect(host.changes).toBe(before);
});

test('a fleet that moved while the question stood makes the shown plan stale', async () => {
  const asked = apply(
    request({
      consent: 'ask',
      confirm: async () => {
        // By somebody whom no lock of this machine keeps out.
        vi.spyOn(host, 'lock').mockResolvedValue({ host, release: () => undefined });
        await apply(request({}));
        return true;
      },
    }),
  );
  await expect(asked).rejects.toMatchObject({
    code: 'stale-plan',
    summary: expect.stringContaining('The shown plan') as string,
  });
});

test('a view that throws does not disturb the run, and is told of afterwards', async () => {
  const fault = new Error('broken view');
  const broken = () => {
    throw fault;
  };
  expect(await apply(request({ emit: broken }))).toMatchObject({
    result: { outcome: 'done' },
    viewFault: fault,
  });
  expect(host.domains.size).toBe(2);
});

test.each([
  [
    ['apply', 'my lab.yaml'],
    (path: string) =>
      `Look at the plan (ven plan ${path}), then say yes with: ven apply --yes 'my lab.yaml'`,
  ],
  [
    ['provision', '--retry-failed', 'lab.yaml'],
    () => 'Say yes with: ven provision --yes --retry-failed lab.yaml',
  ],
  [['destroy', 'lab.yaml', '--json'], () => 'Say yes with: ven destroy --yes lab.yaml --json'],
])(
  'where nobody can be asked, what was typed is to be typed again with a yes: %j',
  async (typed, hint) => {
    await expect(apply(request({ consent: 'impossible', typed }))).rejects.toMatchObject({
      code: 'needs-consent',
      summary: 'This changes the host, and there is no terminal to ask on',
      hint: hint(file),
    });
    expect(host.changes).toBe(0);
  },
);

test('a question that changed nothing is no obstacle', async () => {
  expect((await apply(request({ consent: 'ask' }))).result).toMatchObject({ exitCode: 0 });
  expect((await plan({ ...request({}), options: OPTIONS })).plan.changes).toEqual([]);
});

test('a plan says that a run is at work on the fleet', async () => {
  const warnings = async (): Promise<string[]> =>
    (await plan({ ...request({}), options: OPTIONS })).plan.warnings;
  const lock = await host.lock({ command: 'apply' });
  expect(await warnings()).toContainEqual(
    expect.stringMatching(/^ven apply .* is at work on this fleet/),
  );
  lock.release();
  expect(await warnings()).not.toContainEqual(expect.stringContaining('at work'));
});

test('apply takes no saved plan that would destroy', async () => {
  const made = (await plan({ ...request({}), options: OPTIONS })).plan;
  const saved = join(folder, 'saved.plan');
  savePlan(saved, made);
  expect(readSavedPlan(saved, 'apply')).toEqual(made);
  for (const options of [
    { ...OPTIONS, mode: 'destroy' as const },
    { ...OPTIONS, targets: [1 as unknown as string] },
  ]) {
    savePlan(saved, { ...made, options });
    expect(() => readSavedPlan(saved, 'apply')).toThrow('is not a saved plan');
  }
});

test('what render and plan --diff show is what is defined', async () => {
  writeFileSync(
    file,
    `apiVersion: ven/v1\nfleet: lab\nhost: { accelerator: kvm }\nvms:\n  - name: edge\n    firmware: { loader: /fw/code.fd, nvramTemplate: /fw/vars.fd }\n    nics: [{ network: lab, mac: '52:54:00:00:00:02' }, { network: lab, mac: '52:54:00:00:00:01' }]\nnetworks: { lab: {} }\n`,
  );
  const shown = render(request({})).files.find(({ path }) => path === 'domains/lab_edge.xml')?.text;
  const diff = (await plan({ ...request({}), diff: true })).diffs.find(
    ({ file: name }) => name === 'domain.xml',
  )?.after;
  await apply(request({}));
  expect(host.broughtUp[0]?.domainXml).toBe(shown);
  expect(diff).toBe(shown);
});

test('a plan knows its host: with another one it is stale, and says where it belongs', async () => {
  const there = 'qemu+unix:///system';
  const other = 'qemu+ssh://box/system';
  const { plan: planned } = await plan({ ...request({}), connect: there });
  expect(planned).toMatchObject({ host: there, hostFrom: 'flag' });
  const saved = join(folder, 'saved.plan');
  savePlan(saved, planned);
  for (const [more, uri] of [
    [{ connect: other }, other],
    [{ env: { XDG_STATE_HOME: folder, LIBVIRT_DEFAULT_URI: other } }, other],
    [{}, 'qemu:///system'],
  ] as const)
    await expect(apply(request({ ...more, savedPlan: saved }))).rejects.toMatchObject({
      code: 'stale-plan',
      exitCode: 6,
      summary: `The saved plan is for the host ${there}, and this is ${uri}`,
      hint: expect.stringContaining(`To apply it on its own host: --connect ${there}. `) as string,
    });
  expect([host.changes, host.locks]).toEqual([0, []]);
  const { result } = await apply(request({ connect: there, savedPlan: saved }));
  expect(result?.outcome).toBe('done');
});

test('a plan for the host of the fleet file is stale where the file names another now', async () => {
  const { plan: planned } = await plan(request({}));
  expect(planned.hostFrom).toBe('default');
  const saved = join(folder, 'saved.plan');
  savePlan(saved, planned);
  writeFileSync(
    file,
    'apiVersion: ven/v1\nfleet: lab\nhost: { uri: "qemu+ssh://box/system" }\nvms: [{ name: edge, count: 2 }]\n',
  );
  await expect(apply(request({ savedPlan: saved }))).rejects.toMatchObject({
    code: 'stale-plan',
    hint: expect.not.stringContaining('--connect') as string,
  });
});

test('lock, work folder and virsh are those of the host that was named', async () => {
  const opened: string[] = [];
  const ports = portsOf(() => host);
  const openHost: typeof ports.openHost = (options) => {
    opened.push(options.uri);
    return host;
  };
  const connect = 'qemu+ssh://box/system';
  const { fleet } = await apply(request({ connect, ports: { ...ports, openHost } }));
  expect(opened).toEqual([connect]);
  expect(fleet.file).toBe(`${hostname()}:${file}`);
});

test('a complete destroy tells what became of the logs', async () => {
  await apply(request({}));
  const options = { ...OPTIONS, mode: 'destroy' as const };
  const { logs } = await apply(request({ options }));
  expect(logs).toBe('left');
  expect(await apply(request({ options, purge: true }))).toMatchObject({
    result: null,
    logs: 'deleted',
  });
  expect((await apply(request({ options }))).logs).toBeUndefined();
});
