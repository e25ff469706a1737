/**
 * VMs that the orchestrator knows before their first start, and forgets when they are gone
 * (`onboarding: non-interactive`, `removeHosts`).
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/index.js';
import { startOrchestrator, type Orchestrator } from '../../stand-in/index.ts';
import { changes, Lab, sleep } from './lab.js';

const PASSWORD = `canary-${process.pid}`;
const lab = new Lab('reg');
const dir = mkdtempSync(join(tmpdir(), 'ven-registration-'));
let orchestrator: Orchestrator;

const SERIALS = ['VENREG01', 'VENREG02'];
const write = (project: string): void =>
  lab.write(`orchestrator: { domain: reg.test, caCertificate: ca.pem,
  onboarding: non-interactive, project: ${project}, removeHosts: true }
networks: { lab: { subnet: 10.242.${process.pid % 250}.0/24,
  dns: { hosts: { ${orchestrator.address}: [${orchestrator.names.join(', ')}] } } } }
${Lab.SMALL}vms: [{ name: node, count: 2, nics: [{ network: lab }],
  serialNumbers: [${SERIALS.join(', ')}] }]
`);
const registered = (): string[] =>
  orchestrator.seen.registrations.map(({ name, serialNumber }) => `${name} ${serialNumber}`).sort();
const known = (): string[] =>
  [...orchestrator.inventory.hosts.values()].map(({ serialNumber }) => serialNumber).sort();

beforeAll(async () => {
  const bootFile = join(dir, 'boot.efi');
  writeFileSync(bootFile, '');
  const accounts = { 'api-user': { password: PASSWORD } };
  orchestrator = await startOrchestrator({
    domain: 'reg.test',
    dir: join(dir, 'lab'),
    bootFile,
    accounts,
    projects: ['ours'],
  });
  copyFileSync(orchestrator.caCertificate, join(lab.dir, 'ca.pem'));
  lab.env = {
    PROJECT_API_USER: 'api-user',
    PROJECT_API_PASSWORD: PASSWORD,
    no_proxy: orchestrator.address,
  };
});

afterAll(async () => {
  await lab.close();
  await orchestrator.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('a fleet whose nodes are registered', () => {
  it('is not touched when its project is not there, or its credentials are wrong', async () => {
    write('theirs');
    const elsewhere = await lab.ven('apply', '--yes');
    expect(elsewhere).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no project "theirs"') as string,
    });
    write('ours');
    const fault = orchestrator.fail({ op: 'token', how: 'echo' });
    const refused = await lab.ven('apply', '--yes');
    fault.stop();
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing was changed.') as string,
    });
    expect(refused.stderr + refused.stdout).not.toContain(PASSWORD);
    expect(await lab.leftovers()).toEqual([]);
    expect(registered()).toEqual([]);
  });

  it('registers each node once, before its start, though an answer is lost', async () => {
    expect(
      (await lab.plan()).changes.filter(({ notes }) =>
        notes.includes("registers it in the orchestrator's project ours"),
      ),
    ).toHaveLength(2);
    orchestrator.fail({ op: 'register', how: 'lost', times: 1 });
    const { stdout } = await lab.apply(0, '--json');
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    const at = (type: string, step: string): number =>
      events.findIndex((event) => event.type === type && 'step' in event && event.step === step);
    for (const vm of ['vm.node-1', 'vm.node-2']) {
      expect(at('step-finished', `${vm}:register`)).toBeGreaterThan(-1);
      expect(at('step-started', `${vm}:start`)).toBeGreaterThan(
        at('step-finished', `${vm}:register`),
      );
    }
    expect(registered()).toEqual(['node-1 VENREG01', 'node-2 VENREG02']);
    const { tokens } = orchestrator.seen;
    const asked = tokens.length;
    expect(changes(await lab.plan())).toEqual([]);
    await lab.apply();
    expect(tokens.length).toBe(asked);
  });

  it('is shown as the orchestrator knows it', async () => {
    const { code, stdout } = await lab.ven('orchestrator', 'hosts');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      // eslint-disable-next-line house/columns -- a regular expression, readable only whole
      /NAME +SERIAL +HOST +OS +PROVISIONING\nnode-1 +VENREG01 .*\nnode-2 +VENREG02 .*\n\nProject ours: 2 hosts\.\n$/,
    );
    const again = await lab.ven('orchestrator', 'register', 'node-2');
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^node-2 {2}VENREG02 .* already as \S+\nRegistered: 0 VMs, 1 registered already\.\n$/,
      ) as string,
    });
    const others = [...orchestrator.inventory.hosts.values()].find(
      ({ serialNumber }) => serialNumber === 'VENREG01',
    );
    if (!others) throw new Error('it is not there');
    others.uuid = '00000000-0000-4000-8000-000000000000';
    for (const what of [['register'], ['unregister', 'node-1']]) {
      const some = await lab.ven('orchestrator', ...what);
      const isOne = what.length > 1;
      expect(some.stdout).toMatch(
        isOne ? /^$/ : /^node-2 {2}VENREG02 {2}was registered already as \S+\n$/,
      );
      expect(some.code, some.stderr).toBe(isOne ? 6 : 4);
      expect(some.stderr).toContain(
        '"node-1", which has booted with the UUID 00000000-0000-4000-8000-000000000000',
      );
      if (!isOne) expect(some.stderr).toContain('error: 1 of 2 VMs was not registered: node-1\n');
    }
    others.uuid = '';
    const { stdout: doctor } = await lab.ven('doctor');
    expect(doctor).toContain('https://api.reg.test answers, over verified TLS');
  });

  it('has its default OS set whole, though Ctrl-C comes when the old one is gone', async () => {
    const { inventory } = orchestrator;
    expect((await lab.ven('orchestrator', 'default-os', 'microvisor-nonrt')).code).toBe(0);
    const slow = orchestrator.fail({ op: 'add-provider', how: 'slow', delay: 1500, times: 1 });
    const setting = lab.start('orchestrator', 'default-os', 'ubuntu-24.04-lts-generic');
    while (slow.hits === 0) await sleep(20);
    expect(inventory.providers.size).toBe(0);
    setting.child.kill('SIGINT');
    expect(await setting.ended).toMatchObject({
      code: 130,
      stdout: expect.stringContaining('ubuntu-24.04-lts-generic') as string,
    });
    expect(inventory.defaultOs().profileName).toBe('ubuntu-24.04-lts-generic');
    inventory.providers.clear();
  });

  it('shows the orchestrator’s status beside each stage, and a warning without one', async () => {
    const [host] = [...orchestrator.inventory.hosts.values()].filter(
      ({ serialNumber }) => serialNumber === 'VENREG01',
    );
    if (host) host.hostStatus = 'Onboarded';
    const { tokens } = orchestrator.seen;
    const asked = tokens.length;
    const { code, stdout, stderr } = await lab.ven('status');
    expect([code, stderr, tokens.length - asked]).toEqual([0, '', 1]);
    expect(stdout).toMatch(
      // eslint-disable-next-line house/columns -- a regular expression, readable only whole
      / SERIAL +STAGE +ORCHESTRATOR\n.*VENREG01 +Firmware +Onboarded.*\n.*VENREG02 +Firmware +registered\n/,
    );
    const fault = orchestrator.fail({ how: 'echo' });
    const silent = await lab.ven('status', '--json');
    fault.stop();
    expect(silent.code).toBe(0);
    expect(silent.stderr).toMatch(/^Warning: The orchestrator .*\n$/);
    expect(JSON.parse(silent.stdout)).toMatchObject({
      vms: [{ stage: 'firmware', orchestrator: null }, {}],
    });
    expect(silent.stdout + silent.stderr).not.toContain(PASSWORD);
  });

  it('whose destroy was killed after its removal is registered as the same VM', async () => {
    const uuids = [await lab.uuid('node-1'), await lab.uuid('node-2')];
    const fault = orchestrator.fail({ op: 'remove', how: 'lost' });
    const destroying = lab.start('destroy', '--yes');
    while (known().length > 0) await sleep(20);
    destroying.child.kill('SIGKILL');
    await destroying.ended;
    fault.stop();
    const before = orchestrator.seen.registrations.length;
    const plan = await lab.plan();
    expect(changes(plan)).toEqual(['vm.node-1 update half-made', 'vm.node-2 update half-made']);
    await lab.apply();
    expect(registered().slice(before)).toHaveLength(2);
    expect(known()).toEqual(SERIALS);
    expect([await lab.uuid('node-1'), await lab.uuid('node-2')]).toEqual(uuids);
    expect(await lab.domains('--state-running')).toHaveLength(2);
    expect(changes(await lab.plan())).toEqual([]);
  });

  it('is removed when it is destroyed; where that is refused, its VM stays', async () => {
    orchestrator.fail({ op: 'remove', how: 403, times: 1 });
    const { code, stdout, stderr } = await lab.ven('destroy', '--yes');
    expect(code).toBe(4);
    expect(stdout + stderr).toContain('is not removed, and so the VM is left as it is');
    expect(await lab.domains('--all')).toHaveLength(1);
    const [left, ...others] = known();
    expect(others).toEqual([]);
    expect(SERIALS).toContain(left);
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(await lab.domains('--all')).toEqual([]);
    expect(known()).toEqual([]);
  });
});
