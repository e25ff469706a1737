/**
 * `ResolvedFleet`: what a fleet file means. Every field is present, units are fixed, identities are derived.
 * (What a person *wrote* is `Fleet`, generated from `schemas/fleet.schema.json`.) Pure JSON, so that it can be digested.
 */

import type { ResolvedFirmware, SecureBootKeys } from './firmware.js';
import type { SecretReference } from './secret.js';

/** How a node becomes known to the orchestrator: somebody logs in at its console (IO), its serial number is registered beforehand (NIO), not at all. */
export type OnboardingFlow = 'interactive' | 'non-interactive' | 'none';

/** Names one thing of a fleet: `vm.edge-1`, `network.lab`, `pool.default`. */
export type Address = string;

export interface ResolvedFleet {
  /** The fleet's name, a DNS label. */
  name: string;
  host: ResolvedHost;
  /** null: the nodes boot from what is on their disks, or what their networks say. */
  orchestrator: ResolvedOrchestrator | null;
  networks: ResolvedNetwork[];
  vms: ResolvedVm[];
  /** What the VMs' firmware variables name by `ResolvedNvram.keys`, so that it stands here once for many VMs. */
  secureBootKeys: Record<string, SecureBootKeys>;
  /** SHA-256, hex, of everything above in canonical JSON. */
  digest: string;
  /** What is not wrong yet, for every plan to say. */
  warnings: string[];
}

export interface ResolvedOrchestrator {
  /** What UEFI firmware loads and starts. */
  bootUrl: string;
  /** DER in base64, of the authorities that the firmware trusts; null: the fleet file names none. */
  caCertificates: string[] | null;
  /** Where its API is; null: the fleet file says a boot URL only. */
  domain: string | null;
  onboarding: OnboardingFlow;
  /** null: none is named, and so the API can't be asked. Never null with `non-interactive`, nor is `domain`. */
  project: string | null;
  /** Whose they are, `onboarding` says: the person's at the console, or the API's. null: `none` without credentials. */
  credentials: { username: SecretReference; password: SecretReference } | null;
  profile: ProfileSource;
  /** A VM that is taken away is taken out of the project, too. */
  removeHosts: boolean;
  /** The names of the fleet's own networks and their addresses (`dns.hosts`): ven itself goes by them, too. Lower case. */
  addresses: Record<string, string>;
}

/** Where a provisioning profile is: one that comes along with ven, or a file by its path as the fleet file gives it. */
export type ProfileSource = { builtin: string } | { file: string };

export interface ResolvedHost {
  /** A libvirt connection URI. */
  uri: string;
  /** `auto`: decided on the host, by trying, when a VM is made; an existing VM keeps what it has. */
  accelerator: 'kvm' | 'qemu' | 'auto';
  storagePool: string;
  runner: VagrantRunner;
}

/** Where vagrant runs: on the machine that ven runs on, or there in a container of this image. */
export type VagrantRunner = { kind: 'local' } | { kind: 'container'; image: string };

export type ResolvedNetwork = OwnNetwork | ExistingNetwork;

/** A network that ven makes and takes away. */
export interface OwnNetwork {
  kind: 'own';
  address: Address;
  /** The key in the fleet file, or the VM's name for a network made by `nics: per-vm`. */
  name: string;
  /** `<fleet>_<name>` */
  libvirtName: string;
  uuid: string;
  /** At most 15 characters. */
  bridge: string;
  mode: 'nat' | 'isolated' | 'route';
  /** `auto`: chosen by the planner when the network is made, then kept. */
  subnet: Ipv4Subnet | 'auto';
  /** `auto` takes .3 to .155 of the subnet, as far as it reaches; null: no DHCP. */
  dhcp: Ipv4Range | 'auto' | null;
  dnsHosts: DnsHost[];
  /** Fixed addresses of NICs, as DHCP host entries. Sorted by MAC. */
  dhcpHosts: DhcpHost[];
  /** What DHCP tells UEFI firmware to boot over HTTP; null: nothing. */
  bootUrl: string | null;
  /** SHA-256, hex, of the fields above. */
  digest: string;
}

/** Somebody else's libvirt network; ven changes nothing of it but what `bootUrl` asks for. */
export interface ExistingNetwork {
  kind: 'existing';
  address: Address;
  name: string;
  libvirtName: string;
  /** What ven is to have its DHCP tell UEFI firmware to boot over HTTP, as long as a fleet wants it; null: nothing of ven's. */
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
  /** Order of boot devices, without repetition. */
  boot: ('disk' | 'network')[];
  /** false: UEFI firmware leaves PXE out. Always true for BIOS, which has nothing else. */
  pxe: boolean;
  /** Firmware variables that ven makes; null: libvirt makes them from the firmware's template. */
  nvram: ResolvedNvram | null;
  disks: ResolvedDisk[];
  nics: ResolvedNic[];
  /** SMBIOS type 1 serial number. */
  serialNumber: string;
  graphics: ResolvedGraphics;
  autostart: boolean;
  power: 'running' | 'off';
  protect: boolean;
  /** How long a graceful shutdown may take before power is cut. */
  shutdownTimeoutSeconds: number;
  /** SHA-256, hex, of the fields above. */
  digest: string;
}

export interface ResolvedNvram {
  pool: string;
  /** See `nvramVolume`. */
  volume: string;
  /** SHA-256, hex, of the certificates in it (`ResolvedOrchestrator.caCertificates`); absent: none. */
  certificates?: string;
  /** SHA-256, hex, of the keys for secure boot in it (`ResolvedFleet.secureBootKeys`); absent: those of the template. */
  keys?: string;
}

export interface ResolvedDisk {
  /** Device in the VM: sda, sdb (SATA and SCSI), vda (virtio). */
  target: string;
  bus: 'sata' | 'virtio' | 'scsi';
  sizeBytes: number;
  pool: string;
  /** `<domain>-<target>.qcow2` */
  volume: string;
}

export interface ResolvedNic {
  /** Lower case, `52:54:00…`-like but locally administered. Identifies the NIC within the VM. */
  mac: string;
  model: 'virtio' | 'e1000' | 'e1000e' | 'rtl8139';
  source: NicSource;
  /** Fixed IPv4 address, given by DHCP. */
  ip: string | null;
}

export type NicSource =
  /** A libvirt network; `own` is its address when it is one of the fleet's own. */
  { kind: 'network'; network: string; own: Address | null } | { kind: 'bridge'; bridge: string };

export type ResolvedGraphics =
  | { type: 'none' }
  | { type: 'vnc'; listen: string; port: number | 'auto'; password?: SecretReference };
