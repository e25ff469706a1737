/** What `hosts` says of each host of a fleet. Pure JSON. */
export interface FleetHostList {
  formatVersion: '1';
  fleet: string;
  /** In the order of their names. */
  hosts: ListedHost[];
}

export interface ListedHost {
  /** null: the fleet is on this host alone. */
  name: string | null;
  uri: string;
  state: 'reached' | 'away';
  /** Why it is away. */
  because?: string;
  /** What follows is absent of a host that is away. libvirt's version; null: it did not say. */
  libvirt?: string | null;
  kvm?: boolean | null;
  /** `total`: what it has. `limit`: what VMs may have of it. `given`: what domains have of it. */
  cpus?: Amount;
  /** KiB. */
  memory?: Amount;
  /** Its storage pool, in bytes; null: there is none. */
  pool?: { name: string; active: boolean; available: number; capacity: number } | null;
  /** The fleet's VMs that are there, by name. */
  vms?: string[];
  /** How many domains of others are there. */
  others?: number;
}

export interface Amount {
  total: number;
  limit: number;
  given: number;
}
