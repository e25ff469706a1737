/**
 * The stand-in orchestrator: HTTPS on port 443 of an address of its own, with the names that nodes and clients know an
 * orchestrator by, the boot file, and an access log.
 */
import { once } from 'node:events';
import { appendFileSync, createReadStream, mkdirSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as listen, type Socket } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { makeAuthority } from './authority.ts';
import { addLink, freeAddress, removeLink } from './link.ts';

/** A line of the access log: a request, or a connection that ended before TLS was agreed on. */
export interface AccessEntry {
  /** ISO 8601, UTC. */
  time: string;
  remoteAddress: string;
  method?: string;
  path?: string;
  userAgent?: string;
  status?: number;
  /** Why there was no request: what the TLS handshake ended with. */
  tlsError?: string;
}

export interface OrchestratorOptions {
  /** The nodes' names for it are tinkerbell-haproxy.<domain>, keycloak.<domain> and api.<domain>. */
  domain: string;
  /** Keeps the authority and the access log; made when missing. */
  dir: string;
  /** The file served as the boot file, read anew for each request. */
  bootFile: string;
  /** Default: a free one. */
  address?: string;
  /** Name of the bridge device that carries the address; default: with the process id in it. */
  device?: string;
}

export interface Orchestrator {
  address: string;
  domain: string;
  /** DNS names that must resolve to the address. */
  names: string[];
  bootUrl: string;
  /** Path of the authority's certificate, PEM. */
  caCertificate: string;
  /** Path of the access log, JSON lines. */
  accessLog: string;
  /** All that this server has seen since it started. */
  entries(): readonly AccessEntry[];
  /** The first entry that fits, past or future; rejects after `timeout` ms, saying what came instead. */
  waitFor(fits: (entry: AccessEntry) => boolean, timeout: number): Promise<AccessEntry>;
  /** Stops listening and takes the address away. The folder stays. */
  close(): Promise<void>;
}

export const BOOT_PATH = '/tink-stack/signed_ipxe.efi';
const HOSTS = ['tinkerbell-haproxy', 'keycloak', 'api'];

export async function startOrchestrator(options: OrchestratorOptions): Promise<Orchestrator> {
  const { domain, dir, bootFile, device = `orch${process.pid}` } = options;
  mkdirSync(dir, { recursive: true });
  const names = HOSTS.map((host) => `${host}.${domain}`);
  const authority = await makeAuthority(join(dir, 'authority'), { name: `CA of ${domain}` });
  const address = options.address ?? (await freeAddress(process.pid));
  const secureContext = createSecureContext(await authority.issue([...names, address]));

  const accessLog = join(dir, 'access.log');
  const seen: AccessEntry[] = [];
  const watchers = new Set<() => void>();
  const note = (entry: Omit<AccessEntry, 'time'>): void => {
    seen.push({ time: new Date().toISOString(), ...entry });
    appendFileSync(accessLog, `${JSON.stringify(seen.at(-1))}\n`);
    for (const look of watchers) look();
  };

  const http = createServer((request, response) => {
    const path = request.url ?? '';
    const status = answer(request, response, path === BOOT_PATH ? bootFile : undefined);
    note({
      remoteAddress: request.socket.remoteAddress ?? '',
      method: request.method ?? '',
      path,
      userAgent: request.headers['user-agent'] ?? '',
      status,
    });
  });
  // TLS by hand instead of node:https, whose error event no longer knows who had connected.
  const open = new Set<Socket>();
  const server = listen((socket) => {
    const remoteAddress = socket.remoteAddress ?? '';
    open.add(socket.once('close', () => open.delete(socket)));
    let agreed = false;
    const fail = (reason: string): void => {
      if (!agreed) note({ remoteAddress, tlsError: reason });
      agreed = true;
    };
    const secure = new TLSSocket(socket, { isServer: true, secureContext });
    socket.on('error', () => undefined); // Told by the TLS socket.
    secure.on('error', (error: Error) => fail(error.message));
    secure.once('close', () => fail('closed before TLS was agreed on'));
    secure.once('secure', () => {
      agreed = true;
      http.emit('connection', secure);
    });
  });

  await addLink(device, address);
  try {
    server.listen(443, address);
    await once(server, 'listening');
  } catch (error) {
    await removeLink(device);
    throw error;
  }

  return {
    address,
    domain,
    names,
    bootUrl: `https://${names[0]}${BOOT_PATH}`,
    caCertificate: authority.caCertificate,
    accessLog,
    entries: () => seen,
    waitFor: (fits, timeout) =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          clearTimeout(timer);
          watchers.delete(look);
        };
        const look = (): void => {
          const entry = seen.find(fits);
          if (!entry) return;
          end();
          resolve(entry);
        };
        const timer = setTimeout(() => {
          end();
          reject(new Error(`No such request within ${timeout / 1000} s; seen:\n${seen.map((entry) => JSON.stringify(entry)).join('\n')}`));
        }, timeout);
        watchers.add(look);
        look();
      }),
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
      await removeLink(device);
    },
  };
}

/** Answers GET and HEAD with the file, everything else with what is wrong; gives the status. */
function answer(request: IncomingMessage, response: ServerResponse, file: string | undefined): number {
  const head = request.method === 'HEAD';
  if (file === undefined || (!head && request.method !== 'GET')) {
    const status = file === undefined ? 404 : 405;
    response.writeHead(status).end();
    return status;
  }
  response.writeHead(200, { 'content-type': 'application/efi', 'content-length': statSync(file).size });
  if (head) response.end();
  else
    createReadStream(file)
      .on('error', (error) => response.destroy(error))
      .pipe(response);
  return 200;
}
