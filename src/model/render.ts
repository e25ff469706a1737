/** What `apply` needs from `render`, as an interface, so that the two rooms do not know each other. All pure. */
import type { HostFirmware, SecureBootKeys } from './firmware.js';
import type { ResolvedDisk, ResolvedVm } from './fleet.js';
import type { BootMark, DomainMark, PlannedNetwork, VolumeMake, VolumeRef } from './host.js';

/** What the host decides of a VM's definition. `firmware` is null for a BIOS, and nothing else. */
export interface OnHost {
  accelerator: 'kvm' | 'qemu';
  firmware: HostFirmware | null;
}

/** What ven puts into a VM's firmware variables. */
export interface NvramContents {
  /** DER in base64, of authorities. */
  caCertificates: readonly string[];
  /** null: those of the template stay. */
  keys: SecureBootKeys | null;
}

export interface Render {
  /** A complete domain definition with ven's mark. */
  domain(vm: ResolvedVm, on: OnHost, mark: DomainMark): string;
  /** `current` with the named fields brought to what `vm` says; everything else in it stays as it is, byte for byte where possible. `firmware` is needed for the field of that name. */
  patchDomain(
    current: string,
    vm: ResolvedVm,
    fields: readonly string[],
    firmware?: HostFirmware | null,
  ): string;
  /** The `<interface>` element alone. */
  nic(vm: ResolvedVm, mac: string): string;
  network(network: PlannedNetwork, fleet: string): string;
  /**
   * Somebody else's network, `current`, with the boot options that a fleet wants and its mark in it; null: without that fleet, and as
   * it was before when no other is left. All else stays.
   * @throws VenError `foreign-object` when it offers another boot file.
   */
  bootNetwork(current: string, user: BootMark['fleets'][number], bootUrl: string | null): string;
  volume(disk: ResolvedDisk): string;
  /**
   * The volume with a VM's firmware variables: the template with these contents in it.
   * @throws VenError `host-not-ready` when the template is none, or has no room for them.
   */
  nvram(
    ref: VolumeRef,
    template: Uint8Array,
    contents: NvramContents,
  ): VolumeMake & { content: Uint8Array };
}
