/**
 * `ResolvedFleet`: what a fleet file means. Every field is present, units are fixed, identities are
 * derived. It is pure JSON, so that it has a digest. (`Fleet` is what a person wrote; it is
 * generated from `schemas/fleet.schema.json`.)
 */

import type { ResolvedBmc } from './bmc-service.js';
import type { ResolvedFirmware, SecureBootKeys } from './firmware.js';
import type { Link } from './link.js';
import type { SecretReference } from './secret.js';

/**
 * How the orchestrator learns of a node: someone logs in at the node's console (IO), ven registers
 * its serial number beforehand (NIO), or not at all.
 */
export type OnboardingFlow = 'interactive' | 'non-interactive' | 'none';

/**
 * Names one thing of a fleet: `vm.edge-1`, `network.lab`, `pool.default`. In a plan for several
 * hosts, each host has its own networks and pools: `network.lab@a`.
 */
export type Address = string;

/** `network.lab` of `network.lab@a`, and of itself. */
export function withoutHost(address: Address): Address {
  return address.replace(/@.*$/, '');
}

/**
 * Who says which host it is, the first that does: `flag`: --connect · `file`: `host.uri` ·
 * `environment`: LIBVIRT_DEFAULT_URI · `default`: nobody.
 */
export type HostSource = 'flag' | 'file' | 'environment' | 'default';

export interface ResolvedFleet {
  /** The fleet's name, a DNS label. */
  name: string;
  /** Of a fleet on several hosts: what no host alone says; see `hosts`. */
  host: ResolvedHost;
  /**
   * The hosts that the file names, in the order of their names; absent: it is on `host` alone. Such
   * a fleet is planned and run in *shares*, one for each host (`shareOf`), which have no `hosts`.
   */
  hosts?: HostOfFleet[];
  /** Who names the host. No part of any digest. */
  hostFrom: HostSource;
  /** What runs its VMs in place of libvirt on `host`. Absent: nothing else does. */
  engine?: ResolvedEngine;
  /** null: the nodes boot from their disks, or as their networks say. */
  orchestrator: ResolvedOrchestrator | null;
  networks: ResolvedNetwork[];
  vms: ResolvedVm[];
  /** The keys that VMs name by `ResolvedNvram.keys`: each set once, however many VMs use it. */
  secureBootKeys: Record<string, SecureBootKeys>;
  /** SHA-256, hex, of everything above in canonical JSON. */
  digest: string;
  /**
   * Where the fleet file is, as a person knows it: its real path, with `MACHINE:` before it where
   * libvirt is on another machine; `<stdin>` of standard input. Absent: it was read from elsewhere.
   * No part of any digest.
   */
  file?: string;
  /** Problems that are not errors; every plan shows them. */
  warnings: string[];
}

/** The names of all that can run a fleet's VMs. */
export type EngineName = 'libvirt' | ResolvedEngine['kind'];

/** null: as kubectl does without a flag. No part of any VM's digest. */
export interface ResolvedEngine {
  kind: 'kubevirt';
  /** The path as in the fleet file. */
  kubeconfig: string | null;
  context: string | null;
  namespace: string | null;
}

export interface ResolvedOrchestrator {
  /** What UEFI firmware loads and starts. */
  bootUrl: string;
  /** DER in base64, of the authorities that the firmware trusts; null: none are named. */
  caCertificates: string[] | null;
  /** The domain of its API; null: the fleet file has only a boot URL. */
  domain: string | null;
  onboarding: OnboardingFlow;
  /** null: no project is named, so the API can't be used. With `non-interactive` never null. */
  project: string | null;
  /**
   * `onboarding` says whose they are: the person's who logs in at the console, or the API's. null:
   * `onboarding` is `none` and there are no credentials.
   */
  credentials: CredentialReferences | null;
  /** Of the system that the nodes install; null: ven does not log in to it. */
  osCredentials: CredentialReferences | null;
  profile: ProfileSource;
  /** When a VM is deleted, its host is deleted from the project, too. */
  removeHosts: boolean;
  /** null: the project's provider is left as it is. */
  provider: ResolvedProvider | null;
  /**
   * Host names and addresses from `dns.hosts` of the fleet's own networks, in lower case. ven
   * itself resolves these names by them, too.
   */
  addresses: Record<string, string>;
}

/** What the project's provider shall say; what is absent is left as it is. */
export interface ResolvedProvider {
  /** The name or the id of an OS profile. */
  defaultOs?: string;
  autoProvision?: boolean;
  osSecurityFeatureEnable?: boolean;
  /** null: none. `name`: its user name or its id. `sshKey`: it is created where it is missing. */
  defaultLocalAccount?: { name: string; sshKey: string | null } | null;
}

export interface CredentialReferences {
  username: SecretReference;
  password: SecretReference;
}

/** A profile that comes with ven, or a file (path as in the fleet file). */
export type ProfileSource = { builtin: string } | { file: string };

/** What brings VMs up: vagrant, or virsh alone. */
export type BackendName = 'vagrant' | 'libvirt';

export interface ResolvedHost {
  /** A libvirt connection URI. */
  uri: string;
  /** No part of any VM's digest: a VM is the same, whatever has brought it up. */
  backend: BackendName;
  /** `auto`: decided on the host, by trying, when a VM is created; an existing VM keeps its own. */
  accelerator: 'kvm' | 'qemu' | 'auto';
  storagePool: string;
  runner: VagrantRuntime;
  /** An apply keeps a folder in which vagrant knows the fleet's VMs. */
  vagrantFolder: boolean;
}

/** One of several hosts of a fleet. */
export interface HostOfFleet extends ResolvedHost {
  /** Its key in the fleet file, a DNS label. */
  name: string;
  labels: Record<string, string>;
  /** What VMs do not count on. */
  reserve: { cpus: number; memoryKiB: number };
  /** How many times VMs may have what it has; of the pool's disk, what is free there. */
  overcommit: { cpus: number; memory: number; disk: number };
}

/** In place of a pool, where it is the host's `storagePool` and the host is not chosen yet. */
export const POOL_OF_HOST = '*';

/** Which of several hosts a VM may be placed on, as it is written. */
export interface ResolvedPlacement {
  /** Absent: all. */
  hosts?: string[];
  labels?: Record<string, string>;
  strategy: 'spread' | 'pack';
  /** No two VMs of this group are on one host. */
  apart?: string;
  /** `vms[].host` names it. */
  pinned?: true;
}

/** Where vagrant runs: directly on the machine that ven runs on, or there in a container. */
export type VagrantRuntime = { kind: 'local' } | { kind: 'container'; image: string };

export type ResolvedNetwork = OwnNetwork | ExistingNetwork;

/** A network that ven creates and deletes. */
export interface OwnNetwork {
  kind: 'own';
  address: Address;
  /** The key in the fleet file; for a network of `nics: per-vm` the VM's name. */
  name: string;
  /** `<fleet>_<name>` */
  libvirtName: string;
  uuid: string;
  /** At most 15 characters. */
  bridge: string;
  mode: 'nat' | 'isolated' | 'route';
  /** `auto`: the planner chooses it when the network is created; later plans keep it. */
  subnet: Ipv4Subnet | 'auto';
  /** `auto`: .3 to .155 of the subnet, or as many of them as it has; null: no DHCP. */
  dhcp: Ipv4Range | 'auto' | null;
  dnsHosts: DnsHost[];
  /** Fixed addresses of NICs, as DHCP host entries. Sorted by MAC. */
  dhcpHosts: DhcpHost[];
  /** What DHCP tells UEFI firmware to boot over HTTP; null: nothing. */
  bootUrl: string | null;
  /** SHA-256, hex, of the fields above. */
  digest: string;
}

/** A foreign libvirt network. ven changes it only where `bootUrl` asks for it. */
export interface ExistingNetwork {
  kind: 'existing';
  address: Address;
  name: string;
  libvirtName: string;
  /**
   * The boot file that ven makes its DHCP offer to UEFI firmware for as long as a fleet wants it;
   * null: ven adds nothing.
   */
  bootUrl: string | null;
}

/** `cidr` is canonical (`192.168.150.0/24`); the gateway is its first host address. */
export interface Ipv4Subnet {
  cidr: string;
  gateway: string;
}

export interface Ipv4Range {
  start: string;
  end: string;
}

export interface DnsHost {
  ip: string;
  names: string[];
}

export interface DhcpHost {
  mac: string;
  ip: string;
  /** The VM's name. */
  name: string;
}

export interface ResolvedVm {
  address: Address;
  /** A DNS label, unique in the fleet. */
  name: string;
  /** libvirt's name: `<fleet>_<name>` */
  domain: string;
  /** Version 5, of fleet and VM. */
  uuid: string;
  title: string;
  description: string;
  cpus: number;
  /** KiB, the unit of libvirt's XML. */
  memoryKiB: number;
  accelerator: 'kvm' | 'qemu' | 'auto';
  firmware: ResolvedFirmware;
  tpm: boolean;
  /** The order of boot devices, without repetition. */
  boot: ('disk' | 'network')[];
  /** false: UEFI firmware leaves PXE out. Always true for a BIOS. */
  pxe: boolean;
  /** Firmware variables that ven writes; null: libvirt copies them from the firmware's template. */
  nvram: ResolvedNvram | null;
  disks: ResolvedDisk[];
  /** The drive that its BMC inserts images into; absent: it has none. */
  media?: ResolvedMedia;
  nics: ResolvedNic[];
  /** SMBIOS type 1 serial number. */
  serialNumber: string;
  /** What else the SMBIOS tables say; what is absent is ven's default. */
  smbios?: ResolvedSmbios;
  graphics: ResolvedGraphics;
  /** Absent: it has none. Not part of the domain, so no part of `digest`. */
  bmc?: ResolvedBmc;
  autostart: boolean;
  /** `external`: others switch it on and off, whatever a plan does. */
  power: 'running' | 'off' | 'external';
  protect: boolean;
  /** Paths of the plan that are not compared (`isIgnored`); absent: all are. */
  ignore?: string[];
  /** How long a graceful shutdown may take before power is cut. */
  shutdownTimeoutSeconds: number;
  /** Only in fleets on several hosts, and not in their shares. No part of `digest`. */
  placement?: ResolvedPlacement;
  /** SHA-256, hex, of the fields above. */
  digest: string;
}

export interface ResolvedSmbios {
  manufacturer?: string;
  product?: string;
  /** Of the chassis. */
  assetTag?: string;
  /** Lower case; absent: the domain's own. */
  uuid?: string;
}

export interface ResolvedNvram {
  pool: string;
  /** See `nvramVolume`. */
  volume: string;
  /**
   * SHA-256, hex, of the certificates in it (`ResolvedOrchestrator.caCertificates`); absent: it has
   * none.
   */
  certificates?: string;
  /**
   * SHA-256, hex, of the keys for secure boot in it (`ResolvedFleet.secureBootKeys`); absent: the
   * keys of the template.
   */
  keys?: string;
}

/** A CD-ROM drive on the last port of the SATA controller. */
export interface ResolvedMedia {
  pool: string;
  /** See `mediaVolume`. */
  volume: string;
}

export interface ResolvedDisk {
  /** Device in the VM: sda, sdb (SATA and SCSI), vda (virtio). */
  target: string;
  bus: 'sata' | 'virtio' | 'scsi';
  sizeBytes: number;
  pool: string;
  /** `<domain>-<target>.qcow2` */
  volume: string;
  /** At most 20 characters, which is all that QEMU shows; absent: the disk keeps what it has. */
  serial?: string;
}

export interface ResolvedNic {
  /** Lower case, locally administered. Identifies the NIC within the VM. */
  mac: string;
  model: 'virtio' | 'e1000' | 'e1000e' | 'rtl8139';
  source: NicSource;
  /** Fixed IPv4 address, given by DHCP. */
  ip: string | null;
  /** Absent: a good one. */
  link?: Link;
}

export type NicSource =
  /** A libvirt network; `own`: its address, where it is one of the fleet's own. */
  { kind: 'network'; network: string; own: Address | null } | { kind: 'bridge'; bridge: string };

export type ResolvedGraphics =
  | { type: 'none' }
  | { type: 'vnc'; listen: string; port: number | 'auto'; password?: SecretReference };
