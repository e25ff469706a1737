/**
 * The machine, as ven sees it: `HostState` is what was seen, `Host` is all that ven may do to it.
 * The real host (`src/host`) and the in-memory one of the tests implement `Host`; one contract test covers both.
 */
import type { FirmwareKind, FirmwareNeed, HostFirmware, ResolvedFirmware } from './firmware.js';
import type { OwnNetwork, ResolvedDisk, ResolvedFleet } from './fleet.js';
import type { SecretReference } from './secret.js';

/** What was seen of a host at one moment. Pure JSON. */
export interface HostState {
  uri: string;
  /** ISO 8601, UTC. */
  observedAt: string;
  domains: ObservedDomain[];
  networks: ObservedNetwork[];
  pools: ObservedPool[];
  /** The volumes in the pools that the observed fleet uses. */
  volumes: ObservedVolume[];
  /** IPv4 ranges in use by the host's interfaces and routes; empty where they can't be known (a remote host). */
  routes: HostRoute[];
  /** The taps that hang on each bridge of the host, a bridge without any included (`[]`); null where that can't be known (a remote host). */
  bridgePorts: Record<string, string[]> | null;
}

export interface HostRoute {
  cidr: string;
  device: string;
}

/** ven's mark in libvirt's metadata (namespace `urn:ven:1`). Its presence with the derived UUID is ownership. */
export interface DomainMark {
  fleet: string;
  vm: string;
  /** `ResolvedVm.digest` of the spec that was applied last. */
  digest: string;
  /** Set last; an owned domain without it is half-made. */
  ready: boolean;
  /** Set before it is taken out of the orchestrator, where an apply would register it: until it is gone, or registered again. */
  unregistered?: true;
  /** `firmwareMark` of what the fleet file said when it was applied last; absent from a mark of before it was written down. */
  firmware?: string;
  /** `ResolvedNvram.certificates` of what was put into its firmware variables last; absent: nothing. */
  certificates?: string;
  /** `ResolvedNvram.keys`, likewise. */
  keys?: string;
  /** The volumes that ven made for it; no others are ever deleted with it. */
  volumes: MarkedVolume[];
  /**
   * MACs of the NICs that ven made for it, lower case, sorted; rendered as `<ven:nic mac="…"/>` after the volumes.
   * No other NIC is ever changed or removed. Empty for a mark without such elements.
   */
  nics: string[];
}

export interface NetworkMark {
  fleet: string;
  network: string;
  digest: string;
}

/**
 * ven's mark in somebody else's network that was given boot options (`<ven:boot>`): what they offer, and for whom. They go with
 * the last fleet.
 */
export interface BootMark {
  url: string;
  /** Each fleet, and the name that its file has for the network. */
  fleets: { fleet: string; network: string }[];
}

export interface VolumeRef {
  pool: string;
  volume: string;
}

/**
 * `asked`: what the fleet file said of the disk when it was applied last. A disk is only ever given up for a file that
 * says other than that: it is no measure that the host does. Absent: no file that names it was applied to its end.
 */
export interface MarkedVolume extends VolumeRef {
  asked?: Pick<ResolvedDisk, 'bus' | 'sizeBytes'>;
}

export type Power = 'running' | 'paused' | 'off' | 'crashed';

export interface ObservedDomain {
  uuid: string;
  name: string;
  power: Power;
  autostart: boolean;
  /** false: it runs, and was undefined: with its power it would be gone. `config` is then what would be defined again. */
  persistent: boolean;
  /** null: not ven's. */
  mark: DomainMark | null;
  /** The persistent definition: what the next start will use. */
  config: DomainFacts;
  /** What runs now; null when it is off. */
  live: DomainFacts | null;
  /** The NVRAM file is known to be gone; null where that can't be known. */
  nvramMissing: boolean | null;
  /** The persistent definition as libvirt gives it, for owned domains; empty for foreign ones. */
  xml: string;
}

/** `none`: nobody is asked for one · `closed`: nobody is let in · `wanted`: the one that the fleet file names · `another`. */
export type GraphicsPassword = 'none' | 'closed' | 'wanted' | 'another';

/** The parts of a domain's XML that ven owns, or needs to know of. */
export interface DomainFacts {
  title: string;
  description: string;
  accelerator: 'kvm' | 'qemu' | 'other';
  cpus: number;
  memoryKiB: number;
  firmware: FirmwareKind;
  /** The file of the firmware; null while libvirt has yet to choose one, and for a BIOS. */
  loader: string | null;
  nvram: string | null;
  tpm: boolean;
  boot: ('disk' | 'network' | 'other')[];
  /** false: UEFI firmware is told to leave PXE out, over IPv4 and IPv6. */
  pxe: boolean;
  disks: ObservedDisk[];
  nics: ObservedNic[];
  serialNumber: string | null;
  graphics:
    | { type: 'none' }
    | {
        type: string;
        listen: string;
        /** -1: not allocated yet */
        port: number;
        autoport: boolean;
        /** Absent: not looked at. */
        password?: GraphicsPassword;
      };
  /** COM1's pty (while running) and its log file. */
  console: { pty: string | null; log: string | null };
}

export interface ObservedDisk {
  target: string;
  bus: string;
  /** The file or device behind it, or null (an empty CD drive). */
  path: string | null;
  /** Set when the source is given as pool and volume. */
  volume: VolumeRef | null;
  device: string;
}

export interface ObservedNic {
  mac: string;
  model: string;
  source:
    { kind: 'network'; network: string } | { kind: 'bridge'; bridge: string } | { kind: 'other' };
  /** vnetN, while running. */
  tap: string | null;
  /** The bridge that it should hang on, while running. */
  bridge: string | null;
}

export interface ObservedNetwork {
  uuid: string;
  name: string;
  active: boolean;
  autostart: boolean;
  persistent: boolean;
  mark: NetworkMark | null;
  bridge: string | null;
  mode: 'nat' | 'isolated' | 'route' | 'other';
  /** IPv4 of the network with its prefix, `192.168.150.1/24`; null: none. */
  gateway: string | null;
  dhcp: { start: string; end: string } | null;
  dnsHosts: { ip: string; names: string[] }[];
  dhcpHosts: { mac: string; ip: string; name: string | null }[];
  /** What it tells UEFI firmware to boot over HTTP; see `offeredBootUrl`. */
  bootUrl: string | null;
  /** Of somebody else's network: what ven added to it; null: nothing. */
  boot: BootMark | null;
  /** Options of its DHCP server that are about HTTP boot, and not ven's. */
  otherBoot: string[];
  /** It only holds the VMs of another network (by its UUID) for the moment in which that is started anew, or a killed run left it. */
  standsFor: { network: string; user: BootMark['fleets'][number] } | null;
  /** What runs differs from what is kept: starting it anew loses that. */
  unsaved: boolean;
}

export interface ObservedPool {
  name: string;
  uuid: string;
  active: boolean;
  autostart: boolean;
  /** The folder, for a pool of type dir. */
  path: string | null;
  /** Bytes. */
  availableBytes: number;
}

export interface ObservedVolume {
  pool: string;
  volume: string;
  path: string;
  capacityBytes: number;
}

/** A network whose subnet has been decided. */
export type PlannedNetwork = Omit<OwnNetwork, 'subnet' | 'dhcp'> & {
  subnet: { cidr: string; gateway: string };
  dhcp: { start: string; end: string } | null;
};

export interface NetworkRedefinition {
  user: BootMark['fleets'][number];
  before: string;
  after: string;
  /** What runs is to change with it, now. */
  restart: boolean;
  /** It is to run afterwards, even if it did not before. */
  start: boolean;
}

/** A volume to be made. `content`: what is in it from the start; absent: nothing. */
export interface VolumeMake extends VolumeRef {
  xml: string;
  content?: Uint8Array;
}

/** A VM for `Host.bringUp`: all that is needed, rendered. */
export interface BringUp {
  /** The VM's name in the fleet; also its name in the Vagrantfile. */
  name: string;
  domain: string;
  uuid: string;
  /** The complete definition, with ven's mark in it, so that it is ven's from its first moment. */
  domainXml: string;
  volumes: VolumeMake[];
  /** false: define it and make its disks, but leave it off. */
  start: boolean;
  memoryMiB: number;
  cpus: number;
}

export type BringUpResult =
  { name: string; ok: true } | { name: string; ok: false; error: import('./errors.js').VenError };

export interface HostFinding {
  check: string;
  level: 'ok' | 'warning' | 'missing';
  message: string;
  /** The command or the step that mends it; empty when ok. */
  fix: string;
}

/**
 * All that ven does to a host. Every method that names a domain or network takes its UUID, never its name
 * (virsh tries an argument as id, then UUID, then name). All are idempotent unless said otherwise, and reject with a `VenError`.
 * Each call runs to its end, within a time limit of its own; only `bringUp` can be stopped.
 */
export interface Host {
  /** The whole host in a constant number of virsh processes. Changes nothing. */
  observe(fleet: ResolvedFleet): Promise<HostState>;

  /** Defines (type dir, only for the pool named `default`), starts and autostarts the pool. */
  ensurePool(pool: string): Promise<void>;

  /** Defines, starts and autostarts. */
  createNetwork(uuid: string, xml: string): Promise<void>;
  /** Starts (when it does not run) and autostarts. */
  startNetwork(uuid: string): Promise<void>;
  /** Adds, changes or removes one entry, live and persistent. */
  updateNetwork(uuid: string, change: NetworkEntryChange): Promise<void>;
  /** Puts a new definition beside the running network (its mark, say); what runs is not touched. */
  defineNetwork(xml: string): Promise<void>;
  deleteNetwork(uuid: string): Promise<void>;
  /** The persistent XML. */
  readNetwork(uuid: string): Promise<string>;
  /**
   * Puts another definition in the place of somebody else's network's, and ends what a killed run of the same fleet left undone
   * of that. Every VM on it, whoever's, is moved aside before it stops and back when it runs: one that can't be moved is an error, with
   * the network untouched; a definition that does not start is taken back. Rejects with `locked` while another fleet is at it, and
   * with `stale-plan` when the definition is not `before` any more.
   */
  redefineNetwork(uuid: string, change: NetworkRedefinition): Promise<void>;

  /** The persistent XML, with secrets, fit to be changed and defined again; of a domain that has none (any more), what it would be. */
  readDomain(uuid: string): Promise<string>;
  /** A disk that the mark in `xml` lists is named by path instead of by pool and volume, where the pool is a folder. */
  defineDomain(xml: string): Promise<void>;
  /** Starts it; resumes it when it is paused; does nothing when it runs. */
  startDomain(uuid: string): Promise<void>;
  /** Asks the guest to power off; cuts the power after the time limit (0: at once). */
  stopDomain(uuid: string, timeoutSeconds: number): Promise<void>;
  setAutostart(uuid: string, on: boolean): Promise<void>;
  /** Writes ven's mark, live and persistent. */
  markDomain(uuid: string, mark: DomainMark): Promise<void>;
  setTitle(uuid: string, title: string, description: string): Promise<void>;
  /** Reads the password and sets it, live (of a screen that asks for one) and persistent. */
  setGraphicsPassword(uuid: string, reference: SecretReference): Promise<void>;
  /** Changes a running VM's NIC, found by MAC, to what `xml` says. */
  updateNic(uuid: string, xml: string): Promise<void>;
  /**
   * Hangs running VMs' taps on their bridges again, after their network was stopped and started: through a temporary
   * network, since libvirt does nothing when the network stays the same.
   */
  reattachNics(uuid: string, nicXmls: string[]): Promise<void>;
  /** Powers off, deletes the volumes, and last undefines with NVRAM and TPM state: so what is left stays owned. */
  deleteDomain(uuid: string, volumes: VolumeRef[]): Promise<void>;

  /** Not idempotent: rejects with `foreign-object` when there is one, since whoever plans to make a volume has seen none. */
  createVolume(pool: string, volume: string, xml: string): Promise<void>;
  /** Writes a volume from its first byte on. Of a VM that is off: QEMU must not have it open. */
  fillVolume(ref: VolumeRef, content: Uint8Array): Promise<void>;
  /** A raw NVRAM template that `firmware` named, of this machine. @throws VenError `host-not-ready` */
  readNvramTemplate(path: string): Promise<Uint8Array>;
  /** Grows a volume; live when the domain is running. Never shrinks. */
  growVolume(
    ref: VolumeRef,
    bytes: number,
    running: { uuid: string; target: string } | null,
  ): Promise<void>;

  /**
   * Brings VMs up with one vagrant process. Settles when all have settled; one VM's failure does not stop the others.
   * `onOutput` gets each VM's own lines; `onSettled` is called once per VM, as soon as it is known. When `signal` is aborted,
   * vagrant is stopped, and what has not settled fails with the signal's reason.
   */
  bringUp(
    batch: readonly BringUp[],
    onOutput: (name: string, line: string) => void,
    onSettled: (result: BringUpResult) => void,
    signal: AbortSignal,
  ): Promise<void>;

  /** The IPv4 addresses of running domains, from libvirt's DHCP leases, by UUID; a domain without any has an empty list. */
  readAddresses(uuids: readonly string[]): Promise<Record<string, string[]>>;

  /**
   * The files of this host that a VM's firmware is made of. Rejects with `host-not-ready` when it has none of that kind.
   */
  firmware(wanted: Exclude<ResolvedFirmware, 'bios'>, need: FirmwareNeed): Promise<HostFirmware>;

  /** Tries KVM with a tiny VM that runs firmware (1 to 3 s). */
  probeAccelerator(): Promise<{ accelerator: 'kvm' | 'qemu'; why: string }>;
}

/**
 * One DNS or DHCP host entry of a network to add or to take away, as `virsh net-update` does it. A changed entry is a
 * `delete` of what was observed and an `add-last` of what is wanted (`modify` does not exist for DNS entries). Whoever
 * runs it makes the XML from `entry`, escaped. Idempotent: adding what is there and deleting what is gone are done.
 */
export type NetworkEntryChange =
  | {
      section: 'dns-host';
      operation: 'add-last' | 'delete';
      entry: { ip: string; names: string[] };
    }
  | {
      section: 'ip-dhcp-host';
      operation: 'add-last' | 'delete';
      entry: { mac: string; ip: string; name: string | null };
    };
