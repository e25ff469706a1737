/**
 * The orchestrator: `Orchestrator` is all that ven asks of it. `src/orchestrator` implements it
 * over HTTPS.
 */
import type { ResolvedVm } from './fleet.js';
import type { ObservedDomain } from './host-state.js';

/** A host as the orchestrator knows it. A missing text is empty. */
export interface OrchestratorHost {
  id: string;
  name: string;
  serialNumber: string;
  uuid: string;
  hostStatus: string;
  instance: { id: string; os: string; provisioningStatus: string } | null;
}

/** A VM as the orchestrator knows it. */
export interface HostIdentity {
  name: string;
  serialNumber: string;
  uuid: string;
}

/** The identity that a VM's system shows. */
export function identityOf({ name, serialNumber, uuid, smbios }: ResolvedVm): HostIdentity {
  return { name, serialNumber, uuid: smbios?.uuid ?? uuid };
}

/** The identity that a domain's system shows; null: it has no serial number. */
export function identityOfDomain(
  { uuid, config: { serialNumber, smbios } }: ObservedDomain,
  name: string,
): HostIdentity | null {
  return serialNumber === null ? null : { name, serialNumber, uuid: smbios.uuid ?? uuid };
}

/**
 * Whether the host with a VM's serial number is that VM. A host that has booted has a UUID, and the
 * UUID decides. A host that has not booted has only its name. (The name of a booted host does not
 * count: people rename hosts, and a host that ven did not register has its name from the
 * orchestrator.)
 */
export function isSameHost(
  host: Pick<OrchestratorHost, 'name' | 'uuid'>,
  { name, uuid }: Pick<HostIdentity, 'name' | 'uuid'>,
): boolean {
  return host.uuid === '' ? host.name === name : host.uuid === uuid.toLowerCase();
}

/**
 * The host that tells a VM's progress; null: there is none. This only reads, so the name of a host
 * that has not booted does not count: people may have named it. A host that booted with another
 * UUID is another machine.
 */
export function hostOfVm(
  hosts: readonly OrchestratorHost[],
  vm: Pick<HostIdentity, 'name' | 'serialNumber' | 'uuid'>,
): OrchestratorHost | null {
  const own = hosts.filter(
    (host) => host.serialNumber === vm.serialNumber && (host.uuid === '' || isSameHost(host, vm)),
  );
  return own.find((host) => isSameHost(host, vm)) ?? own[0] ?? null;
}

export interface OsProfile {
  name: string;
  id: string;
}

/**
 * Every call ends within a time limit and retries what may be retried, a limited number of times.
 * @throws VenError `orchestrator-refused` (credentials, rights, project: a retry does not help),
 * `host-refused` (the same for one host; other hosts may be accepted), `orchestrator-unreachable`
 * (no connection, unverified TLS, only 5xx, an unreadable answer).
 */
export interface Orchestrator {
  /** Rejects when the project does not exist, or may not be used. */
  checkProject(signal?: AbortSignal): Promise<void>;
  hosts(signal?: AbortSignal): Promise<OrchestratorHost[]>;
  /**
   * Idempotent: `already` when the same host exists (`isSameHost`). @throws VenError
   * `foreign-object` when another machine has its serial number.
   */
  register(host: HostIdentity, signal?: AbortSignal): Promise<{ id: string; already: boolean }>;
  /**
   * Deletes the host with this serial number; idempotent. @throws VenError `foreign-object` when it
   * is another machine (`isSameHost`).
   */
  unregister(host: HostIdentity, signal?: AbortSignal): Promise<{ removed: boolean }>;
  osProfiles(signal?: AbortSignal): Promise<OsProfile[]>;
  /**
   * New hosts get this operating system from then on. After the first change `signal` is ignored.
   */
  setDefaultOs(id: string, signal?: AbortSignal): Promise<{ changed: boolean }>;
}

/** `orchestrator.credentials`, read. Never part of a plan, an event or a file. */
export interface Credentials {
  username: string;
  password: string;
}
