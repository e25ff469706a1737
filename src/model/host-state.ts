/** What was observed of a host at one moment, and ven's marks in it. Pure JSON. */
import type { Backing } from './backing.js';
import type { BmcMark } from './bmc.js';
import type { FirmwareKind } from './firmware.js';
import type { Ipv4Range, ResolvedDisk } from './fleet.js';
import type { Impairment, Link } from './link.js';

/** What was observed of a host at one moment. Pure JSON. */
export interface HostState {
  uri: string;
  /** ISO 8601, UTC. */
  observedAt: string;
  domains: AnyDomain[];
  networks: ObservedNetwork[];
  pools: ObservedPool[];
  /** Where the pool `default` is made, as `ObservedPool.realPath`. */
  defaultFolder: string;
  /** The volumes in the pools that the observed fleet uses. */
  volumes: ObservedVolume[];
  /**
   * What lies where VMs of the fleet that don't exist would have their files; empty where the
   * host's files can't be seen.
   */
  leftovers: Leftover[];
  /**
   * What images stand on, as far as it is known without asking: of what runs, and of this fleet's
   * disks. See `Host.readBacking`.
   */
  backing: Backing;
  /** IPv4 ranges that the host's interfaces and routes use; empty where unknown. */
  routes: HostRoute[];
  /** The NIC of the default route, and its IPv4 address; absent where unknown. */
  uplink?: { device: string; address: string | null };
  /**
   * The taps on each bridge of the host; a bridge without taps has `[]`. null where unknown (a
   * remote host).
   */
  bridgePorts: Record<string, string[]> | null;
  /**
   * By tap of the fleet's running VMs, as far as it can be seen from here; absent: nothing of it.
   */
  impairments?: Record<string, Impairment>;
  /** Absent: ven can impair links here, or neither the fleet nor its VMs have to do with that. */
  noImpairment?: NoImpairment;
  /** Absent: libvirt can limit rates here, or that is not known, or the fleet has none. */
  noRate?: NoImpairment;
}

/** Why links can't be impaired, or limited, on a host, and how the host gets it. */
export interface NoImpairment {
  summary: string;
  hint: string;
}

export type LinkFaults = Pick<HostState, 'noImpairment' | 'noRate'>;

/**
 * `variables` (of the firmware) and `tpm` bear the VM's UUID: an earlier VM of the same fleet and
 * name left them. `saved`, the memory of a VM that was put aside, bears the domain's name only.
 */
export interface Leftover {
  uuid: string;
  kind: 'variables' | 'tpm' | 'saved';
  path: string;
}

export interface HostRoute {
  cidr: string;
  device: string;
}

/**
 * ven's mark in libvirt's metadata (namespace `urn:ven:1`). With the derived UUID it is ownership.
 */
export interface DomainMark {
  fleet: string;
  vm: string;
  /** `ResolvedVm.digest` of the spec that was applied last. */
  digest: string;
  /** Set last; an owned domain without it is half-made. */
  ready: boolean;
  /**
   * It is being moved from one host of its fleet to another, by their names in the fleet file; the
   * same in both copies. Both may be ready for a moment: then that on `to` counts. (decision 77)
   */
  move?: { from: string; to: string };
  /** `ResolvedVm.protect` of the fleet file that was applied last; absent: not known. */
  protect?: boolean;
  /** `ResolvedFleet.file` of it, for people; absent: not known. */
  file?: string;
  /**
   * Set before the VM's host is deleted from an orchestrator that an apply registers VMs with. It
   * stays until the VM is deleted, or registered again.
   */
  unregistered?: true;
  /**
   * `firmwareMark` of the fleet file that was applied last; absent from marks of older versions.
   */
  firmware?: string;
  /** `ResolvedNvram.certificates` of the last write to its firmware variables; absent: none. */
  certificates?: string;
  /** `ResolvedNvram.keys`, likewise. */
  keys?: string;
  /** The volumes that ven created for it; only these are ever deleted with it. */
  volumes: MarkedVolume[];
  /**
   * The MACs of the NICs that ven created for it, lower case, in the order that was applied (an
   * older ven sorted them); `<ven:nic mac="…"/>` after the volumes. Only these NICs are ever
   * changed or removed. Empty where the mark has no such elements.
   */
  nics: string[];
}

export interface NetworkMark {
  fleet: string;
  network: string;
  digest: string;
}

/**
 * ven's mark in a borrowed network, a foreign one that ven gave boot options (`<ven:boot>`): what
 * they offer, and for which fleets. With the last fleet they are removed.
 */
export interface BootMark {
  url: string;
  /** Each fleet, with the name that its file has for the network. */
  fleets: { fleet: string; network: string }[];
}

export interface VolumeRef {
  pool: string;
  volume: string;
}

/**
 * `asked`: what the fleet file that was applied last said of the disk. A plan gives up a disk only
 * when the fleet file says something else now, never because the host differs. Absent: no apply of
 * a file with this disk has finished.
 */
export interface MarkedVolume extends VolumeRef {
  asked?: Pick<ResolvedDisk, 'bus' | 'sizeBytes'>;
}

export type Power = 'running' | 'paused' | 'off' | 'crashed';

/** A domain of the host, whoever's it is; the observed fleet's own are `ObservedDomain`s. */
export interface AnyDomain {
  uuid: string;
  name: string;
  power: Power;
  autostart: boolean;
  /**
   * false: it runs but is undefined, and would be gone without power. `config` is what would be
   * defined again.
   */
  persistent: boolean;
  /** null: not of ven. */
  mark: DomainMark | null;
  /** The persistent definition, which the next start uses. */
  config: CommonFacts;
  /** The definition that runs; null: the domain is off. */
  live: CommonFacts | null;
}

/** What is read of every domain: what two may not both have, and what a change takes away. */
export type CommonFacts = Pick<
  DomainFacts,
  'nvram' | 'serialNumber' | 'smbios' | 'graphics' | 'disks' | 'nics'
>;

/** All that is read of a fleet's own domain. */
export interface ObservedDomain extends AnyDomain {
  config: DomainFacts;
  live: DomainFacts | null;
  /** Whether the NVRAM file is gone; null where unknown. */
  nvramMissing: boolean | null;
  /** The persistent definition as libvirt gives it. */
  xml: string;
  /** What runs, likewise; empty while the domain is off. */
  liveXml: string;
  /**
   * What a start would continue with, from the memory that was saved when the domain stopped
   * (`virsh managedsave`), whatever the definition says. Absent: nothing.
   */
  saved?: { facts: DomainFacts; xml: string };
}

/**
 * `none`: no password is asked for · `closed`: nobody may connect · `wanted`: the password that the
 * fleet file names · `another`: a different one.
 */
export type GraphicsPassword = 'none' | 'closed' | 'wanted' | 'another';

/** The parts of a domain's XML that ven owns, or needs to know. */
export interface DomainFacts {
  title: string;
  description: string;
  accelerator: 'kvm' | 'qemu' | 'other';
  /** Those it has, and the most that it can be given while it runs. */
  cpus: number;
  maxCpus: number;
  /** The most that it can be given, and what it has: less where a balloon takes some. */
  memoryKiB: number;
  currentMemoryKiB: number;
  firmware: FirmwareKind;
  /** The firmware's file; null for a BIOS, and until libvirt has chosen one. */
  loader: string | null;
  nvram: string | null;
  tpm: boolean;
  boot: ('disk' | 'network' | 'other')[];
  /** What the VM's BMC has changed; absent: nothing. */
  bmc?: BmcMark;
  /** false: UEFI firmware leaves PXE out, over IPv4 and IPv6. */
  pxe: boolean;
  disks: ObservedDisk[];
  nics: ObservedNic[];
  serialNumber: string | null;
  /** null: nothing is said. `uuid`: another one than the domain's. */
  smbios: Record<'manufacturer' | 'product' | 'assetTag' | 'uuid', string | null>;
  graphics:
    | { type: 'none' }
    | {
        type: string;
        listen: string;
        /** -1: not allocated yet */
        port: number;
        autoport: boolean;
        /** Absent: not read. */
        password?: GraphicsPassword;
      };
  /** COM1: its pty (while running), and its log file. */
  console: { pty: string | null; log: string | null };
}

export interface ObservedDisk {
  target: string;
  bus: string;
  /** The file or device behind it; null: none (an empty CD drive). */
  path: string | null;
  /** Set when the source is given as pool and volume. */
  volume: VolumeRef | null;
  device: string;
  /** Absent: QEMU's own. */
  serial?: string;
  /** The images beneath, nearest first, where the definition says so. */
  beneath?: string[];
}

export interface ObservedNic {
  mac: string;
  model: string;
  source:
    { kind: 'network'; network: string } | { kind: 'bridge'; bridge: string } | { kind: 'other' };
  /** vnetN, while running. */
  tap: string | null;
  /** The bridge that it should be on, while running. */
  bridge: string | null;
  /**
   * What the definition says of its link; absent: a good one. What really becomes of its packets
   * stands in `HostState.impairments`.
   */
  link?: Link;
}

/** The parts of a network's XML that ven owns, or needs to know; of either definition. */
export interface NetworkFacts {
  bridge: string | null;
  /** What else is said of the bridge: spanning tree (`on`), seconds of delay (`0`), its MAC. */
  stp: string | null;
  delay: string | null;
  bridgeMac: string | null;
  mode: 'nat' | 'isolated' | 'route' | 'other';
  /** The network's (first) IPv4 address with prefix, `192.168.150.1/24`; null: none. */
  gateway: string | null;
  /** Of that address, as are `dhcpHosts`. */
  ranges: Ipv4Range[];
  /** Those of IPv4 addresses. */
  dnsHosts: { ip: string; names: string[] }[];
  /** `mac`: empty where libvirt knows the host by its name alone. */
  dhcpHosts: { mac: string; ip: string; name: string | null }[];
  /** The boot file that it offers to UEFI firmware over HTTP; see `offeredBootUrl`. */
  bootUrl: string | null;
}

/**
 * What a network lacks on the host, though libvirt calls it active: its bridge, its own address,
 * its DHCP and DNS server.
 */
export type NetworkFault = 'bridge' | 'address' | 'dnsmasq';

/** The facts are those of the persistent definition, which the next start uses. */
export interface ObservedNetwork extends NetworkFacts {
  uuid: string;
  name: string;
  active: boolean;
  autostart: boolean;
  persistent: boolean;
  mark: NetworkMark | null;
  /** What runs; null: the network is not active. */
  live: NetworkFacts | null;
  /** null: nothing is wrong, or it is not known (a remote host). */
  fault: NetworkFault | null;
  /** What ven added to a foreign network; null: nothing. */
  boot: BootMark | null;
  /** Options of its DHCP server about HTTP boot that are not ven's. */
  otherBoot: string[];
  /**
   * It is a temporary network: it holds the VMs of `network` (a UUID) while that one restarts, or
   * an interrupted run left it.
   */
  temporaryFor: TemporaryUse | null;
  /** The running network differs from its persistent definition; a restart would lose that. */
  unsaved: boolean;
}

export interface TemporaryUse {
  network: string;
  user: BootMark['fleets'][number];
  /** A run of that fleet is at work, as far as this machine knows. */
  atWork: boolean;
}

export interface ObservedPool {
  name: string;
  uuid: string;
  active: boolean;
  autostart: boolean;
  /** libvirt's word for its kind: `dir`, `logical`, … */
  type: string;
  /** The folder; null for a pool that is none. */
  path: string | null;
  /**
   * The folder without symbolic links, or `path` where it was not looked at: the host's files can't
   * be seen, or the fleet does not need it. null: there is no such folder.
   */
  realPath: string | null;
  /** Bytes. */
  availableBytes: number;
}

export interface ObservedVolume {
  pool: string;
  volume: string;
  path: string;
  capacityBytes: number;
}
