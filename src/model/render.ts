/**
 * What `apply` needs of `libvirt`, as an interface, so that the two rooms do not know each other.
 * All pure.
 */
import type { HostFirmware, SecureBootKeys } from './firmware.js';
import type { ResolvedDisk, ResolvedVm } from './fleet.js';
import type { BootMark, DomainMark, VolumeRef } from './host-state.js';
import type { NewVolume, PlannedNetwork } from './host.js';

/** The part of a VM's definition that the host decides. `firmware` is null for a BIOS only. */
export interface HostChoice {
  accelerator: 'kvm' | 'qemu';
  firmware: HostFirmware | null;
}

/** What ven writes into a VM's firmware variables. */
export interface NvramContents {
  /** DER in base64, of authorities. */
  caCertificates: readonly string[];
  /** null: the template's keys stay. */
  keys: SecureBootKeys | null;
}

export interface Render {
  /** A complete domain definition with ven's mark. */
  domain(vm: ResolvedVm, on: HostChoice, mark: DomainMark): string;
  /**
   * `current` with the named fields changed to what `vm` says. All else in it stays, byte for byte
   * where possible. `firmware` is needed for the field of that name.
   */
  patchDomain(
    current: string,
    vm: ResolvedVm,
    fields: readonly string[],
    firmware?: HostFirmware | null,
  ): string;
  /**
   * The domain's XML as it would be written today, to be compared: with an empty mark, and without
   * the files of its firmware, which are the host's.
   */
  written(vm: ResolvedVm, accelerator: HostChoice['accelerator']): string;
  /** The `<interface>` element alone. */
  nic(vm: ResolvedVm, mac: string): string;
  network(network: PlannedNetwork, fleet: string): string;
  /** `current` with the named fields changed to what the fleet file says. All else in it stays. */
  patchNetwork(
    current: string,
    network: PlannedNetwork,
    fleet: string,
    fields: readonly string[],
  ): string;
  /**
   * `current`, a foreign network, with the boot options that a fleet wants and that fleet in its
   * mark. `bootUrl` null: without that fleet; without any fleet the network is as it was before.
   * All else stays.
   * @throws VenError `foreign-object` when it offers another boot file.
   */
  bootNetwork(current: string, user: BootMark['fleets'][number], bootUrl: string | null): string;
  volume(disk: ResolvedDisk): string;
  /**
   * `current` with the override of its BMC marked as one that is yet to be written to the
   * firmware's variables; null: there is none in them.
   */
  overrideWaits(current: string): string | null;
  /**
   * The volume for a VM's firmware variables: the template with these contents.
   * @throws VenError `host-not-ready` when the template is not one, or has no room for them.
   */
  nvram(
    ref: VolumeRef,
    template: Uint8Array,
    contents: NvramContents,
  ): NewVolume & { content: Uint8Array };
}
