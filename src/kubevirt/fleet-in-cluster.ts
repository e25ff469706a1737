/** What a namespace has of a fleet, and what has the names that the fleet wants. */
import {
  KUBE,
  type ClusterState,
  type KubeObject,
  type ObjectRef,
  type ResolvedFleet,
} from '../model/index.js';
import { textAt } from './json.js';
import { isOurs, markOf, type Mark } from './names.js';

/** What is there of a VM of the fleet. */
export interface OwnedVm {
  /** null: only disks are left of it. */
  vm: KubeObject | null;
  mark: Mark & { vm: string };
  /** By target. */
  disks: ReadonlyMap<string, KubeObject>;
  /** What runs of it; null: it is off. */
  instance: KubeObject | null;
}

export interface FleetInCluster {
  /** By the VM's name in the fleet. */
  vms: ReadonlyMap<string, OwnedVm>;
  /** By the network's key. */
  networks: ReadonlyMap<string, KubeObject>;
  /** What is not the fleet's: kind and name. */
  foreign: ReadonlyMap<string, KubeObject>;
}

export function fleetInCluster({ name }: Pick<ResolvedFleet, 'name'>, state: ClusterState) {
  const all = [...state.vms, ...state.disks, ...state.networks];
  const own = all.filter((object) => isOurs(name, object));
  const ours = new Set(own);
  const instances = new Map(state.instances.map((each) => [each.metadata.name, each]));
  const ofVms = own.flatMap((object) => {
    const mark = markOf(object);
    return mark === null || mark.vm === null ? [] : [{ object, mark: { ...mark, vm: mark.vm } }];
  });
  const vms = new Map(
    [...Map.groupBy(ofVms, ({ mark }) => mark.vm)].flatMap(([vm, parts]) => {
      const main = parts.find(({ object }) => object.kind === KUBE.vm.kind);
      const mark = (main ?? parts[0])?.mark;
      if (mark === undefined) return [];
      const disks = parts.flatMap(({ object, mark: { disk } }) =>
        disk === null || object === main?.object ? [] : [[disk, object] as const],
      );
      const instance = main && instances.get(main.object.metadata.name);
      const owned: OwnedVm = {
        vm: main?.object ?? null,
        mark,
        disks: new Map(disks),
        instance: instance && isAlive(instance) ? instance : null,
      };
      return [[vm, owned] as const];
    }),
  );
  const found: FleetInCluster = {
    vms,
    networks: new Map(
      own.flatMap((object) => {
        const key = markOf(object)?.network ?? null;
        return key === null ? [] : [[key, object] as const];
      }),
    ),
    foreign: new Map(
      all.filter((object) => !ours.has(object)).map((object) => [placeOf(object), object] as const),
    ),
  };
  return found;
}

/** What no two objects of a namespace have in common. */
export function placeOf({ kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>): string {
  return `${kind} ${metadata.name}`;
}

function isAlive({ status }: KubeObject): boolean {
  return !['Succeeded', 'Failed'].includes(textAt(status, 'phase') ?? '');
}

export function isGoing({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

export function refOf({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' };
}
