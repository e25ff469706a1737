import type { KubeObject, ResolvedFleet } from '../model/index.js';
import { wantedNetworks } from './networks.js';
import { objectsOf } from './refusals.js';
import { vmObjects, type Place } from './write.js';

/** All objects of a fleet, as in an empty namespace, in an order in which they can be created. */
export function manifestsOf(fleet: ResolvedFleet, place: Place): KubeObject[] {
  return [
    ...wantedNetworks(fleet, [], place).map(({ object }) => object),
    ...fleet.vms.flatMap((vm) => objectsOf(vmObjects(fleet, vm, place))),
  ];
}
