/** A Redfish client that takes nothing for granted: it shows each answer as it came. */
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

export class RedfishClient {
  readonly base: string;
  readonly #agent: Agent;
  readonly #headers: Record<string, string>;

  /** `ca`: a PEM file, for a server with a certificate of its own. */
  constructor(base: string, login?: { username: string; password: string }, ca?: string) {
    this.base = base;
    this.#agent = new Agent(ca === undefined ? {} : { connect: { ca: readFileSync(ca) } });
    this.#headers = login
      ? { authorization: `Basic ${btoa(`${login.username}:${login.password}`)}` }
      : {};
  }

  async ask(path: string, { method = 'GET', body, headers = {} }: Ask = {}): Promise<Answer> {
    const response = await fetch(new URL(path, this.base), {
      method,
      dispatcher: this.#agent,
      redirect: 'manual',
      headers: {
        ...this.#headers,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      method,
      path,
      status: response.status,
      headers: new Map(response.headers),
      text,
      body: parsed(text),
    };
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
