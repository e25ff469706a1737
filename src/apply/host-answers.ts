import type { Host, HostFirmware, ResolvedVm } from '../model/index.js';

/** What a run asks its host at most once, when the first VM needs it. */
export class HostAnswers {
  readonly #host: Host;
  readonly #firmwares = new Map<string, Promise<HostFirmware>>();
  readonly #probes = new Map<string, ReturnType<Host['probeAccelerator']>>();

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * What this host can do for VMs with this firmware. `announce` gets the finding, if this call is
   * the one that made it.
   */
  async accelerator(
    { firmware, nvram }: Pick<ResolvedVm, 'firmware' | 'nvram'>,
    announce: (line: string) => void,
  ): Promise<'kvm' | 'qemu'> {
    const key = JSON.stringify([firmware, nvram?.keys !== undefined]);
    const known = this.#probes.get(key);
    if (known) return (await known).accelerator;
    const probe = this.#host.probeAccelerator({ firmware, nvram });
    this.#probes.set(key, probe);
    const { accelerator, why } = await probe;
    announce(`accelerator: ${accelerator} (${why})`);
    return accelerator;
  }

  /**
   * The files of a VM's firmware; null for a BIOS. `template`: as in `FirmwareNeed`; by default,
   * true for a VM whose firmware variables ven makes.
   */
  async firmware(
    { firmware, nvram }: ResolvedVm,
    template = nvram !== null,
  ): Promise<HostFirmware | null> {
    if (firmware === 'bios') return null;
    const need = { template, ...(nvram?.keys === undefined ? {} : { ownKeys: true }) };
    const key = JSON.stringify([firmware, need]);
    const asked = this.#firmwares.get(key) ?? this.#host.firmware(firmware, need);
    this.#firmwares.set(key, asked);
    return asked;
  }
}
