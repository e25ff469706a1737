/** The orchestrator, as ven speaks with it: `Orchestrator` is all that ven may ask of it. `src/orchestrator` implements it over HTTPS. */

/** A host as the orchestrator knows it. Texts that it leaves out are empty. */
export interface OrchestratorHost {
  id: string;
  name: string;
  serialNumber: string;
  uuid: string;
  hostStatus: string;
  instance: { id: string; os: string; provisioningStatus: string } | null;
}

/** A VM as the orchestrator gets to know it. */
export interface HostIdentity {
  name: string;
  serialNumber: string;
  uuid: string;
}

/**
 * Whether the host with a VM's serial number is that VM: one that was seen by its UUID, one that never was by its name. (Of one that was
 * seen the name does not count: people rename hosts, and who was not registered by ven got it from the orchestrator.)
 */
export function isSameHost(
  host: Pick<OrchestratorHost, 'name' | 'uuid'>,
  { name, uuid }: Pick<HostIdentity, 'name' | 'uuid'>,
): boolean {
  return host.uuid === '' ? host.name === name : host.uuid === uuid.toLowerCase();
}

/**
 * The host that says how far a VM is; null: there is none. Of one that never was seen the name does not count here: nothing is done to
 * it, and a node may be known by a name that people gave it. One that was seen with another UUID is another machine.
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
 * Every call ends within a time limit, tries again what may be tried again (a bounded number of times), and rejects with a
 * `VenError`: `orchestrator-refused` (credentials, rights, project: trying again would not help), `host-refused` (the same for one host:
 * others may be taken) or `orchestrator-unreachable` (no connection, TLS that can't be verified, 5xx to the end, an answer that is none).
 */
export interface Orchestrator {
  /** Rejects when the project is not there, or may not be used. */
  checkProject(signal?: AbortSignal): Promise<void>;
  hosts(signal?: AbortSignal): Promise<OrchestratorHost[]>;
  /** Idempotent: `already` when the same host is there (`isSameHost`). `foreign-object` when its serial number is another machine's. */
  register(host: HostIdentity, signal?: AbortSignal): Promise<{ id: string; already: boolean }>;
  /** Removes the host with this serial number; idempotent. `foreign-object` when it is another machine (`isSameHost`). */
  unregister(host: HostIdentity, signal?: AbortSignal): Promise<{ removed: boolean }>;
  osProfiles(signal?: AbortSignal): Promise<OsProfile[]>;
  /** Makes new hosts get this operating system by themselves. Once anything is changed, `signal` counts no more. */
  setDefaultOs(id: string, signal?: AbortSignal): Promise<{ changed: boolean }>;
}

/** `orchestrator.credentials`, read. Never in a plan, an event, a file. */
export interface Credentials {
  username: string;
  password: string;
}
