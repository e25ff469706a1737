import type { Host, HostFirmware, ResolvedVm } from '../model/index.js';

/** What a run asks its host at most once, when the first VM needs it. */
export class HostAnswers {
  readonly #host: Host;
  readonly #firmwares = new Map<string, Promise<HostFirmware>>();
  #probe: ReturnType<Host['probeAccelerator']> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** What this host can do. `announce` gets the finding, if this call is the one that made it. */
  async accelerator(announce: (line: string) => void): Promise<'kvm' | 'qemu'> {
    if (this.#probe) return (await this.#probe).accelerator;
    this.#probe = this.#host.probeAccelerator();
    const { accelerator, why } = await this.#probe;
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
