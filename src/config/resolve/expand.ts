/** The VMs of a fleet: defaults merged under each, groups written out. */
import type { Fleet, FleetDefaults, FleetVm } from '../../model/index.js';
import type { Path } from '../source/source.js';

/** About what one libvirt host can hold: it lists 16,384 domains at most. */
export const MAX_VMS = 10_000;

export type VmSpec = Omit<FleetVm, 'name' | 'count' | 'serialNumbers'>;

export interface ExpandedVm {
  name: string;
  /** The entry of `vms` that it comes from. */
  group: FleetVm;
  path: Path;
  /** From 0, within the group. */
  copy: number;
  spec: VmSpec;
  /** Where a setting is written: in the VM, else in `defaults`. */
  pathOf: (key: keyof FleetDefaults) => Path;
}

export function countVms(fleet: Fleet): number {
  return fleet.vms.reduce((sum, vm) => sum + (vm.count ?? 1), 0);
}

export function expandVms(fleet: Fleet): ExpandedVm[] {
  const defaults = fleet.defaults ?? {};
  return fleet.vms.flatMap((group, index) => {
    const own: Partial<FleetVm> = { ...group };
    const { name, count } = group;
    delete own.name;
    delete own.count;
    delete own.serialNumbers;
    const spec: VmSpec = { ...defaults, ...own };
    const path = ['vms', index];
    const pathOf = (key: keyof FleetDefaults): Path =>
      !Object.hasOwn(own, key) && Object.hasOwn(defaults, key) ? ['defaults', key] : [...path, key];
    return Array.from({ length: count ?? 1 }, (_, copy) => ({
      name: count === undefined ? name : `${name}-${copy + 1}`,
      group,
      path,
      copy,
      spec,
      pathOf,
    }));
  });
}
