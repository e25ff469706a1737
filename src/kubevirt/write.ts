/** A VM of the fleet as objects of a cluster. */
import {
  KUBE,
  type KubeObject,
  type ResolvedDisk,
  type ResolvedFleet,
  type ResolvedVm,
} from '../model/index.js';
import { writeFields } from './fields/index.js';
import type { VmObjects } from './fields/field.js';
import { merged } from './json.js';
import { diskMark, diskName, podLabels, vmMark, vmName } from './names.js';
import { quantityOf } from './quantity.js';

/** In a fleet file: the cluster's default class. */
const DEFAULT_CLASS = 'default';

/** Where the objects go; null: the file does not say. */
export interface Place {
  namespace: string | null;
}

export function vmObjects(fleet: ResolvedFleet, vm: ResolvedVm, place: Place): VmObjects {
  const { name } = fleet;
  const object = merged(
    {
      ...KUBE.vm,
      metadata: { ...metadataOf(vmName(name, vm.name), place), ...vmMark(fleet, vm) },
      spec: { template: { metadata: { labels: podLabels(name, vm.name) } } },
    },
    writeFields({ fleet: name, vm }),
  );
  return {
    vm: object as unknown as KubeObject,
    disks: new Map(
      vm.disks.map((disk) => [
        disk.target,
        diskObject(disk, {
          ...metadataOf(diskName(name, vm.name, disk.target), place),
          ...diskMark(name, vm, disk.target),
        }),
      ]),
    ),
  };
}

/** An empty disk: KubeVirt makes the image on it, as large as it is. */
function diskObject(
  { sizeBytes, pool }: ResolvedDisk,
  metadata: KubeObject['metadata'],
): KubeObject {
  return {
    ...KUBE.disk,
    metadata,
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: quantityOf(sizeBytes) } },
      ...(pool !== DEFAULT_CLASS && { storageClassName: pool }),
    },
  };
}

export function metadataOf(name: string, { namespace }: Place): KubeObject['metadata'] {
  return { name, ...(namespace !== null && { namespace }) };
}
