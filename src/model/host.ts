/**
 * The machine: `HostState` is what was observed, `Host` is all that ven may do to it. The real host
 * (`src/host`) and the in-memory one of the tests implement `Host`; one contract suite covers both.
 */
import type { FirmwareKind, FirmwareNeed, HostFirmware, ResolvedFirmware } from './firmware.js';
import type { OwnNetwork, ResolvedDisk, ResolvedFleet } from './fleet.js';
import type { SecretReference } from './secret.js';

/** What was observed of a host at one moment. Pure JSON. */
export interface HostState {
  uri: string;
  /** ISO 8601, UTC. */
  observedAt: string;
  domains: ObservedDomain[];
  networks: ObservedNetwork[];
  pools: ObservedPool[];
  /** The volumes in the pools that the observed fleet uses. */
  volumes: ObservedVolume[];
  /** IPv4 ranges that the host's interfaces and routes use; empty where unknown (a remote host). */
  routes: HostRoute[];
  /**
   * The taps on each bridge of the host; a bridge without taps has `[]`. null where unknown (a
   * remote host).
   */
  bridgePorts: Record<string, string[]> | null;
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
   * The MACs of the NICs that ven created for it, lower case, sorted; `<ven:nic mac="…"/>` after
   * the volumes. Only these NICs are ever changed or removed. Empty where the mark has no such
   * elements.
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

export interface ObservedDomain {
  uuid: string;
  name: string;
  power: Power;
  autostart: boolean;
  /**
   * false: it runs but is undefined, and would be gone without power. `config` is what would be
   * defined again.
   */
  persistent: boolean;
  /** null: a foreign domain. */
  mark: DomainMark | null;
  /** The persistent definition, which the next start uses. */
  config: DomainFacts;
  /** The definition that runs; null: the domain is off. */
  live: DomainFacts | null;
  /** Whether the NVRAM file is gone; null where unknown. */
  nvramMissing: boolean | null;
  /** The persistent definition as libvirt gives it, for owned domains; empty for foreign ones. */
  xml: string;
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
  cpus: number;
  memoryKiB: number;
  firmware: FirmwareKind;
  /** The firmware's file; null for a BIOS, and until libvirt has chosen one. */
  loader: string | null;
  nvram: string | null;
  tpm: boolean;
  boot: ('disk' | 'network' | 'other')[];
  /** false: UEFI firmware leaves PXE out, over IPv4 and IPv6. */
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
  /** The network's IPv4 address with prefix, `192.168.150.1/24`; null: none. */
  gateway: string | null;
  dhcp: { start: string; end: string } | null;
  dnsHosts: { ip: string; names: string[] }[];
  dhcpHosts: { mac: string; ip: string; name: string | null }[];
  /** The boot file that it offers to UEFI firmware over HTTP; see `offeredBootUrl`. */
  bootUrl: string | null;
  /** What ven added to a foreign network; null: nothing. */
  boot: BootMark | null;
  /** Options of its DHCP server about HTTP boot that are not ven's. */
  otherBoot: string[];
  /**
   * It is a temporary network: it holds the VMs of `network` (a UUID) while that one restarts, or
   * an interrupted run left it.
   */
  temporaryFor: { network: string; user: BootMark['fleets'][number] } | null;
  /** The running network differs from its persistent definition; a restart would lose that. */
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

/** A network whose subnet is chosen. */
export type PlannedNetwork = Omit<OwnNetwork, 'subnet' | 'dhcp'> & {
  subnet: { cidr: string; gateway: string };
  dhcp: { start: string; end: string } | null;
};

export interface NetworkRedefinition {
  user: BootMark['fleets'][number];
  before: string;
  after: string;
  /** The running network changes, too, by a restart. */
  restart: boolean;
  /** The network runs afterwards, even if it did not before. */
  start: boolean;
}

/** A volume to create. `content`: its first bytes; absent: it is empty. */
export interface NewVolume extends VolumeRef {
  xml: string;
  content?: Uint8Array;
}

/** A VM for `Host.bringUp`, rendered. */
export interface BringUp {
  /** The VM's name in the fleet; also its name in the Vagrantfile. */
  name: string;
  domain: string;
  uuid: string;
  /** The complete definition with ven's mark, so that the domain is ven's from the first moment. */
  domainXml: string;
  volumes: NewVolume[];
  /** false: define it and create its disks, but leave it off. */
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
 * All that ven does to a host. Every method that names a domain or network takes its UUID, never
 * its name (virsh tries an argument as id, then UUID, then name). All methods are idempotent unless
 * their text says otherwise, and reject with a `VenError`. Each call has its own time limit and
 * runs to its end; only `bringUp` can be stopped.
 */
export interface Host {
  /** The whole host in a constant number of virsh processes. Changes nothing. */
  observe(fleet: ResolvedFleet): Promise<HostState>;

  /** Defines (only the pool `default`, with type dir), starts and autostarts the pool. */
  ensurePool(pool: string): Promise<void>;

  /** Defines, starts and autostarts. */
  createNetwork(uuid: string, xml: string): Promise<void>;
  /** Starts (when it does not run) and autostarts. */
  startNetwork(uuid: string): Promise<void>;
  /** Adds, changes or removes one entry, live and persistent. */
  updateNetwork(uuid: string, change: NetworkEntryChange): Promise<void>;
  /**
   * Replaces the persistent definition (its mark, for example); the running network is untouched.
   */
  defineNetwork(xml: string): Promise<void>;
  deleteNetwork(uuid: string): Promise<void>;
  /** The persistent XML. */
  readNetwork(uuid: string): Promise<string>;
  /**
   * Replaces the definition of a foreign network. First it ends what an interrupted run of the same
   * fleet left of such a change. Every VM on the network, owned or foreign, is moved aside before
   * the network stops, and back when it runs. If a VM can't be moved, the call fails and the
   * network stays untouched. If the new definition does not start, the old one is restored.
   * @throws VenError `locked` while another fleet changes the network, `stale-plan` when the
   * definition is no longer `before`.
   */
  redefineNetwork(uuid: string, change: NetworkRedefinition): Promise<void>;

  /**
   * The persistent XML with secrets, ready to be changed and defined again. For a domain without a
   * persistent definition: the XML that would be one.
   */
  readDomain(uuid: string): Promise<string>;
  /**
   * Where a pool is a folder, disks that the mark in `xml` lists are named by path, not by pool and
   * volume.
   */
  defineDomain(xml: string): Promise<void>;
  /** Starts it; resumes it when it is paused; does nothing when it runs. */
  startDomain(uuid: string): Promise<void>;
  /** Asks the guest to power off; cuts the power after the timeout (0: at once). */
  stopDomain(uuid: string, timeoutSeconds: number): Promise<void>;
  setAutostart(uuid: string, on: boolean): Promise<void>;
  /** Writes ven's mark, live and persistent. */
  markDomain(uuid: string, mark: DomainMark): Promise<void>;
  setTitle(uuid: string, title: string, description: string): Promise<void>;
  /** Reads the password and sets it: live where the screen has one, and persistent. */
  setGraphicsPassword(uuid: string, reference: SecretReference): Promise<void>;
  /** Changes a running VM's NIC, found by its MAC, to what `xml` says. */
  updateNic(uuid: string, xml: string): Promise<void>;
  /**
   * Puts the taps of a running VM back on their bridges after their network was restarted. It goes
   * through a temporary network, since libvirt does nothing when the network stays the same.
   */
  reattachNics(uuid: string, nicXmls: string[]): Promise<void>;
  /**
   * Powers off, deletes the volumes, and last undefines with NVRAM and TPM state. In this order the
   * rest stays owned after an interruption.
   */
  deleteDomain(uuid: string, volumes: VolumeRef[]): Promise<void>;

  /**
   * Not idempotent. @throws VenError `foreign-object` when the volume exists: the plan has observed
   * none.
   */
  createVolume(pool: string, volume: string, xml: string): Promise<void>;
  /**
   * Writes a volume from its first byte on. The VM must be off: QEMU must not have the volume open.
   */
  fillVolume(ref: VolumeRef, content: Uint8Array): Promise<void>;
  /**
   * Reads a raw NVRAM template of this machine that `firmware` named. @throws VenError
   * `host-not-ready`
   */
  readNvramTemplate(path: string): Promise<Uint8Array>;
  /** Grows a volume, live where the domain runs. Never shrinks. */
  growVolume(
    ref: VolumeRef,
    bytes: number,
    running: { uuid: string; target: string } | null,
  ): Promise<void>;

  /**
   * Brings VMs up with one vagrant process. Settles when all VMs have settled; one VM's failure
   * does not stop the others. `onOutput` gets each VM's own lines. `onSettled` is called once per
   * VM, as soon as its result is known. When `signal` is aborted, vagrant is stopped, and the
   * unfinished VMs fail with the signal's reason.
   */
  bringUp(
    batch: readonly BringUp[],
    onOutput: (name: string, line: string) => void,
    onSettled: (result: BringUpResult) => void,
    signal: AbortSignal,
  ): Promise<void>;

  /**
   * The IPv4 addresses of running domains by UUID, from libvirt's DHCP leases; an empty list where
   * a domain has none.
   */
  readAddresses(uuids: readonly string[]): Promise<Record<string, string[]>>;

  /**
   * The files of this host for a VM's firmware. @throws VenError `host-not-ready` when the host has
   * none of that kind.
   */
  firmware(wanted: Exclude<ResolvedFirmware, 'bios'>, need: FirmwareNeed): Promise<HostFirmware>;

  /** Tries KVM with a tiny VM that runs firmware (1 to 3 s). */
  probeAccelerator(): Promise<{ accelerator: 'kvm' | 'qemu'; why: string }>;
}

/**
 * One DNS or DHCP host entry of a network to add or delete, as `virsh net-update` does it. A
 * changed entry is a `delete` of the observed entry and an `add-last` of the wanted one (`modify`
 * does not exist for DNS entries). The host makes the XML from `entry`, escaped. Idempotent: adding
 * an existing entry or deleting a missing one succeeds.
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
