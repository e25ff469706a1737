/** What the commands ask of the orchestrator, through a fleet file, against the stand-in's API. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  orchestratorHosts,
  registerVms,
  setDefaultOs,
  unregisterVms,
  validate,
  type Registration,
} from '../../../src/operations/index.js';
import { orchestratorFor } from '../../../src/operations/orchestrator/registration.js';
import { loadFleetFile } from '../../../src/operations/load.js';
import { PORTS } from '../../../src/operations/ports.js';
import { OneClient } from '../../../src/operations/provision/one-client.js';
import { VenError, type Plan, type Step } from '../../../src/model/index.js';
import { onPort } from './imagined.js';
import { startOrchestrator, type Orchestrator } from '../../../stand-in/index.ts';

const dir = mkdtempSync(join(tmpdir(), 'ven-flow-'));
const file = join(dir, 'fleet.yaml');
let lab: Orchestrator;

const ACCOUNTS = {
  'api-user': { password: 'api-password', projects: ['infra-1'] },
  person: { password: 'their-password', projects: [] },
};
const env = { PROJECT_API_USER: 'api-user', PROJECT_API_PASSWORD: 'api-password' };
const ports = { ...PORTS, openOrchestrator: onPort(() => lab.port) };
const request = { file, env, ports, askSecret: null, signal: new AbortController().signal };

function write(
  orchestrator: string,
  vms = 'vms: [{ name: a, serialNumbers: [VENA1] }, { name: b, count: 2, serialNumbers: [VENB1, VENB2] }]',
): void {
  const names = lab.names.join(', ');
  const network = `networks: { lab: { subnet: 10.9.0.0/24, dns: { hosts: { ${lab.address}: [${names}] } } } }`;
  writeFileSync(
    file,
    `apiVersion: ven/v1\nfleet: lab\norchestrator: { domain: edge.test, caCertificate: ca.pem, ${orchestrator} }\n${network}\n${vms}\n`,
  );
}

beforeAll(async () => {
  writeFileSync(join(dir, 'boot.efi'), '');
  lab = await startOrchestrator({
    domain: 'edge.test',
    dir: join(dir, 'lab'),
    bootFile: join(dir, 'boot.efi'),
    loopback: true,
    accounts: ACCOUNTS,
    projects: ['infra-1'],
  });
  copyFileSync(lab.caCertificate, join(dir, 'ca.pem'));
});
afterAll(async () => {
  await lab.close();
  rmSync(dir, { recursive: true });
});
afterEach(() => {
  lab.inventory.hosts.clear();
});

async function register(
  vms: string[] = [],
  more: Partial<Parameters<typeof registerVms>[0]> = {},
): Promise<Registration[]> {
  const told: Registration[] = [];
  await registerVms({
    ...request,
    vms,
    tell: (one) => told.push(one),
    tellRefused: () => undefined,
    ...more,
  });
  return told;
}

const unregister = (
  vms: string[],
  more: Partial<Parameters<typeof unregisterVms>[0]> = {},
): Promise<void> =>
  unregisterVms({ ...request, vms, tell: () => undefined, tellRefused: () => undefined, ...more });

describe('with non-interactive onboarding', () => {
  const NIO = 'onboarding: non-interactive, project: infra-1';

  it('VMs are registered, each once, and known again', async () => {
    write(NIO);
    expect(
      (await register()).map(({ name, serialNumber, already }) => [name, serialNumber, already]),
    ).toEqual([
      ['a', 'VENA1', false],
      ['b-1', 'VENB1', false],
      ['b-2', 'VENB2', false],
    ]);
    expect((await register(['vm.b-2'])).map(({ name, already }) => [name, already])).toEqual([
      ['b-2', true],
    ]);
    expect(lab.inventory.hosts.size).toBe(3);
    await expect(register(['b-3'])).rejects.toMatchObject({
      code: 'not-found',
      hint: 'Did you mean "b-1"?',
    });
  });

  it('hosts shows this fleet’s in its order, and with --all the others after them', async () => {
    write(NIO);
    lab.inventory.addHost({ name: 'theirs', serialNumber: 'OTHER1', uuid: '', autoOnboard: true });
    await register(['b-1']);
    await register(['a']);
    const { hosts, unknown, project } = await orchestratorHosts({ ...request, all: false });
    expect(hosts.map(({ vm, name }) => [vm, name])).toEqual([
      ['a', 'a'],
      ['b-1', 'b-1'],
    ]);
    expect([project, unknown]).toEqual(['infra-1', ['b-2']]);
    const all = await orchestratorHosts({ ...request, all: true });
    expect(all.hosts.map(({ vm }) => vm)).toEqual(['a', 'b-1', null]);
  });

  it('hosts shows another machine with a VM’s serial number among the others', async () => {
    write(NIO);
    await register(['b-2']);
    const other = '00000000-0000-4000-8000-000000000000';
    lab.inventory.addHost({ name: 'a', serialNumber: 'VENA1', uuid: other, autoOnboard: true });
    lab.inventory.addHost({ name: 'theirs', serialNumber: 'VENB1', uuid: '', autoOnboard: true });
    const { hosts, unknown } = await orchestratorHosts({ ...request, all: false });
    expect([hosts.map(({ vm }) => vm), unknown]).toEqual([['b-2'], ['a', 'b-1']]);
    const all = await orchestratorHosts({ ...request, all: true });
    expect(all.hosts.map(({ vm, name }) => [vm, name])).toEqual([
      ['b-2', 'b-2'],
      [null, 'a'],
      [null, 'theirs'],
    ]);
  });

  it('VMs are taken out again, by their names, also where these look like serial numbers', async () => {
    write(
      NIO,
      'vms: [{ name: 3node, serialNumbers: [VENA1] }, { name: b, count: 2, serialNumbers: [VENB1, VENB2] }]',
    );
    await register();
    const told: [string, boolean][] = [];
    const tell = (one: { serialNumber: string; removed: boolean }): void =>
      void told.push([one.serialNumber, one.removed]);
    await unregister(['3node', '3node', 'vm.b-2'], { tell });
    expect(told).toEqual([
      ['VENA1', true],
      ['VENA1', false],
      ['VENB2', true],
    ]);
    expect([...lab.inventory.hosts.values()].map(({ name }) => name)).toEqual(['b-1']);
    await expect(unregister(['VENB1'])).rejects.toMatchObject({ code: 'not-found' });
    expect(lab.inventory.hosts.size).toBe(1);
  });

  it.each([
    ['was seen with another UUID', 'a', '00000000-0000-4000-8000-000000000000'],
    ['was never seen, and has another name', 'theirs', ''],
  ])('a host that %s is another machine, and stays', async (_, name, uuid) => {
    write(NIO);
    lab.inventory.addHost({ name, serialNumber: 'VENA1', uuid, autoOnboard: true });
    const refused: VenError[] = [];
    const tellRefused = (error: VenError): void => void refused.push(error);
    const own = (summary: string) => ({
      exitCode: 6,
      where: 'vm.a',
      summary: expect.stringContaining(summary) as string,
    });
    await expect(unregister(['a'], { tellRefused })).rejects.toMatchObject(
      own(`is not a, but "${name}"`),
    );
    await expect(register(['a'], { tellRefused })).rejects.toMatchObject(
      own(`registered already, as "${name}"`),
    );
    expect(refused).toEqual([]);
    expect(lab.inventory.hosts.size).toBe(1);
  });

  it('where none was done, that is said: exit 6 where each is somebody else’s, else 4', async () => {
    write(NIO);
    for (const serialNumber of ['VENB1', 'VENB2'])
      lab.inventory.addHost({ name: 'theirs', serialNumber, uuid: '', autoOnboard: true });
    const refused: VenError[] = [];
    const none = {
      exitCode: 6,
      summary: '2 of 2 VMs were not removed: b-1, b-2',
      hint: expect.not.stringContaining('others') as string,
    };
    await expect(
      unregister(['b-1', 'b-2'], { tellRefused: (error) => refused.push(error) }),
    ).rejects.toMatchObject(none);
    expect(refused.map(({ code, where }) => [code, where])).toEqual([
      ['foreign-object', 'vm.b-1'],
      ['foreign-object', 'vm.b-2'],
    ]);
    await expect(unregister(['b-1', 'a'])).rejects.toMatchObject({
      exitCode: 4,
      hint: expect.stringContaining('The others are done') as string,
    });
    const fault = lab.fail({ op: 'register', how: 409 });
    await expect(register(['a'])).rejects.toMatchObject({
      exitCode: 4,
      summary: expect.stringContaining('a (serial number VENA1) is not') as string,
    });
    await expect(register(['a', 'b-1'])).rejects.toMatchObject({
      exitCode: 4,
      summary: '2 of 2 VMs were not registered: a, b-1',
    });
    fault.stop();
  });

  it('a VM that is refused keeps no other back, and is told; what would befall them all ends it at once', async () => {
    write(NIO);
    lab.inventory.addHost({ name: 'theirs', serialNumber: 'VENB1', uuid: '', autoOnboard: true });
    const [done, refused]: [string[], VenError[]] = [[], []];
    const told = {
      tell: ({ name }: { name: string }) => void done.push(name),
      tellRefused: (error: VenError) => void refused.push(error),
    };
    const some = (what: string) => ({
      code: 'vms-failed',
      exitCode: 4,
      summary: `1 of 3 VMs was not ${what}: b-1`,
    });
    await expect(register([], told)).rejects.toMatchObject(some('registered'));
    expect([done, refused.map(({ where }) => where)]).toEqual([['a', 'b-2'], ['vm.b-1']]);
    expect(refused[0]?.summary).toContain('registered already, as "theirs"');
    await expect(unregister(['a', 'b-1', 'b-2'], told)).rejects.toMatchObject(some('removed'));
    expect([done, refused.map(({ where }) => where)]).toEqual([
      ['a', 'b-2', 'a', 'b-2'],
      ['vm.b-1', 'vm.b-1'],
    ]);
    expect([...lab.inventory.hosts.values()].map(({ name }) => name)).toEqual(['theirs']);

    for (const how of [403, 500, 'html'] as const) {
      const fault = lab.fail({ op: 'register', how });
      await expect(register([], told)).rejects.toMatchObject({ exitCode: 1 });
      fault.stop();
      expect(fault.hits).toBe(1);
    }
    expect([done.length, refused.length]).toEqual([4, 2]);
  });

  it('a host that was seen as this VM is this VM, whatever the orchestrator calls it', async () => {
    write(NIO);
    const uuid = loadFleetFile(request).vms[0]?.uuid ?? '';
    lab.inventory.addHost({ name: 'host-4711', serialNumber: 'VENA1', uuid, autoOnboard: true });
    expect((await register(['a'])).map(({ already }) => already)).toEqual([true]);
    await unregister(['a']);
    expect(lab.inventory.hosts.size).toBe(0);
  });

  it('a project that is not there is told before anything is registered', async () => {
    write(NIO.replace('infra-1', 'infra-9'));
    await expect(register()).rejects.toMatchObject({ code: 'orchestrator-refused' });
    expect(lab.inventory.hosts.size).toBe(0);
  });

  it('the default operating system is found by its name, or what was meant is said', async () => {
    write(NIO);
    const [first] = lab.inventory.operatingSystems;
    const profile = first?.profileName ?? '';
    expect(await setDefaultOs({ ...request, profile })).toEqual({
      profile,
      id: first?.osResourceID,
      project: 'infra-1',
      changed: true,
    });
    expect(await setDefaultOs({ ...request, profile })).toMatchObject({ changed: false });
    const wrong = await setDefaultOs({ ...request, profile: profile.slice(0, -1) }).catch(
      (error: unknown) => error,
    );
    expect(wrong).toMatchObject({
      code: 'not-found',
      hint: `Did you mean "${profile}"?`,
      detail: expect.stringContaining(profile) as string,
    });
  });
});

describe('credentials', () => {
  it('of the API count where the fleet’s own are the onboarding person’s', async () => {
    write('onboarding: interactive, project: infra-1');
    const person = { ONBOARDING_USERNAME: 'person', ONBOARDING_PASSWORD: 'their-password' };
    expect(
      (await orchestratorHosts({ ...request, env: { ...env, ...person }, all: true })).hosts,
    ).toEqual([]);
    await expect(orchestratorHosts({ ...request, env: person, all: true })).rejects.toMatchObject({
      code: 'orchestrator-refused',
      summary: expect.stringContaining(
        '403, the user does not have the right to do this',
      ) as string,
    });
  });

  it('that are not set are asked for, once each, or missed by name', async () => {
    write('project: infra-1');
    const asked: string[] = [];
    const askSecret = (what: string): Promise<string> => (
      asked.push(what),
      Promise.resolve(what.startsWith('User') ? 'api-user' : 'api-password')
    );
    expect((await orchestratorHosts({ ...request, env: {}, askSecret, all: true })).hosts).toEqual(
      [],
    );
    expect(asked).toEqual([
      "User name for the orchestrator's API (PROJECT_API_USER)",
      "Password for the orchestrator's API (PROJECT_API_PASSWORD)",
    ]);
    await expect(orchestratorHosts({ ...request, env: {}, all: true })).rejects.toMatchObject({
      code: 'usage',
      summary: 'The environment variables PROJECT_API_USER and PROJECT_API_PASSWORD are not set',
    });
    const why = new VenError('interrupted', { summary: 'Ctrl-C' });
    const ended = (_: string, signal: AbortSignal): Promise<string> =>
      Promise.reject(signal.reason as Error);
    await expect(
      orchestratorHosts({
        ...request,
        env: {},
        askSecret: ended,
        signal: AbortSignal.abort(why),
        all: true,
      }),
    ).rejects.toBe(why);
  });

  it('are of no use without a project', async () => {
    write('onboarding: interactive');
    await expect(register()).rejects.toMatchObject({
      code: 'usage',
      summary: expect.stringContaining('orchestrator.project is missing') as string,
    });
  });
});

describe('validate', () => {
  it('looks at the profile that the fleet file names, too', () => {
    write('onboarding: interactive, profile: ./mine.yaml');
    expect(() => validate(request)).toThrow(
      expect.objectContaining({ code: 'fleet-file', exitCode: 3 }) as Error,
    );
    writeFileSync(join(dir, 'mine.yaml'), 'stages: []\n');
    expect(() => validate(request)).toThrow(
      expect.objectContaining({ code: 'fleet-file' }) as Error,
    );
    write('onboarding: interactive');
    expect(validate(request).name).toBe('lab');
  });
});

describe('a run’s orchestrator', () => {
  const planOf = (...kinds: string[]): Plan =>
    ({ steps: kinds.map((kind) => ({ kind }) as Step) }) as Plan;
  const open = (plan: Plan, more: object = {}) =>
    orchestratorFor(plan, loadFleetFile(request), { ...request, ...more }, new OneClient());

  it('is none where no step asks it', async () => {
    write('onboarding: non-interactive, project: infra-1');
    expect(await open(planOf('vm-up', 'vm-delete'), { env: {} })).toBeNull();
  });

  it('is asked for the project before anything is changed, when VMs are to be registered in it, or taken out', async () => {
    write('onboarding: non-interactive, project: infra-9, removeHosts: true');
    const error = await open(planOf('vm-register')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(VenError);
    expect(error).toMatchObject({
      exitCode: 1,
      detail: expect.stringMatching(/Nothing was changed\.$/) as string,
    });
    await expect(open(planOf('vm-delete', 'vm-unregister'))).rejects.toMatchObject({
      detail: expect.stringMatching(/Nothing was changed\.$/) as string,
      hint: expect.stringContaining('orchestrator.removeHosts: false') as string,
    });
    await expect(open(planOf('vm-unregister'), { env: {} })).rejects.toMatchObject({
      code: 'usage',
    });
  });
});
