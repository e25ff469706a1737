/**
 * The orchestrator: `Orchestrator` is all that ven asks of it. `src/orchestrator` implements it
 * over HTTPS.
 */
import type { Address, ResolvedVm } from './fleet.js';
import type { ObservedDomain } from './host-state.js';

/** A host as the orchestrator knows it. A missing text is empty. */
export interface OrchestratorHost {
  id: string;
  name: string;
  serialNumber: string;
  uuid: string;
  hostStatus: string;
  instance: {
    id: string;
    os: string;
    /** The version, or the URL, of what was installed. */
    image?: string;
    provisioningStatus: string;
  } | null;
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

/** The address of the project's provider in a plan. */
export const PROVIDER: Address = 'orchestrator.provider';

/** What a project's hosts get by themselves: the settings of its provider. Empty text: none. */
export interface ProviderSettings {
  /** The id of an OS profile. */
  defaultOs: string;
  /** A new host installs `defaultOs` without being told to. */
  autoProvision: boolean;
  /** It does so with secure boot and disk encryption, where the profile has them. */
  osSecurityFeatureEnable: boolean;
  /** The id of a local account. */
  defaultLocalAccount: string;
}

/** A user of the installed systems. The orchestrator can't change one. */
export interface LocalAccount {
  id: string;
  username: string;
  /** Public. */
  sshKey: string;
}

/** Whether two public keys are one, whatever comment stands behind them. */
export function isSameKey(a: string, b: string): boolean {
  const bare = (key: string): string => key.trim().split(/\s+/).slice(0, 2).join(' ');
  return bare(a) === bare(b);
}

/** A project's provider, and what its settings can name. */
export interface ObservedProvider {
  /** null: the project has none, and new hosts wait until a person chooses. */
  settings: ProviderSettings | null;
  osProfiles: OsProfile[];
  /** Empty where nothing asked for them. */
  localAccounts: LocalAccount[];
}

/** `unknown`: why nothing is known of it, for people. */
export type SeenProvider = { observed: ObservedProvider } | { unknown: string };

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
  localAccounts(signal?: AbortSignal): Promise<LocalAccount[]>;
  /** Idempotent: an account of this user name and key is found again. */
  createLocalAccount(
    account: Omit<LocalAccount, 'id'>,
    signal?: AbortSignal,
  ): Promise<LocalAccount>;
  /** null: the project has none. */
  provider(signal?: AbortSignal): Promise<ProviderSettings | null>;
  /**
   * Gives the provider these settings, and creates it where there is none; other settings stay.
   * After the first change `signal` is ignored.
   */
  setProvider(
    settings: Partial<ProviderSettings>,
    signal?: AbortSignal,
  ): Promise<{ changed: boolean }>;
}

/**
 * `orchestrator.credentials` or `osCredentials`, read. Never part of a plan, an event or a file.
 */
export interface Credentials {
  username: string;
  password: string;
}
