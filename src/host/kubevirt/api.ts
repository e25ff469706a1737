/**
 * Requests to the API server, over the client library's own transport: its TLS, its logins. Paths
 * are those of the kinds that ven knows, so no discovery is asked for.
 */
import type { Configuration, RequestContext } from '@kubernetes/client-node';
import { VenError } from '../../model/index.js';
import type { Access } from './kubeconfig.js';

export interface Asked {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the root: `/apis/kubevirt.io/v1/…`. */
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  type?: string;
  /** Ends it. */
  signal?: AbortSignal | undefined;
}

export interface Answer {
  code: number;
  /** The JSON of the answer; null: it has none. */
  body: unknown;
}

const ANSWER_SECONDS = 60;

export class KubeApi {
  readonly #access: Access;
  /** The library makes one for each request; its connections are for all of them. */
  #dispatcher: ReturnType<RequestContext['getDispatcher']>;

  constructor(access: Access) {
    this.#access = access;
  }

  get server(): string {
    return this.#access.server;
  }

  /** Whatever the server answers. @throws VenError `host-not-ready` when it does not */
  async ask({ method, path, query = {}, body, type, signal }: Asked): Promise<Answer> {
    const limit = AbortSignal.timeout(ANSWER_SECONDS * 1000);
    const configuration = this.#access.config.makeApiClient(Transport).configuration;
    // Its enum of methods is not exported; these are its values.
    const request = configuration.baseServer.makeRequestContext(path, method);
    request.setHeaderParam('Accept', 'application/json');
    request.setHeaderParam('User-Agent', 'ven');
    for (const [key, value] of Object.entries(query)) request.setQueryParam(key, value);
    if (body !== undefined) {
      request.setHeaderParam('Content-Type', type ?? 'application/json');
      request.setBody(JSON.stringify(body));
    }
    request.setSignal(signal ? AbortSignal.any([limit, signal]) : limit);
    try {
      await configuration.authMethods.default?.applySecurityAuthentication(request);
      this.#dispatcher ??= request.getDispatcher();
      if (this.#dispatcher) request.setDispatcher(this.#dispatcher);
      const answer = await configuration.httpApi.send(request).toPromise();
      const text = await answer.body.text();
      return { code: answer.httpStatusCode, body: parsed(text) };
    } catch (error) {
      if (signal?.aborted)
        throw new VenError('interrupted', { summary: 'Stopped while the cluster was asked' });
      throw silent(this.server, error);
    }
  }

  /** The body of an answer that is no error. @throws VenError */
  async get(path: string, about: string, signal?: AbortSignal): Promise<unknown> {
    return checked(await this.ask({ method: 'GET', path, signal }), about);
  }
}

/** What `makeApiClient` gives its configuration to. */
class Transport {
  readonly configuration: Configuration;

  constructor(configuration: Configuration) {
    this.configuration = configuration;
  }
}

function parsed(text: string): unknown {
  try {
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

/** @throws VenError for an answer that is an error; `about`: what was asked for. */
export function checked({ code, body }: Answer, about: string): unknown {
  if (code >= 200 && code < 300) return body;
  throw refused(code, messageOf(body), about);
}

export function messageOf(body: unknown): string {
  const { message } = (body ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : '';
}

export function refused(code: number, message: string, about: string): VenError {
  const detail = message || `HTTP ${code}`;
  if (code === 401)
    return new VenError('host-not-ready', {
      summary: 'The cluster does not accept the login of the kubeconfig file',
      detail,
      hint: 'Log in again, as for kubectl: kubectl auth whoami',
    });
  if (code === 403)
    return new VenError('host-not-ready', {
      summary: `The cluster does not allow this: ${about}`,
      detail,
      hint: '`ven doctor` lists what is missing; docs/kubevirt.md has all that ven needs.',
    });
  return new VenError('tool-failed', {
    summary: `The cluster refuses: ${about}`,
    detail,
  });
}

function silent(server: string, error: unknown): VenError {
  const causes: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) causes.push(at.message);
  return new VenError('host-not-ready', {
    summary: `The Kubernetes API at ${server} can't be reached`,
    detail: causes.join(': ') || String(error),
    hint: `Try it: kubectl --server ${server} version; and check the kubeconfig file`,
    cause: error,
  });
}
