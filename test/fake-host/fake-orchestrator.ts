import {
  isSameHost,
  VenError,
  type HostIdentity,
  type Orchestrator,
} from '../../src/model/index.js';
import type { Faults } from './faults.js';

/**
 * An orchestrator in memory, as far as a run asks it. Its changes count, fail and are killed as the
 * host's are.
 */
export class FakeOrchestrator implements Pick<Orchestrator, 'register' | 'unregister'> {
  /** By serial number; a second host with the same one is refused. */
  readonly hosts: Map<string, HostIdentity>;
  readonly #faults: Faults;

  constructor(faults: Faults, hosts: Iterable<HostIdentity> = []) {
    this.#faults = faults;
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
