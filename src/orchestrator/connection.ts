import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import * as tls from 'node:tls';
import type { Dispatcher } from 'undici';
import type { Reach } from './options.js';
import { addressOf, proxyFor } from './proxies.js';

export interface Question {
  method: 'GET' | 'POST' | 'DELETE' | 'HEAD';
  url: URL;
  headers: Record<string, string>;
  body: string | null;
}

export interface Answer {
  status: number;
  retryAfter: string | null;
  location: string | null;
  text: string;
}

/** Many times the size of a page of hosts. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const CONNECT_MS = 10_000;
/** The maximum per machine; further requests wait. */
const CONNECTIONS = 8;

/** Connections, direct and through proxies, which stay open for a while. TLS is always verified. */
export class Connections {
  readonly #reach: Reach;
  readonly #partialChain: boolean;
  readonly #dispatchers = new Map<string, Promise<Dispatcher>>();

  /** `partialChain`: any of the trusted certificates ends a chain, not only an authority's. */
  constructor(reach: Reach, { partialChain = false } = {}) {
    this.#reach = reach;
    this.#partialChain = partialChain;
  }

  /**
   * Sends one request, without retry. Follows no redirect. Rejects with the error of undici, node
   * or `signal`.
   */
  async ask({ method, url, headers, body }: Question, signal: AbortSignal): Promise<Answer> {
    const dispatcher = await this.#dispatcher(proxyFor(url, this.#reach));
    const answer = await dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers: { 'user-agent': this.#reach.userAgent, ...headers },
      body,
      signal,
    });
    const { statusCode: status, headers: received } = answer;
    return {
      status,
      retryAfter: first(received['retry-after']),
      location: first(received['location']),
      text: await answer.body.text(),
    };
  }

  /** Also ends the requests under way. */
  async close(): Promise<void> {
    const open = [...this.#dispatchers.values()];
    this.#dispatchers.clear();
    await Promise.allSettled(open.map(async (dispatcher) => (await dispatcher).destroy()));
  }

  #dispatcher(proxy: string | null): Promise<Dispatcher> {
    const known = this.#dispatchers.get(proxy ?? '') ?? this.#open(proxy);
    this.#dispatchers.set(proxy ?? '', known);
    return known;
  }

  async #open(proxy: string | null): Promise<Dispatcher> {
    // Loading it costs a tenth of a second, and few commands need an orchestrator.
    const { Agent, ProxyAgent } = (await import('undici')).default; // the form that a bundle has
    const limits = { connections: CONNECTIONS, maxResponseSize: MAX_ANSWER_BYTES };
    const { caCertificates } = this.#reach;
    const verified = verifiedBy(caCertificates, [], this.#partialChain);
    if (proxy === null)
      return new Agent({ ...limits, connect: { ...verified, lookup: this.#lookup } });
    // A proxy with TLS is another machine, whose certificate may be signed by others.
    const proxyTls = proxy.startsWith('https:')
      ? { proxyTls: verifiedBy(null, caCertificates ?? []) }
      : {};
    return new ProxyAgent({
      ...limits,
      uri: proxy,
      proxyTunnel: false,
      requestTls: verified,
      ...proxyTls,
    });
  }

  readonly #lookup: LookupFunction = (host, options, callback) => {
    const address = addressOf(host, this.#reach.addresses);
    if (address === null) lookup(host, options, callback);
    else if (options.all === true) callback(null, [{ address, family: isIP(address) }]);
    else callback(null, address, isIP(address));
  };
}

/** The options of a connection that trusts these authorities; `null`: those of this machine. */
function verifiedBy(
  given: readonly string[] | null,
  more: readonly string[] = [],
  allowPartialTrustChain = false,
) {
  const ca = [...(given?.map(pemOf) ?? machinesAuthorities()), ...more.map(pemOf)];
  // One context for all connections, since there may be hundreds of authorities.
  // `rejectUnauthorized` is explicit, since an environment variable can turn verification off where
  // it is not.
  return {
    secureContext: tls.createSecureContext({ ca, allowPartialTrustChain }),
    rejectUnauthorized: true,
    timeout: CONNECT_MS,
  };
}

/**
 * The authorities that come with node, and those of the machine, where this node can read them.
 * PEM.
 */
function machinesAuthorities(): string[] {
  const { getCACertificates } = tls as Partial<typeof tls>;
  return getCACertificates
    ? [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
    : [...tls.rootCertificates];
}

function pemOf(der: string): string {
  const lines = (der.match(/.{1,64}/g) ?? []).join('\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function first(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}
