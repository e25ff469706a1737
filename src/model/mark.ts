import { firmwareMark } from './firmware.js';
import type { ResolvedVm } from './fleet.js';
import type { DomainMark } from './host.js';

/** The mark of a VM that has exactly what `vm` says; without `ready` it is the one that it is born with. */
export function markOf(fleet: string, vm: ResolvedVm, ready: boolean): DomainMark {
  return {
    fleet,
    vm: vm.name,
    digest: vm.digest,
    ready,
    firmware: firmwareMark(vm.firmware),
    volumes: vm.disks.map(({ pool, volume, bus, sizeBytes }) => ({ pool, volume, asked: { bus, sizeBytes } })),
    nics: vm.nics.map(({ mac }) => mac.toLowerCase()).sort(),
  };
}
