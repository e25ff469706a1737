/** Which nodes a run is about, and which of their records still count. */
import {
  VenError,
  isOwnedBy,
  type Address,
  type FailureClass,
  type HostState,
  type NodeRecord,
  type Plan,
  type ResolvedFleet,
  type ResolvedVm,
  type StoredRecord,
  venCommand,
} from '../../model/index.js';
import { NodeWatcher } from '../../stages/index.js';
import { vmNamed } from '../find-vm.js';
import type { NodeHost } from '../hosts/as-one.js';
import { incarnationOf, isOfIncarnation } from './incarnation.js';
import type { DrivenNode, DriveOptions, LostNode } from '../../onboarding/index.js';

/** The stage to reach, the flow, and the profile. */
export type Goal = Pick<DriveOptions, 'flow' | 'profile' | 'until'>;

/**
 * By name or address; null: all VMs but those with power: off. @throws VenError `not-found`,
 * `usage`
 */
export function chosenVms(
  fleet: ResolvedFleet,
  { vms, file }: { vms: readonly string[] | null; file: string },
): ResolvedVm[] {
  const chosen =
    vms === null
      ? fleet.vms.filter(({ power }) => power !== 'off')
      : vms.map((name) => vmNamed(fleet, name, file));
  const off = chosen.find(({ power }) => power === 'off');
  if (off)
    throw new VenError('usage', {
      where: off.address,
      summary: 'the fleet file says power: off',
      hint: 'Write power: running, or external where others power it on',
    });
  return [...new Map(chosen.map((vm) => [vm.uuid, vm])).values()];
}

/**
 * The nodes whose record says that they failed in their present boot. `isDeleted`: the VM was
 * deleted since, to be recreated.
 */
export function failedOf(
  vms: readonly ResolvedVm[],
  host: NodeHost,
  classes: readonly FailureClass[],
): { address: Address; isDeleted: boolean }[] {
  return recordsOf(vms, host).flatMap(({ record }, index) => {
    const vm = vms[index] as ResolvedVm;
    // A record of an earlier incarnation or boot says nothing: the node may be ready by now.
    if (!record?.failure || !isOfThisBoot(record, vm, host)) return [];
    if (classes.length > 0 && !classes.includes(record.failure.class)) return [];
    return [{ address: vm.address, isDeleted: record.madeAnew === true }];
  });
}

/** Whether any of these nodes must be watched after a plan, according to the records. */
export function leavesOpen(
  vms: readonly ResolvedVm[],
  host: NodeHost,
  { steps }: Pick<Plan, 'steps'>,
): boolean {
  const created = new Set(steps.flatMap((step) => (step.kind === 'vm-up' ? [step.address] : [])));
  return recordsOf(vms, host).some(({ record }, index) => {
    const vm = vms[index] as ResolvedVm;
    if (created.has(vm.address) || record?.uuid !== vm.uuid) return true;
    return (
      record.outcome !== 'ready' &&
      !(record.outcome === 'failed' && !record.madeAnew && isOfThisBoot(record, vm, host))
    );
  });
}

export function recordsOf(
  vms: readonly ResolvedVm[],
  { state }: Pick<NodeHost, 'state'>,
): StoredRecord[] {
  return state.records.read(vms.map(({ name }) => name));
}

/**
 * For VMs that are missing or half-made: refuse the run, refuse it where there are no others, count
 * them as failed, or wait for them until the time is up.
 */
export type MissingVms = 'refused' | 'all-refused' | 'failed' | 'waiting';

export interface Found {
  fleet: ResolvedFleet;
  host: NodeHost;
  /** The words that name the fleet in a command. */
  words: string;
  goal: Goal;
  state: HostState;
  records: readonly StoredRecord[];
  /** VMs that could not be created or changed, so that there is no node to watch; with reasons. */
  lost: ReadonlyMap<Address, LostNode>;
  missing: MissingVms;
}

/** The nodes of a run, in the order of `vms` and `records`. @throws VenError `not-found` */
export function nodesOf(
  vms: readonly ResolvedVm[],
  { fleet, host, words, goal, state, records, lost, missing }: Found,
): DrivenNode[] {
  const ours = new Map(
    state.domains
      .filter((domain) => isOwnedBy(fleet, domain))
      .map((domain) => [domain.uuid, domain]),
  );
  const create = venCommand('apply', words, '--wait ready');
  const absent = new Map<Address, LostNode>();
  for (const { uuid, address } of vms) {
    const domain = ours.get(uuid);
    if (domain?.mark?.ready === true) continue;
    const nowhere = fleet.hosts
      ? 'no host that answers has it'
      : `it does not exist on ${fleet.host.uri}`;
    const message = domain ? `it is only half-made on ${fleet.host.uri}` : nowhere;
    absent.set(address, { message, hint: `Create what is missing, and onboard it: ${create}` });
  }
  const isRefused =
    missing === 'refused' || (missing === 'all-refused' && absent.size === vms.length);
  if (isRefused && absent.size > 0) {
    throw new VenError('not-found', {
      summary:
        `${absent.size === 1 ? 'This VM does' : 'These VMs do'} not exist on ` +
        `${fleet.host.uri}, or are half-made: ${[...absent.keys()].join(', ')}`,
      hint: `Create and onboard them: ${create}`,
    });
  }
  return vms.map((vm, index): DrivenNode => {
    const power = absent.has(vm.address) ? 'missing' : (ours.get(vm.uuid)?.power ?? 'missing');
    const node: DrivenNode = { vm, power: { power, id: null }, record: null };
    const why =
      lost.get(vm.address) ?? (missing === 'waiting' ? undefined : absent.get(vm.address));
    if (why) return { ...node, lost: why };
    const record = records[index]?.record ?? null;
    const counts =
      record !== null &&
      power !== 'missing' &&
      isOfIncarnation(record, incarnationOf(vm, state, host)) &&
      stillCounts(record, vm, power, { goal, host });
    return { ...node, record: counts ? record : null };
  });
}

/** A record is of one incarnation of a VM and, until the node is ready, of one boot of it. */
function stillCounts(
  record: NodeRecord,
  vm: ResolvedVm,
  power: string,
  { goal: { profile, flow }, host }: { goal: Goal; host: NodeHost },
): boolean {
  if (record.uuid === vm.uuid && record.outcome === 'ready') return true;
  if (record.madeAnew || !isOfThisBoot(record, vm, host)) return false;
  if (record.outcome === 'failed') return true;
  // There was no output yet since the power-on: `log` says where to begin.
  if (record.visits.length === 0) return true;
  return power !== 'off' && NodeWatcher.resumes(record.memory, profile, flow);
}

function isOfThisBoot(record: NodeRecord, vm: ResolvedVm, host: NodeHost): boolean {
  const boot = host.lastStart(vm.domain);
  return (
    record.uuid === vm.uuid && (record.life === undefined || boot === null || record.life === boot)
  );
}
