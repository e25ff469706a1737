import {
  isSameHost,
  isSameKey,
  VenError,
  type HostIdentity,
  type LocalAccount,
  type Orchestrator,
  type OrchestratorHost,
  type OsProfile,
  type ProviderSettings,
} from '../model/index.js';
import {
  hostOf,
  isRecord,
  localAccountOf,
  osProfileOf,
  providerOf,
  readPage,
  type Json,
  type Provider,
} from './answers.js';
import { Exchange, unlessAborted, type Reply } from './exchange.js';
import { PATIENCE, type OrchestratorOptions } from './options.js';
import { ownOf, setProvider, settingsOf, type ProjectCall } from './provider.js';
import { savedOf } from './snippet.js';
import { Token } from './token.js';

export interface OpenOrchestrator extends Orchestrator {
  /**
   * Ends all connections; calls under way reject, but for a change of the provider, which ends
   * first.
   */
  close(): Promise<void>;
}

/** The size of each further page of a list; the API gives no larger ones. */
const PAGE = 100;
const MAX_PAGES = 1000;
/** Characters of a whole list; 100,000 hosts have some 50 million. */
const MAX_LIST = 64 * 1024 * 1024;
/** The age up to which a list of hosts is used again to find one host in it. */
const FRESH_MS = 10_000;
/** The length of a text that would otherwise be lost. */
const MAX_SHOWN = 4000;

/** Sends nothing before the first call. */
export function openOrchestrator(options: OrchestratorOptions): OpenOrchestrator {
  return new Client(options);
}

class Client implements OpenOrchestrator {
  readonly #base: URL;
  readonly #project: string;
  readonly #exchange: Exchange;
  readonly #token: Token;
  readonly #now: () => number;
  /** The last list, shared by calls that register at the same time. */
  #known: { at: number; hosts: Promise<OrchestratorHost[]> } | null = null;
  /** The last change of the provider. */
  #change: Promise<unknown> = Promise.resolve();

  constructor(options: OrchestratorOptions) {
    this.#now = options.now ?? Date.now;
    this.#project = options.project;
    this.#base = new URL(
      `https://api.${options.domain}/v1/projects/${encodeURIComponent(options.project)}`,
    );
    this.#exchange = new Exchange(options, { ...PATIENCE, ...options.patience }, this.#now);
    this.#token = new Token(options, this.#exchange, this.#now);
  }

  async checkProject(signal?: AbortSignal): Promise<void> {
    const read = (reply: Reply): boolean => {
      const content = reply.json();
      return isRecord(content) && isRecord(content['spec']);
    };
    if (await this.#call({ method: 'GET', path: '', signal, read })) return;
    throw new VenError('orchestrator-refused', {
      summary: `GET ${this.#base.href}: there is no project ${JSON.stringify(this.#project)}`,
      hint: 'Check `orchestrator.project`, letter by letter.',
    });
  }

  async hosts(signal?: AbortSignal): Promise<OrchestratorHost[]> {
    return this.#list('/compute/hosts', 'hosts', hostOf, signal);
  }

  async register(
    vm: HostIdentity,
    signal?: AbortSignal,
  ): Promise<{ id: string; already: boolean }> {
    const { name, serialNumber } = vm;
    const there = await this.#find(vm, signal, FRESH_MS);
    if (there !== null) return { id: there, already: true };
    const found = async (): Promise<{ id: string; already: boolean } | null> => {
      const id = await this.#find(vm, signal, 0);
      return id === null ? null : { id, already: false };
    };
    const read = (reply: Reply): { id: string; already: boolean } | null => {
      if (reply.status === 409) return null;
      const content = reply.json();
      const id = isRecord(content) ? content['resourceId'] : undefined;
      if (!isRecord(content) || typeof id !== 'string' || id === '')
        throw reply.misshapen('it has no `resourceId`');
      this.#amend((hosts) =>
        hosts.push({ id, name, serialNumber, uuid: '', hostStatus: '', instance: null }),
      );
      const status = content['hostStatus'];
      if (typeof status === 'string' && status !== '')
        throw refusedHost(this.#base, vm, `its status is ${JSON.stringify(status.slice(0, 200))}`);
      return { id, already: false };
    };
    const json = { name, serialNumber, autoOnboard: true };
    const registered = await this.#call({
      method: 'POST',
      path: '/compute/hosts/register',
      json,
      signal,
      read,
      accept: [409],
      oneHost: true,
      findResult: found,
    });
    if (registered !== null) return registered;
    const id = await this.#find(vm, signal, 0);
    if (id !== null) return { id, already: true };
    throw refusedHost(this.#base, vm, '409, its name or its serial number is in use');
  }

  async unregister(vm: HostIdentity, signal?: AbortSignal): Promise<{ removed: boolean }> {
    const host = await this.#knownAs(vm.serialNumber, signal, FRESH_MS);
    if (host === null) return { removed: false };
    if (!isSameHost(host, vm))
      throw new VenError('foreign-object', {
        summary:
          `the orchestrator's host with serial number ${vm.serialNumber} is not ${vm.name}, ` +
          `but ${otherThan(vm, host)}: it stays`,
        hint: `If it no longer exists, delete its host in the orchestrator. ${LIST_HOSTS}`,
      });
    await this.#removeHost(host.id, signal);
    return { removed: true };
  }

  async osProfiles(signal?: AbortSignal): Promise<OsProfile[]> {
    return this.#list('/compute/os', 'OperatingSystemResources', osProfileOf, signal);
  }

  async localAccounts(signal?: AbortSignal): Promise<LocalAccount[]> {
    return this.#list('/localAccounts', 'localAccounts', localAccountOf, signal);
  }

  async createLocalAccount(
    account: Omit<LocalAccount, 'id'>,
    signal?: AbortSignal,
  ): Promise<LocalAccount> {
    const find = async (): Promise<LocalAccount | null> =>
      (await this.localAccounts(signal)).find(
        ({ username, sshKey }) =>
          username === account.username && isSameKey(sshKey, account.sshKey),
      ) ?? null;
    return (
      (await find()) ??
      (await this.#call({
        method: 'POST',
        path: '/localAccounts',
        json: { ...account },
        signal,
        read: (reply) => {
          const content = reply.json();
          if (!isRecord(content)) throw reply.misshapen('it has no `resourceId`');
          return localAccountOf(content, reply);
        },
        findResult: find,
      }))
    );
  }

  async provider(signal?: AbortSignal): Promise<ProviderSettings | null> {
    const own = ownOf(await this.#providers(signal));
    return own && settingsOf(own);
  }

  async setProvider(
    settings: Partial<ProviderSettings>,
    signal?: AbortSignal,
  ): Promise<{ changed: boolean }> {
    const change = setProvider(settings, {
      call: (call) => this.#call({ ...call, signal: undefined }),
      providers: (stop) => this.#providers(stop),
      forgetOutage: () => {
        this.#exchange.forgetOutage();
      },
      shown: (text) => savedOf(text, this.#token.passwordAndTokens(), MAX_SHOWN),
      url: `${this.#base.href}/providers`,
      signal,
    });
    this.#change = change;
    return change;
  }

  async close(): Promise<void> {
    // Cut off in between, it would leave the project without a provider.
    await Promise.allSettled([this.#change]);
    return this.#exchange.close();
  }

  #providers(signal: AbortSignal | undefined): Promise<Provider[]> {
    return this.#list('/providers', 'providers', providerOf, signal);
  }

  /** Idempotent. */
  async #removeHost(id: string, signal: AbortSignal | undefined): Promise<void> {
    const path = `/compute/hosts/${encodeURIComponent(id)}`;
    await this.#call({
      method: 'DELETE',
      path,
      signal,
      read: () => null,
      accept: [404],
      oneHost: true,
    });
    this.#amend((hosts) => {
      const at = hosts.findIndex((host) => host.id === id);
      if (at !== -1) hosts.splice(at, 1);
    });
  }

  /**
   * Applies a change that this client has made to the list that it knows. (A list that failed is
   * reported to its caller.)
   */
  #amend(change: (hosts: OrchestratorHost[]) => void): void {
    this.#known?.hosts.then(change, () => undefined);
  }

  /** A whole list, page after page. */
  async #list<T extends { id: string }>(
    path: string,
    key: string,
    entryOf: (entry: Json, reply: Reply) => T,
    signal?: AbortSignal,
  ): Promise<T[]> {
    const all = new Map<string, T>();
    let size = 0;
    for (let page = 0, read = 0; page < MAX_PAGES; page++) {
      const rest = new URLSearchParams({ pageSize: String(PAGE), offset: String(read) });
      const { entries, hasNext } = await this.#call({
        method: 'GET',
        path: page === 0 ? path : `${path}?${rest.toString()}`,
        signal,
        read: (reply) => {
          size += reply.size;
          if (size > MAX_LIST) throw reply.tooLarge();
          const list = readPage(reply, key);
          return { ...list, entries: list.entries.map((entry) => entryOf(entry, reply)) };
        },
      });
      const before = all.size;
      for (const entry of entries) all.set(entry.id, entry);
      read += entries.length;
      // A page without a new entry is the last one, whatever it says.
      if (!hasNext || all.size === before) break;
    }
    return [...all.values()];
  }

  /** The id of this host; null: no host has its serial number. */
  async #find(
    vm: HostIdentity,
    signal: AbortSignal | undefined,
    maxAge: number,
  ): Promise<string | null> {
    const host = await this.#knownAs(vm.serialNumber, signal, maxAge);
    if (host === null || isSameHost(host, vm)) return host?.id ?? null;
    const rename = host.uuid === '' ? ', or give it the name of this VM there' : '';
    throw refusedHost(
      this.#base,
      vm,
      `this serial number is registered already, as ${otherThan(vm, host)}`,
      'If that host is an earlier one of yours (of a fleet with another name, for example), ' +
        `delete it in the orchestrator${rename}. ` +
        'If not, give this VM another serial number (serialNumbers).',
    );
  }

  /** `maxAge`: milliseconds; a known list up to this age is used. */
  async #knownAs(
    serialNumber: string,
    signal: AbortSignal | undefined,
    maxAge: number,
  ): Promise<OrchestratorHost | null> {
    if (this.#known === null || this.#now() - this.#known.at >= maxAge) {
      // Without a signal, since other calls read it as well.
      const hosts = this.hosts();
      const known = { at: this.#now(), hosts };
      this.#known = known;
      hosts.catch(() => {
        if (this.#known === known) this.#known = null;
      });
    }
    const { hosts } = this.#known;
    const list = await unlessAborted(signal, () => hosts);
    return list.find((one) => one.serialNumber === serialNumber) ?? null;
  }

  #call<T>({ path, json, ...call }: ProjectCall<T>): Promise<T> {
    return this.#exchange.call({
      ...call,
      url: new URL(`${this.#base.href}${path}`),
      ...(json && { body: { type: 'application/json', text: JSON.stringify(json) } }),
      token: this.#token,
      project: this.#project,
      secrets: () => this.#token.secrets(),
    });
  }
}

const LIST_HOSTS = 'To see what exists: ven orchestrator hosts --all';

/** Names a machine that is not the VM, with the difference. */
function otherThan({ uuid }: HostIdentity, host: OrchestratorHost): string {
  const name = JSON.stringify(host.name);
  if (host.uuid === '') return name;
  return `${name}, which has booted with the UUID ${host.uuid}, not ${uuid.toLowerCase()}`;
}

/** `foreign`: what to do about another machine that has its serial number. */
function refusedHost(
  base: URL,
  { name, serialNumber }: HostIdentity,
  why: string,
  foreign?: string,
): VenError {
  return new VenError(foreign === undefined ? 'host-refused' : 'foreign-object', {
    summary:
      `POST ${base.href}/compute/hosts/register: ` +
      `${name} (serial number ${serialNumber}) is not registered: ${why}`,
    hint: foreign === undefined ? LIST_HOSTS : `${foreign} ${LIST_HOSTS}`,
  });
}
