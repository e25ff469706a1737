/** A plan: what differs between a fleet and a host, and the steps that would end it. Pure JSON: no closures, no secrets. */
import type { Address, ResolvedVm } from './fleet.js';
import type { SecretReference } from './secret.js';
import type { DomainMark, NetworkEntryChange, PlannedNetwork, VolumeRef } from './host.js';
import type { HostIdentity } from './orchestrator.js';

/** When a changed field takes effect. `replace` loses the VM's disks. */
export type Effect = 'live' | 'restart' | 'replace';

export interface FieldChange {
  /** `memory`, `disks.sda.size`, `nics.52:54:….network`, `power`. */
  path: string;
  /** For people: `4GiB`. null: not there. */
  before: string | null;
  after: string | null;
  effect: Effect;
  /** Why it has that effect, when it isn't plain; e.g. `a disk can't shrink`. */
  why?: string;
}

/**
 * Why there is a change: `missing` on the host · `changed` in the fleet file · `drift`: the host moved away ·
 * `removed` from the fleet file · `half-made` by a run that did not finish · `requested` (--replace) · `destroy` ·
 * `rebuilt`: what it hangs on is replaced.
 */
export type Reason =
  'missing' | 'changed' | 'drift' | 'removed' | 'half-made' | 'requested' | 'destroy' | 'rebuilt';

export interface ChangeBase {
  address: Address;
  reason: Reason;
  /** What it costs, for people: `restarts the VM`, `deletes 110GiB on sda`. */
  notes: string[];
}

/** Short facts to show for a thing that comes or goes: `cpus: 4`, in order. */
export type Facts = Record<string, string>;

export type Change =
  | (ChangeBase & { action: 'create'; after: Facts })
  | (ChangeBase & { action: 'update'; fields: FieldChange[] })
  | (ChangeBase & { action: 'replace'; fields: FieldChange[]; before: Facts; after: Facts })
  | (ChangeBase & { action: 'delete'; before: Facts });

export interface PlanSummary {
  create: number;
  update: number;
  replace: number;
  delete: number;
  /** Things of the fleet that are as they should be. */
  noop: number;
}

export interface PlanOptions {
  mode: 'apply' | 'destroy';
  targets: Address[];
  excludes: Address[];
  replace: Address[];
  keepDisks: boolean;
  /** What is made, or is off, is left off: somebody else powers it on. Default: false. */
  leaveOff?: boolean;
}

export interface Plan {
  formatVersion: '1';
  fleet: string;
  /** The libvirt URI. */
  host: string;
  /** `ResolvedFleet.digest` */
  specDigest: string;
  /** SHA-256, hex, of what was seen of the fleet's own things and of what stands in its way. */
  observedDigest: string;
  options: PlanOptions;
  /** Sorted: pools, networks, VMs; each by address. */
  changes: Change[];
  steps: Step[];
  warnings: string[];
  summary: PlanSummary;
}

interface StepBase {
  /** Stable: `vm.edge-1:up`. */
  id: string;
  address: Address;
  /** Ids of steps that must be done first. A step whose need failed is skipped. */
  needs: string[];
  timeoutSeconds: number;
}

/** One thing to do. Each is idempotent: done twice, it is done once. */
export type Step = StepBase &
  (
    | { kind: 'pool-ensure'; pool: string }
    | { kind: 'network-create'; network: PlannedNetwork }
    | { kind: 'network-start'; uuid: string }
    /** The entries, each live and persistent; then the whole definition (`Host.defineNetwork`), for the mark and what else is persistent only. */
    | {
        kind: 'network-update';
        uuid: string;
        entries: NetworkEntryChange[];
        network: PlannedNetwork;
      }
    | { kind: 'network-delete'; uuid: string }
    /**
     * Somebody else's network gets boot options for this fleet, which knows it as `network`, or (null) loses them; see
     * `Host.redefineNetwork` for the rest.
     */
    | {
        kind: 'network-boot';
        uuid: string;
        network: string;
        bootUrl: string | null;
        restart: boolean;
        start: boolean;
      }
    | { kind: 'vm-delete'; uuid: string; volumes: VolumeRef[] }
    /** The orchestrator gets to know the VM, before its first start. */
    | { kind: 'vm-register'; host: HostIdentity }
    /** It forgets the VM, as long as that is there; a host that is not this VM is left alone. */
    | { kind: 'vm-unregister'; host: HostIdentity }
    /** Through vagrant. Steps of this kind that are ready together share a process. */
    | { kind: 'vm-up'; vm: ResolvedVm }
    /** The mark first, so that nothing is ever made that is not ven's by the mark; then the volumes. */
    | {
        kind: 'vm-volumes';
        vm: ResolvedVm;
        create: VolumeRef[];
        grow: { ref: VolumeRef; target: string; bytes: number; running: boolean }[];
        mark: DomainMark;
      }
    /**
     * Firmware variables from the template, with the certificates of the fleet in them, into a volume that the mark names already.
     * The VM is off by then. `make`: the volume is not there.
     */
    | { kind: 'vm-nvram'; vm: ResolvedVm; ref: VolumeRef; make: boolean; mark: DomainMark }
    /** `fields`: the paths to bring into the persistent definition; all else in it stays. */
    | { kind: 'vm-define'; vm: ResolvedVm; fields: string[] }
    /** Sets the password of its screen (`Host.setGraphicsPassword`), without a restart. */
    | { kind: 'vm-password'; uuid: string; password: SecretReference }
    /** A running VM's NICs brought to what `vm` says (`Host.updateNic`), without a restart. */
    | { kind: 'vm-nics'; vm: ResolvedVm; macs: string[] }
    | { kind: 'vm-reattach'; vm: ResolvedVm; macs: string[] }
    /** `graceSeconds`: how long the guest may take before its power is cut; 0: at once. `timeoutSeconds` is longer. */
    | { kind: 'vm-stop'; uuid: string; graceSeconds: number }
    /** Starts it, or resumes it when it is paused. */
    | { kind: 'vm-start'; uuid: string }
    /** Autostart, title, description. */
    | { kind: 'vm-settings'; vm: ResolvedVm; fields: ('autostart' | 'title')[] }
    /** The mark, with the digest and `ready`: set last. */
    | { kind: 'vm-ready'; uuid: string; mark: DomainMark }
  );
