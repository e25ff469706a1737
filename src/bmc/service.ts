/**
 * One Redfish service: who asks, for what, and the answer's form. Fastify has the connections, the
 * routes and the bodies.
 */
import { createHash } from 'node:crypto';
import type { Server as TlsServer } from 'node:tls';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { shownUrl, VenError } from '../model/index.js';
import type { KeyPair } from './certificate.js';
import { Accounts, type Account } from './credentials.js';
import { RedfishError, refused } from './messages.js';
import { isObject, type Body } from './requests.js';
import { schemaFile } from './resources/root.js';
import type { Resource } from './resources/names.js';
import type { Route, Answer, Call } from './routes.js';
import { Sessions, type Session } from './sessions.js';

/** No request of a client is longer. */
const MOST_BYTES = 64 * 1024;
/** For the head and body of a request. */
const REQUEST_MS = 30_000;
/** Longer than clients poll, so that they keep their connection. */
const KEEP_ALIVE_MS = 75_000;

const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE'] as const;

export interface ServiceOptions {
  routes: readonly Route[];
  accounts: readonly Account[];
  /** PEM; null: plain HTTP. */
  tls: KeyPair | null;
  /** Milliseconds. */
  now: () => number;
  log: (entry: ServiceEntry) => void;
}

/** One line of what happens at a service. */
export interface ServiceEntry {
  /** null: it is about no machine. */
  vm: string | null;
  /** `Reset: ForceOff` */
  what: string;
  /** null: nobody who is known. */
  user: string | null;
  client: string;
  /** null: it was done. */
  error: string | null;
}

export class RedfishService {
  readonly #server: FastifyInstance;
  readonly #accounts: Accounts;
  readonly #sessions: Sessions;
  readonly #options: ServiceOptions;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#accounts = new Accounts(options.accounts, options.now);
    this.#sessions = new Sessions(options.now);
    this.#server = this.#open();
  }

  /** Rejects with Node's error: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`. */
  async listen(place: { host: string; port: number }): Promise<void> {
    await this.#server.listen(place);
  }

  /** Clients with a session stay, unless their credentials are no longer those of a machine. */
  replace(accounts: readonly Account[]): void {
    this.#accounts.replace(accounts);
    this.#sessions.review((account) => this.#accounts.current(account));
  }

  /** Of a service with TLS. Connections that are there go on with the certificate that they saw. */
  renew(pair: KeyPair): void {
    (this.#server.server as unknown as TlsServer).setSecureContext(secureContext(pair));
  }

  /** Answers what it was asked, and closes. */
  async close(): Promise<void> {
    await this.#server.close();
  }

  /** A request without a connection, for tests. */
  get inject(): FastifyInstance['inject'] {
    return this.#server.inject.bind(this.#server);
  }

  #open(): FastifyInstance {
    const { tls, routes } = this.#options;
    const options = {
      bodyLimit: MOST_BYTES,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      forceCloseConnections: 'idle' as const,
      exposeHeadRoutes: false,
      routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    };
    const server: FastifyInstance =
      tls === null ? fastify(options) : fastify({ ...options, https: secureContext(tls) });
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('application/json', { parseAs: 'string' }, (_, text, done) => {
      try {
        done(null, text === '' ? {} : JSON.parse(text as string));
      } catch {
        done(refused(400, 'MalformedJSON'));
      }
    });
    server.addHook('onRequest', async (request, reply) => {
      reply.header('OData-Version', '4.0').header('Cache-Control', 'no-cache, no-store');
      checkHeaders(request);
    });
    for (const route of routes) this.#add(server, route);
    server.setNotFoundHandler(async (request, reply) => {
      this.#authorize(request);
      const path = request.url.split('?')[0] ?? '';
      return answerError(reply, refused(404, 'ResourceMissingAtURI', { args: [path] }));
    });
    server.setErrorHandler((error, request, reply) => {
      const told = redfishError(error, request);
      if (told.status >= 500 && !(error instanceof VenError) && !(error instanceof RedfishError))
        this.#log(request, null, 'request', error);
      return answerError(reply, told);
    });
    return server;
  }

  #add(server: FastifyInstance, route: Route): void {
    const has = Object.keys(route.methods);
    const allow = [...has, ...(has.includes('GET') ? ['HEAD'] : [])].join(', ');
    server.route({
      method: [...METHODS],
      url: route.path,
      // Who may not see a resource is not told what is wrong with the request.
      preParsing: async (request, _, payload) => {
        const method = request.method === 'HEAD' ? 'GET' : request.method;
        if (route.isPublic !== method) identities.set(request, this.#authorize(request));
        return payload;
      },
      handler: async (request, reply) => {
        reply.header('Allow', allow);
        const method = request.method === 'HEAD' ? 'GET' : request.method;
        const act = Object.hasOwn(route.methods, method)
          ? route.methods[method as keyof Route['methods']]
          : undefined;
        if (!act) return answerError(reply, refused(405, 'OperationNotAllowed'));
        const call = this.#call(request);
        const answer = await act(call);
        return this.#answer(request, reply, answer);
      },
    });
  }

  #call(request: FastifyRequest): Call {
    const { account, session } = identities.get(request) ?? { account: null, session: null };
    const body: unknown = request.body ?? {};
    return {
      params: request.params as Call['params'],
      account,
      session,
      sessions: this.#sessions,
      get body(): Body {
        if (isObject(body)) return body;
        throw refused(400, 'UnrecognizedRequestBody');
      },
      login: (username, password) => this.#login(request, username, password),
      checkMatch: (resource) => {
        checkMatch(request, resource);
      },
      done: async (vm, what, work) => {
        try {
          const result = await work();
          this.#log(request, vm, what, null);
          return result;
        } catch (error) {
          this.#log(request, vm, what, error);
          throw error;
        }
      },
    };
  }

  #log(request: FastifyRequest, vm: string | null, what: string, error: unknown): void {
    this.#options.log({
      vm,
      what,
      user: identities.get(request)?.account.username ?? null,
      client: request.ip,
      error: error === null ? null : reasonOf(error),
    });
  }

  #answer(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
    const { status = 200, headers = {}, text, resource } = answer;
    reply.code(status).headers(headers);
    if (text !== undefined) return reply.type('application/xml').send(text);
    if (answer.body !== undefined) return sendJson(reply, answer.body);
    if (resource === undefined) return reply.send();
    const etag = etagOf(resource);
    reply.header('ETag', etag);
    reply.header('Link', `<${schemaFile(resource['@odata.type'])}>; rel=describedby`);
    if (status === 200 && request.method !== 'PATCH' && isListed(etag, request, 'if-none-match'))
      return reply.code(304).send();
    return sendJson(reply, { ...resource, '@odata.etag': etag });
  }

  /** @throws RedfishError 401, 503 */
  #authorize(request: FastifyRequest): Identity {
    const token = request.headers['x-auth-token'];
    if (typeof token === 'string') {
      const session = this.#sessions.use(token);
      if (session) return { account: session.account, session };
      throw unauthorized('NoValidSession');
    }
    const basic = basicOf(request.headers.authorization);
    if (basic === null) throw unauthorized('AccessUnauthorized');
    return { account: this.#login(request, basic.username, basic.password), session: null };
  }

  /** @throws RedfishError 401, 503 */
  #login(request: FastifyRequest, username: string, password: string): Account {
    const wait = this.#accounts.waitOf(request.ip, username);
    if (wait > 0) {
      throw new RedfishError(
        503,
        refused(503, 'ServiceTemporarilyUnavailable', { args: [wait] }).messages,
        { 'Retry-After': String(wait) },
      );
    }
    const account = this.#accounts.check(request.ip, username, password);
    if (account) return account;
    const error = unauthorized('AccessUnauthorized');
    this.#log(request, null, 'login', error);
    throw error;
  }
}

interface Identity {
  account: Account;
  session: Session | null;
}

/** Whose request it is. */
const identities = new WeakMap<FastifyRequest, Identity>();

function secureContext({ certificate, key }: KeyPair) {
  return { cert: certificate, key, minVersion: 'TLSv1.2' } as const;
}

function unauthorized(name: 'NoValidSession' | 'AccessUnauthorized'): RedfishError {
  const challenge = { 'WWW-Authenticate': 'Basic realm="Redfish", charset="UTF-8"' };
  return new RedfishError(401, refused(401, name).messages, challenge);
}

/** RFC 7617. null: there are none, or they are of another kind. */
function basicOf(header: string | undefined): { username: string; password: string } | null {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return null;
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** @throws RedfishError 412, 501 */
function checkHeaders(request: FastifyRequest): void {
  const version = request.headers['odata-version'];
  if (version !== undefined && version !== '4.0')
    throw refused(412, 'HeaderInvalid', { args: ['OData-Version'] });
  const query = request.query as Record<string, unknown>;
  const unknown = Object.keys(query).find((name) => /^\$|^(?:only|excerpt)$/.test(name));
  if (unknown !== undefined) throw refused(501, 'QueryNotSupported');
}

function etagOf(resource: Resource): string {
  const hash = createHash('sha256').update(JSON.stringify(resource)).digest('base64url');
  return `"${hash.slice(0, 22)}"`;
}

/** Whether a header with ETags names this one, or any. Weak ones count: some clients make them. */
function isListed(etag: string, request: FastifyRequest, header: string): boolean {
  const given = request.headers[header];
  if (typeof given !== 'string') return false;
  const tags = given.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}

/** @throws RedfishError 412 */
function checkMatch(request: FastifyRequest, resource: Resource): void {
  if (request.headers['if-match'] === undefined) return;
  if (!isListed(etagOf(resource), request, 'if-match')) throw refused(412, 'PreconditionFailed');
}

function sendJson(reply: FastifyReply, body: object): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}

function answerError(reply: FastifyReply, error: RedfishError): FastifyReply {
  return sendJson(reply.code(error.status).headers(error.headers), error.body);
}

/** By VenError's code; all others are the host's failures. */
const STATUSES: Readonly<Record<string, number>> = {
  'not-found': 404,
  'not-running': 409,
  'not-possible': 400,
  'media-unreachable': 400,
  interrupted: 503,
  // An apply, or another server, is changing the VM.
  locked: 503,
};

function redfishError(error: unknown, request: FastifyRequest): RedfishError {
  if (error instanceof RedfishError) return error;
  if (error instanceof VenError) return ofVen(error, request);
  const { statusCode = 500, message = '' } = error as { statusCode?: number; message?: string };
  if (statusCode === 413) return refused(413, 'PayloadTooLarge');
  if (statusCode === 415)
    return refused(415, 'GeneralError', { resolution: 'Send application/json.' });
  if (statusCode < 500) return refused(statusCode, 'GeneralError', { resolution: message });
  return refused(500, 'InternalError');
}

function ofVen(error: VenError, request: FastifyRequest): RedfishError {
  const status = STATUSES[error.code] ?? 500;
  const resolution = reasonOf(error);
  const path = request.url.split('?')[0] ?? '';
  if (status === 404) return refused(404, 'ResourceMissingAtURI', { args: [path], resolution });
  if ((error.code as string) === 'media-unreachable') {
    const image = isObject(request.body) ? String(request.body['Image']) : '';
    return refused(400, 'CouldNotEstablishConnection', { args: [shownUrl(image)], resolution });
  }
  if (status === 503)
    return new RedfishError(
      503,
      refused(503, 'ServiceTemporarilyUnavailable', { args: [1], resolution }).messages,
      { 'Retry-After': '1' },
    );
  if (status === 500) return refused(500, 'GeneralError', { resolution });
  const [, action] = /\/Actions\/([A-Za-z.]+)$/.exec(path) ?? [];
  return action === undefined
    ? refused(status, 'GeneralError', { resolution })
    : refused(status, 'ActionNotSupported', { args: [action], resolution });
}

function reasonOf(error: unknown): string {
  if (error instanceof VenError)
    return error.hint === undefined ? error.summary : `${error.summary}. ${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}
