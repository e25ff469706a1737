/** Redfish clients that take nothing for granted: they show each answer as it came. */
import { readFileSync } from 'node:fs';
import { Agent, fetch } from 'undici';

export interface Answer {
  method: string;
  path: string;
  status: number;
  headers: ReadonlyMap<string, string>;
  /** The body as it came, and read: undefined when there is none, or when it is no JSON. */
  text: string;
  body: unknown;
}

export interface Ask {
  method?: string;
  /** Sent as JSON; a string as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Client {
  ask(path: string, ask?: Ask): Promise<Answer>;
}

export interface Login {
  username: string;
  password: string;
}

/** Over the network. `ca`: a PEM file, for a server with a certificate of its own. */
export class RedfishClient implements Client {
  readonly #base: string;
  readonly #agent: Agent;
  readonly #login: Login | undefined;

  constructor(base: string, login?: Login, ca?: string) {
    this.#base = base;
    this.#agent = new Agent(ca === undefined ? {} : { connect: { ca: readFileSync(ca) } });
    this.#login = login;
  }

  async ask(path: string, ask: Ask = {}): Promise<Answer> {
    const { method = 'GET' } = ask;
    const body = sent(ask);
    const response = await fetch(new URL(path, this.#base), {
      method,
      dispatcher: this.#agent,
      redirect: 'manual',
      headers: headersOf(ask, this.#login),
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const headers = new Map(response.headers);
    return { method, path, status: response.status, headers, text, body: parsed(text) };
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}

/** What fastify gives for a request without a connection. */
interface Injected {
  statusCode: number;
  headers: Readonly<Record<string, number | string | string[] | undefined>>;
  payload: string;
}

/** Into a server of this process. */
export class InjectedClient implements Client {
  readonly #inject: (request: object) => Promise<Injected>;
  readonly #login: Login | undefined;

  constructor(server: { inject: unknown }, login?: Login) {
    this.#inject = server.inject as (request: object) => Promise<Injected>;
    this.#login = login;
  }

  async ask(path: string, ask: Ask = {}): Promise<Answer> {
    const { method = 'GET' } = ask;
    const body = sent(ask);
    const answer = await this.#inject({
      method,
      url: path,
      headers: headersOf(ask, this.#login),
      ...(body !== undefined && { payload: body }),
    });
    const text = answer.payload;
    const headers = new Map(
      Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
    );
    return { method, path, status: answer.statusCode, headers, text, body: parsed(text) };
  }
}

function sent({ body }: Ask): string | undefined {
  return typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
}

function headersOf({ body, headers }: Ask, login: Login | undefined): Record<string, string> {
  const words = login && Buffer.from(`${login.username}:${login.password}`).toString('base64');
  return {
    ...(words !== undefined && { authorization: `Basic ${words}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
