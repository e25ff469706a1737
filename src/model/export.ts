/** A fleet as other tools take it: what `ven export` writes from. */
import type { ResolvedFleet, ResolvedVm } from './fleet.js';
import type { Power } from './host-state.js';

export interface FleetExport {
  fleet: ResolvedFleet;
  /**
   * The machine through which SSH reaches the VMs: `user@machine:22`, that of a host
   * `qemu+ssh://…`. null: it is not said that there is one.
   */
  jump: string | null;
  /** All VMs of the fleet, in its order. */
  vms: ExportedVm[];
}

export interface ExportedVm {
  vm: ResolvedVm;
  /** null: the host was not asked. `missing`: it has no such VM of this fleet. */
  power: Power | 'missing' | null;
  /** IPv4: those of DHCP leases, then those that the fleet file fixes; each once. */
  addresses: string[];
  bmc: ExportedBmc | null;
}

/** As clients reach it. */
export interface ExportedBmc {
  /** `https://192.168.122.1:24711`, without a path. */
  url: string;
  /** Also where the URL leaves it out: 443 of HTTPS, 80 of HTTP. */
  port: number;
  /** The path of the VM's System: `/redfish/v1/Systems/…`. */
  system: string;
  /** That one's name in the service. */
  systemName: string;
  /** Only programs of the machine itself reach it. */
  isLoopback: boolean;
  /** Its certificate is one that ven has signed, so that no client knows it. */
  isOwnCertificate: boolean;
  /** null: they were not asked for. */
  credentials: { username: string; password: string } | null;
}

/** What a person says about an export beside its format. */
export interface ExportOptions {
  /** The Kubernetes namespace; null: it is not said. */
  namespace: string | null;
  /** The tool is told not to verify the BMCs' certificates. */
  insecure: boolean;
  /** Who logs in over SSH; null: it is not said. */
  user: string | null;
}
