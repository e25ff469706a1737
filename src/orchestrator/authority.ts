/** The authority of a server that is known by the fingerprint of one of its certificates. */
import { X509Certificate } from 'node:crypto';
import { connect as connectTo, isIP, type Socket } from 'node:net';
import * as tls from 'node:tls';
import { VenError } from '../model/index.js';
import { addressOf, proxyFor } from './proxies.js';
import { Connections } from './connection.js';
import { failureOfThrown, type Asked } from './failures.js';
import type { Reach } from './options.js';

export interface Authority {
  /** Each certificate, PEM. */
  pem: string[];
  /** The certificate that has the fingerprint: its subject on one line. */
  pinned: string;
}

const SECONDS = 15;

/**
 * The authority's certificates, of the server of `url`. `fingerprint`: SHA-256, lower-case hex, of
 * any certificate that it shows. Until one has it, nothing is sent but the handshake of TLS. When
 * that is an authority, it is the answer; else `url` is read, over TLS that trusts this certificate
 * alone. What is returned verifies the server also without that: as ven's client will.
 * @throws VenError `wrong-fingerprint`, `orchestrator-unreachable`, `orchestrator-refused`
 */
export async function fetchAuthority(
  url: URL,
  fingerprint: string,
  reach: Omit<Reach, 'caCertificates'>,
): Promise<Authority> {
  const shown = await thrownAs(url, reach, () => certificatesOf(url, reach));
  const pinned = shown.find((each) => fingerprintOf(each) === fingerprint);
  if (pinned === undefined) throw wrongFingerprint(url, fingerprint, shown);
  const pem = pinned.ca
    ? [pinned.toString()]
    : certificatesIn(await read(url, [pinned], reach), url);
  const found = pem.map((each) => new X509Certificate(each));
  await read(url, found, reach, { method: 'HEAD' });
  await read(url, found, reach, { method: 'HEAD', partialChain: false }).catch((error: unknown) => {
    throw notWhole(url, error);
  });
  return { pem, pinned: nameOf(pinned) };
}

const fingerprintOf = ({ fingerprint256 }: X509Certificate): string =>
  fingerprint256.replaceAll(':', '').toLowerCase();

const nameOf = ({ subject }: X509Certificate): string => subject.replaceAll(/\s*\n\s*/g, ', ');

function wrongFingerprint(url: URL, wanted: string, shown: readonly X509Certificate[]): VenError {
  const [own] = shown;
  return new VenError('wrong-fingerprint', {
    summary:
      `${url.host} has another certificate: SHA-256 ${own ? fingerprintOf(own) : 'none'}, ` +
      `not ${wanted}`,
    detail: ['It shows:', ...shown.map((each) => `  ${fingerprintOf(each)}  ${nameOf(each)}`)].join(
      '\n',
    ),
    hint:
      'Ask the owner of the orchestrator which one is right, on another way than this network. ' +
      'ven has sent nothing, and trusts neither.',
  });
}

/** A handshake that trusts nobody and says nothing, and then the end. */
async function certificatesOf(
  url: URL,
  reach: Pick<Reach, 'env' | 'addresses'>,
): Promise<X509Certificate[]> {
  const signal = AbortSignal.timeout(SECONDS * 1000);
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const host = addressOf(url.hostname, reach.addresses) ?? name;
  const port = Number(url.port || 443);
  const proxy = proxyFor(url, reach);
  const socket =
    proxy === null ? connectTo({ host, port, signal }) : await tunnel(proxy, url, signal);
  const { promise, resolve, reject } = Promise.withResolvers<X509Certificate[]>();
  // A connection that is cut off while it is set up has no error of its own.
  const late = (): void => {
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', late, { once: true });
  const secured = tls.connect({
    socket,
    ...(isIP(name) === 0 && { servername: name }),
    // What is shown is compared with the fingerprint, and nothing else is said here.
    rejectUnauthorized: false,
  });
  socket.on('error', reject);
  secured.on('error', reject);
  secured.on('close', () => {
    reject(Object.assign(new Error('closed during the handshake'), { code: 'ECONNRESET' }));
  });
  secured.on('secureConnect', () => {
    resolve(chainOf(secured));
  });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', late);
    secured.destroy();
    socket.destroy();
  }
}

/** In the order of the server: its own certificate first. */
function chainOf(socket: tls.TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next: tls.DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  // The last one is its own issuer.
  while (next?.raw !== undefined && !chain.some(({ raw }) => next?.raw.equals(raw) === true)) {
    chain.push(new X509Certificate(next.raw));
    next = next.issuerCertificate;
  }
  return chain;
}

async function tunnel(proxy: string, url: URL, signal: AbortSignal): Promise<Socket> {
  const { Client } = (await import('undici')).default;
  const { origin, username, password } = new URL(proxy);
  const user = [username, password].map(decodeURIComponent).join(':');
  const path = `${url.hostname}:${url.port || '443'}`;
  const { socket } = await new Client(origin).connect({
    path,
    signal,
    ...(user !== ':' && {
      headers: { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` },
    }),
  });
  return socket as Socket;
}

/**
 * The text at `url`, over TLS that these certificates verify, and no others. `partialChain`: each
 * of them ends a chain.
 */
async function read(
  url: URL,
  trusted: readonly X509Certificate[],
  reach: Omit<Reach, 'caCertificates'>,
  { method = 'GET', partialChain = true }: { method?: 'GET' | 'HEAD'; partialChain?: boolean } = {},
): Promise<string> {
  const caCertificates = trusted.map(({ raw }) => raw.toString('base64'));
  const connections = new Connections({ ...reach, caCertificates }, { partialChain });
  try {
    const { status, text } = await thrownAs(url, reach, () =>
      connections.ask(
        { method, url, headers: {}, body: null },
        AbortSignal.timeout(SECONDS * 1000),
      ),
    );
    if (method === 'GET' && status !== 200) throw notThere(url, `the answer is ${status}`);
    return text;
  } finally {
    await connections.close();
  }
}

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

function certificatesIn(text: string, url: URL): string[] {
  try {
    const found = [...text.matchAll(BLOCK)].map(([pem]) => new X509Certificate(pem));
    if (found.length > 0) return found.map((each) => each.toString());
  } catch {
    // No certificate, then.
  }
  throw notThere(url, 'there is no certificate, PEM');
}

function notWhole({ host }: URL, cause: unknown): unknown {
  if (!(cause instanceof VenError) || cause.code !== 'orchestrator-unreachable') return cause;
  return new VenError('orchestrator-refused', {
    summary: `${host} does not send the authority: what it sends verifies it only in part`,
    detail: cause.summary,
    hint: 'Ask the owner of the orchestrator for the file of its authority, which signs itself.',
    cause,
  });
}

function notThere(url: URL, what: string): VenError {
  return new VenError('orchestrator-refused', {
    summary: `GET ${url.origin}${url.pathname}: ${what}`,
    hint: 'Ask the owner of the orchestrator for the file of its authority.',
  });
}

async function thrownAs<T>(
  url: URL,
  reach: Pick<Reach, 'env' | 'addresses'>,
  work: () => Promise<T>,
): Promise<T> {
  const asked: Asked = {
    ...{ method: 'GET', url, project: null, secrets: [] },
    proxy: proxyFor(url, reach),
  };
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof VenError ? thrown : failureOfThrown(asked, thrown, SECONDS).error;
  }
}
