// Generated from schemas/fleet.schema.yaml by `npm run generate`. Do not edit.

/**
 * The version of this file's format. Always `ven/v1`.
 */
export type ApiVersion = 'ven/v1';
/**
 * The fleet's name, a DNS label (lower-case letters, digits, hyphens; at most 40 characters). Every derived identity comes from it and the VM's name: domain name, UUID, MAC addresses, serial number. A renamed fleet is another fleet.
 */
export type FleetName = string;
/**
 * The libvirt connection URI: `qemu:///system`, or another transport or machine with the same path. Without it, the environment variable LIBVIRT_DEFAULT_URI names the host, else it is `qemu:///system`. `--connect` of a command goes before all of them. Sessions (`qemu:///session`) and drivers other than qemu are refused: no VM of ven's can run there. However a host's URI is spelled, it is one host.
 */
export type Uri = string;
/**
 * What brings VMs up. `vagrant` (default): vagrant with its provider vagrant-libvirt. `libvirt`: virsh alone, which is faster and needs no vagrant. The VMs are the same: a fleet may change its backend at any time, and no VM changes with it.
 */
export type Backend = 'vagrant' | 'libvirt';
/**
 * `kvm`: hardware virtualisation. `qemu`: software emulation. `auto` (default): kvm where it really runs firmware on this host, else qemu. ven decides when it creates a VM.
 */
export type Accelerator = 'auto' | 'kvm' | 'qemu';
/**
 * The libvirt storage pool for disks without a `pool`. Default: `default`, which ven creates when it is missing. Any other pool must exist. It has to be a folder: of type dir, fs or netfs.
 */
export type StoragePool = string;
/**
 * The local account that new hosts get: its user name or its id; with `sshKey`, ven creates it where it is missing. `false`: none. Default: it is left as it is.
 */
export type FleetLocalAccount = false | string | FleetNewLocalAccount;
/**
 * Virtual CPUs. Default: 4.
 */
export type Cpus = number;
/**
 * Memory, in MiB, GiB or TiB (powers of 1024), 64MiB to 4TiB. Default: 8GiB.
 */
export type Memory = string;
/**
 * Disks, in order: sda, sdb, … for SATA and SCSI, vda, vdb, … for virtio. Default: one SATA disk of 110GiB. Disks are sparse: they take only the space that the guest has written.
 *
 * @maxItems 24
 */
export type Disks = FleetDisk[];
/**
 * `uefi` (default): without secure boot. `uefi-secure`: secure boot with the keys that the host's distribution enrols. `bios`. Or a map: secure boot with your own keys, your own UEFI files on the host, or both.
 */
export type Firmware = ('uefi' | 'uefi-secure' | 'bios') | FleetFirmware;
/**
 * An emulated TPM 2.0. Default: true.
 */
export type Tpm = boolean;
/**
 * The boot devices that the firmware tries, in order. Default: disk, then network.
 *
 * @minItems 1
 * @maxItems 2
 */
export type Boot = ('disk' | 'network')[];
/**
 * Whether UEFI firmware tries PXE before HTTP boot, which takes two minutes. Default: false when there is an `orchestrator`, else true.
 */
export type Pxe = boolean;
/**
 * Network cards. `default` (default): one, on libvirt's network `default` (virbr0). `per-vm`: one, on a NAT network of its own for each VM, with its own bridge. Or a list.
 */
export type Nics = ('default' | 'per-vm') | FleetNic[];
/**
 * What passes in a second, at most.
 */
export type Rate = string;
/**
 * `none` (default): serial console only. `vnc`: a VNC server on 127.0.0.1, on a port that libvirt chooses. Or a map with details.
 */
export type Graphics = ('none' | 'vnc') | FleetVnc;
/**
 * A baseboard management controller for the VM, as a server has one: provisioners (Metal3, Ironic, Tinkerbell, MAAS) switch its power, choose what it boots from and insert media through it. `ven bmc serve` runs them. `none` (default): it has none. VMs with the same `listen` and `port` share one service, in which each is a System; whoever logs in sees those whose credentials these are.
 */
export type Bmc = 'none' | FleetBmc;
/**
 * Start the VM when the host boots. Default: false.
 */
export type Autostart = boolean;
/**
 * The host of the VM, a key of `hosts`. Default: `placement` says it. A VM that is on another host is not moved there: it is refused, and stays.
 */
export type VmHost = string;
/**
 * The name of a host, a key of `hosts`.
 */
export type HostName = string;
/**
 * Whether the VM should be `running` (default) or `off`. `external`: others power it on and off, by its BMC or by hand. ven makes it, leaves it off, and never starts or stops it; a change that needs a restart waits for its next start. To replace or to destroy it still powers it off.
 */
export type Power = 'running' | 'off' | 'external';
/**
 * Refuse every change that would delete this VM's disks, also when the file does not name it any more. To lose them, apply `false` once first. Default: false.
 */
export type Protect = boolean;
/**
 * Differences that are left as they are, by their paths in the plan: `memory`, `cpu.model`, `disks.sda.size`, `nics.0.network` (a place in the list, or a MAC address). With a path goes all that is part of it: `nics`. The plan says what it ignores. A VM that is created or replaced is made as this file says. Default: none. A VM's own list replaces that in `defaults`.
 *
 * @maxItems 100
 */
export type Ignore = string[];
/**
 * How long a guest may take to shut down, in seconds or minutes, at most an hour. After that, an apply that restarts the VM or powers it off cuts its power; `ven power off` and `reboot` leave it running, and say so. `0s`: the power is cut at once. Default: 60s.
 */
export type ShutdownTimeout = string;
/**
 * A short title for people, one line of free text.
 */
export type VmTitle = string;
/**
 * Free text for people, one line or more.
 */
export type VmDescription = string;
/**
 * The VMs, or groups of identical VMs (`count`).
 *
 * @minItems 1
 * @maxItems 10000
 */
export type Vms = FleetVm[];

/**
 * A fleet of virtual edge nodes on one libvirt host, or on several, as a person writes it. `ven plan` shows the differences between this file and the host. `ven apply` makes the host match this file. Paths in it are relative to its folder; where it is a symbolic link, to the folder of the file itself; where it comes from standard input, to the current folder.
 */
export interface Fleet {
  apiVersion: ApiVersion;
  fleet: FleetName;
  host?: FleetHost;
  hosts?: Hosts;
  engine?: FleetEngine;
  orchestrator?: FleetOrchestrator;
  networks?: Networks;
  defaults?: FleetDefaults;
  vms: Vms;
}
/**
 * The libvirt host of the fleet. Everything in it is optional.
 */
export interface FleetHost {
  uri?: Uri;
  backend?: Backend;
  accelerator?: Accelerator;
  storagePool?: StoragePool;
  vagrant?: FleetVagrant;
}
/**
 * How vagrant runs, where it is the backend, and whether it knows the VMs.
 */
export interface FleetVagrant {
  /**
   * Where vagrant runs. `local` (default): on this machine. `container`: in a container on this machine, through docker or podman; then this machine needs no vagrant.
   */
  runner?: 'local' | 'container';
  /**
   * The container image with vagrant and vagrant-libvirt, for `runner: container`. Default: `vagrantlibvirt/vagrant-libvirt:edge-slim`.
   */
  image?: string;
  /**
   * `true`: apply keeps the folder `vagrant-fleet` in the fleet's work folder, whatever the backend. There `vagrant status`, `up`, `halt` and `ssh` know the fleet's VMs. Default: false.
   */
  folder?: boolean;
}
/**
 * The libvirt hosts of a fleet that is on several, by name, in place of `host`. ven places each VM on one of them (`placement`), and a VM stays on the host that it is on. Each host gets those of the fleet's own networks that a VM there has a NIC on.
 */
export interface Hosts {
  [k: string]: FleetHostOfMany;
}
/**
 * One of the hosts of the fleet.
 */
export interface FleetHostOfMany {
  uri: Uri;
  backend?: Backend;
  accelerator?: Accelerator;
  storagePool?: StoragePool;
  vagrant?: FleetVagrant;
  labels?: Labels;
  reserve?: FleetReserve;
  overcommit?: FleetOvercommit;
}
/**
 * Words about a host, `key: value`. In `placement`: only hosts that have all of these.
 */
export interface Labels {
  [k: string]: string;
}
/**
 * What of the host is not for VMs. ven counts all domains of a host, whoever's they are; this is for what else runs there. Default: nothing.
 */
export interface FleetReserve {
  /**
   * CPUs of the host that VMs do not count on. Default 0.
   */
  cpus?: number;
  /**
   * Memory that VMs do not count on. Default 0.
   */
  memory?: string;
}
/**
 * How many times VMs may have what the host has. It limits which host takes a new VM; a VM that is there stays.
 */
export interface FleetOvercommit {
  /**
   * Virtual CPUs for each CPU of the host. Default 4.
   */
  cpus?: number;
  /**
   * Of the memory of the host. Default 1.
   */
  memory?: number;
  /**
   * Of what is free in the storage pool when a VM is created: a disk takes only what is written to it. Default 4.
   */
  disk?: number;
}
/**
 * What runs the VMs, in place of `host`: KubeVirt, in a Kubernetes cluster that others keep alive. Without it: libvirt, on a host. What KubeVirt has no field for is an error here.
 */
export interface FleetEngine {
  kubevirt: FleetKubevirt;
}
/**
 * The cluster, and the place in it. Everything in it is optional: `{}` is where `kubectl` works without flags.
 */
export interface FleetKubevirt {
  /**
   * The kubeconfig file, relative to this file. Default: the one that the environment variable KUBECONFIG names, else `~/.kube/config`.
   */
  kubeconfig?: string;
  /**
   * The context in the kubeconfig file. Default: its current one.
   */
  context?: string;
  /**
   * The namespace of all that the fleet has. It must exist. Default: that of the context, else `default`.
   */
  namespace?: string;
  /**
   * The storage class of disks without a `pool`. Default: the cluster's default class.
   */
  storageClass?: string;
}
/**
 * Where the nodes boot from, by UEFI HTTP boot: `domain` for the orchestrator's usual boot URL, or `bootUrl`. The fleet's own networks offer this URL to the firmware.
 */
export interface FleetOrchestrator {
  /**
   * The orchestrator's domain. Nodes boot from https://tinkerbell-haproxy.<domain>/tink-stack/signed_ipxe.efi.
   */
  domain?: string;
  /**
   * The URL of the boot file, instead of the one that `domain` gives.
   */
  bootUrl?: string;
  /**
   * A PEM file, relative to this file: the certificate of the authority that signed the boot server's certificate, or a chain of them. ven puts it into the firmware of every UEFI VM, which trusts no other authority.
   */
  caCertificate?: string;
  /**
   * How the orchestrator learns of the nodes. `interactive`: ven logs in at each node's console. `non-interactive`: ven registers each node's serial number before its first start. `none` (default): not through ven.
   */
  onboarding?: 'interactive' | 'non-interactive' | 'none';
  /**
   * The orchestrator's project for the nodes. ven needs it to register nodes and to read their status.
   */
  project?: string;
  credentials?: FleetCredentials;
  osCredentials?: FleetCredentials1;
  /**
   * The profile: the stages of a node until it is ready, and the answers to its prompts. `edge-node` (default) comes with ven. Or the path of your own file, relative to this file; it begins with ./, ../ or /.
   */
  profile?: string;
  /**
   * When ven deletes a VM, it deletes the VM's host from the orchestrator's project, too. Default: false.
   */
  removeHosts?: boolean;
  provider?: FleetProvider;
}
/**
 * Where the user name and the password are: of the person who onboards the nodes (`interactive`), or of the project's API (`non-interactive`). Default: the variables ONBOARDING_USERNAME and ONBOARDING_PASSWORD, or PROJECT_API_USER and PROJECT_API_PASSWORD. On a terminal, ven asks for what is not set.
 */
export interface FleetCredentials {
  username: FleetSecret;
  password: FleetSecret1;
}
/**
 * Where the user name is (`env` or `file`), never the name itself.
 */
export interface FleetSecret {
  /**
   * The name of a variable in ven's own environment.
   */
  env?: string;
  /**
   * A file with mode 0600 or stricter, relative to this file. A line break at its end does not count.
   */
  file?: string;
}
/**
 * Where the password is (`env` or `file`), never the password itself.
 */
export interface FleetSecret1 {
  /**
   * The name of a variable in ven's own environment.
   */
  env?: string;
  /**
   * A file with mode 0600 or stricter, relative to this file. A line break at its end does not count.
   */
  file?: string;
}
/**
 * Where the user name and the password are for the system that the nodes install. With them, ven logs in at each node's console and follows the installation of the agents to its end. Without them, only the orchestrator can tell that a node with Ubuntu is ready. On a terminal, ven asks for what is not set. Default: ven does not log in.
 */
export interface FleetCredentials1 {
  username: FleetSecret;
  password: FleetSecret1;
}
/**
 * What new hosts of the project get by themselves: the orchestrator's provider `infra_onboarding`. It is the whole project's, so all its fleets must say the same. ven compares and changes only the keys that are written here, before it starts a VM, and never deletes it.
 */
export interface FleetProvider {
  /**
   * The operating system that new hosts install: the name of one of the orchestrator's OS profiles, or its id.
   */
  defaultOs?: string;
  /**
   * `true`: a new host installs `defaultOs` by itself. `false`: it waits until a person chooses. Default: true with `defaultOs`, else it is left as it is.
   */
  autoProvision?: boolean;
  /**
   * Whether new hosts install with secure boot and disk encryption, where the OS profile has them. Default: it is left as it is.
   */
  osSecurityFeatureEnable?: boolean;
  defaultLocalAccount?: FleetLocalAccount;
}
export interface FleetNewLocalAccount {
  /**
   * The user name of the account.
   */
  username: string;
  /**
   * The public SSH key of the account, as the orchestrator takes it: of type ssh-ed25519 or ecdsa-sha2-nistp521.
   */
  sshKey: string;
}
/**
 * The fleet's networks by name. A network with a `subnet` or `mode` (or with nothing: `{}`) is the fleet's own: ven creates and deletes it. A network with `existing` is a foreign libvirt network: ven uses it and does not change it, unless it has `httpBoot: true`.
 */
export interface Networks {
  [k: string]: FleetNetwork;
}
/**
 * One network: the fleet's own (libvirt network `<fleet>_<name>` with its own bridge), or an `existing` one.
 */
export interface FleetNetwork {
  /**
   * `nat` (default): the VMs reach other networks through the host. `isolated`: they reach only each other and the host. `route`: the host routes their packets unchanged; other routers must know the way back.
   */
  mode?: 'nat' | 'isolated' | 'route';
  /**
   * The IPv4 subnet in CIDR notation, /8 to /30. Its first host address is the gateway. `auto` (default): ven chooses a free /24 when it creates the network, and keeps it. When the network is off and something else has its subnet by then, ven chooses another one.
   */
  subnet?: string;
  /**
   * The range of addresses that DHCP gives out; `false`: no DHCP. Default: .3 to .155 of the subnet, or as many of them as it has.
   */
  dhcp?: FleetDhcp | false;
  dns?: FleetDns;
  /**
   * Whether the network tells UEFI firmware where to boot from. Default for the fleet's own networks: true when there is an `orchestrator`. Default for an `existing` network: false. With true, ven adds boot options to the foreign network and restarts it; its VMs are reattached at once. When the last fleet that needs the options is destroyed, ven removes them.
   */
  httpBoot?: boolean;
  /**
   * The name of a libvirt network that exists and is foreign. ven attaches VMs to it. ven changes it only with `httpBoot: true`.
   */
  existing?: string;
}
export interface FleetDhcp {
  /**
   * The first address that DHCP gives out.
   */
  start: string;
  /**
   * The last address that DHCP gives out.
   */
  end: string;
}
/**
 * Names that the network's own DNS server resolves.
 */
export interface FleetDns {
  /**
   * IPv4 addresses, each with the names that resolve to it.
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
 * Settings for every VM that does not set them itself. A VM's own key replaces the default's whole value; lists are not merged.
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
  smbios?: FleetSmbios;
  graphics?: Graphics;
  bmc?: Bmc;
  autostart?: Autostart;
  host?: VmHost;
  placement?: FleetPlacement;
  power?: Power;
  protect?: Protect;
  ignore?: Ignore;
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
  /**
   * The serial number that the guest sees (SMART, `/dev/disk/by-id`): 1 to 20 letters, digits, _ and -. With `count` each VM's disk has the same. Default: QEMU's own; a disk that has one keeps it.
   */
  serial?: string;
}
export interface FleetFirmware {
  /**
   * The firmware's code, a file on the host. A file that ends in .qcow2 is a qcow2 image, any other is raw.
   */
  loader?: string;
  /**
   * The initial content of each VM's firmware variables, a file on the host. It must fit the loader.
   */
  nvramTemplate?: string;
  /**
   * Your own keys: only what they have signed boots, and ven uses the host's firmware for secure boot. With `loader`: `true` says that the loader is built for secure boot; it runs with SMM and protects its variables, and the keys come from the template. Default: false.
   */
  secureBoot?: boolean | FleetSecureBoot;
}
/**
 * The certificates of secure boot, under UEFI's own names; ven enrols these and no others. Either `keys`, or at least `PK` and `db`.
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
   * The key exchange keys: PEM files with the certificates of those who may change `db` later. Default: the certificate of `PK`.
   */
  KEK?: string | string[];
  /**
   * The signature database: PEM files with certificates. Files that their owners have signed boot.
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
   * A fixed MAC address. Default: derived from fleet, VM and the card's position in the list.
   */
  mac?: string;
  /**
   * A fixed IPv4 address, which DHCP gives out. Only on the fleet's own networks with a literal subnet.
   */
  address?: string;
  /**
   * The card that the guest sees. Default: `virtio`.
   */
  model?: 'virtio' | 'e1000' | 'e1000e' | 'rtl8139';
  link?: FleetLink;
}
/**
 * How bad the network behind the card is. Default: a good link. Changes take effect in the running VM. `latency`, `jitter`, `loss`, `duplicate` and `corrupt` need root on the host, and its kernel's netem.
 */
export interface FleetLink {
  /**
   * `up` (default), or `down`: its cable is pulled.
   */
  state?: 'up' | 'down';
  /**
   * The most that passes in a second, each way. Or a map, for a link that differs: `in`, to the VM, and `out`, from it. Default: no limit.
   */
  rate?:
    | Rate
    | {
        in?: Rate;
        out?: Rate;
      };
  /**
   * How much longer a ping takes: each packet to the VM waits so long. At most 60s. Default: none.
   */
  latency?: string;
  /**
   * How much the latency varies, up and down; packets overtake each other then. Not more than `latency`. Default: none.
   */
  jitter?: string;
  /**
   * The share of packets to the VM that get lost, at random. Default: none.
   */
  loss?: string;
  /**
   * The share of packets to the VM that come twice. Default: none.
   */
  duplicate?: string;
  /**
   * The share of packets to the VM with a wrong bit. Default: none.
   */
  corrupt?: string;
}
/**
 * Who the SMBIOS tables say that the machine is (`dmidecode`), beside its serial number. What is left out has ven's default. A VM's own replaces the whole of that in `defaults`.
 */
export interface FleetSmbios {
  /**
   * The system's manufacturer. Default: ven.
   */
  manufacturer?: string;
  /**
   * The system's product name. Default: Virtual Edge Node.
   */
  product?: string;
  /**
   * The chassis' asset tag. Default: none.
   */
  assetTag?: string;
  /**
   * The system's UUID, by which an orchestrator knows the node. Each VM has its own. Default: the domain's, which is derived from fleet and VM and stays as it is.
   */
  uuid?: string;
}
export interface FleetVnc {
  /**
   * The kind of graphics.
   */
  type: 'vnc';
  /**
   * The address that the server listens on. Default: 127.0.0.1. On any other address, everyone who reaches it gets in, unless there is a `password`. The connection is never encrypted.
   */
  listen?: string;
  /**
   * The TCP port, 5900 to 65535; `auto` (default): libvirt chooses.
   */
  port?: number | 'auto';
  password?: FleetSecret2;
}
/**
 * Where the password for viewers is. At most 8 characters, since VNC uses no more. Default: no password.
 */
export interface FleetSecret2 {
  /**
   * The name of a variable in ven's own environment.
   */
  env?: string;
  /**
   * A file with mode 0600 or stricter, relative to this file. A line break at its end does not count.
   */
  file?: string;
}
export interface FleetBmc {
  /**
   * What it speaks. IPMI is not there.
   */
  type: 'redfish';
  /**
   * The IP address, of the machine that runs `ven bmc serve`, that the service listens on. Default: 127.0.0.1, which only programs of that machine reach.
   */
  listen?: string;
  /**
   * The TCP port, 1 to 65535. `auto` (default): one port for all VMs of the fleet, derived from its name, 20000 to 29999. `per-vm`: a port and a service for each VM alone, as each server has its own; derived from the names of fleet and VM.
   */
  port?: number | ('auto' | 'per-vm');
  /**
   * `true` (default): HTTPS with a certificate that ven makes once and signs itself; `ven bmc serve` shows its fingerprint. `false`: plain HTTP, which shows the credentials to everyone on the way. The same for all VMs of a service.
   */
  tls?: boolean;
  credentials: FleetBmcCredentials;
}
/**
 * Where the user name and the password are. Who has them has the power over the VM.
 */
export interface FleetBmcCredentials {
  username: FleetSecret3;
  password: FleetSecret4;
}
/**
 * Where the user name is (`env` or `file`), never the name itself.
 */
export interface FleetSecret3 {
  /**
   * The name of a variable in ven's own environment.
   */
  env?: string;
  /**
   * A file with mode 0600 or stricter, relative to this file. A line break at its end does not count.
   */
  file?: string;
}
/**
 * Where the password is (`env` or `file`), never the password itself.
 */
export interface FleetSecret4 {
  /**
   * The name of a variable in ven's own environment.
   */
  env?: string;
  /**
   * A file with mode 0600 or stricter, relative to this file. A line break at its end does not count.
   */
  file?: string;
}
/**
 * Which of the `hosts` takes a VM that is on none yet. Of those that may (`hosts`, `labels`), answer and have room, the `strategy` chooses one. Default: any host, `spread`.
 */
export interface FleetPlacement {
  /**
   * Only these.
   *
   * @minItems 1
   * @maxItems 1000
   */
  hosts?: HostName[];
  labels?: Labels;
  /**
   * `spread` (default): the host that has the most left. `pack`: the one that has the least left, and enough.
   */
  strategy?: 'spread' | 'pack';
  /**
   * The name of a group. No two VMs of a group are placed on one host.
   */
  apart?: string;
}
/**
 * One VM, or with `count` a group of identical VMs.
 */
export interface FleetVm {
  /**
   * The VM's name, a DNS label, unique in the fleet. With `count: 3`, `edge` becomes edge-1, edge-2 and edge-3. Its libvirt domain is `<fleet>_<name>`.
   */
  name: string;
  /**
   * The number of VMs: <name>-1 to <name>-N. Without it there is one VM, and its name gets no number. A higher count leaves the existing VMs as they are.
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
   * SMBIOS serial numbers, one per VM of the group, in order: 5 to 20 letters and digits. Default: derived from fleet and VM.
   *
   * @minItems 1
   * @maxItems 1000
   */
  serialNumbers?: string[];
  smbios?: FleetSmbios;
  graphics?: Graphics;
  bmc?: Bmc;
  autostart?: Autostart;
  host?: VmHost;
  placement?: FleetPlacement;
  power?: Power;
  protect?: Protect;
  ignore?: Ignore;
  shutdownTimeout?: ShutdownTimeout;
  title?: VmTitle;
  description?: VmDescription;
}
