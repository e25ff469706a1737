import {
  OWN_POOL,
  poolFault,
  volumesOf,
  type Address,
  type Change,
  type ObservedPool,
  type PoolFault,
  type Refusal,
  type ResolvedFleet,
  type Step,
} from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import type { Part } from '../part.js';
import type { Selection } from '../select.js';

export interface PoolPart extends Part {
  warnings: string[];
  /** For each pool's name, the step that a VM with a disk in it waits for. */
  ready: ReadonlyMap<string, string>;
}

/** Pools of the VMs that were asked for, and those that a target names. */
export function poolsWanted(fleet: ResolvedFleet, selection: Selection): Set<string> {
  return new Set(
    fleet.vms.flatMap((vm) =>
      volumesOf(vm)
        .map(({ pool }) => pool)
        .filter((pool) => selection.has(vm.address) || selection.targeted(`pool.${pool}`)),
    ),
  );
}

/** What is to be done about a pool that can't be used as it is. */
export interface PoolIntent {
  name: string;
  address: Address;
  pool: ObservedPool | undefined;
  /** null: ven creates or starts it. */
  fault: PoolFault | null;
  action: 'ensure' | 'warn' | 'refuse';
}

/**
 * `wanted`: pools that VMs are created or changed in; `leaving`: pools that volumes are deleted
 * from, which takes an active pool.
 */
export function poolIntents(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  wanted: ReadonlySet<string>,
  leaving: ReadonlySet<string>,
): PoolIntent[] {
  return [...new Set([...wanted, ...leaving])].sort().flatMap((name): PoolIntent[] => {
    const address = `pool.${name}`;
    const pool = onHost.pools.get(name);
    const fault = poolFault(name, onHost.state, fleet.host.uri);
    const isWanted = wanted.has(name);
    if (pool?.active === true && (fault === null || !isWanted)) return [];
    const intent = { name, address, pool, fault };
    if (selection.excluded(address)) return [{ ...intent, action: 'warn' }];
    if (fault === null) return [{ ...intent, action: 'ensure' }];
    return [{ ...intent, action: pool !== undefined || isWanted ? 'refuse' : 'warn' }];
  });
}

export function poolPart(intents: readonly PoolIntent[], selection: Selection): PoolPart {
  const ensured = intents.filter(({ action }) => action === 'ensure');
  return {
    changes: ensured.map(changeOf),
    steps: ensured.map(stepOf),
    warnings: intents
      .filter(({ action }) => action === 'warn')
      .map((intent) => warningOf(intent, selection)),
    ready: new Map(ensured.map((intent) => [intent.name, stepOf(intent).id])),
  };
}

function warningOf({ name, address, pool, fault }: PoolIntent, selection: Selection): string {
  if (!selection.excluded(address))
    return `Pool ${name} is gone from the host: volumes in it can't be deleted through libvirt`;
  const state = fault?.what ?? `Storage pool ${name} is ${pool ? 'not active' : 'missing'}`;
  return `${address} is excluded, and VMs with disks in it will fail: ${state}`;
}

function changeOf({ address, pool }: PoolIntent): Change {
  const notes: string[] = [];
  return pool === undefined
    ? { address, action: 'create', reason: 'missing', notes, after: { type: 'dir' } }
    : {
        ...{ address, action: 'update', reason: 'drift', notes },
        fields: [{ path: 'active', before: 'no', after: 'yes', effect: 'live' }],
      };
}

function stepOf({ name, address }: PoolIntent): Step {
  const id = `${address}:ensure`;
  return { id, address, needs: [], timeoutSeconds: 60, kind: 'pool-ensure', pool: name };
}

/** Pools that no disks can be in until a person has done something about it. */
export function poolRefusals(intents: readonly PoolIntent[]): Refusal[] {
  return intents.flatMap(({ address, fault, action }) => {
    if (action !== 'refuse' || fault === null) return [];
    const { what: summary, fix, byHand } = fault;
    const first = `ven makes and starts no pool but ${OWN_POOL}. Do it by hand, then try again: `;
    return [{ address, code: 'host-not-ready', summary, hint: byHand ? first + fix : `${fix}.` }];
  });
}
