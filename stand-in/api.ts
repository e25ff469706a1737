/**
 * The orchestrator's HTTP API over an `Inventory`: a request in, an answer out. Names as real
 * clients use them.
 */
import type { Operation } from './faults.ts';
import { now, type Inventory } from './inventory.ts';

export interface ApiRequest {
  method: string;
  /** The first label of the name that was asked: `keycloak`, `api`. */
  service: string;
  url: URL;
  authorization: string;
  contentType: string;
  body: string;
}

export interface Answer {
  status: number;
  /** JSON; none: an empty answer. */
  body?: unknown;
}

export const TOKEN_PATH = '/realms/master/protocol/openid-connect/token';
const CLIENT = 'system-client';
const SERIAL_NUMBER = /^[A-Za-z0-9]{5,20}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const refusal = (status: number, code: string, message: string): Answer => ({
  status,
  body: { code, message },
});
const notFound = (what: string): Answer => refusal(404, 'NOT_FOUND', `${what} not found`);

interface Route {
  op: Operation;
  /** From the path; empty where there is none. */
  project: string;
  /** What follows the collection: an id. */
  rest: string;
}

const ROUTES: [method: string, path: RegExp, op: Operation][] = [
  ['GET', /^\/v1\/projects\/([^/]+)$/, 'project'],
  ['POST', /^\/v1\/projects\/([^/]+)\/compute\/hosts\/register$/, 'register'],
  ['GET', /^\/v1\/projects\/([^/]+)\/compute\/hosts$/, 'hosts'],
  ['DELETE', /^\/v1\/projects\/([^/]+)\/compute\/hosts\/([^/]+)$/, 'remove'],
  ['GET', /^\/v1\/projects\/([^/]+)\/compute\/os$/, 'os'],
  ['GET', /^\/v1\/projects\/([^/]+)\/localAccounts$/, 'local-accounts'],
  ['POST', /^\/v1\/projects\/([^/]+)\/localAccounts$/, 'add-local-account'],
  ['GET', /^\/v1\/projects\/([^/]+)\/providers$/, 'providers'],
  ['POST', /^\/v1\/projects\/([^/]+)\/providers$/, 'add-provider'],
  ['DELETE', /^\/v1\/projects\/([^/]+)\/providers\/([^/]+)$/, 'remove-provider'],
];

function route({ method, service, url }: ApiRequest): Route {
  if (service === 'keycloak' && url.pathname === TOKEN_PATH && method === 'POST')
    return { op: 'token', project: '', rest: '' };
  if (service !== 'api') return { op: 'unknown', project: '', rest: '' };
  for (const [verb, path, op] of ROUTES) {
    const [found, project = '', rest = ''] = path.exec(url.pathname) ?? [];
    if (found !== undefined && verb === method)
      return { op, project: decodeURIComponent(project), rest: decodeURIComponent(rest) };
  }
  return { op: 'unknown', project: '', rest: '' };
}

export const operation = (request: ApiRequest): Operation => route(request).op;

export function answer(inventory: Inventory, request: ApiRequest): Answer {
  const { op, project, rest } = route(request);
  if (op === 'unknown') return notFound(`${request.method} ${request.url.pathname}`);
  if (op === 'token') return token(inventory, request);

  const username = inventory.bearer(/^Bearer (\S+)$/.exec(request.authorization)?.[1] ?? '');
  if (username === undefined)
    return refusal(401, 'UNAUTHENTICATED', 'Jwt is missing, not known or expired');
  if (!(inventory.accounts[username]?.projects?.includes(project) ?? true)) {
    return refusal(403, 'PERMISSION_DENIED', `no rights in project ${project}`);
  }
  if (!Object.hasOwn(inventory.projects, project)) return notFound(`project ${project}`);

  switch (op) {
    case 'project':
      return {
        status: 200,
        body: { name: project, spec: { description: inventory.projects[project] }, status: {} },
      };
    case 'register': {
      const sent = object(request.body);
      const [answered, said] = register(inventory, sent);
      inventory.seen.registrations.push({
        time: now(),
        username,
        project,
        ...said,
        status: answered.status,
      });
      return answered;
    }
    case 'hosts':
      return page(request.url, 'hosts', [...inventory.hosts.values()]);
    case 'remove': {
      const removed = inventory.hosts.delete(rest);
      inventory.seen.removals.push({
        time: now(),
        username,
        project,
        id: rest,
        status: removed ? 204 : 404,
      });
      return removed ? { status: 204 } : notFound(`host ${rest}`);
    }
    case 'os':
      return page(request.url, 'OperatingSystemResources', inventory.operatingSystems);
    case 'providers':
      return page(request.url, 'providers', [...inventory.providers.values()]);
    case 'add-provider':
      return addProvider(inventory, object(request.body));
    case 'remove-provider':
      return inventory.providers.delete(rest) ? { status: 204 } : notFound(`provider ${rest}`);
    case 'local-accounts':
      return page(request.url, 'localAccounts', inventory.localAccounts);
    case 'add-local-account':
      return addLocalAccount(inventory, object(request.body));
    case 'boot-file':
    case 'ca-file':
      throw new Error('A file is no part of the API');
  }
}

function token(inventory: Inventory, { contentType, body }: ApiRequest): Answer {
  const refuse = (status: number, error: string, error_description: string): Answer => ({
    status,
    body: { error, error_description },
  });
  if (!contentType.startsWith('application/x-www-form-urlencoded'))
    return refuse(415, 'invalid_request', 'A form is needed');
  const form = new URLSearchParams(body);
  if (form.get('grant_type') !== 'password')
    return refuse(400, 'unsupported_grant_type', 'Unsupported grant_type');
  if (form.get('client_id') !== CLIENT)
    return refuse(401, 'invalid_client', 'Invalid client or Invalid client credentials');
  const granted = inventory.logIn(form.get('username') ?? '', form.get('password') ?? '');
  if (granted === undefined) return refuse(401, 'invalid_grant', 'Invalid user credentials');
  return {
    status: 200,
    body: {
      access_token: granted,
      expires_in: inventory.tokenSeconds,
      token_type: 'Bearer',
      scope: form.get('scope') ?? '',
    },
  };
}

/** The body as a JSON object; anything else is none. */
function object(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function register(
  inventory: Inventory,
  sent: Record<string, unknown>,
): [Answer, { name: string; serialNumber: string; uuid: string }] {
  const said = {
    name: text(sent['name']),
    serialNumber: text(sent['serialNumber']),
    uuid: text(sent['uuid']),
  };
  const { name, serialNumber, uuid } = said;
  if (
    name === '' ||
    !SERIAL_NUMBER.test(serialNumber) ||
    (sent['uuid'] !== undefined && !UUID.test(uuid))
  ) {
    return [
      refusal(
        400,
        'INVALID_ARGUMENT',
        'name and serialNumber ([A-Za-z0-9]{5,20}) are needed; uuid may be given',
      ),
      said,
    ];
  }
  const there = inventory.bySerialNumber(serialNumber);
  if (!there)
    return [
      {
        status: 201,
        body: inventory.addHost({ ...said, autoOnboard: sent['autoOnboard'] === true }),
      },
      said,
    ];
  if (there.name !== name || (uuid !== '' && there.uuid !== '' && there.uuid !== uuid)) {
    return [
      refusal(
        409,
        'ALREADY_EXISTS',
        `serial number ${serialNumber} is registered by ${there.name} (${there.resourceId})`,
      ),
      said,
    ];
  }
  return [{ status: 200, body: there }, said];
}

function addProvider(inventory: Inventory, sent: Record<string, unknown>): Answer {
  const [name, providerKind, apiEndpoint, config] = [
    'name',
    'providerKind',
    'apiEndpoint',
    'config',
  ].map((key) => text(sent[key])) as [string, string, string, string];
  const { defaultOs = '', autoProvision, defaultLocalAccount = '' } = object(config);
  if (name === '' || providerKind !== 'PROVIDER_KIND_BAREMETAL')
    return refusal(400, 'INVALID_ARGUMENT', 'name and providerKind are needed');
  const isKnownOs = inventory.operatingSystems.some((os) => os.osResourceID === defaultOs);
  if (!isKnownOs && (autoProvision !== false || defaultOs !== '')) {
    return refusal(
      400,
      'INVALID_ARGUMENT',
      'config: JSON text whose defaultOs is a known operating system',
    );
  }
  const isKnown = inventory.localAccounts.some((one) => one.resourceId === defaultLocalAccount);
  if (!isKnown && defaultLocalAccount !== '')
    return refusal(400, 'INVALID_ARGUMENT', 'config: defaultLocalAccount is not known');
  if ([...inventory.providers.values()].some((provider) => provider.name === name)) {
    return refusal(409, 'ALREADY_EXISTS', `provider ${name} exists`);
  }
  return { status: 201, body: inventory.addProvider({ name, providerKind, apiEndpoint, config }) };
}

function addLocalAccount(inventory: Inventory, sent: Record<string, unknown>): Answer {
  const [username, sshKey] = [text(sent['username']), text(sent['sshKey'])];
  if (
    !/^[a-z][a-z0-9-]{0,31}$/.test(username) ||
    !/^(?:ssh-ed25519|ecdsa-sha2-nistp521) [A-Za-z0-9+/=]+/.test(sshKey)
  )
    return refusal(400, 'INVALID_ARGUMENT', 'username and sshKey (a public key) are needed');
  if (inventory.localAccounts.some((account) => account.username === username))
    return refusal(409, 'ALREADY_EXISTS', `local account ${username} exists`);
  return { status: 201, body: inventory.addLocalAccount({ username, sshKey }) };
}

/** At most 100 things an answer; `pageSize` and `offset` ask for less and for the next ones. */
function page(url: URL, key: string, all: readonly unknown[]): Answer {
  const [size, offset] = [
    Number(url.searchParams.get('pageSize') ?? 100),
    Number(url.searchParams.get('offset') ?? 0),
  ];
  if (!(
    Number.isInteger(size) &&
    size > 0 &&
    size <= 100 &&
    Number.isInteger(offset) &&
    offset >= 0
  )) {
    return refusal(400, 'INVALID_ARGUMENT', 'pageSize: 1 to 100, offset: 0 or more');
  }
  const items = all.slice(offset, offset + size);
  return {
    status: 200,
    body: { [key]: items, totalElements: all.length, hasNext: offset + items.length < all.length },
  };
}
