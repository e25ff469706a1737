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

/** Like a page of hosts, many times over. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const CONNECT_MS = 10_000;
/** To one machine, at once. What is more waits its turn. */
const CONNECTIONS = 8;

/** Connections that are kept for a while, directly and through proxies. TLS is always verified. */
export class Connections {
  private readonly reach: Reach;
  private readonly dispatchers = new Map<string, Promise<Dispatcher>>();

  constructor(reach: Reach) {
    this.reach = reach;
  }

  /** One question, no second try. Follows no redirect. Rejects with what undici, node or `signal` say. */
  async ask({ method, url, headers, body }: Question, signal: AbortSignal): Promise<Answer> {
    const dispatcher = await this.dispatcher(proxyFor(url, this.reach));
    const answer = await dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers: { 'user-agent': this.reach.userAgent, ...headers },
      body,
      signal,
    });
    const { statusCode: status, headers: said } = answer;
    return {
      status,
      retryAfter: first(said['retry-after']),
      location: first(said['location']),
      text: await answer.body.text(),
    };
  }

  /** Ends what is under way, too. */
  async close(): Promise<void> {
    const open = [...this.dispatchers.values()];
    this.dispatchers.clear();
    await Promise.allSettled(open.map(async (dispatcher) => (await dispatcher).destroy()));
  }

  private dispatcher(proxy: string | null): Promise<Dispatcher> {
    const known = this.dispatchers.get(proxy ?? '') ?? this.open(proxy);
    this.dispatchers.set(proxy ?? '', known);
    return known;
  }

  private async open(proxy: string | null): Promise<Dispatcher> {
    // Costs a tenth of a second, and few commands speak to an orchestrator.
    const { Agent, ProxyAgent } = (await import('undici')).default; // as a bundle has it
    const limits = { connections: CONNECTIONS, maxResponseSize: MAX_ANSWER_BYTES };
    const { caCertificates } = this.reach;
    const verified = verifiedBy(caCertificates);
    if (proxy === null)
      return new Agent({ ...limits, connect: { ...verified, lookup: this.lookup } });
    // A proxy of TLS is another machine, whose certificate others may have signed.
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

  private readonly lookup: LookupFunction = (host, options, callback) => {
    const address = addressOf(host, this.reach.addresses);
    if (address === null) lookup(host, options, callback);
    else if (options.all === true) callback(null, [{ address, family: isIP(address) }]);
    else callback(null, address, isIP(address));
  };
}

/** How a connection is made that trusts these; `null`: whom this machine trusts. */
function verifiedBy(given: readonly string[] | null, more: readonly string[] = []) {
  const ca = [...(given?.map(pemOf) ?? machinesAuthorities()), ...more.map(pemOf)];
  // One context for all connections: there may be hundreds of authorities. And said, since a variable can turn verification off for all who do not say it.
  return {
    secureContext: tls.createSecureContext({ ca }),
    rejectUnauthorized: true,
    timeout: CONNECT_MS,
  };
}

/** Those that come with node, and those of the machine, where this node can tell. PEM. */
function machinesAuthorities(): string[] {
  const { getCACertificates } = tls as Partial<typeof tls>;
  return getCACertificates
    ? [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
    : [...tls.rootCertificates];
}

function pemOf(der: string): string {
  return `-----BEGIN CERTIFICATE-----\n${(der.match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
}

function first(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}
