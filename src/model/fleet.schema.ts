// Generated from schemas/fleet.schema.json by `npm run generate`. Do not edit.

/**
 * The version of this file's format. Always `ven/v1`.
 */
export type ApiVersion = 'ven/v1';
/**
 * The fleet's name, a DNS label (lower-case letters, digits, hyphens; at most 40 characters). Together with a VM's name it gives every derived identity: domain name, UUID, MAC addresses, serial number. Renaming a fleet makes another fleet.
 */
export type FleetName = string;
/**
 * The libvirt connection URI. Default: `qemu:///system`.
 */
export type Uri = string;
/**
 * `kvm`: hardware virtualisation. `qemu`: software emulation. `auto` (default): kvm where it really runs firmware on this host, else qemu; decided when a VM is made.
 */
export type Accelerator = 'auto' | 'kvm' | 'qemu';
/**
 * The libvirt storage pool for disks that name none. Default: `default`, which ven creates when it is missing; any other pool must exist.
 */
export type StoragePool = string;
/**
 * Virtual CPUs. Default: 4.
 */
export type Cpus = number;
/**
 * Memory, in MiB, GiB or TiB (powers of 1024), 64MiB to 4TiB. Default: 8GiB.
 */
export type Memory = string;
/**
 * Disks, in order: sda, sdb, … for SATA and SCSI, vda, vdb, … for virtio. Default: one SATA disk of 110GiB. They are sparse: they take only the room that the guest has written to.
 *
 * @maxItems 24
 */
export type Disks = FleetDisk[];
/**
 * `uefi` (default): without secure boot. `uefi-secure`: secure boot with the keys that the host's distribution enrolls. `bios`. Or a map: secure boot with keys of your own, the host's files for a UEFI of your own, or both.
 */
export type Firmware = ('uefi' | 'uefi-secure' | 'bios') | FleetFirmware;
/**
 * An emulated TPM 2.0. Default: true.
 */
export type Tpm = boolean;
/**
 * What the firmware tries to boot from, in order. Default: disk, then network.
 *
 * @minItems 1
 * @maxItems 2
 */
export type Boot = ('disk' | 'network')[];
/**
 * Whether UEFI firmware tries PXE before HTTP boot, which costs it two minutes. Default: false when there is an `orchestrator`, else true.
 */
export type Pxe = boolean;
/**
 * Network cards. `default`: one, on libvirt's network `default` (virbr0). `per-vm`: one, on a NAT network of the VM's own, with a bridge of its own. Or a list.
 */
export type Nics = ('default' | 'per-vm') | FleetNic[];
/**
 * `none` (default): serial console only. `vnc`: a VNC server on 127.0.0.1 with a port of libvirt's choice. Or the details.
 */
export type Graphics = ('none' | 'vnc') | FleetVnc;
/**
 * Start the VM when the host boots. Default: false.
 */
export type Autostart = boolean;
/**
 * Whether the VM should be `running` (default) or `off`.
 */
export type Power = 'running' | 'off';
/**
 * Refuse every change that would lose this VM's disks. Default: false.
 */
export type Protect = boolean;
/**
 * How long a graceful shutdown may take before power is cut, in seconds or minutes, at most an hour; `0s`: cut at once. Default: 60s.
 */
export type ShutdownTimeout = string;
/**
 * A short title for people, one line of free text.
 */
export type VmTitle = string;
/**
 * Free text for people; it may have many lines.
 */
export type VmDescription = string;
/**
 * The VMs, or groups of alike VMs (`count`).
 *
 * @minItems 1
 * @maxItems 5000
 */
export type Vms = FleetVm[];

/**
 * A fleet of virtual edge nodes on one libvirt host, as a person writes it. `ven plan` shows what differs between this file and the host; `ven apply` makes the host match.
 */
export interface Fleet {
  apiVersion: ApiVersion;
  fleet: FleetName;
  host?: FleetHost;
  orchestrator?: FleetOrchestrator;
  networks?: Networks;
  defaults?: FleetDefaults;
  vms: Vms;
}
/**
 * The libvirt host that carries the fleet. All of it may be left out.
 */
export interface FleetHost {
  uri?: Uri;
  accelerator?: Accelerator;
  storagePool?: StoragePool;
  vagrant?: FleetVagrant;
}
/**
 * How vagrant is run.
 */
export interface FleetVagrant {
  /**
   * Where vagrant runs. `local` (default): on this machine. `container`: in a container on this machine, through docker or podman; vagrant need not be installed then.
   */
  runner?: 'local' | 'container';
  /**
   * The container image that has vagrant and vagrant-libvirt; of use with `runner: container`. Default: `vagrantlibvirt/vagrant-libvirt:edge-slim`.
   */
  image?: string;
}
/**
 * Where the nodes boot from, by UEFI HTTP boot: `domain` for the orchestrator's usual boot URL, or `bootUrl`. The fleet's own networks then tell the firmware so.
 */
export interface FleetOrchestrator {
  /**
   * The orchestrator's domain. Nodes boot from https://tinkerbell-haproxy.<domain>/tink-stack/signed_ipxe.efi.
   */
  domain?: string;
  /**
   * The boot file's URL, instead of the one that follows from `domain`.
   */
  bootUrl?: string;
  /**
   * A PEM file with the certificate of the authority that signed the boot server's, or a chain of them; relative to this file. ven puts it into the firmware of every UEFI VM, which trusts no other.
   */
  caCertificate?: string;
  /**
   * How the orchestrator gets to know the nodes. `interactive`: ven logs in at each node's console. `non-interactive`: ven registers each node's serial number before its first start. `none` (default): not through ven.
   */
  onboarding?: 'interactive' | 'non-interactive' | 'none';
  /**
   * The orchestrator's project that the nodes belong to. Needed to register nodes, and to ask what became of them.
   */
  project?: string;
  credentials?: FleetCredentials;
  /**
   * What a node says and needs on its way to ready. `edge-node` (default) comes along with ven; or the path of a file of your own, relative to this file, beginning with ./, ../ or /.
   */
  profile?: string;
  /**
   * When a VM is taken away, its host is removed from the orchestrator's project, too. Default: false.
   */
  removeHosts?: boolean;
}
/**
 * Where the user name and the password are: of the person who onboards the nodes (`interactive`), or of the project's API (`non-interactive`). Default: the variables ONBOARDING_USERNAME and ONBOARDING_PASSWORD, or PROJECT_API_USER and PROJECT_API_PASSWORD; what is not set is asked for on a terminal.
 */
export interface FleetCredentials {
  username: FleetSecret;
  password: FleetSecret;
}
/**
 * Where a secret is, never the secret itself: an environment variable (`env`), or a file that nobody but its owner may read (`file`). It is read at the moment of use, and kept out of plans, logs and work files.
 */
export interface FleetSecret {
  /**
   * The name of a variable in ven's own environment.
   */
  env?: string;
  /**
   * A file, relative to this one, of mode 0600 or stricter. A line's end at its end does not count.
   */
  file?: string;
}
/**
 * The fleet's networks by name. A network with a `subnet` or `mode` (or with nothing at all: `{}`) is the fleet's own: ven makes it and takes it away. One with `existing` is somebody else's libvirt network, which ven uses and does not change, unless `httpBoot: true` is said.
 */
export interface Networks {
  [k: string]: FleetNetwork;
}
/**
 * One network. Either the fleet's own (libvirt network `<fleet>_<name>` with a bridge of its own), or `existing`.
 */
export interface FleetNetwork {
  /**
   * `nat` (default): the VMs reach the world through the host. `isolated`: they reach one another and the host only. `route`: their packets are routed unchanged; the world must know the way back.
   */
  mode?: 'nat' | 'isolated' | 'route';
  /**
   * IPv4 subnet in CIDR notation, /8 to /30; its first host address is the gateway. `auto` (default): a free /24 is chosen when the network is made, and kept.
   */
  subnet?: string;
  /**
   * The range of addresses that DHCP gives out, or `false` for no DHCP. Default: .3 to .155 of the subnet, as far as it reaches.
   */
  dhcp?: FleetDhcp | false;
  dns?: FleetDns;
  /**
   * Whether the network tells UEFI firmware where to boot from. Default, for the fleet's own networks: true when there is an `orchestrator`. For an `existing` one: false; with true ven adds the boot options to somebody else's network, starts it anew (its VMs are attached again at once), and puts it back as it was when the last fleet that wants them is destroyed.
   */
  httpBoot?: boolean;
  /**
   * The name of a libvirt network that exists already and is somebody else's. ven attaches VMs to it, and changes nothing of it unless `httpBoot: true` is said beside it.
   */
  existing?: string;
}
export interface FleetDhcp {
  /**
   * First address that DHCP gives out.
   */
  start: string;
  /**
   * Last address that DHCP gives out.
   */
  end: string;
}
/**
 * Names that the network's DNS server answers by itself.
 */
export interface FleetDns {
  /**
   * IPv4 addresses, each with the list of names that resolve to it.
   */
  hosts?: {
    /**
     * @minItems 1
     * @maxItems 100
     *
     * Items: A host name.
     */
    [k: string]: string[];
  };
}
/**
 * Settings for every VM that does not say otherwise. A key that a VM has itself replaces the default's whole value; lists are not joined.
 */
export interface FleetDefaults {
  cpus?: Cpus;
  memory?: Memory;
  disks?: Disks;
  firmware?: Firmware;
  tpm?: Tpm;
  boot?: Boot;
  pxe?: Pxe;
  nics?: Nics;
  graphics?: Graphics;
  autostart?: Autostart;
  power?: Power;
  protect?: Protect;
  shutdownTimeout?: ShutdownTimeout;
  title?: VmTitle;
  description?: VmDescription;
}
/**
 * One disk, a qcow2 volume in a storage pool.
 */
export interface FleetDisk {
  /**
   * Capacity, in MiB, GiB or TiB (powers of 1024), 1MiB to 64TiB. Growing a disk keeps its data.
   */
  size: string;
  /**
   * How the disk is connected. Default: `sata`.
   */
  bus?: 'sata' | 'virtio' | 'scsi';
  /**
   * The storage pool that holds it. Default: `host.storagePool`.
   */
  pool?: string;
}
export interface FleetFirmware {
  /**
   * The firmware's code, a file of the host; with the ending .qcow2 a qcow2 image, else raw.
   */
  loader?: string;
  /**
   * What each VM's own variables start from, a file of the host. It must fit the loader.
   */
  nvramTemplate?: string;
  /**
   * Keys of your own: then only what they have signed boots, and the host's firmware for secure boot is used. With `loader`, `true` says that it is one for secure boot: it runs with SMM, and guards its variables; which keys count, the template says. Default: false.
   */
  secureBoot?: boolean | FleetSecureBoot;
}
/**
 * The certificates that secure boot goes by, under UEFI's own names; ven enrolls them, and no others. Either `keys`, or at least `PK` and `db`.
 */
export interface FleetSecureBoot {
  /**
   * A PEM file with one certificate that is PK, KEK and db at once, relative to this file.
   */
  keys?: string;
  /**
   * The platform key: a PEM file with the certificate of the machine's owner, relative to this file.
   */
  PK?: string;
  /**
   * Key exchange keys: PEM files with the certificates of those who may change `db` later. Default: that of `PK`.
   */
  KEK?: string | string[];
  /**
   * The signature database: PEM files with the certificates of those whose signed files boot.
   */
  db?: string | string[];
}
/**
 * One network card, on a network of this file or on a bridge of the host.
 */
export interface FleetNic {
  /**
   * A key of `networks`.
   */
  network?: string;
  /**
   * A bridge that exists on the host, such as br0. ven never changes it.
   */
  bridge?: string;
  /**
   * A fixed MAC address. Default: derived from fleet, VM and the card's place in the list.
   */
  mac?: string;
  /**
   * A fixed IPv4 address, given out by DHCP. Only on the fleet's own networks with a literal subnet.
   */
  address?: string;
  /**
   * The card that the guest sees. Default: `virtio`.
   */
  model?: 'virtio' | 'e1000' | 'e1000e' | 'rtl8139';
}
export interface FleetVnc {
  /**
   * The kind of graphics.
   */
  type: 'vnc';
  /**
   * The address that the server listens on. Default: 127.0.0.1. Anything else is open to whoever reaches it, unless there is a `password`, and even then it is not encrypted.
   */
  listen?: string;
  /**
   * The TCP port, 5900 to 65535; `auto` (default): libvirt's choice.
   */
  port?: number | 'auto';
  password?: FleetSecret1;
}
/**
 * Where a secret is, never the secret itself: an environment variable (`env`), or a file that nobody but its owner may read (`file`). It is read at the moment of use, and kept out of plans, logs and work files.
 */
export interface FleetSecret1 {
  /**
   * The name of a variable in ven's own environment.
   */
  env?: string;
  /**
   * A file, relative to this one, of mode 0600 or stricter. A line's end at its end does not count.
   */
  file?: string;
}
/**
 * One VM, or with `count` a group of alike VMs.
 */
export interface FleetVm {
  /**
   * The VM's name, a DNS label, unique in the fleet. With `count: 3`, `edge` becomes edge-1, edge-2 and edge-3. Its libvirt domain is `<fleet>_<name>`.
   */
  name: string;
  /**
   * How many of this VM: <name>-1 to <name>-N. Without it there is one, named as is. Raising it leaves the others as they are.
   */
  count?: number;
  cpus?: Cpus;
  memory?: Memory;
  disks?: Disks;
  firmware?: Firmware;
  tpm?: Tpm;
  boot?: Boot;
  pxe?: Pxe;
  nics?: Nics;
  /**
   * SMBIOS serial numbers, one for each VM of the group, in order: 5 to 20 letters and digits. Default: derived from fleet and VM.
   *
   * @minItems 1
   * @maxItems 1000
   */
  serialNumbers?: string[];
  graphics?: Graphics;
  autostart?: Autostart;
  power?: Power;
  protect?: Protect;
  shutdownTimeout?: ShutdownTimeout;
  title?: VmTitle;
  description?: VmDescription;
}
