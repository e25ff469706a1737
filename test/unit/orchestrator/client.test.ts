/** The client against a real HTTPS server, with what goes wrong between them. Seconds are scaled down, nothing else. */
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VenError } from '../../../src/model/index.js';
import {
  checkAnswers,
  openOrchestrator,
  type OpenOrchestrator,
  type OrchestratorOptions,
} from '../../../src/orchestrator/index.js';
import {
  ADDRESSES,
  anAuthority,
  API,
  KEYCLOAK,
  openProxy,
  openService,
  type Answer,
  type Asked,
  type Proxy,
  type Service,
} from './service.ts';

const PASSWORD = 'ca/na ry+1&"x"';
const CREDENTIALS = { username: 'canary-user', password: PASSWORD };
const PATIENCE = {
  attempt: 0.5,
  call: 2,
  firstPause: 0.02,
  longestPause: 0.2,
  longestRetryAfter: 0.4,
};
const PROJECT = '/v1/projects/infra-1';
const HOSTS = `${PROJECT}/compute/hosts`;

let trusted: Awaited<ReturnType<typeof anAuthority>>;
let other: Awaited<ReturnType<typeof anAuthority>>;
let certificate: { key: string; cert: string };
let service: Service;
let tokens: number;
let opened: OpenOrchestrator[] = [];

/** How long the tokens last that the service gives. */
let tokenSeconds: number;
const token = (number: number): string => `canary-token-${String(number)}`;

/** What all tests share: tokens, and a 401 for who has no good one. `api` answers the rest. */
function answerWith(api: (asked: Asked) => Answer, good: () => number = () => tokens): void {
  service.answer = (asked) => {
    if (asked.host === KEYCLOAK)
      return { status: 200, json: { access_token: token(++tokens), expires_in: tokenSeconds } };
    if (asked.headers.authorization !== `Bearer ${token(good())}`)
      return { status: 401, json: { message: 'Jwt is expired' } };
    return api(asked);
  };
}

function client(options: Partial<OrchestratorOptions> = {}): OpenOrchestrator {
  const made = openOrchestrator({
    domain: `orch.test:${String(service.port)}`,
    project: 'infra-1',
    credentials: CREDENTIALS,
    caCertificates: [trusted.der],
    addresses: ADDRESSES,
    env: {},
    userAgent: 'ven/test',
    patience: PATIENCE,
    ...options,
  });
  opened.push(made);
  return made;
}

/** The error of a call, looked at from all sides for secrets. */
async function errorOf(call: Promise<unknown>): Promise<VenError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof VenError))
    throw new Error('did not fail with a VenError', { cause: error });
  const all = [
    inspect(error, { depth: null, showHidden: true }),
    error.summary,
    error.detail,
    error.hint,
    error.stack,
    JSON.stringify(error),
  ].join('\n');
  for (const secret of [
    PASSWORD,
    'canary',
    'ca%2Fna',
    'ca/na',
    'ca\\/na',
    Buffer.from(PASSWORD).toString('base64'),
  ])
    expect(all).not.toContain(secret);
  expect(error.summary).toMatch(/^(GET|POST|DELETE|HEAD) https:\/\/\S+: /);
  expect(error.summary).not.toContain('?');
  expect(error.hint).toBeTruthy();
  return error;
}

const apiCalls = (): Asked[] => service.asked.filter(({ host }) => host === API);
const tokenCalls = (): Asked[] => service.asked.filter(({ host }) => host === KEYCLOAK);

beforeAll(async () => {
  [trusted, other] = await Promise.all([anAuthority(), anAuthority()]);
  certificate = await trusted.authority.issue([API, KEYCLOAK]);
});
afterAll(() => {
  trusted.remove();
  other.remove();
});
beforeEach(async () => {
  service = await openService(certificate);
  tokens = 0;
  tokenSeconds = 300;
});
afterEach(async () => {
  await Promise.all(opened.map((one) => one.close()));
  opened = [];
  await service.close();
});

describe('what is asked, and understood', () => {
  it('is a project, checked with a token of the password grant', async () => {
    answerWith(() => ({ status: 200, json: { spec: { description: 'ours' } } }));
    await client().checkProject();
    const [login] = tokenCalls();
    expect(login).toMatchObject({
      method: 'POST',
      path: '/realms/master/protocol/openid-connect/token',
    });
    expect(login?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(login?.body))).toEqual({
      grant_type: 'password',
      client_id: 'system-client',
      scope: 'openid profile email groups',
      ...CREDENTIALS,
    });
    expect(apiCalls()).toMatchObject([
      {
        method: 'GET',
        path: PROJECT,
        headers: { 'user-agent': 'ven/test', accept: 'application/json' },
      },
    ]);
  });

  it('is the list of hosts, page after page, with what may be missing left empty', async () => {
    const all = Array.from({ length: 230 }, (_, index) => ({
      resourceId: `host-${String(index)}`,
      name: `n${String(index)}`,
    }));
    answerWith(({ path }) => {
      const query = new URLSearchParams(path.split('?')[1]);
      const [from, size] = [Number(query.get('offset') ?? 0), Number(query.get('pageSize') ?? 20)];
      return {
        status: 200,
        json: {
          hosts: all.slice(from, from + size),
          hasNext: from + size < all.length,
          totalElements: all.length,
        },
      };
    });
    const hosts = await client().hosts();
    expect(hosts.map(({ id }) => id)).toEqual(all.map(({ resourceId }) => resourceId));
    expect(hosts[0]).toEqual({
      id: 'host-0',
      name: 'n0',
      serialNumber: '',
      uuid: '',
      hostStatus: '',
      instance: null,
    });
    expect(apiCalls()).toHaveLength(4);
  });

  it('is a host’s instance', async () => {
    const instance = {
      instanceID: 'inst-1',
      os: { name: 'Ubuntu' },
      provisioningStatus: 'Provisioned',
    };
    const host = {
      resourceId: 'host-1',
      name: 'a',
      serialNumber: 'VH1',
      uuid: 'AA-BB',
      hostStatus: 'Running',
      instance,
      more: { of: 'it' },
    };
    answerWith(() => ({ status: 200, json: { hosts: [host] } }));
    expect(await client().hosts()).toEqual([
      {
        id: 'host-1',
        name: 'a',
        serialNumber: 'VH1',
        uuid: 'aa-bb',
        hostStatus: 'Running',
        instance: { id: 'inst-1', os: 'Ubuntu', provisioningStatus: 'Provisioned' },
      },
    ]);
  });

  it('ends where a server says for ever that there is more', async () => {
    answerWith(() => ({ status: 200, json: { hosts: [{ resourceId: 'host-1' }], hasNext: true } }));
    expect(await client().hosts()).toHaveLength(1);
    expect(apiCalls()).toHaveLength(2);
  });

  it('takes a list that is left out for an empty one, and nothing else', async () => {
    answerWith(() => ({ status: 200, json: { totalElements: 0 } }));
    expect(await client().hosts()).toEqual([]);
    answerWith(() => ({ status: 200, json: { message: 'hello' } }));
    expect((await errorOf(client().hosts())).summary).toContain('it has no list `hosts`');
  });

  it('is the operating systems', async () => {
    answerWith(() => ({
      status: 200,
      json: {
        OperatingSystemResources: [{ profileName: 'microvisor-nonrt', osResourceID: 'os-1' }],
      },
    }));
    expect(await client().osProfiles()).toEqual([{ name: 'microvisor-nonrt', id: 'os-1' }]);
  });
});

/** A service that knows hosts. `trouble` answers a registration in its place, after it was done or not. */
function inventory(
  trouble: (registration: number) => { answer: Answer; done: boolean } | null = () => null,
): {
  hosts: Record<string, unknown>[];
} {
  const hosts: Record<string, unknown>[] = [];
  let registrations = 0;
  answerWith(({ method, path, body }) => {
    if (method === 'GET') return { status: 200, json: { hosts, hasNext: false } };
    if (method === 'DELETE') {
      const at = hosts.findIndex(({ resourceId }) => path.endsWith(`/${String(resourceId)}`));
      if (at === -1) return { status: 404, json: { message: 'no such host' } };
      hosts.splice(at, 1);
      return { status: 204, text: '' };
    }
    const sent = JSON.parse(body) as Record<string, unknown>;
    const planned = trouble(++registrations);
    const made = { resourceId: `host-${String(hosts.length + 1)}`, hostStatus: '', ...sent };
    if (planned === null || planned.done) hosts.push(made);
    return planned?.answer ?? { status: 201, json: made };
  });
  return { hosts };
}

const A = { name: 'a', serialNumber: 'VH001', uuid: '6d6d3b2c-0000-5000-8000-000000000000' };

describe('registering', () => {
  it('sends a host once, and knows it again', async () => {
    const { hosts } = inventory();
    expect(await client().register(A)).toEqual({ id: 'host-1', already: false });
    expect(hosts).toEqual([
      { resourceId: 'host-1', hostStatus: '', name: 'a', serialNumber: 'VH001', autoOnboard: true },
    ]);
    expect(apiCalls().find(({ method }) => method === 'POST')?.path).toBe(`${HOSTS}/register`);
    expect(await client().register(A)).toEqual({ id: 'host-1', already: true });
    expect(hosts).toHaveLength(1);
  });

  it('asks for the list once for many that register together, and again for none of them', async () => {
    const { hosts } = inventory();
    const one = client();
    const many = Array.from({ length: 40 }, (_, index) => ({
      ...A,
      name: `n${String(index)}`,
      serialNumber: `VN${String(index).padStart(3, '0')}`,
    }));
    await Promise.all(many.map((host) => one.register(host)));
    expect(hosts).toHaveLength(40);
    expect(apiCalls().filter(({ method }) => method === 'GET')).toHaveLength(1);
    expect(tokenCalls()).toHaveLength(1);
    expect(await one.register(A)).toMatchObject({ already: false });
    expect(await one.register(A)).toMatchObject({ already: true });
  });

  it.each([
    ['was cut off after it was done', 'reset', true, 1],
    ['was cut off before', 'reset', false, 2],
    ['ended in a 504 after it was done', { status: 504 }, true, 1],
    ['ended in a 503 before', { status: 503 }, false, 2],
    ['was never answered, though done', 'silence', true, 1],
  ] as const)(
    'looks first whether it is there when a registration %s',
    async (_, answer, done, posts) => {
      const { hosts } = inventory((registration) => (registration === 1 ? { answer, done } : null));
      expect(await client().register(A)).toEqual({ id: 'host-1', already: false });
      expect(hosts).toHaveLength(1);
      expect(apiCalls().filter(({ method }) => method === 'POST')).toHaveLength(posts);
    },
  );

  it('is done where a newer list of hosts fails meanwhile, which only who asked for it is told', async () => {
    let now = Date.now();
    let lists = 0;
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const one = client({ now: () => now, patience: { ...PATIENCE, call: 0 } });
    let second: Promise<unknown> = Promise.resolve();
    answerWith(({ method }) => {
      if (method === 'GET')
        return lists++ === 0
          ? { status: 200, json: { hosts: [], hasNext: false, totalElements: 0 } }
          : 'silence';
      now += 11_000;
      second = errorOf(one.register({ name: 'b', serialNumber: 'SB', uuid: 'b' }));
      return { status: 200, json: { resourceId: 'host-1' } };
    });
    expect(await one.register(A)).toEqual({ id: 'host-1', already: false });
    expect(await second).toMatchObject({ code: 'orchestrator-unreachable' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('takes a conflict with itself for the same host', async () => {
    const { hosts } = inventory(() => ({
      answer: { status: 409, json: { message: 'exists' } },
      done: true,
    }));
    expect(await client().register(A)).toEqual({ id: 'host-1', already: true });
    expect(hosts).toHaveLength(1);
  });

  it('refuses a serial number that another has, before anything is sent, and a conflict with nothing to be seen', async () => {
    const { hosts } = inventory(() => ({ answer: { status: 409 }, done: false }));
    hosts.push({ resourceId: 'host-7', name: 'somebody', serialNumber: A.serialNumber });
    const error = await errorOf(client().register(A));
    expect(error.code).toBe('foreign-object');
    expect(error.summary).toMatch(/registered already, as "somebody"$/);
    expect(error.hint).toContain('or give it the name of this VM there');
    expect(apiCalls().some(({ method }) => method === 'POST')).toBe(false);
    hosts.length = 0;
    expect(await errorOf(client().register(A))).toMatchObject({
      code: 'host-refused',
      summary: expect.stringContaining('409') as string,
    });
  });

  it('knows a host that was seen by its UUID, whatever its name, and refuses another with this name', async () => {
    const { hosts } = inventory();
    hosts.push({
      resourceId: 'host-7',
      name: 'renamed',
      serialNumber: A.serialNumber,
      uuid: A.uuid.toUpperCase(),
    });
    expect(await client().register(A)).toEqual({ id: 'host-7', already: true });
    const [other] = hosts.splice(0, 1, {
      ...hosts[0],
      name: A.name,
      uuid: '00000000-0000-4000-8000-000000000000',
    });
    expect(other?.['name']).toBe('renamed');
    const error = await errorOf(client().register(A));
    expect(error.code).toBe('foreign-object');
    expect(error.summary).toContain(
      `as "a", which has booted with the UUID 00000000-0000-4000-8000-000000000000, not ${A.uuid}`,
    );
    expect(error.hint).toContain(
      'delete it in the orchestrator. If not, give this VM another serial number',
    );
    await expect(client().unregister(A)).rejects.toMatchObject({
      code: 'foreign-object',
      summary: expect.stringContaining(
        `is not a, but "a", which has booted with the UUID 00000000`,
      ) as string,
    });
    expect(apiCalls().every(({ method }) => method === 'GET')).toBe(true);
  });

  it.each([
    [400, 'host-refused'],
    [422, 'host-refused'],
    [401, 'orchestrator-refused'],
    [403, 'orchestrator-refused'],
    [404, 'orchestrator-refused'],
    [500, 'orchestrator-unreachable'],
  ])('tells by its code whether %i is about this host alone', async (status, code) => {
    inventory(() => ({ answer: { status, json: { message: 'no' } }, done: false }));
    expect((await errorOf(client().register(A))).code).toBe(code);
  });

  it('says what is wrong with a host whose status is not empty', async () => {
    inventory(() => ({
      answer: { status: 200, json: { resourceId: 'host-1', hostStatus: 'Error: no licence' } },
      done: false,
    }));
    expect((await errorOf(client().register(A))).summary).toContain(
      'its status is "Error: no licence"',
    );
  });

  it('is undone, twice if need be', async () => {
    const { hosts } = inventory();
    const [one, other] = [client(), client()];
    await one.register(A);
    await other.register(A);
    expect(await one.unregister(A)).toEqual({ removed: true });
    // It has read of the host a moment ago, and does not ask again.
    expect(await other.unregister(A)).toEqual({ removed: true });
    expect(hosts).toEqual([]);
    expect(await one.register(A)).toEqual({ id: 'host-1', already: false });
  });
});

describe('the default operating system', () => {
  function providers(
    refused: (config: string) => boolean = () => false,
    trouble: (asked: Asked) => Answer | null = () => null,
  ): { all: Record<string, unknown>[] } {
    const all: Record<string, unknown>[] = [];
    answerWith((asked) => {
      const { method, path, body } = asked;
      const planned = trouble(asked);
      if (planned !== null) return planned;
      if (method === 'GET') return { status: 200, json: { providers: all } };
      if (method === 'DELETE') {
        all.splice(
          all.findIndex(({ providerID }) => path.endsWith(`/providers/${String(providerID)}`)),
          1,
        );
        return { status: 204 };
      }
      const sent = JSON.parse(body) as Record<string, unknown>;
      if (refused(String(sent['config']))) return { status: 400, json: { message: 'no such OS' } };
      all.push({ ...sent, providerID: `provider-${String(apiCalls().length)}` });
      return { status: 201, json: sent };
    });
    return { all };
  }
  const config = ({ all }: { all: Record<string, unknown>[] }): unknown =>
    JSON.parse(String(all[0]?.['config']));

  it('is set where there is no provider, and once', async () => {
    const known = providers();
    expect(await client().setDefaultOs('os-1')).toEqual({ changed: true });
    expect(known.all).toMatchObject([
      { providerKind: 'PROVIDER_KIND_BAREMETAL', name: 'infra_onboarding' },
    ]);
    expect(config(known)).toEqual({ defaultOs: 'os-1', autoProvision: true });
    expect(await client().setDefaultOs('os-1')).toEqual({ changed: false });
  });

  it('keeps what else the provider says', async () => {
    const known = providers();
    const old = { defaultOs: 'os-1', autoProvision: true, osSecurityFeatureEnable: true };
    known.all.push({
      providerID: 'provider-0',
      name: 'infra_onboarding',
      apiEndpoint: 'mine',
      providerVendor: 'V',
      config: JSON.stringify(old),
    });
    expect(await client().setDefaultOs('os-2')).toEqual({ changed: true });
    expect(known.all).toHaveLength(1);
    expect(known.all[0]).toMatchObject({ apiEndpoint: 'mine', providerVendor: 'V' });
    expect(config(known)).toEqual({ ...old, defaultOs: 'os-2' });
  });

  it('puts the old one back when the new one is refused', async () => {
    const known = providers((text) => text.includes('os-9'));
    await client().setDefaultOs('os-1');
    const error = await errorOf(client().setDefaultOs('os-9'));
    expect(error.code).toBe('orchestrator-refused');
    expect(error.detail).toContain('It said: {"message":"no such OS"}\nThe provider is unchanged.');
    expect(config(known)).toEqual({ defaultOs: 'os-1', autoProvision: true });
  });

  const OLD = { defaultOs: 'os-1', autoProvision: true, osSecurityFeatureEnable: true };
  const old = () => ({
    providerID: 'provider-0',
    name: 'infra_onboarding',
    providerVendor: 'V',
    config: JSON.stringify(OLD),
  });

  it('is set all the same when it is interrupted once the provider is deleted', async () => {
    const stop = new AbortController();
    const known = providers(undefined, ({ method }) => {
      if (method === 'DELETE') stop.abort();
      return null;
    });
    known.all.push(old());
    expect(await client().setDefaultOs('os-2', stop.signal)).toEqual({ changed: true });
    expect(config(known)).toEqual({ ...OLD, defaultOs: 'os-2' });
    await expect(client().setDefaultOs('os-1', stop.signal)).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(config(known)).toMatchObject({ defaultOs: 'os-2' });
  });

  it('is put back, too, after an outage that took all of the time that the new one had', async () => {
    let until = Infinity;
    const known = providers(undefined, ({ method }) => {
      if (method === 'POST' && until === Infinity) until = performance.now() + 1300;
      return until !== Infinity && performance.now() < until ? { status: 503 } : null;
    });
    known.all.push(old());
    const began = performance.now();
    const patience = { ...PATIENCE, call: 1 };
    const error = await errorOf(client({ patience }).setDefaultOs('os-2'));
    expect(error.detail).toContain('The provider is unchanged.');
    expect(performance.now() - began).toBeGreaterThan(1000);
    expect(known.all).toMatchObject([{ providerVendor: 'V', config: JSON.stringify(OLD) }]);
  });

  it('was set where only the answer was lost, and is not deleted where deleting is refused', async () => {
    let lost = false;
    const known = providers(undefined, ({ method, body }) => {
      if (method !== 'POST' || lost) return null;
      lost = true;
      known.all.push({ ...(JSON.parse(body) as object), providerID: 'provider-1' });
      return { status: 500 };
    });
    known.all.push(old());
    expect(await client().setDefaultOs('os-2')).toEqual({ changed: true });
    providers(undefined, ({ method }) => (method === 'DELETE' ? { status: 403 } : null)).all.push(
      old(),
    );
    expect((await errorOf(client().setDefaultOs('os-3'))).detail).toBe(
      'The provider is unchanged.',
    );
  });

  it('is told with what the provider said, where it can’t be put back', async () => {
    const known = providers(() => true);
    known.all.push({ ...old(), apiEndpoint: 'mine', apiCredentials: ['canary'] });
    const error = await errorOf(client().setDefaultOs('os-2'));
    expect(error.detail).toContain("is, or may be, deleted, and can't be restored: POST https://");
    expect(error.detail).toMatch(
      /\nIt had providerVendor: V, config: \{"defaultOs":"os-1","autoProvision":true,"osSecurityFeatureEnable":true\}$/,
    );
    expect(error.hint).toMatch(
      /create it with that \(POST https:\S+\/providers, name infra_onboarding, providerKind PROVIDER_KIND_BAREMETAL\)/,
    );
  });

  it.each([
    ['ven', PASSWORD, '{"defaultOs":"os-ubuntu-22","of":"********"}'],
    ['ubuntu', PASSWORD, '{"defaultOs":"os-ubuntu-22","of":"********"}'],
    ['ubuntu', 'zzz', JSON.stringify({ defaultOs: 'os-ubuntu-22', of: PASSWORD })],
    ['ubuntu', 'UNT', '********'],
  ])(
    'is told whole, whatever the user name, but for the password: %s, %s',
    async (username, password, shown) => {
      const known = providers(() => true);
      known.all.push({
        ...old(),
        providerVendor: 'V-ven',
        config: JSON.stringify({ defaultOs: 'os-ubuntu-22', of: PASSWORD }),
      });
      const error = await client({ credentials: { username, password } })
        .setDefaultOs('os-2')
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        detail: expect.stringContaining(
          `\nIt had providerVendor: V-ven, config: ${shown}`,
        ) as string,
      });
    },
  );
});

describe('the token', () => {
  it('is fetched once for all who ask', async () => {
    inventory();
    const one = client();
    await Promise.all(Array.from({ length: 30 }, () => one.hosts()));
    expect(tokenCalls()).toHaveLength(1);
  });

  it('is fetched anew before it ends, however long the run', async () => {
    inventory();
    let now = 0;
    const one = client({ now: () => now });
    for (let call = 0; call < 100; call++, now += 180_000) await one.hosts();
    // Each lasts 300 s, of which the last 30 are not used: enough for two calls.
    expect(tokenCalls()).toHaveLength(50);
    expect(apiCalls()).toHaveLength(100);
  });

  it('that is refused midway is fetched once more, by all together', async () => {
    let good = 1;
    answerWith(
      () => ({ status: 200, json: { hosts: [] } }),
      () => good,
    );
    const one = client();
    await one.hosts();
    good = 2;
    await Promise.all(Array.from({ length: 20 }, () => one.hosts()));
    expect(tokenCalls()).toHaveLength(2);
  });

  it('that is refused again and again is not tried for ever', async () => {
    answerWith(
      () => ({ status: 200 }),
      () => 0,
    );
    const error = await errorOf(client().hosts());
    expect(error.code).toBe('orchestrator-refused');
    expect(error.summary).toContain('401');
    expect([tokenCalls().length, apiCalls().length]).toEqual([2, 2]);
  });

  it('is not there for a wrong password, which is tried once', async () => {
    service.answer = ({ body }) => ({
      status: 401,
      json: { error: 'invalid_grant', error_description: 'Invalid user credentials', echo: body },
    });
    const error = await errorOf(client().hosts());
    expect(error.code).toBe('orchestrator-refused');
    expect(error.summary).toContain('401, the user name or the password is wrong');
    expect(error.detail).toContain('Invalid user credentials');
    expect(service.asked).toHaveLength(1);
  });

  it.each([
    ['no token', { status: 200, json: { access: 'x' } }],
    ['HTML', { status: 200, text: '<h1>Sign in</h1>' }],
  ] as const)('is none when the answer is %s', async (_, answer) => {
    service.answer = () => answer;
    expect((await errorOf(client().hosts())).code).toBe('orchestrator-unreachable');
    expect(service.asked).toHaveLength(1);
  });
});

describe('trouble that passes', () => {
  /** Fails `times` calls of the API. */
  function failing(times: number, answer: Answer): void {
    let left = times;
    answerWith(() => (left-- > 0 ? answer : { status: 200, json: { hosts: [] } }));
  }

  it.each([
    ['503', { status: 503 }],
    ['502', { status: 502 }],
    ['504', { status: 504 }],
    ['429', { status: 429 }],
    ['a connection that is cut off', 'reset'],
  ] as const)('%s is tried again', async (_, answer) => {
    failing(3, answer);
    expect(await client().hosts()).toEqual([]);
    expect(apiCalls()).toHaveLength(4);
  });

  it('an answer that does not come is tried again', async () => {
    failing(1, 'silence');
    expect(await client().hosts()).toEqual([]);
    expect(apiCalls()).toHaveLength(2);
  });

  it('half of the time that a call may take is survived, with few attempts and growing pauses', async () => {
    const until = performance.now() + 1000;
    answerWith(() =>
      performance.now() < until ? { status: 503 } : { status: 200, json: { hosts: [] } },
    );
    expect(await client().hosts()).toEqual([]);
    const times = apiCalls().map(({ at }) => at);
    expect(times.length).toBeLessThan(16);
    expect(times.length).toBeGreaterThan(5);
    expect((times.at(-1) ?? 0) - (times.at(-2) ?? 0)).toBeGreaterThan(
      2 * ((times[1] ?? 0) - (times[0] ?? 0)),
    );
  });

  it('Retry-After is followed, up to a limit', async () => {
    const pauseAfter = async (header: string, patience = PATIENCE): Promise<number> => {
      service.asked.length = 0;
      failing(1, { status: 503, headers: { 'retry-after': header } });
      await client({ patience }).hosts();
      const [first, second] = apiCalls();
      return (second?.at ?? 0) - (first?.at ?? 0);
    };
    // One that is longer than the whole call may take would end it.
    expect(await pauseAfter('3600')).toBeGreaterThanOrEqual(400);
    const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
    expect(await pauseAfter(inAnHour)).toBeGreaterThanOrEqual(400);
    await pauseAfter('soon', { ...PATIENCE, longestRetryAfter: 3600 });
  });

  it('a token that can’t be had for a while is waited for', async () => {
    let left = 3;
    service.answer = ({ host }) =>
      left-- > 0
        ? { status: 503 }
        : host === KEYCLOAK
          ? { status: 200, json: { access_token: token(1) } }
          : { status: 200, json: { hosts: [] } };
    expect(await client().hosts()).toEqual([]);
    expect(tokenCalls()).toHaveLength(4);
  });

  it('that does not pass ends, and says how often it was tried', async () => {
    answerWith(() => ({ status: 503, text: '<html>\n<b>upstream down</b></html>' }));
    const error = await errorOf(client({ patience: { ...PATIENCE, call: 1 } }).hosts());
    expect(error.code).toBe('orchestrator-unreachable');
    expect(error.summary).toBe(
      `GET https://${API}:${String(service.port)}${HOSTS}: 503, the orchestrator is not available`,
    );
    expect(error.detail).toMatch(
      /^It said: <html> <b>upstream down<\/b><\/html>\nTried \d+ times in 1 s\.$/,
    );
    expect(apiCalls().length).toBeLessThan(20);
  });

  it('that has lasted is not waited for by each call anew', async () => {
    answerWith(() => ({ status: 503 }));
    const one = client({ patience: { ...PATIENCE, call: 1 } });
    await errorOf(one.hosts());
    service.asked.length = 0;
    for (let call = 0; call < 10; call++) await errorOf(one.hosts());
    expect(apiCalls().length).toBeLessThan(20);
    answerWith(() => ({ status: 200, json: { hosts: [] } }));
    expect(await one.hosts()).toEqual([]);
  });

  it('ends at once when it is interrupted, and others go on', async () => {
    const stop = new AbortController();
    answerWith(() =>
      stop.signal.aborted ? { status: 200, json: { hosts: [] } } : { status: 503 },
    );
    const one = client();
    const both = Promise.allSettled([one.hosts(stop.signal), one.hosts()]);
    setTimeout(() => {
      stop.abort();
    }, 50);
    expect(await both).toMatchObject([
      { status: 'rejected', reason: { code: 'interrupted' } },
      { status: 'fulfilled', value: [] },
    ]);
    await expect(one.hosts(stop.signal)).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('trouble that stays', () => {
  it.each([
    [400, 'orchestrator-refused', 'does not accept the request'],
    [403, 'orchestrator-refused', 'the user does not have the right to do this'],
    [404, 'orchestrator-refused', 'there is no project "infra-1"'],
    [409, 'orchestrator-refused', 'conflicts with what exists'],
    [500, 'orchestrator-unreachable', 'the orchestrator failed'],
    [302, 'orchestrator-refused', 'redirects to https://login.test, which'],
  ])('%i is told at once', async (status, code, what) => {
    answerWith(() => ({
      status,
      json: { message: 'no' },
      headers: { location: 'https://u:p@login.test/path?token=canary' },
    }));
    const error = await errorOf(client().checkProject());
    expect(error.code).toBe(code);
    expect(error.summary).toContain(`: ${String(status)}, `);
    expect(error.summary).toContain(what);
    expect(error.detail).toBe('It said: {"message":"no"}');
    expect(apiCalls()).toHaveLength(1);
  });

  it('a project that is answered with nothing in it is none', async () => {
    answerWith(() => ({ status: 200, json: {} }));
    const error = await errorOf(client().checkProject());
    expect(error.code).toBe('orchestrator-refused');
    expect(error.summary).toContain('there is no project "infra-1"');
  });

  it('an answer that is no JSON is told with its beginning', async () => {
    answerWith(() => ({
      status: 200,
      text: `<!doctype html><title>Sign in</title>${'x'.repeat(5000)}`,
    }));
    const error = await errorOf(client().hosts());
    expect(error.code).toBe('orchestrator-unreachable');
    expect(error.summary).toContain('the answer is not JSON');
    expect(error.detail).toMatch(/^It said: <!doctype html><title>Sign in<\/title>x+…$/);
    expect(error.detail?.length).toBeLessThan(400);
  });

  it.each(['a list', 'an entry without an id'])('%s of another form is told', async (what) => {
    answerWith(() => ({
      status: 200,
      json: what === 'a list' ? { hosts: 'none' } : { hosts: [{ name: 'a' }] },
    }));
    expect((await errorOf(client().hosts())).summary).toContain('has the wrong form');
  });

  it('a server that echoes everything in a 500 gives no secret away', async () => {
    const echo = ({ headers, body }: Asked): Answer => ({
      status: 500,
      json: {
        request: { headers, body, parsed: Object.fromEntries(new URLSearchParams(body)) },
        again: JSON.stringify(body),
      },
    });
    service.answer = echo;
    expect((await errorOf(client().hosts())).detail).toContain('grant_type=password');
    answerWith((asked) => echo(asked));
    expect((await errorOf(client().hosts())).detail).toContain('authorization');
    answerWith((asked) => ({
      status: 500,
      text: `${asked.headers.authorization ?? ''} ${decodeURIComponent(PASSWORD)}`,
    }));
    await errorOf(client().register(A));
  });

  it('an authority that is not the fleet’s is refused, at once', async () => {
    inventory();
    const error = await errorOf(client({ caCertificates: [other.der] }).hosts());
    expect(error.code).toBe('orchestrator-unreachable');
    expect(error.summary).toContain('signed by no authority that ven trusts');
    expect(error.hint).toContain('caCertificate');
    expect((await errorOf(client({ caCertificates: null }).hosts())).summary).toContain(
      'signed by no authority',
    );
    expect(service.asked).toEqual([]);
  });

  it('verification can’t be turned off from outside', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect((await errorOf(client({ caCertificates: [other.der] }).hosts())).summary).toContain(
        'signed by no authority',
      );
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
    expect(service.asked).toEqual([]);
  });

  it('a certificate for another name is refused', async () => {
    await service.close();
    service = await openService(await trusted.authority.issue(['elsewhere.test', '127.0.0.1']));
    expect((await errorOf(client().hosts())).summary).toContain(
      `the certificate there is not for ${KEYCLOAK}`,
    );
  });

  it('a name that nobody knows is told', async () => {
    const error = await errorOf(client({ addresses: {}, domain: 'orch.invalid' }).hosts());
    expect(error.summary).toMatch(
      /there is no host keycloak\.orch\.invalid|can't be resolved at the moment/,
    );
  });

  it('what does not listen is told', async () => {
    await service.close();
    const error = await errorOf(client({ patience: { ...PATIENCE, call: 0.1 } }).hosts());
    expect(error.summary).toContain(`nothing listens at ${KEYCLOAK}:`);
    service = await openService(certificate);
  });

  it('what does not speak TLS is told', async () => {
    const proxy = await openProxy();
    const domain = `orch.test:${new URL(proxy.url).port}`;
    const error = await errorOf(client({ domain, patience: { ...PATIENCE, call: 0.1 } }).hosts());
    expect(error.code).toBe('orchestrator-unreachable');
    expect(error.summary).toContain('does not speak TLS');
    await proxy.close();
  });
});

describe('a proxy', () => {
  let proxy: Proxy;
  beforeEach(async () => {
    proxy = await openProxy();
    inventory();
  });
  afterEach(() => proxy.close());

  it.each(['https_proxy', 'HTTPS_PROXY'])(
    'of %s is gone through, with TLS verified to the end',
    async (name) => {
      const env = { [name]: proxy.url.replace('http://', 'http://me:pw%20canary@') };
      expect(await client({ env }).hosts()).toEqual([]);
      expect(proxy.asked).toEqual([
        `${KEYCLOAK}:${String(service.port)}`,
        `${API}:${String(service.port)}`,
      ]);
      expect(proxy.authorization).toBe(`Basic ${Buffer.from('me:pw canary').toString('base64')}`);
      expect(
        (await errorOf(client({ env, caCertificates: [other.der] }).hosts())).summary,
      ).toContain('signed by no authority');
    },
  );

  it.each([
    'orch.test',
    '.orch.test',
    '*.orch.test',
    '127.0.0.1',
    '127.0.0.0/8',
    '*',
    `x.test, ${API},${KEYCLOAK}`,
    'API.orch.test keycloak.ORCH.test.',
  ])('is gone around for no_proxy=%s', async (exempt) => {
    for (const name of ['no_proxy', 'NO_PROXY'])
      await client({ env: { https_proxy: proxy.url, [name]: exempt } }).hosts();
    expect(proxy.asked).toEqual([]);
  });

  it.each(['orch.tes', 'h.test', '128.0.0.0/8', 'orch.test:1', '127.0.0.1/33', ''])(
    'is not gone around for no_proxy=%j',
    async (exempt) => {
      await client({ env: { https_proxy: proxy.url, no_proxy: exempt } }).hosts();
      expect(proxy.asked).toHaveLength(2);
    },
  );

  it('for http is none for https', async () => {
    await client({ env: { http_proxy: proxy.url, https_proxy: '' } }).hosts();
    expect(proxy.asked).toEqual([]);
  });

  it.each([
    [407, 1],
    [403, 1],
  ])('that answers %i is told, with the way around it', async (status, times) => {
    proxy.refuseWith = status;
    const error = await errorOf(
      client({ env: { https_proxy: proxy.url.replace('http://', 'http://me:canary@') } }).hosts(),
    );
    expect(error.code).toBe('orchestrator-unreachable');
    expect(error.summary).toContain(
      `the proxy ${proxy.url} refuses to connect to ${KEYCLOAK}:${String(service.port)} (${String(status)})`,
    );
    expect(error.hint).toContain(`add ${KEYCLOAK} to no_proxy`);
    expect(proxy.asked).toHaveLength(times);
  });

  it.each(['http://:::', 'ftp://proxy.test'])('that is none (%s) is told', async (url) => {
    const error = await errorOf(client({ env: { https_proxy: url } }).hosts());
    expect(error.summary).toContain('is not the address of a proxy');
  });

  it('that is not there is told, not the orchestrator', async () => {
    const { url } = proxy;
    await proxy.close();
    const error = await errorOf(
      client({ env: { https_proxy: url }, patience: { ...PATIENCE, call: 0.1 } }).hosts(),
    );
    expect(error.summary).toContain(`the proxy ${url} can't be reached`);
    proxy = await openProxy();
  });
});

describe('a look whether anything answers', () => {
  const reach = () => ({
    caCertificates: [trusted.der],
    addresses: ADDRESSES,
    env: {},
    userAgent: 'ven/test',
  });
  const at = (path: string) => new URL(`https://${API}:${String(service.port)}${path}`);

  it('takes any answer', async () => {
    service.answer = () => ({ status: 404 });
    await checkAnswers(at('/a.efi'), reach(), 1);
    expect(service.asked).toMatchObject([{ method: 'HEAD', path: '/a.efi' }]);
  });

  it('looks once, and for so long', async () => {
    service.answer = () => 'silence';
    expect((await errorOf(checkAnswers(at('/a.efi?x=1'), reach(), 0.2))).summary).toContain(
      'within 0.2 s',
    );
    expect(service.asked).toHaveLength(1);
    expect(
      (await errorOf(checkAnswers(at('/'), { ...reach(), caCertificates: [other.der] }, 1)))
        .summary,
    ).toContain('signed by no authority');
  });
});
