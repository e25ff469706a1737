/**
 * Serves the BMCs of a fleet until it is stopped. What changes in the fleet file is followed: new
 * VMs, credentials, addresses. Nothing is kept here but the certificate.
 */
import { hostname, networkInterfaces } from 'node:os';
import { isLoopback, isWildcard, VenError, type Host } from '../../model/index.js';
import type { Bmcs, BmcService, KeyPair, ServiceEntry } from '../../bmc/index.js';
import { contentOf, loadForBmcs, secretReader, type Request } from '../load.js';
import { notifyReady } from '../../host/index.js';
import { openHost } from '../open.js';
import { PORTS } from '../ports.js';
import { knownVms, servicesOf, type WantedService } from './services.js';

/** The fleet file is read so often. */
const LOOK_MS = 2000;
/** Secrets that may have changed, a port that is free again, what a killed server left. */
const REVIEW_MS = 60_000;

export interface BmcServeRequest extends Request {
  /** ven's. */
  version: string;
  /** Ends it. */
  signal: AbortSignal;
  tell: (event: BmcEvent) => void;
}

export type BmcEvent =
  /** `fingerprint`: SHA-256 of the certificate, which is in the file; null: plain HTTP. */
  | ({ type: 'listening'; fingerprint: string | null; certificate: string | null } & ServiceAbout)
  /** It goes on with another certificate, which is in the same file. */
  | ({ type: 'renewed'; fingerprint: string; certificate: string } & ServiceAbout)
  | ({ type: 'changed' | 'closed' } & ServiceAbout)
  | { type: 'ready'; fleet: string; services: ServiceAbout[] }
  | { type: 'warning'; message: string }
  | ({ type: 'act' } & ServiceEntry);

interface ServiceAbout {
  url: string;
  vms: string[];
}

/**
 * Resolves when `signal` is aborted and everything is closed.
 * @throws VenError `usage` when no VM has a BMC, `host-not-ready` when an address can't be used
 */
export async function serveBmcs(request: BmcServeRequest): Promise<void> {
  const { tell, ports = PORTS } = request;
  const load = () => {
    const readSecret = secretReader(request);
    const fleet = loadForBmcs(request, readSecret);
    return { fleet, services: servicesOf(fleet, readSecret) };
  };
  const first = load();
  if (first.services.length === 0) {
    throw new VenError('usage', {
      summary: `No VM of ${first.fleet.name} has a BMC`,
      hint: 'Give them one: `bmc: { type: redfish, credentials: … }` in `defaults` or in a VM',
    });
  }
  const { fleet } = first;
  const host = openHost(fleet, request);
  const bmc = await import('../../bmc/index.js');
  const { version } = request;
  const now = (): number => ports.clock.now();
  const bmcs = bmc.openBmcs({
    ...{ fleet: fleet.name, version, port: host.bmc, now },
    log: (entry) => {
      tell({ type: 'act', ...entry });
    },
  });
  const keys = certificateFor(host, fleet.name, () => new Date(now()), bmc);
  const running = new RunningServices({ bmcs, keys, tell });
  try {
    bmcs.replace(knownVms(fleet));
    await running.become(first.services);
    await settle(bmcs, tell);
    await notifyReady(request.env);
    tell({ type: 'ready', fleet: fleet.name, services: running.about });
    await follow({ request, running, bmcs, host, load, name: fleet.name });
  } finally {
    const ended = bmcs.stop();
    await running.close();
    await ended;
  }
}

/** A fault of one VM ends no BMC: it is told. */
async function settle(bmcs: Bmcs, tell: BmcServeRequest['tell']): Promise<void> {
  try {
    await bmcs.settle();
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    const { where, summary, hint } = error;
    const what = [where, summary].filter(Boolean).join(': ');
    tell({ type: 'warning', message: [what, hint].filter(Boolean).join('. ') });
  }
}

interface Following {
  request: BmcServeRequest;
  running: RunningServices;
  bmcs: Bmcs;
  host: Host;
  load: () => { fleet: ReturnType<typeof loadForBmcs>; services: WantedService[] };
  name: string;
}

/** What can't be followed is told once, and what was served before goes on. */
async function follow({ request, running, bmcs, host, load, name }: Following): Promise<void> {
  const { signal, tell, ports = PORTS } = request;
  let warned = '';
  let text = textOf(request);
  let reviewedAt = ports.clock.now();
  for (;;) {
    await ports.clock.sleep(LOOK_MS, signal);
    if (signal.aborted) return;
    try {
      const current = textOf(request);
      const isDue = ports.clock.now() - reviewedAt >= REVIEW_MS;
      if (current === text && !isDue) continue;
      text = current;
      reviewedAt = ports.clock.now();
      const { fleet, services } = load();
      if (fleet.name !== name || fleet.host.uri !== host.uri) {
        throw new VenError('usage', {
          summary: `the fleet file is now that of ${fleet.name} on ${fleet.host.uri}`,
          hint: 'Start ven bmc serve again for it',
        });
      }
      const vms = knownVms(fleet);
      bmcs.replace(vms);
      await running.become(services);
      await settle(bmcs, tell);
      warned = '';
    } catch (error) {
      if (!(error instanceof VenError)) throw error;
      if (signal.aborted) return;
      const summary = error.findings[0]?.message ?? error.summary;
      const message = [error.where, summary].filter(Boolean).join(': ');
      if (message !== warned)
        tell({ type: 'warning', message: `${message}. What was served before goes on` });
      warned = message;
    }
  }
}

/** null: it can't be read now. */
function textOf(request: Request): string | null {
  try {
    const content = contentOf(request);
    return typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
  } catch {
    return null;
  }
}

interface Keys {
  pair: () => Promise<KeyPair>;
  about: () => Promise<{ fingerprint: string; certificate: string }>;
  /** The names that services need. */
  need: (names: readonly string[]) => void;
}

/** The certificate in use, or of the last time, where it still fits; else a new one. */
function certificateFor(
  { state }: Host,
  fleet: string,
  now: () => Date,
  { isUsable, makeCertificate, fingerprintOf }: typeof import('../../bmc/index.js'),
): Keys {
  let needed: readonly string[] = [];
  let used: KeyPair | null = null;
  const pair = async (): Promise<KeyPair> => {
    const kept = used ?? state.bmcKeys.read();
    used = kept && isUsable(kept, needed, now()) ? kept : await make();
    return used;
  };
  const make = async (): Promise<KeyPair> => {
    const made = await makeCertificate(
      `BMCs of ${fleet}`,
      [...new Set([...needed, ...namesHere()])],
      now(),
    );
    state.bmcKeys.write(made);
    return made;
  };
  return {
    pair,
    about: async () => ({
      fingerprint: fingerprintOf((await pair()).certificate),
      certificate: state.bmcKeys.certificatePath,
    }),
    need: (names) => {
      needed = names;
    },
  };
}

/** What else this machine may be called; a certificate without one of them is not replaced. */
function namesHere(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).map(({ address }) => address).filter((address) => !address.includes('%')),
  );
  return ['localhost', ...(/^[A-Za-z0-9.-]+$/.test(hostname()) ? [hostname()] : []), ...addresses];
}

interface Running {
  wanted: WantedService;
  service: BmcService;
  /** null: plain HTTP. */
  pair: KeyPair | null;
}

/** The services that listen now. */
class RunningServices {
  readonly #open = new Map<string, Running>();
  readonly #bmcs: Bmcs;
  readonly #keys: Keys;
  readonly #tell: (event: BmcEvent) => void;

  constructor({ bmcs, keys, tell }: { bmcs: Bmcs; keys: Keys; tell: (event: BmcEvent) => void }) {
    this.#bmcs = bmcs;
    this.#keys = keys;
    this.#tell = tell;
  }

  get about(): ServiceAbout[] {
    return [...this.#open.values()].map(({ wanted: { url, vms } }) => ({ url, vms }));
  }

  /**
   * Changes, closes and opens: passwords that were changed count at once, whatever can't be opened.
   * @throws VenError `host-not-ready` of the first that can't be opened, when all were tried
   */
  async become(wanted: readonly WantedService[]): Promise<void> {
    for (const one of wanted) this.#change(one);
    const urls = new Set(wanted.map(({ url }) => url));
    for (const url of this.#open.keys()) if (!urls.has(url)) await this.#close(url);
    const secure = wanted.filter(({ tls }) => tls);
    const listens = [...new Set(secure.map(({ listen }) => listen))];
    this.#keys.need(listens.filter((listen) => !isWildcard(listen) && !isLoopback(listen)));
    await this.#renew();
    const faults: unknown[] = [];
    for (const one of wanted.filter(({ url }) => !this.#open.has(url)))
      await this.#start(one).catch((error: unknown) => faults.push(error));
    if (faults.length > 0) throw faults[0] as Error;
  }

  #change(wanted: WantedService): void {
    const open = this.#open.get(wanted.url);
    if (!open) return;
    open.service.replace(wanted.accounts);
    const { url, vms } = wanted;
    if (vms.join() !== open.wanted.vms.join()) this.#tell({ type: 'changed', url, vms });
    open.wanted = wanted;
  }

  /** A certificate that ends soon, or lacks a name, is replaced while clients are there. */
  async #renew(): Promise<void> {
    for (const open of this.#open.values()) {
      if (open.pair === null) continue;
      const pair = await this.#keys.pair();
      if (pair === open.pair) continue;
      open.service.renew(pair);
      open.pair = pair;
      const { url, vms } = open.wanted;
      this.#tell({ type: 'renewed', url, vms, ...(await this.#keys.about()) });
    }
  }

  async close(): Promise<void> {
    for (const url of [...this.#open.keys()].reverse()) await this.#close(url);
  }

  async #start(wanted: WantedService): Promise<void> {
    const { url, listen, port, tls, vms, accounts } = wanted;
    const pair = tls ? await this.#keys.pair() : null;
    const service = this.#bmcs.openService({ accounts, tls: pair });
    try {
      await service.listen({ host: listen, port });
    } catch (error) {
      await service.close();
      throw notListening(error, wanted);
    }
    this.#open.set(url, { wanted, service, pair });
    const about = tls ? await this.#keys.about() : { fingerprint: null, certificate: null };
    this.#tell({ type: 'listening', url, vms, ...about });
  }

  async #close(url: string): Promise<void> {
    const open = this.#open.get(url);
    if (!open) return;
    this.#open.delete(url);
    await open.service.close();
    this.#tell({ type: 'closed', url, vms: open.wanted.vms });
  }
}

function notListening(error: unknown, { listen, port, url }: WantedService): VenError {
  const { code, message } = error as NodeJS.ErrnoException;
  const [summary, hint] = {
    EADDRINUSE: [
      `another program listens on port ${port} of ${listen}`,
      `Is it another \`ven bmc serve\`? ss -ltnp 'sport = :${port}' shows it. Or choose another ` +
        '`bmc.port`',
    ],
    EADDRNOTAVAIL: [
      `this machine has no address ${listen}`,
      'Write one of its addresses as `bmc.listen` (ip -brief address shows them), or start the ' +
        'network that it belongs to',
    ],
    EACCES: [`only root may listen on port ${port}`, 'Choose a `bmc.port` from 1024 on'],
  }[code ?? ''] ?? [message, 'Choose another `bmc.listen` or `bmc.port`'];
  return new VenError('host-not-ready', { where: url, summary: summary ?? message, hint });
}
