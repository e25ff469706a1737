/** Which differences a VM's `ignore` takes out: the paths of the plan's fields. */
import type { ResolvedVm } from './fleet.js';

/**
 * All that can be ignored; with a path goes all that is part of it. `*`: a disk's target or a
 * NIC's MAC.
 */
export const IGNORABLE: readonly string[] = [
  ...['title', 'description', 'cpus', 'memory', 'boot', 'pxe', 'serialNumber', 'accelerator'],
  ...['firmware', 'nvram', 'caCertificate', 'secureBoot', 'autostart', 'power', 'console'],
  ...['smbios', 'smbios.manufacturer', 'smbios.product', 'smbios.assetTag', 'smbios.uuid'],
  ...['graphics', 'graphics.password', 'video', 'video.model', 'video.model.type'],
  ...[
    'media',
    'disks',
    'disks.*',
    'disks.*.size',
    'disks.*.bus',
    'disks.*.serial',
    'disks.*.driver',
  ],
  ...[
    'disks.*.driver.name',
    'disks.*.driver.type',
    'disks.*.driver.discard',
    'disks.*.device',
    'disks.*.readonly',
  ],
  ...['nics', 'nics.order', 'nics.*', 'nics.*.model', 'nics.*.network', 'nics.*.link'],
  ...['nics.*.rom', 'nics.*.rom.enabled'],
  ...['tpm', 'tpm.model', 'tpm.backend', 'tpm.backend.type', 'tpm.backend.version'],
  ...['cpu', 'cpu.mode', 'cpu.match', 'cpu.check', 'cpu.model', 'cpu.model.fallback'],
  ...['features', 'features.acpi', 'features.apic', 'clock', 'clock.offset'],
  ...['on_poweroff', 'on_reboot', 'on_crash', 'os', 'os.type', 'os.type.arch'],
  ...['os.type.machine', 'os.smbios', 'os.smbios.mode', 'controller', 'controller.model'],
  ...['rng', 'rng.model', 'rng.backend', 'rng.backend.model', 'serial', 'serial.type'],
  ...['serial.log', 'serial.log.file', 'serial.log.append', 'serial.target'],
  ...['serial.target.type'],
];

/**
 * A path as in `IGNORABLE`, and the disk or NIC that it names: `nics.*.model` and `0`. null: it
 * names none, or all.
 */
export function genericPath(path: string): { path: string; key: string | null } {
  const [, list, key, rest = ''] = /^(disks|nics)\.(?!order$)([^.]+)(\..*)?$/.exec(path) ?? [];
  if (list === undefined || key === undefined) return { path, key: null };
  return { path: `${list}.*${rest}`, key };
}

/**
 * Whether a VM's `ignore` takes a path of the plan out of the comparison: itself, or what it is
 * part of.
 */
export function isIgnored({ ignore = [] }: Pick<ResolvedVm, 'ignore'>, path: string): boolean {
  return ignore.some((each) => path === each || path.startsWith(`${each}.`));
}
