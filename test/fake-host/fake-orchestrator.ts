import {
  isSameHost,
  VenError,
  type HostIdentity,
  type LocalAccount,
  type ObservedProvider,
  type Orchestrator,
  type ProviderSettings,
} from '../../src/model/index.js';
import type { Faults } from './faults.js';

const PROJECT: ObservedProvider = {
  settings: null,
  osProfiles: [
    { name: 'microvisor-nonrt', id: 'os-1' },
    { name: 'ubuntu-22.04-lts-generic', id: 'os-2' },
  ],
  localAccounts: [{ id: 'localaccount-1', username: 'lab', sshKey: 'ssh-ed25519 AAAA lab' }],
};
const NONE: ProviderSettings = {
  defaultOs: '',
  autoProvision: false,
  osSecurityFeatureEnable: false,
  defaultLocalAccount: '',
};

/**
 * An orchestrator in memory, as far as a run asks it. Its changes count, fail and are killed as the
 * host's are.
 */
export class FakeOrchestrator implements Pick<
  Orchestrator,
  'register' | 'unregister' | 'createLocalAccount' | 'setProvider'
> {
  /** By serial number; a second host with the same one is refused. */
  readonly hosts: Map<string, HostIdentity>;
  /** The project's provider. */
  readonly project: ObservedProvider;
  readonly #faults: Faults;

  constructor(faults: Faults, hosts: Iterable<HostIdentity> = [], project = PROJECT) {
    this.#faults = faults;
    this.project = structuredClone(project);
    this.hosts = new Map([...hosts].map((host) => [host.serialNumber, host]));
  }

  async register(host: HostIdentity): Promise<{ id: string; already: boolean }> {
    const there = this.hosts.get(host.serialNumber);
    if (there && !isSameHost(there, host))
      throw new VenError('foreign-object', { summary: `${host.serialNumber} is ${there.name}'s` });
    if (!there)
      this.#faults.change(`register ${host.name}`, () => this.hosts.set(host.serialNumber, host));
    return Promise.resolve({ id: host.serialNumber, already: there !== undefined });
  }

  async createLocalAccount(account: Omit<LocalAccount, 'id'>): Promise<LocalAccount> {
    const { localAccounts } = this.project;
    const created = { id: `localaccount-${localAccounts.length + 1}`, ...account };
    this.#faults.change(`account ${account.username}`, () => localAccounts.push(created));
    return Promise.resolve(created);
  }

  /** As the real one: the old one is deleted first. */
  async setProvider(settings: Partial<ProviderSettings>): Promise<{ changed: boolean }> {
    const old = this.project.settings ?? NONE;
    if (this.project.settings !== null)
      this.#faults.change('delete provider', () => (this.project.settings = null));
    this.#faults.change('create provider', () => (this.project.settings = { ...old, ...settings }));
    return Promise.resolve({ changed: true });
  }

  async unregister(host: HostIdentity): Promise<{ removed: boolean }> {
    const there = this.hosts.get(host.serialNumber);
    if (!there) return Promise.resolve({ removed: false });
    if (!isSameHost(there, host))
      throw new VenError('foreign-object', { summary: `${host.serialNumber} is ${there.name}'s` });
    return Promise.resolve({
      removed: this.#faults.change(`unregister ${host.name}`, () =>
        this.hosts.delete(host.serialNumber),
      ),
    });
  }
}
