/**
 * The stand-in orchestrator over real HTTPS on loopback: what its API answers, counts, and can be
 * made to do wrong.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  startOrchestrator,
  type Orchestrator,
  type RunningFault,
} from '../../../stand-in/index.ts';

const dir = mkdtempSync(join(tmpdir(), 'ven-stand-in-'));
const bootFile = join(dir, 'boot.efi');
let orchestrator: Orchestrator;
let token: string;

interface Answered {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  json: Record<string, never>;
}

/** One request over verified TLS, for a name of the stand-in's. */
function ask(
  name: string,
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const host = `${name}.edge.test`;
    const sent = request(
      {
        host: orchestrator.address,
        port: orchestrator.port,
        servername: host,
        method,
        path,
        headers: { host, ...headers, 'content-length': Buffer.byteLength(body) },
        ca: readFileSync(orchestrator.caCertificate),
        agent: false,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => {
          const isJson = response.headers['content-type'] === 'application/json';
          const json = (isJson ? JSON.parse(text) : {}) as Record<string, never>;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
      },
    );
    sent.on('error', reject).end(body);
  });
}

const LOGIN = {
  grant_type: 'password',
  client_id: 'system-client',
  username: 'op',
  password: 'pässword &1',
  scope: 'openid',
};
const logIn = (form: Partial<typeof LOGIN> = {}): Promise<Answered> =>
  ask(
    'keycloak',
    'POST',
    '/realms/master/protocol/openid-connect/token',
    new URLSearchParams({ ...LOGIN, ...form }).toString(),
    {
      'content-type': 'application/x-www-form-urlencoded',
    },
  );
const api = (method: string, path: string, body?: unknown, bearer = token): Promise<Answered> =>
  ask('api', method, `/v1/projects/${path}`, body === undefined ? '' : JSON.stringify(body), {
    authorization: `Bearer ${bearer}`,
  });
const node = (path: string, body?: string): Promise<Response> =>
  fetch(
    `http://127.0.0.1:${orchestrator.nodePort}/nodes/${path}`,
    body === undefined ? {} : { method: 'POST', body },
  );

/** Lets so many seconds pass, for the stand-in. */
function later(seconds: number): void {
  const to = Date.now() + seconds * 1000;
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(to);
}

afterEach(() => void vi.useRealTimers());

beforeAll(async () => {
  writeFileSync(bootFile, 'MZ boot');
  orchestrator = await startOrchestrator({
    domain: 'edge.test',
    dir,
    bootFile,
    loopback: true,
    accounts: { op: { password: LOGIN.password }, guest: { password: 'guest', projects: [] } },
    projects: ['p1'],
  });
});

beforeEach(async () => {
  token = (await logIn()).json['access_token'] ?? '';
});

afterAll(async () => {
  await orchestrator.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('tokens', () => {
  it('are given for the right form and password only, each another one', async () => {
    const first = await logIn();
    expect(first.json).toMatchObject({
      token_type: 'Bearer',
      expires_in: 300,
      access_token: expect.stringMatching(/^[\w-]{43}$/) as string,
    });
    expect((await logIn()).json['access_token']).not.toBe(first.json['access_token']);
    expect(await logIn({ password: 'x' })).toMatchObject({
      status: 401,
      json: { error: 'invalid_grant' },
    });
    expect(await logIn({ username: 'toString' })).toMatchObject({
      status: 401,
      json: { error: 'invalid_grant' },
    });
    expect(await logIn({ client_id: 'x' })).toMatchObject({
      status: 401,
      json: { error: 'invalid_client' },
    });
    expect(await logIn({ grant_type: 'x' })).toMatchObject({ status: 400 });
    expect(
      orchestrator.seen.tokens.slice(-3).map(({ username, granted }) => [username, granted]),
    ).toEqual([
      ['op', true],
      ['op', false],
      ['toString', false],
    ]);
  });

  it('are needed, end after their time, and can be ended', async () => {
    expect((await api('GET', 'p1', undefined, 'x'.repeat(43))).status).toBe(401);
    expect((await api('GET', 'p1')).status).toBe(200);
    later(299);
    expect((await api('GET', 'p1')).status).toBe(200);
    later(2);
    expect((await api('GET', 'p1')).status).toBe(401);
    token = (await logIn()).json['access_token'] ?? '';
    expect((await api('GET', 'p1')).status).toBe(200);
    orchestrator.inventory.endTokens();
    expect((await api('GET', 'p1')).status).toBe(401);
  });
});

describe('a project', () => {
  it('has a description; one that is not there, or may not be used, is refused', async () => {
    expect((await api('GET', 'p1')).json).toMatchObject({ spec: { description: 'Project p1' } });
    expect((await api('GET', 'p2')).status).toBe(404);
    expect((await api('GET', 'constructor')).status).toBe(404);
    const guest = await logIn({ username: 'guest', password: 'guest' });
    expect((await api('GET', 'p1', undefined, guest.json['access_token'])).status).toBe(403);
    expect(
      (await ask('keycloak', 'GET', '/v1/projects/p1', '', { authorization: `Bearer ${token}` }))
        .status,
    ).toBe(404);
  });
});

describe('hosts', () => {
  const HOST = {
    name: 'lab_node-1',
    serialNumber: 'VENTEST01',
    autoOnboard: true,
    uuid: '10000000-0000-4000-8000-000000000001',
  };
  const register = (host: object): Promise<Answered> =>
    api('POST', 'p1/compute/hosts/register', host);

  it('are registered once, and tell what they are when the same one comes again', async () => {
    const first = await register(HOST);
    expect(first).toMatchObject({
      status: 201,
      json: { resourceId: expect.stringMatching(/^host-[0-9a-f]{8}$/) as string, hostStatus: '' },
    });
    expect(await register(HOST)).toMatchObject({ status: 200, json: first.json });
    expect(await register({ ...HOST, name: 'other' })).toMatchObject({
      status: 409,
      json: { message: expect.stringContaining('lab_node-1') as string },
    });
    expect((await register({ ...HOST, uuid: HOST.uuid.replace(/1$/, '2') })).status).toBe(409);
    for (const wrong of [{}, { ...HOST, serialNumber: 'A B' }, { ...HOST, uuid: 'x' }, []])
      expect((await register(wrong)).status).toBe(400);
    expect(orchestrator.seen.registrations.map(({ status }) => status)).toEqual([
      201, 200, 409, 409, 400, 400, 400, 400,
    ]);
    expect(orchestrator.seen.registrations[0]).toMatchObject({
      username: 'op',
      project: 'p1',
      name: HOST.name,
      serialNumber: HOST.serialNumber,
    });
  });

  it('are listed in pages and removed once', async () => {
    for (const serialNumber of ['VENTEST02', 'VENTEST03'])
      await register({ name: serialNumber, serialNumber });
    const all = (await api('GET', 'p1/compute/hosts')).json as unknown as {
      hosts: { resourceId: string; serialNumber: string }[];
    };
    expect(all).toMatchObject({ totalElements: 3, hasNext: false });
    const page = (await api('GET', 'p1/compute/hosts?pageSize=2&offset=2')).json;
    expect(page).toMatchObject({ hosts: [{ serialNumber: 'VENTEST03' }], hasNext: false });
    expect((await api('GET', 'p1/compute/hosts?pageSize=2')).json).toMatchObject({ hasNext: true });
    const last = `p1/compute/hosts/${all.hosts.at(-1)?.resourceId}`;
    expect([(await api('DELETE', last)).status, (await api('DELETE', last)).status]).toEqual([
      204, 404,
    ]);
    expect(orchestrator.seen.removals.map(({ status }) => status)).toEqual([204, 404]);
  });

  it('move on as their node reports', async () => {
    const host = (): unknown => orchestrator.inventory.bySerialNumber('VENTEST01');
    await node('VENTEST01/report', 'Onboarding\n');
    expect(host()).toMatchObject({ hostStatus: 'Onboarding' });
    await node('VENTEST01/report', 'Provisioning');
    expect(host()).toMatchObject({
      hostStatus: 'Onboarding',
      instance: { provisioningStatus: 'Provisioning', os: { name: 'Ubuntu 24.04 LTS' } },
    });
    await node('VENTEST01/report', 'Provisioned');
    expect(host()).toMatchObject({ instance: { provisioningStatus: 'Provisioned' } });
    await node('VENTEST01/report', 'Running');
    expect(host()).toMatchObject({
      hostStatus: 'Running',
      instance: { provisioningStatus: 'Provisioned' },
    });
    await node('VENTEST01/report', 'Provisioning Failed: stream-image');
    expect(host()).toMatchObject({
      hostStatus: 'Error',
      instance: { provisioningStatus: 'Provisioning Failed: stream-image' },
    });
  });
});

describe('the default operating system', () => {
  it('is a provider’s, by the id of one that there is', async () => {
    const systems = (await api('GET', 'p1/compute/os')).json[
      'OperatingSystemResources'
    ] as unknown as Record<string, string>[];
    const microvisor = systems.find(({ profileName }) => profileName === 'microvisor-nonrt')?.[
      'osResourceID'
    ];
    const provider = (defaultOs: unknown): object => ({
      providerKind: 'PROVIDER_KIND_BAREMETAL',
      name: 'infra_onboarding',
      apiEndpoint: 'xyz123',
      config: JSON.stringify({ defaultOs, autoProvision: true }),
    });
    expect((await api('POST', 'p1/providers', provider('os-00000000'))).status).toBe(400);
    const made = await api('POST', 'p1/providers', provider(microvisor));
    expect(made.status).toBe(201);
    expect((await api('POST', 'p1/providers', provider(microvisor))).status).toBe(409);
    expect(orchestrator.inventory.defaultOs().profileName).toBe('microvisor-nonrt');
    expect((await api('GET', 'p1/providers')).json).toMatchObject({
      providers: [{ name: 'infra_onboarding', providerID: made.json['providerID'] }],
    });
    expect((await api('DELETE', `p1/providers/${made.json['providerID']}`)).status).toBe(204);
    expect(orchestrator.inventory.defaultOs().name).toBe('Ubuntu 24.04 LTS');
  });
});

describe('what is made to fail', () => {
  let fault: RunningFault;
  afterEach(() => fault.stop());

  it('fails so often, and then no more', async () => {
    fault = orchestrator.fail({ op: 'hosts', how: 503, times: 2, retryAfter: 1 });
    const first = await api('GET', 'p1/compute/hosts');
    expect([first.status, first.headers['retry-after']]).toEqual([503, '1']);
    expect((await api('GET', 'p1')).status).toBe(200);
    expect([
      (await api('GET', 'p1/compute/hosts')).status,
      (await api('GET', 'p1/compute/hosts')).status,
    ]).toEqual([503, 200]);
    expect(fault.hits).toBe(2);
  });

  it('ends after its time', async () => {
    fault = orchestrator.fail({ path: /\/os$/, how: 500, forSeconds: 30 });
    expect((await api('GET', 'p1/compute/os')).status).toBe(500);
    later(31);
    expect((await api('GET', 'p1/compute/os')).status).toBe(200);
  });

  it('ends connections, with the work done or not', async () => {
    const host = { name: 'lost', serialNumber: 'VENTEST09' };
    fault = orchestrator.fail({ op: 'register', how: 'reset', times: 1 });
    await expect(api('POST', 'p1/compute/hosts/register', host)).rejects.toThrow();
    expect(orchestrator.inventory.bySerialNumber('VENTEST09')).toBeUndefined();
    fault = orchestrator.fail({ op: 'register', how: 'lost', times: 1 });
    await expect(api('POST', 'p1/compute/hosts/register', host)).rejects.toThrow();
    expect(orchestrator.inventory.bySerialNumber('VENTEST09')).toMatchObject({ name: 'lost' });
  });

  it('answers late, with a page of a proxy, or with all that was sent', async () => {
    fault = orchestrator.fail({ op: 'project', how: 'slow', delay: 60 });
    const began = Date.now();
    expect((await api('GET', 'p1')).status).toBe(200);
    expect(Date.now() - began).toBeGreaterThanOrEqual(59);
    fault.stop();
    fault = orchestrator.fail({ op: 'project', how: 'html' });
    expect(await api('GET', 'p1')).toMatchObject({
      status: 200,
      text: expect.stringContaining('<!doctype html>') as string,
    });
    fault.stop();
    fault = orchestrator.fail({ how: 'echo' });
    expect(await api('GET', 'p1')).toMatchObject({
      status: 500,
      text: expect.stringContaining(token) as string,
    });
    expect((await ask('api', 'GET', '/x')).status).toBe(500);
  });
});

describe('nodes', () => {
  const start = async (path = 'VENNODE01/start?from=network'): Promise<string> =>
    (await node(path)).text();

  it('get what they shall play, their own or everyone’s, or nothing', async () => {
    await ask('tinkerbell-haproxy', 'HEAD', '/tink-stack/signed_ipxe.efi');
    expect(orchestrator.seen.boots.at(-1)).toMatchObject({ method: 'HEAD', serialNumber: null });
    expect((await node('VENNODE01/start?from=network')).status).toBe(404);
    orchestrator.everyNode({ flow: 'non-interactive' });
    orchestrator.node('VENNODE01', {
      flow: 'interactive',
      os: 'microvisor',
      echoPassword: true,
      pauses: { hook: 2 },
    });
    expect(await start()).toBe('flow=interactive\nos=microvisor\necho=yes\npause_hook=2\n');
    expect(await start('VENNODE02/start?from=disk')).toBe(
      'flow=non-interactive\nos=ubuntu\necho=no\n',
    );
    expect(orchestrator.seen.starts.at(-1)).toMatchObject({
      serialNumber: 'VENNODE02',
      from: 'disk',
    });
    expect(orchestrator.seen.boots.at(-1)).toMatchObject({
      method: 'HEAD',
      serialNumber: 'VENNODE01',
    });
  });

  it('are told of a fault so many times', async () => {
    orchestrator.everyNode({ flow: 'interactive', fault: { kind: 'workflow', times: 1 } });
    orchestrator.node('VENNODE01', undefined);
    for (const name of ['VENNODE01', 'VENNODE02']) {
      expect(await start(`${name}/start?from=network`)).toMatch(/^fault=workflow\nat=workflow$/m);
      expect(await start(`${name}/start?from=network`)).not.toMatch(/fault/);
    }
    orchestrator.everyNode({ flow: 'interactive', fault: { kind: 'os', times: 1 } });
    expect(await start()).not.toMatch(/fault/);
    expect(await start('VENNODE01/start?from=disk')).toMatch(/^fault=os\nat=os$/m);
    expect(await start('VENNODE01/start?from=disk')).not.toMatch(/fault/);
  });

  it('panic once, and are silent when they start again, until reinstalled', async () => {
    orchestrator.everyNode({ flow: 'interactive', fault: { kind: 'os' } });
    for (let times = 0; times < 2; times += 1) {
      expect(await start()).not.toMatch(/fault/);
      expect(await start('VENNODE01/start?from=disk')).toMatch(/^fault=os\nat=os$/m);
      expect(await start('VENNODE01/start?from=disk')).toMatch(/^fault=timeout\nat=os$/m);
    }
  });

  it('log in with an account’s credentials, and are known by it', async () => {
    expect((await node('VENNODE01/login', 'op\nwrong\n')).status).toBe(403);
    expect((await node('VENNODE01/registered')).status).toBe(404);
    const granted = await node('VENNODE01/login', `op\n${LOGIN.password}\n`);
    expect(granted.status).toBe(200);
    expect((await node('VENNODE01/onboard', 'guess\n')).status).toBe(401);
    expect((await node('VENNODE01/onboard', `${await granted.text()}\n`)).status).toBe(200);
    expect((await node('VENNODE01/registered')).status).toBe(200);
    expect(orchestrator.seen.logins.map((login) => [login.username, login.granted])).toEqual([
      ['op', false],
      ['op', true],
    ]);
    expect(JSON.stringify(orchestrator.seen)).not.toContain(LOGIN.password);
  });
});
