/** What a VM's lists of disks and NICs come to, before anything is derived. */
import type { FleetNic, ResolvedVm } from '../../model/index.js';
import { genericPath } from '../../model/index.js';
import type { ExpandedVm } from './expand.js';

const MAX_DEVICE_LETTERS = 'abcdefghijklmnopqrstuvwxyz';

export function diskList(disks: ExpandedVm['spec']['disks']): NonNullable<typeof disks> {
  return disks ?? [{ size: '110GiB' }];
}

/** The device of each disk in the VM: sda, sdb (SATA and SCSI), vda (virtio). */
export function diskTargets(disks: ExpandedVm['spec']['disks']): string[] {
  const used = { sd: 0, vd: 0 };
  return diskList(disks).map(({ bus }) => {
    const prefix = bus === 'virtio' ? 'vd' : 'sd';
    return `${prefix}${MAX_DEVICE_LETTERS.charAt(used[prefix]++)}`;
  });
}

/**
 * The cards of a VM, short forms written out. An entry without network and bridge is on `default`,
 * or on the VM's own network.
 */
export function nicList(vm: ExpandedVm): FleetNic[] {
  return Array.isArray(vm.spec.nics) ? vm.spec.nics : [{}];
}

/** Paths as the plan shows them: a place in a list is a disk's target, or a NIC's MAC. */
export function ignoredPaths(
  written: readonly string[],
  { disks, nics }: Pick<ResolvedVm, 'disks' | 'nics'>,
): string[] {
  return written.map((each) => {
    const { path, key } = genericPath(each);
    if (key === null) return each;
    const place = /^\d+$/.test(key) ? Number(key) : null;
    const device = path.startsWith('disks') ? disks[place ?? -1]?.target : nics[place ?? -1]?.mac;
    return path.replace('*', device ?? key.toLowerCase());
  });
}
