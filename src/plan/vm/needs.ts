/** What the steps of a VM wait for: steps of other things. */
import { volumesOf, type Address, type ResolvedVm } from '../../model/index.js';
import type { VmIntent } from './intents.js';
import type { RemovedVm } from './leaving.js';

export interface VmNeeds {
  networks: readonly string[];
  /** Pools of the volumes that it is to have. */
  pools: readonly string[];
  /** Pools of the volumes that it has. */
  oldPools: readonly string[];
  /** Deletions of VMs that have what it wants, a port or a MAC, or that are in its place. */
  freeing: readonly string[];
  /** The change of what new hosts install. */
  provider: readonly string[];
}

/** For each thing that this plan builds or changes, the step that VMs wait for. */
export interface ReadySteps {
  /** By the pool's name. */
  pools: ReadonlyMap<string, string>;
  /** By the address of the fleet's own network. */
  networks?: ReadonlyMap<Address, string>;
  /** By libvirt name of a borrowed network. */
  borrowed?: ReadonlyMap<string, string>;
  /** Deletions of VMs that have a port or a MAC of this one. */
  freeing?: (vm: ResolvedVm) => string[];
  provider?: readonly string[];
}

export function needsOf(intent: VmIntent | RemovedVm, ready: ReadySteps): VmNeeds {
  const { domain } = intent;
  const oldPools = poolNeeds(domain?.mark.volumes ?? [], ready);
  if (intent.action === 'delete')
    return { networks: [], pools: [], oldPools, freeing: [], provider: [] };
  const { vm } = intent;
  const nics = [...vm.nics, ...(domain?.config.nics ?? []), ...(domain?.live?.nics ?? [])];
  const borrowed = nics.flatMap(({ source }) =>
    source.kind === 'network' ? (ready.borrowed?.get(source.network) ?? []) : [],
  );
  return {
    networks: [...networkNeeds(vm, ready), ...new Set(borrowed)],
    pools: poolNeeds(volumesOf(vm), ready),
    oldPools,
    freeing: ready.freeing?.(vm) ?? [],
    provider: ready.provider ?? [],
  };
}

/** Of the fleet's own networks. */
export function networkNeeds({ nics }: ResolvedVm, { networks }: ReadySteps): string[] {
  const ids = nics.flatMap(({ source }) =>
    source.kind === 'network' && source.own !== null ? (networks?.get(source.own) ?? []) : [],
  );
  return [...new Set(ids)];
}

function poolNeeds(volumes: readonly { pool: string }[], { pools }: ReadySteps): string[] {
  return [...new Set(volumes.flatMap(({ pool }) => pools.get(pool) ?? []))];
}
