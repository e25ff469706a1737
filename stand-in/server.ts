/**
 * The stand-in orchestrator: HTTPS on port 443 of its own address, with an orchestrator's names,
 * the boot file, the API, and an access log; and plain HTTP on port 80 for the payload's requests.
 */
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as listen, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { makeAuthority } from './authority.ts';
import { BOOT_PATH, endpoints } from './endpoints.ts';
import { Faults, type Fault, type RunningFault } from './faults.ts';
import { Inventory, type Account, type Seen } from './inventory.ts';
import { addLink, freeAddress, removeLink } from './link.ts';
import { Nodes, type NodeInstructions } from './nodes.ts';

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
  /** The nodes use tinkerbell-haproxy.<domain>, keycloak.<domain> and api.<domain>. */
  domain: string;
  /** Keeps the authority and the access log; made when missing. */
  dir: string;
  /** The file served as the boot file, read anew for each request. */
  bootFile: string;
  /**
   * The payload's `installed`: needed for nodes with instructions. Then `bootFile` is its
   * `onboarding`.
   */
  installed?: string;
  /** Default: a free one. */
  address?: string;
  /** On 127.0.0.1, on ports that are free: needs no root, and no node can reach it. */
  loopback?: boolean;
  /** Name of the bridge device that carries the address; default: with the process id in it. */
  device?: string;
  /** Who may log in, at nodes and at the API, by user name. Default: nobody. */
  accounts?: Record<string, Account>;
  /** Who may log in to the system that nodes install. Default: nobody. */
  systemUser?: { username: string; password: string };
  /** Names of the projects that there are. */
  projects?: string[];
  /** Sends the authority's certificate after its own, as some servers do. Default: false. */
  sendsAuthority?: boolean;
  /** How long a token is good for. Default: 300. */
  tokenSeconds?: number;
  /** What nodes play that have no instructions of their own. Default: the plain payload. */
  everyNode?: NodeInstructions;
}

export interface Orchestrator {
  address: string;
  /** Of HTTPS: 443 but with `loopback`. */
  port: number;
  /** Of the payload's plain HTTP: 80 but with `loopback`. */
  nodePort: number;
  domain: string;
  /** DNS names that must resolve to the address. */
  names: string[];
  bootUrl: string;
  /** Path of the authority's certificate, PEM. */
  caCertificate: string;
  /** Path of the access log, JSON lines. */
  accessLog: string;
  /** What it knows, for tests to look at and to change. */
  inventory: Inventory;
  /** Everything that was done here: tokens, registrations, boots, logins, … */
  seen: Seen;
  /** Makes requests fail from now on. */
  fail(fault: Fault): RunningFault;
  /** What this node plays from its next start on; undefined: what every node plays. */
  node(serialNumber: string, instructions: NodeInstructions | undefined): void;
  everyNode(instructions: NodeInstructions | undefined): void;
  /** All requests over HTTPS since it started. */
  entries(): readonly AccessEntry[];
  /**
   * The first entry that matches, past or future; rejects after `timeout` ms with the entries that
   * came.
   */
  waitFor(fits: (entry: AccessEntry) => boolean, timeout: number): Promise<AccessEntry>;
  /** Stops listening and takes the address away. The folder stays. */
  close(): Promise<void>;
}

const HOSTS = ['tinkerbell-haproxy', 'keycloak', 'api'];

export async function startOrchestrator(options: OrchestratorOptions): Promise<Orchestrator> {
  const {
    domain,
    dir,
    bootFile,
    installed,
    device = `orch${process.pid}`,
    loopback = false,
  } = options;
  mkdirSync(dir, { recursive: true });
  const names = HOSTS.map((host) => `${host}.${domain}`);
  const authority = await makeAuthority(join(dir, 'authority'), { name: `CA of ${domain}` });
  const address = loopback ? '127.0.0.1' : (options.address ?? (await freeAddress(process.pid)));
  const { key, cert } = await authority.issue([...names, address]);
  const chain =
    options.sendsAuthority === true ? readFileSync(authority.caCertificate, 'utf8') : '';
  const secureContext = createSecureContext({ key, cert: cert + chain });

  const accessLog = join(dir, 'access.log');
  const seen: AccessEntry[] = [];
  const watchers = new Set<() => void>();
  let closed = false;
  const note = (entry: Omit<AccessEntry, 'time'>): void => {
    if (closed) return; // its folder may be gone
    seen.push({ time: new Date().toISOString(), ...entry });
    appendFileSync(accessLog, `${JSON.stringify(seen.at(-1))}\n`);
    for (const look of watchers) look();
  };

  const inventory = new Inventory(
    options.accounts ?? {},
    Object.fromEntries((options.projects ?? []).map((name) => [name, `Project ${name}`])),
  );
  inventory.tokenSeconds = options.tokenSeconds ?? inventory.tokenSeconds;
  inventory.systemUser = options.systemUser ?? null;
  const faults = new Faults();
  const nodes = new Nodes(
    inventory,
    installed === undefined ? undefined : () => readFileSync(installed),
  );
  nodes.instruct(undefined, options.everyNode);
  const { caCertificate } = authority;
  const parts = { domain, bootFile, caCertificate, installed, inventory, faults, nodes };
  const answers = endpoints(parts);

  const http = createServer((request, response) => {
    const { method = '', url: path = '', headers, socket } = request;
    const entry = {
      remoteAddress: socket.remoteAddress ?? '',
      method,
      path,
      userAgent: headers['user-agent'] ?? '',
    };
    answers.secured(request, response).then(
      (status) => note({ ...entry, ...(status === undefined ? {} : { status }) }),
      () => response.destroy(), // A client that went away, or sent too much.
    );
  });
  const nodeServer = createServer(
    (request, response) => void answers.plain(request, response).catch(() => response.destroy()),
  );
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

  if (!loopback) await addLink(device, address);
  const free = (): Promise<void> | undefined => (loopback ? undefined : removeLink(device));
  const listening = async (on: Server, port: number): Promise<number> => {
    on.listen(loopback ? 0 : port, address);
    await once(on, 'listening');
    return (on.address() as AddressInfo).port;
  };
  const [port, nodePort] = await (async () => {
    try {
      return [await listening(server, 443), await listening(nodeServer, 80)];
    } catch (error) {
      server.close();
      await free();
      throw error;
    }
  })();

  return {
    address,
    port,
    nodePort,
    domain,
    names,
    bootUrl: `https://${names[0]}${BOOT_PATH}`,
    caCertificate,
    accessLog,
    inventory,
    seen: inventory.seen,
    fail: (fault) => faults.add(fault),
    node: (serialNumber, instructions) => nodes.instruct(serialNumber, instructions),
    everyNode: (instructions) => nodes.instruct(undefined, instructions),
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
          reject(
            new Error(
              `No such request within ${timeout / 1000} s; seen:\n` +
                `${seen.map((entry) => JSON.stringify(entry)).join('\n')}`,
            ),
          );
        }, timeout);
        watchers.add(look);
        look();
      }),
    async close() {
      closed = true;
      for (const socket of open) socket.destroy();
      nodeServer.close();
      nodeServer.closeAllConnections();
      server.close();
      await once(server, 'close');
      await free();
    },
  };
}
