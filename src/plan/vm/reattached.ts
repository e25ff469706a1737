import { detachedNics } from '../../libvirt/index.js';
import type { Address, FieldChange, ResolvedFleet, ResolvedVm } from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import type { Selection } from '../select.js';
import type { Part } from '../part.js';
import type { VmIntent } from './intents.js';
import { networkNeeds, type ReadySteps } from './needs.js';

/**
 * VMs whose NICs are attached to their networks again, since those networks' bridges go and come
 * again.
 */
export interface Reattached {
  /** By libvirt name of the network. */
  byNetwork: ReadonlyMap<string, readonly Address[]>;
  bystanders: readonly Bystander[];
}

/** A VM that was not asked for, but would lose its network. */
export interface Bystander {
  vm: ResolvedVm;
  macs: string[];
  fields: FieldChange[];
}

export function reattachedVms(
  intents: readonly VmIntent[],
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  outages: ReadonlySet<string>,
): Reattached {
  if (outages.size === 0) return { byNetwork: new Map(), bystanders: [] };
  const bystanders = fleet.vms
    .filter(({ address }) => !selection.has(address) && !selection.refused(address))
    .flatMap((vm) => bystanderOf(vm, onHost, outages) ?? []);
  const updated = intents.flatMap(({ vm, action, diff }) =>
    action === 'update' ? [{ vm, macs: diff.reattach }] : [],
  );
  const pairs = [...updated, ...bystanders].flatMap(({ vm, macs }) =>
    [...new Set(cutOffNics(vm, macs, outages).map(({ network }) => network))].map((network) => ({
      network,
      address: vm.address,
    })),
  );
  const byNetwork = Map.groupBy(pairs, ({ network }) => network);
  return {
    byNetwork: new Map(
      [...byNetwork].map(([network, on]) => [network, on.map(({ address }) => address)]),
    ),
    bystanders,
  };
}

function bystanderOf(
  vm: ResolvedVm,
  onHost: FleetOnHost,
  outages: ReadonlySet<string>,
): Bystander | null {
  const domain = onHost.owned.get(vm.uuid);
  if (domain === undefined) return null;
  const { reattach, fields } = detachedNics(vm, domain, { ...onHost, outages });
  const macs = cutOffNics(vm, reattach, outages).map(({ mac }) => mac);
  if (macs.length === 0) return null;
  const paths = new Set(macs.map((mac) => `nics.${mac}.attached`));
  return { vm, macs, fields: fields.filter(({ path }) => paths.has(path)) };
}

function cutOffNics(
  { nics }: ResolvedVm,
  macs: readonly string[],
  outages: ReadonlySet<string>,
): { mac: string; network: string }[] {
  return nics.flatMap(({ mac, source }) =>
    macs.includes(mac) && source.kind === 'network' && outages.has(source.network)
      ? [{ mac, network: source.network }]
      : [],
  );
}

export function bystandersPart(bystanders: readonly Bystander[], ready: ReadySteps): Part {
  return {
    changes: bystanders.map(({ vm: { address }, fields }) => ({
      ...{ address, action: 'update', reason: 'rebuilt', notes: [], fields },
    })),
    steps: bystanders.map(({ vm, macs }) => {
      const { address } = vm;
      const needs = networkNeeds(vm, ready);
      const id = `${address}:reattach`;
      return { id, address, needs, timeoutSeconds: 60, kind: 'vm-reattach', vm, macs };
    }),
  };
}
