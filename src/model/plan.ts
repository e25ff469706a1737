/**
 * A plan: the differences between a fleet and a host, and the steps that end them. Pure JSON: no
 * closures, no secrets.
 */
import type { Address, HostSource, ResolvedVm } from './fleet.js';
import type { SecretReference } from './secret.js';
import type { ObjectRef, ObjectToApply } from './cluster.js';
import type { DomainMark, VolumeRef } from './host-state.js';
import type { NetworkEntryChange, PlannedNetwork } from './host.js';
import type { HostIdentity, LocalAccount, ProviderSettings } from './orchestrator.js';
import { EXIT } from './errors.js';
import { exitCodeOfRefusals, type Refusal } from './refusal.js';

/**
 * When a changed field takes effect. `replace` deletes the VM's disks; `next-start`: when whoever
 * rules the VM's power starts it next.
 */
export type Effect = 'live' | 'restart' | 'next-start' | 'replace';

export interface FieldChange {
  /** `memory`, `disks.sda.size`, `nics.52:54:….network`, `power`. */
  path: string;
  /** For people: `4GiB`. null: absent. */
  before: string | null;
  after: string | null;
  effect: Effect;
  /** It differs there alone: in what runs, or in the definition that the next start uses. */
  only?: 'live' | 'definition';
  /** Why it has this effect, where that is not obvious: `a disk can't shrink`. */
  why?: string;
}

/**
 * Why there is a change: `missing` on the host · `changed` in the fleet file · `drift`: the host
 * differs from what was applied · `removed` from the fleet file · `half-made`: a run did not finish
 * · `requested` (--replace) · `destroy` · `rebuilt`: something that it depends on is replaced ·
 * `differs`: it has no mark that tells who changed it.
 */
export type Reason =
  | 'missing'
  | 'changed'
  | 'drift'
  | 'removed'
  | 'half-made'
  | 'requested'
  | 'destroy'
  | 'rebuilt'
  | 'differs';

export interface ChangeBase {
  address: Address;
  /** The name of the host that it is on, in a fleet on several. */
  host?: string;
  /** Of a VM that is made anew: the host that has or may have it, and is taken for dead. */
  evacuatedFrom?: string;
  reason: Reason;
  /** What it costs, for people: `restarts the VM`, `deletes 110GiB on sda`. */
  notes: string[];
}

/** Short facts about a thing that is created or deleted: `cpus: 4`, in order. */
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
  /** Things of the fleet that are as the fleet file says. */
  noop: number;
}

export interface PlanOptions {
  mode: 'apply' | 'destroy';
  targets: Address[];
  excludes: Address[];
  replace: Address[];
  keepDisks: boolean;
  /** VMs that are created, or are off, stay off: something else powers them on. Default: false. */
  leaveOff?: boolean;
  /** Most or all VMs of the fleet may be deleted with a file that does not name them. */
  allowDeleteAll?: boolean;
  /** The name of a host that is away and taken for dead: its VMs are made anew on others. */
  evacuate?: string;
}

/**
 * 4 when hosts are away, for then nobody knows what is left; else as the refusals say: 6, 7, or 0.
 * Of one that is taken for dead, that is known.
 */
export function exitCodeOfPlan({
  refused,
  hosts = [],
  options,
}: Pick<Plan, 'refused' | 'hosts' | 'options'>): number {
  const isAway = hosts.some(({ name, state }) => state === 'away' && name !== options.evacuate);
  return isAway ? EXIT.someVmsFailed : exitCodeOfRefusals(refused);
}

/** A difference that a VM's `ignore` takes out of the comparison. */
export interface Ignored extends Pick<FieldChange, 'path' | 'before' | 'after'> {
  address: Address;
}

/** One of the hosts of a plan. */
export interface PlannedHost {
  name: string;
  uri: string;
  /** `away`: it could not be asked, and nothing is planned for it. */
  state: 'reached' | 'away';
  /** Why it is away. */
  because?: string;
}

/** A VM that is on a host that is away, or perhaps: nothing is planned for it. */
export interface UnknownVm {
  address: Address;
  /** The hosts that are away and may have it. */
  hosts: string[];
}

export interface Plan {
  formatVersion: '1';
  fleet: string;
  /** The libvirt URI; of several hosts all of them, with commas between; or `Cluster.uri`. */
  host: string;
  /** Of a fleet on several hosts, in the order of their names. */
  hosts?: PlannedHost[];
  /** Of a fleet on several hosts. */
  unknown?: UnknownVm[];
  /** Who named it. Absent from plans of older versions. */
  hostFrom?: HostSource;
  /** `ResolvedFleet.digest` */
  specDigest: string;
  /** SHA-256, hex, of the observed state: the fleet's own things, and what conflicts with them. */
  observedDigest: string;
  options: PlanOptions;
  /** Sorted: pools, networks, the orchestrator's provider, VMs; each by address. */
  changes: Change[];
  steps: Step[];
  /** What was asked for and is left as it is; sorted like changes. */
  refused: Refusal[];
  warnings: string[];
  /**
   * What differs and is left, since the fleet file says so (`ignore`). Absent from plans of older
   * versions.
   */
  ignored?: Ignored[];
  summary: PlanSummary;
}

interface StepBase {
  /** Stable: `vm.edge-1:up`. */
  id: string;
  address: Address;
  /** The name of the host that it is done on, in a fleet on several; absent: on none of them. */
  onHost?: string;
  /** Ids of the steps that must be done first. When one of them fails, this step is skipped. */
  needs: string[];
  timeoutSeconds: number;
}

/** One thing to do. Each is idempotent. */
export type Step = StepBase &
  (
    | { kind: 'pool-ensure'; pool: string }
    | { kind: 'network-create'; network: PlannedNetwork }
    | { kind: 'network-start'; uuid: string }
    /** For a restart: all that is on it is cut off until it is attached again. */
    | { kind: 'network-stop'; uuid: string }
    /**
     * `entries`: to change in the running network. `fields`: to change in the persistent definition
     * (`Render.patchNetwork`), the mark among them; the rest of it stays.
     */
    | {
        kind: 'network-update';
        uuid: string;
        entries: NetworkEntryChange[];
        fields: string[];
        network: PlannedNetwork;
      }
    | { kind: 'network-delete'; uuid: string }
    /**
     * A foreign network gets boot options for this fleet, or (`bootUrl` null) loses them. `network`
     * is the fleet's name for it. `restart`: that is expected to restart it. See
     * `Host.redefineNetwork`.
     */
    | {
        kind: 'network-boot';
        uuid: string;
        network: string;
        bootUrl: string | null;
        restart: boolean;
        start: boolean;
      }
    /** Ends what a killed run left of such a change. See `Host.settleNetwork`. */
    | { kind: 'network-settle'; uuid: string }
    | { kind: 'vm-delete'; uuid: string; volumes: VolumeRef[] }
    /** Registers the VM with the orchestrator, before its first start. */
    | { kind: 'vm-register'; host: HostIdentity }
    /**
     * Deletes the VM's host from the orchestrator, while the VM still exists. A host that is not
     * this VM is left alone.
     */
    | { kind: 'vm-unregister'; host: HostIdentity }
    /**
     * The provider of the orchestrator's project gets these settings. `account` is created first,
     * and is its default.
     */
    | {
        kind: 'provider-set';
        settings: Partial<ProviderSettings>;
        account: Omit<LocalAccount, 'id'> | null;
      }
    /** Through vagrant. Steps of this kind that are ready together share a process. */
    | { kind: 'vm-up'; vm: ResolvedVm }
    /** The mark first, so that a volume is owned from the first moment; then the volumes. */
    | {
        kind: 'vm-volumes';
        vm: ResolvedVm;
        create: VolumeRef[];
        grow: { ref: VolumeRef; target: string; bytes: number; running: boolean }[];
        mark: DomainMark;
      }
    /**
     * Writes firmware variables into a volume that the mark already names: the template, with the
     * fleet's certificates. The VM is off. `make`: the volume does not exist yet.
     */
    | { kind: 'vm-nvram'; vm: ResolvedVm; ref: VolumeRef; make: boolean; mark: DomainMark }
    /** `fields`: the paths to change in the persistent definition; the rest of it stays. */
    | { kind: 'vm-define'; vm: ResolvedVm; fields: string[] }
    /** Sets the password of its screen (`Host.setGraphicsPassword`), without a restart. */
    | { kind: 'vm-password'; uuid: string; password: SecretReference }
    /** Changes a running VM's NICs to what `vm` says (`Host.updateNic`), without a restart. */
    | { kind: 'vm-nics'; vm: ResolvedVm; macs: string[] }
    | { kind: 'vm-reattach'; vm: ResolvedVm; macs: string[] }
    /**
     * `graceSeconds`: how long the guest may take before its power is cut; 0: at once.
     * `timeoutSeconds` is longer.
     */
    | { kind: 'vm-stop'; uuid: string; graceSeconds: number }
    /** Starts it, or resumes it when it is paused. */
    | { kind: 'vm-start'; uuid: string }
    /** Autostart, title, description. */
    | { kind: 'vm-settings'; vm: ResolvedVm; fields: ('autostart' | 'title')[] }
    /** The mark with the digest and `ready`, set last. */
    | { kind: 'vm-ready'; uuid: string; mark: DomainMark }
    /** Objects of a cluster, in this order. */
    | { kind: 'objects-apply'; objects: ObjectToApply[] }
    | { kind: 'objects-delete'; objects: ObjectRef[] }
    /** A running VM of a cluster gets what was applied. */
    | { kind: 'object-restart'; vm: string }
  );
