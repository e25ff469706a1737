import {
  volumesOf,
  type Address,
  type Change,
  type ObservedPool,
  type Refusal,
  type ResolvedFleet,
  type Step,
} from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import type { Part } from '../part.js';
import type { Selection } from '../select.js';

/** The one pool that ven creates and starts; all others are foreign. */
const OWN = 'default';

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

/** What is to be done about a pool that isn't active. */
export interface PoolIntent {
  name: string;
  address: Address;
  pool: ObservedPool | undefined;
  action: 'ensure' | 'warn' | 'refuse';
}

/**
 * `wanted`: pools that VMs are created or changed in; `leaving`: pools that volumes are deleted
 * from, which takes an active pool.
 */
export function poolIntents(
  onHost: FleetOnHost,
  selection: Selection,
  wanted: ReadonlySet<string>,
  leaving: ReadonlySet<string>,
): PoolIntent[] {
  return [...new Set([...wanted, ...leaving])]
    .sort()
    .map((name) => intentOf(name, onHost.pools.get(name), selection, wanted.has(name)))
    .filter(({ pool }) => pool?.active !== true);
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

function intentOf(
  name: string,
  pool: ObservedPool | undefined,
  selection: Selection,
  wanted: boolean,
): PoolIntent {
  const address = `pool.${name}`;
  const base = { name, address, pool };
  if (selection.excluded(address)) return { ...base, action: 'warn' };
  if (name === OWN) return { ...base, action: 'ensure' };
  return { ...base, action: pool !== undefined || wanted ? 'refuse' : 'warn' };
}

function warningOf({ name, address, pool }: PoolIntent, selection: Selection): string {
  if (!selection.excluded(address))
    return `Pool ${name} is gone from the host: volumes in it can't be deleted through libvirt`;
  const state = pool === undefined ? 'missing' : 'not active';
  return `${address} is excluded, and ${state}: VMs with disks in it will fail`;
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

/** Pools that are not ven's to create or start, with the commands to type. */
export function poolRefusals(intents: readonly PoolIntent[], fleet: ResolvedFleet): Refusal[] {
  const virsh = `virsh -c ${fleet.host.uri}`;
  return intents
    .filter(({ action }) => action === 'refuse')
    .map(({ name, address, pool }) => {
      const start = `${virsh} pool-start ${name} && ${virsh} pool-autostart ${name}`;
      const define = `${virsh} pool-define-as ${name} dir --target /var/lib/libvirt/${name}`;
      const fix = pool === undefined ? `${define} && ${start}` : start;
      return {
        address,
        code: 'host-not-ready',
        summary:
          pool === undefined
            ? `This host has no storage pool ${name}`
            : `Storage pool ${name} is not active`,
        hint: `ven makes and starts no pool but ${OWN}. Do it by hand, then try again: ${fix}`,
      };
    });
}
