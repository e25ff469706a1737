/**
 * A fleet as a graph: what there is on its way from a VM's NIC to the outside, and what is
 * connected to what. Pure JSON, the object that `ven graph --format json` prints.
 */
import type { FirmwareKind } from './firmware.js';
import type { Address, Ipv4Range, OnboardingFlow, ResolvedNic } from './fleet.js';
import type { Change } from './plan.js';

/** What a plan does with a thing. */
export type GraphAction = Change['action'] | 'unchanged' | 'refused';

export interface FleetGraph {
  formatVersion: '1';
  fleet: string;
  /** The libvirt URI. */
  host: string;
  /** `host`: the file, what the host has, and the differences; `file`: the file alone. */
  source: 'host' | 'file';
  /** In the order of a picture, from the outside to the VMs. */
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export type GraphNode = OutsideNode | UplinkNode | NetworkNode | BridgeNode | VmNode;

/** Where the ways of all nodes lead. */
export interface OutsideNode {
  id: 'outside';
  kind: 'outside';
  /** null: the fleet has none; this is just the network that the host is on. */
  orchestrator: { name: string; bootUrl: string; onboarding: OnboardingFlow } | null;
}

/** The host's own way to the outside. */
export interface UplinkNode {
  id: 'uplink';
  kind: 'uplink';
  /** The NIC of the default route; null: not known. */
  device: string | null;
  address: string | null;
}

export interface NetworkNode {
  id: Address;
  kind: 'network';
  /** As the fleet file calls it, or libvirt. */
  name: string;
  libvirtName: string;
  /** false: it is foreign, and there before and after the fleet. */
  own: boolean;
  /** null: no host was asked, or nothing is planned for foreign things. */
  action: GraphAction | null;
  /** From here on null where it is not known: of foreign networks without a host, for example. */
  bridge: string | null;
  mode: 'nat' | 'isolated' | 'route' | 'other' | null;
  subnet: string | null;
  gateway: string | null;
  /** null: none, or not known. */
  dhcp: Ipv4Range | null;
  /** The names that its DNS server answers beside those of its VMs. */
  dnsNames: string[];
  /** What its DHCP server tells UEFI firmware to boot; null: nothing. */
  bootUrl: string | null;
}

/** A bridge of the host, with a NIC of the host on it. */
export interface BridgeNode {
  id: string;
  kind: 'bridge';
  name: string;
}

export interface VmNode {
  id: Address;
  kind: 'vm';
  name: string;
  action: GraphAction | null;
  cpus: number;
  memoryKiB: number;
  firmware: FirmwareKind;
  tpm: boolean;
  /** As the fleet file wants it. */
  power: 'running' | 'off' | 'external';
  serialNumber: string | null;
  nics: GraphNic[];
}

export interface GraphNic {
  mac: string;
  model: string;
  /** The node that it is on; null: none that ven knows. */
  on: string | null;
  /** Its fixed address, or from a lease; null: by DHCP, not known yet. */
  address: string | null;
}

export interface GraphEdge {
  from: string;
  to: string;
  /**
   * `nic`: a VM on a network or bridge, once for each NIC · `nat` and `route`: how a network's VMs
   * reach the outside · `unknown`: likewise, of a foreign network that was not looked at ·
   * `bridged`: as machines of the outside network · `uplink`: of the host.
   */
  kind: 'nic' | 'nat' | 'route' | 'unknown' | 'bridged' | 'uplink';
  /** Of `nic`. */
  mac?: ResolvedNic['mac'];
  /** Nodes find the orchestrator's boot file on this way. */
  boots: boolean;
}
