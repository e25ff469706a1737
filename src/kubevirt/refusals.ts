/** What of a fleet may not be done in a cluster, and why. */
import type { Address, KubeObject, Refusal, ResolvedFleet, ResolvedVm } from '../model/index.js';
import { multusName } from './fields/devices.js';
import { placeOf, type FleetInCluster } from './fleet-in-cluster.js';
import type { Mark } from './names.js';
import type { WantedNetwork } from './networks.js';
import type { VmObjects } from './fields/field.js';

/** Objects that have a name the fleet wants, and are not the fleet's. */
export function foreignRefusal(
  address: Address,
  wanted: readonly KubeObject[],
  { foreign }: FleetInCluster,
  namespace: string,
): Refusal | null {
  const found = wanted.flatMap((object) => foreign.get(placeOf(object)) ?? []);
  if (found.length === 0) return null;
  const [first] = found;
  return {
    address,
    code: 'foreign-object',
    summary:
      found.length === 1
        ? `Something that is not this fleet's stands in the way of ${address}`
        : `${found.length} things that are not this fleet's stand in the way of ${address}`,
    detail: found
      .map(({ kind, metadata: { name } }) => {
        const look = `kubectl -n ${namespace} get ${kind.toLowerCase()} ${name} -o yaml`;
        return `${kind} ${name}\n  look at it: ${look}`;
      })
      .join('\n'),
    hint:
      `If nobody needs it: kubectl -n ${namespace} delete ${first?.kind.toLowerCase() ?? ''} ` +
      `${first?.metadata.name ?? ''}. Or give the fleet another name (fleet: …).`,
  };
}

/** Of a VM on a network that is refused, or that is somebody else's and missing. */
export function networkRefusal(
  { name }: ResolvedFleet,
  vm: ResolvedVm,
  networks: readonly WantedNetwork[],
  refused: ReadonlyMap<Address, Refusal>,
  there: { names: ReadonlySet<string>; namespace: string },
): Refusal | null {
  for (const nic of vm.nics) {
    const { source } = nic;
    if (source.kind === 'network' && source.own === null && source.network === 'default') continue;
    const object = multusName(name, nic);
    const own = networks.find((each) => each.object.metadata.name === object);
    const cause = own && refused.get(own.address);
    if (own && cause) return { ...cause, address: vm.address, because: own.address };
    if (own || there.names.has(object)) continue;
    return {
      address: vm.address,
      code: 'host-not-ready',
      summary: `There is no NetworkAttachmentDefinition ${object} in ${there.namespace}`,
      hint:
        'Create it, or correct `existing` in the fleet file. See what there is: ' +
        `kubectl -n ${there.namespace} get network-attachment-definitions`,
    };
  }
  return null;
}

/** A protected VM that would lose its disks. `fate`: `would be replaced`. */
export function protectedRefusal(
  address: Address,
  { vm, mark, fate }: { vm: ResolvedVm | undefined; mark: Mark; fate: string },
): Refusal | null {
  if (!mark.protect && vm?.protect !== true) return null;
  return {
    address,
    code: 'protected',
    summary: `It is protected, and ${fate}`,
    hint:
      `Leave it out (--exclude ${address}). To lose its disks: ` +
      (vm === undefined
        ? 'put it back into the fleet file with protect: false, apply once, and do it again.'
        : 'set protect: false in the fleet file, apply once, and do it again.'),
  };
}

export function objectsOf({ vm, disks }: VmObjects): KubeObject[] {
  return [...disks.values(), vm];
}
