/** What `apply` needs from `render`, as an interface, so that the two rooms do not know each other. All pure. */
import type { ResolvedDisk, ResolvedVm } from './fleet.js';
import type { DomainMark, PlannedNetwork } from './host.js';

export interface Render {
  /** A complete domain definition with ven's mark. */
  domain(vm: ResolvedVm, accelerator: 'kvm' | 'qemu', mark: DomainMark): string;
  /** `current` with the named fields brought to what `vm` says; everything else in it stays as it is, byte for byte where possible. */
  patchDomain(current: string, vm: ResolvedVm, fields: readonly string[]): string;
  /** The `<interface>` element alone. */
  nic(vm: ResolvedVm, mac: string): string;
  network(network: PlannedNetwork, fleet: string): string;
  volume(disk: ResolvedDisk): string;
}
