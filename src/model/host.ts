/**
 * All that ven may do to the machine: the port `Host`, opened for one libvirt host and one fleet.
 * What was seen of it is in host-state.ts. The real host (`src/host`) and the in-memory one of the
 * tests implement it; one contract test covers both.
 */
import type { Backend } from './backend.js';
import type { Backing } from './backing.js';
import type { BmcMachines } from './bmc.js';
import type { Consoles } from './consoles.js';
import type { DomainFiles } from './domain-files.js';
import type { FirmwareNeed, HostFirmware, ResolvedFirmware } from './firmware.js';
import type { Ipv4Range, Ipv4Subnet, OwnNetwork, ResolvedFleet, ResolvedVm } from './fleet.js';
import type { FleetState } from './fleet-state.js';
import type {
  BootMark,
  DomainMark,
  HostState,
  LinkFaults,
  NetworkFacts,
  Power,
  VolumeRef,
} from './host-state.js';
import type { Impairment } from './link.js';
import type { HostSurvey } from './placement.js';
import type { SecretReference } from './secret.js';

export interface NetworkPlace {
  subnet: Ipv4Subnet;
  dhcp: Ipv4Range | null;
}

/** A network whose subnet is chosen. */
export type PlannedNetwork = Omit<OwnNetwork, keyof NetworkPlace> &
  NetworkPlace & {
    /**
     * Of one that is created, where the fleet file leaves the subnet open: what to take when the
     * host has the first in use by then, in this order.
     */
    otherwise?: NetworkPlace[];
  };

export interface NetworkRedefinition {
  user: BootMark['fleets'][number];
  /**
   * The new definition, from the present one (`Host.readNetwork`). What it throws is thrown, and
   * nothing is changed. Called again when another run was faster.
   */
  patch: (current: string) => string;
  /** The network runs afterwards, even if it did not before. */
  start: boolean;
  /** Gets what a person should know while it takes longer. */
  tell: (line: string) => void;
}

/** A volume to create. `content`: its first bytes; absent: it is empty. */
export interface NewVolume extends VolumeRef {
  xml: string;
  content?: Uint8Array;
}

export interface HostFinding {
  check: string;
  /** `unknown`: it was not checked, and `fix` says how to look. */
  level: 'ok' | 'warning' | 'missing' | 'unknown';
  message: string;
  /** The command or the step that mends it, or shows it; empty when ok. */
  fix: string;
}

/**
 * All that ven does to a host. Every method that names a domain or network takes its UUID, never
 * its name (virsh tries an argument as id, then UUID, then name). All methods are idempotent unless
 * their text says otherwise, and reject with a `VenError`. Each call has its own time limit and
 * runs to its end; only what `backend` does can be stopped.
 */
export interface Host {
  readonly uri: string;
  /** libvirt is reached over a network: it is on another machine. */
  readonly isRemote: boolean;
  readonly consoles: Consoles;
  /** The fleet's machines, as their BMCs see them. */
  readonly bmc: BmcMachines;
  /** The files of VMs that are off, to move them to another host. */
  readonly files: DomainFiles;
  /** What ven keeps of the fleet on this host. */
  readonly state: FleetState;

  /**
   * The whole host in a constant number of virsh processes. Changes nothing, and waits for no VM.
   * `stop` ends it. @throws VenError `interrupted`
   */
  observe(fleet: ResolvedFleet, stop?: AbortSignal): Promise<HostState>;
  /**
   * What the host has, and which domains are on it, in one virsh process: to place VMs by. `pools`:
   * those of interest. Changes nothing. `stop` ends it. @throws VenError `interrupted`
   */
  survey(pools: readonly string[], stop?: AbortSignal): Promise<HostSurvey>;
  /**
   * `HostState.backing` with the images of all domains, as far as it can be known: on this machine
   * from the files, else from libvirt's volumes. Takes time with the number of domains.
   */
  readBacking(state: HostState, stop?: AbortSignal): Promise<Backing>;

  /** Defines (only the pool `default`, with type dir), starts and autostarts the pool. */
  ensurePool(pool: string): Promise<void>;

  /**
   * Defines, starts and autostarts.
   * @throws VenError `subnet-taken` when the host uses its subnet; it is defined, and does not run
   */
  createNetwork(uuid: string, xml: string): Promise<void>;
  /** Starts (when it does not run) and autostarts. */
  startNetwork(uuid: string): Promise<void>;
  /** Stops it, and leaves its definition. A transient one is gone then. */
  stopNetwork(uuid: string): Promise<void>;
  /** Adds and removes entries of the running network, in this order. */
  updateNetwork(uuid: string, changes: readonly NetworkEntryChange[]): Promise<void>;
  /**
   * Replaces the persistent definition (its mark, for example); the running network is untouched.
   */
  defineNetwork(xml: string): Promise<void>;
  deleteNetwork(uuid: string): Promise<void>;
  /** The persistent XML. */
  readNetwork(uuid: string): Promise<string>;
  /**
   * Changes the definition of a foreign network, after `settleNetwork`. It is restarted when more
   * than metadata changes. Every VM on it, owned or foreign, is moved aside before it stops, and
   * back when it runs. If a VM can't be moved, the call fails and the network stays untouched. If
   * the new definition does not start, the old one is restored.
   * @throws VenError as `settleNetwork`
   */
  redefineNetwork(uuid: string, change: NetworkRedefinition): Promise<void>;
  /**
   * Ends what killed runs, of any fleet, left of a change to a foreign network: starts it, and
   * moves VMs back. Waits for a run that is at work. `fleet`: who asks, and holds the lock of.
   * @throws VenError `locked` when a run of another fleet is still at work after some minutes
   */
  settleNetwork(
    uuid: string,
    request: { fleet: string; tell: (line: string) => void },
  ): Promise<void>;

  /**
   * Does what is read, changed and written of a domain: its definition, its firmware's variables.
   * No other process of this machine changes or starts it meanwhile. `held` is this host, whose
   * acts do not wait for that; acts that change a definition, and starts, wait by themselves.
   * @throws VenError `locked` after a minute
   */
  holdDomain<T>(uuid: string, work: (held: Host) => Promise<T>): Promise<T>;
  /**
   * The persistent XML with secrets, ready to be changed and defined again. For a domain without a
   * persistent definition: the XML that would be one.
   */
  readDomain(uuid: string): Promise<string>;
  /**
   * For who holds the domain. Where a pool is a folder, disks that the mark in `xml` lists are
   * named by path, not by pool and volume.
   */
  defineDomain(xml: string): Promise<void>;
  /**
   * Starts it, with the links that its definition says; resumes it when it is paused; does nothing
   * when it runs. @throws VenError `host-not-ready` when its links can't be impaired; it runs then
   */
  startDomain(uuid: string): Promise<void>;
  /**
   * Asks the guest to power off, again and again. Resolves to whether it is off in time; it is left
   * running if not. @throws VenError `interrupted` by the signal: it is not asked any more
   */
  shutDownDomain(uuid: string, timeoutSeconds: number, signal?: AbortSignal): Promise<boolean>;
  /** The same; cuts the power after the timeout (0: at once). */
  stopDomain(uuid: string, timeoutSeconds: number): Promise<void>;
  /**
   * Presses its reset button: the guest is not asked, and its memory is lost. A paused one stays
   * paused. Not idempotent. @throws VenError `not-running`
   */
  resetDomain(uuid: string): Promise<void>;
  setAutostart(uuid: string, on: boolean): Promise<void>;
  /** Writes ven's mark, live and persistent. */
  markDomain(uuid: string, mark: DomainMark): Promise<void>;
  setTitle(uuid: string, title: string, description: string): Promise<void>;
  /** Reads the password and sets it: live where the screen has one, and persistent. */
  setGraphicsPassword(uuid: string, reference: SecretReference): Promise<void>;
  /**
   * Changes a running VM's NIC, found by its MAC, to what `xml` says: the network that it is on
   * (`place`), and its link, with this impairment (null: its link stays as it is).
   * @throws VenError `host-not-ready` when links can't be impaired here
   */
  updateNic(
    uuid: string,
    xml: string,
    change: { place: boolean; impairment: Impairment | null },
  ): Promise<void>;
  /** What no link of this host can have, whatever the fleet wants of it. */
  linkFaults(): Promise<LinkFaults>;
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
   * Reads a raw NVRAM template of the host that `firmware` named. @throws VenError
   * `host-not-ready`
   */
  readNvramTemplate(path: string): Promise<Uint8Array>;
  /** Grows a volume, live where the domain runs. Never shrinks. */
  growVolume(
    ref: VolumeRef,
    bytes: number,
    running: { uuid: string; target: string } | null,
  ): Promise<void>;

  /** Brings VMs up. */
  readonly backend: Backend;

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

  /** Tries KVM with a tiny VM that runs the firmware of this one (1 to 3 s). */
  probeAccelerator(
    vm: Pick<ResolvedVm, 'firmware' | 'nvram'>,
  ): Promise<{ accelerator: 'kvm' | 'qemu'; why: string }>;

  /**
   * Whether it is ready for the fleet, and what to type where it is not. Never rejects for what it
   * finds.
   */
  findings(fleet: ResolvedFleet, checks: HostChecks): Promise<HostFinding[]>;

  /** By UUID, all at once; one virsh process for some thousand. `signal` ends it. */
  readPowers(
    uuids: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, DomainPower>>;
  /**
   * When a domain (by its name) was started last, ISO 8601: tells one boot of a VM from the next,
   * also after it ended. null: not known.
   */
  lastStart(domain: string): string | null;
  /**
   * Tells one incarnation of a volume (by its path) from the next, whatever was written to it
   * meanwhile. null: it is no plain file, or can't be seen from here.
   */
  volumeIncarnation(path: string): string | null;

  /** The run that holds the fleet's lock, in words; null: none that is known of. */
  lockHolder(): Promise<string | null>;
  /** @throws VenError `locked` (who holds it), `host-not-ready`, `interrupted` */
  lock(request: LockRequest): Promise<Lock>;
  /**
   * Ends what a killed run of this fleet left running. Only for who holds the fleet's lock, and
   * before anything is observed. @throws VenError `host-not-ready` when it can't be ended
   */
  endLeftovers(): Promise<void>;
}

export interface HostChecks {
  /**
   * Try KVM with a tiny VM, and ask vagrant, where it is needed, for its plugins: a few seconds.
   * Else only what is quick.
   */
  probe: boolean;
  /** Whether VMs will be brought up, by the fleet's backend. */
  bringUp: boolean;
  /** What was just observed. Absent: it is read. */
  seen?: Pick<HostState, 'pools' | 'defaultFolder'> | undefined;
  /** Ends them. */
  stop?: AbortSignal | undefined;
}

export interface DomainPower {
  /** `missing`: there is no such domain. */
  power: Power | 'missing';
  /** Another one for each start; null while it is off. */
  id: string | null;
}

export interface LockRequest {
  /**
   * All that is done to the fleet on its host, or the watch over its nodes (`provision`). Default:
   * the first.
   */
  over?: 'fleet' | 'provision' | undefined;
  /** How long to wait for another run to end; 0, the default: not at all. */
  waitSeconds?: number | undefined;
  /** For the message of the run that meets this lock: `apply`. */
  command: string;
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
  /** Ends what virsh is at work on through the lock's host. */
  stop?: AbortSignal | undefined;
}

export interface Lock {
  /** The same host. The programs that it starts hold the lock, too, as long as they run. */
  host: Host;
  release(): void;
}

/**
 * One DNS host, DHCP host or DHCP range of a running network to add or delete, as `virsh
 * net-update` does it. A changed entry is a `delete` of the observed entry and an `add-last` of the
 * wanted one (`modify` does not exist for DNS entries). The host makes the XML from `entry`,
 * escaped. Idempotent: adding an existing entry or deleting a missing one succeeds.
 */
export type NetworkEntryChange = { operation: 'add-last' | 'delete' } & (
  | { section: 'dns-host'; entry: NetworkFacts['dnsHosts'][number] }
  | { section: 'ip-dhcp-host'; entry: NetworkFacts['dhcpHosts'][number] }
  | { section: 'ip-dhcp-range'; entry: Ipv4Range }
);
