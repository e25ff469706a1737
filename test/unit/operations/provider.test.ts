/** The provider of the orchestrator's project, as plan and apply see it, against the stand-in. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apply, plan, type ApplyRequest } from '../../../src/operations/index.js';
import type { Plan } from '../../../src/model/index.js';
import { startOrchestrator, type Orchestrator } from '../../../stand-in/index.ts';
import { APPLY, DESTROY, Lab } from '../../fake-host/index.js';
import { onPort, portsOf } from './imagined.js';

const dir = mkdtempSync(join(tmpdir(), 'ven-provider-'));
const file = join(dir, 'fleet.yaml');
const PASSWORD = `canary-${process.pid}`;
const env = { PROJECT_API_USER: 'api-user', PROJECT_API_PASSWORD: PASSWORD, XDG_STATE_HOME: dir };
let orchestrator: Orchestrator;
let lab: Lab;

const ports = portsOf(() => lab.host, { openOrchestrator: onPort(() => orchestrator.port) });
const request = { file, env, ports };

/** Nothing of this fleet starts a program. */
function write(
  provider: string,
  vms = '[{ name: a, power: off, nics: [{ network: lab }] }]',
): void {
  const hosts = `{ ${orchestrator.address}: [${orchestrator.names.join(', ')}] }`;
  writeFileSync(
    file,
    `apiVersion: ven/v1
fleet: lab
orchestrator: { domain: edge.test, caCertificate: ca.pem, project: infra-1,
  provider: ${provider} }
networks: { lab: { subnet: 10.9.0.0/24, dns: { hosts: ${hosts} } } }
vms: ${vms}
`,
  );
}

const planned = async (more: { env?: Record<string, string> } = {}): Promise<Plan> =>
  (await plan({ ...request, ...more, options: APPLY })).plan;
const never = new AbortController().signal;
const carryOut = (more: Partial<ApplyRequest> = {}): ReturnType<typeof apply> =>
  apply({
    ...request,
    options: { ...APPLY, targets: ['orchestrator.provider'] },
    lockTimeoutSeconds: 0,
    typed: [],
    consent: 'given',
    confirm: () => Promise.resolve(true),
    emit: () => undefined,
    interrupt: { graceful: never, hard: never },
    ...more,
  });
const settings = (): unknown => orchestrator.inventory.settings();

beforeAll(async () => {
  writeFileSync(join(dir, 'boot.efi'), '');
  orchestrator = await startOrchestrator({
    domain: 'edge.test',
    dir: join(dir, 'lab'),
    bootFile: join(dir, 'boot.efi'),
    loopback: true,
    accounts: { 'api-user': { password: PASSWORD } },
    projects: ['infra-1'],
  });
  copyFileSync(orchestrator.caCertificate, join(dir, 'ca.pem'));
});
beforeEach(() => {
  lab = Lab.bare();
  orchestrator.inventory.providers.clear();
  orchestrator.inventory.localAccounts.length = 0;
});
afterAll(async () => {
  await orchestrator.close();
  rmSync(dir, { recursive: true });
});

describe('the provider of a fleet file', () => {
  it('is created with its account, is equal then, and is changed where it differs', async () => {
    const account = '{ username: admin, sshKey: ssh-ed25519 AAAAC3Nz me }';
    write(`{ defaultOs: microvisor-nonrt, defaultLocalAccount: ${account} }`);
    expect((await carryOut()).result).toMatchObject({
      exitCode: 0,
      done: ['orchestrator.provider'],
    });
    const [os, ubuntu] = [0, 2].map((at) => orchestrator.inventory.operatingSystems[at]);
    const [admin] = orchestrator.inventory.localAccounts;
    expect(admin).toMatchObject({ username: 'admin', sshKey: 'ssh-ed25519 AAAAC3Nz me' });
    expect(settings()).toEqual({
      defaultOs: os?.osResourceID,
      autoProvision: true,
      defaultLocalAccount: admin?.resourceId,
    });
    expect((await planned()).changes.map(({ address }) => address)).not.toContain(
      'orchestrator.provider',
    );
    expect((await carryOut()).result).toBeNull();

    write('{ defaultOs: ubuntu-22.04-lts-generic-ext, autoProvision: false }');
    const [change] = (await planned()).changes.filter(({ address }) => /^orch/.test(address));
    expect(change).toMatchObject({
      action: 'update',
      reason: 'differs',
      fields: [
        {
          path: 'defaultOs',
          before: 'microvisor-nonrt',
          after: 'ubuntu-22.04-lts-generic-ext',
          effect: 'live',
        },
        { path: 'autoProvision', before: 'yes', after: 'no', effect: 'live' },
      ],
    });
    await carryOut();
    expect(settings()).toEqual({
      defaultOs: ubuntu?.osResourceID,
      autoProvision: false,
      defaultLocalAccount: admin?.resourceId,
    });
  });

  it('can be for hosts that install nothing by themselves', async () => {
    write('{ autoProvision: false }');
    await carryOut();
    expect(settings()).toEqual({ autoProvision: false });
    expect((await carryOut()).result).toBeNull();
  });

  it('is not compared without credentials or an API, which plan says; apply does nothing', async () => {
    write('{ defaultOs: microvisor-nonrt }');
    const without = { env: { XDG_STATE_HOME: dir } };
    const unset = await planned(without);
    expect(unset.warnings).toEqual([
      expect.stringMatching(/^orchestrator.provider is not compared: .*PROJECT_API_USER/) as string,
    ]);
    expect(unset.changes.map(({ address }) => address)).toEqual(['network.lab', 'vm.a']);
    await expect(carryOut(without)).rejects.toMatchObject({
      detail: expect.stringContaining('Nothing was changed.') as string,
      hint: expect.stringContaining('--exclude orchestrator.provider') as string,
    });

    const fault = orchestrator.fail({ op: 'providers', how: 'echo' });
    expect((await planned()).warnings).toEqual([
      expect.stringMatching(/is not compared: GET https:.*: 500/) as string,
    ]);
    const error: unknown = await carryOut().catch((thrown: unknown) => thrown);
    fault.stop();
    expect(error).toMatchObject({ code: 'orchestrator-unreachable' });
    expect(JSON.stringify(error)).not.toContain(PASSWORD);
    expect(settings()).toBeUndefined();
  });

  it('is asked for only where it is selected', async () => {
    write('{ defaultOs: none-such }');
    const fault = orchestrator.fail({ how: 500 });
    const excluded = { ...APPLY, excludes: ['orchestrator.*'] };
    expect((await plan({ ...request, options: excluded })).plan.warnings).toEqual([]);
    const targeted = { ...APPLY, targets: ['network.lab'] };
    expect((await plan({ ...request, options: targeted })).plan.warnings).toEqual([]);
    expect((await plan({ ...request, options: DESTROY })).plan.warnings).toEqual([]);
    expect(fault.hits).toBe(0);
    fault.stop();
  });

  it('is restored when the orchestrator refuses the new one, and the plan says so again', async () => {
    write('{ defaultOs: microvisor-nonrt }');
    await carryOut();
    const before = settings();
    write('{ defaultOs: ubuntu-24.04-lts-generic }');
    const fault = orchestrator.fail({ op: 'add-provider', how: 400, times: 1 });
    const { result, lost } = await carryOut();
    fault.stop();
    expect(result).toMatchObject({ exitCode: 4, failed: ['orchestrator.provider'] });
    expect(lost.get('orchestrator.provider')).toMatchObject({ code: 'orchestrator-refused' });
    expect(settings()).toEqual(before);
    expect((await planned()).changes.map(({ address }) => address)).toContain(
      'orchestrator.provider',
    );
  });
});
