/**
 * A client and the HTTPS server that it asks, for each test. Seconds are scaled down, nothing else.
 */
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { VenError } from '../../../src/model/index.js';
import {
  openOrchestrator,
  type OpenOrchestrator,
  type OrchestratorOptions,
} from '../../../src/orchestrator/index.js';
import {
  ADDRESSES,
  anAuthority,
  API,
  KEYCLOAK,
  openService,
  type Answer,
  type Asked,
  type Service,
} from './service.ts';

export const PASSWORD = 'ca/na ry+1&"x"';
export const CREDENTIALS = { username: 'canary-user', password: PASSWORD };
export const PATIENCE = {
  attempt: 10,
  call: 2,
  firstPause: 0.02,
  longestPause: 0.2,
  longestRetryAfter: 0.4,
};
/** Where an answer does not come; elsewhere a busy machine may take its time. */
export const IMPATIENT = { ...PATIENCE, attempt: 0.5 };
export const PROJECT = '/v1/projects/infra-1';
export const HOSTS = `${PROJECT}/compute/hosts`;

export let trusted: Awaited<ReturnType<typeof anAuthority>>;
export let other: Awaited<ReturnType<typeof anAuthority>>;
let certificate: { key: string; cert: string };
export let service: Service;
let tokens: number;
let opened: OpenOrchestrator[] = [];

export const token = (number: number): string => `canary-token-${String(number)}`;

/** What all tests share: tokens, and a 401 for who has no good one. `api` answers the rest. */
export function answerWith(api: (asked: Asked) => Answer, good: () => number = () => tokens): void {
  service.answer = (asked) => {
    if (asked.host === KEYCLOAK)
      return { status: 200, json: { access_token: token(++tokens), expires_in: 300 } };
    if (asked.headers.authorization !== `Bearer ${token(good())}`)
      return { status: 401, json: { message: 'Jwt is expired' } };
    return api(asked);
  };
}

export function client(options: Partial<OrchestratorOptions> = {}): OpenOrchestrator {
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
export async function errorOf(call: Promise<unknown>): Promise<VenError> {
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

export const apiCalls = (): Asked[] => service.asked.filter(({ host }) => host === API);
export const tokenCalls = (): Asked[] => service.asked.filter(({ host }) => host === KEYCLOAK);

/** Called once in a test file: a new server for each of its tests. */
export function serveTheClient(): void {
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
  });
  afterEach(async () => {
    await Promise.all(opened.map((one) => one.close()));
    opened = [];
    await service.close();
  });
}

/** In place of the server of this test, with another certificate if need be. */
export async function serveAgain(tls = certificate): Promise<void> {
  service = await openService(tls);
}

/**
 * A service that knows hosts. `trouble` answers a registration in its place, after it was done or
 * not.
 */
export function inventory(
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

export const A = { name: 'a', serialNumber: 'VH001', uuid: '6d6d3b2c-0000-5000-8000-000000000000' };
