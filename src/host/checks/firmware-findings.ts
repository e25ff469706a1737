import type {
  FirmwareNeed,
  HostFinding,
  ResolvedFirmware,
  ResolvedFleet,
} from '../../model/index.js';
import { FIRMWARE_FIX, firmwareWords, libvirtFirmware, type FirmwareFiles } from './firmware.js';
import { findFirmware } from './firmware-descriptors.js';

/**
 * One finding for each kind of firmware that the fleet wants. `capabilities`: libvirt's, for x86_64
 * and q35.
 */
export async function firmwareFindings(
  fleet: ResolvedFleet,
  files: FirmwareFiles,
  capabilities: string,
): Promise<HostFinding[]> {
  const wanted = new Map(
    fleet.vms.map(({ firmware, nvram }) => {
      const ownKeys = nvram?.keys !== undefined;
      return [
        JSON.stringify([firmware, ownKeys]),
        { firmware, need: { template: ownKeys, ownKeys } },
      ];
    }),
  );
  const findings: HostFinding[] = [];
  for (const key of [...wanted.keys()].sort()) {
    const { firmware = 'bios', need } = wanted.get(key) ?? {};
    if (firmware !== 'bios' && need !== undefined)
      findings.push(await finding(firmware, need, files, capabilities));
  }
  return findings;
}

async function finding(
  wanted: Exclude<ResolvedFirmware, 'bios'>,
  need: FirmwareNeed,
  files: FirmwareFiles,
  capabilities: string,
): Promise<HostFinding> {
  const check = 'firmware';
  if (typeof wanted === 'object') {
    const missing = await files.missing(wanted);
    return missing.length === 0
      ? {
          check,
          level: 'ok',
          message: `${wanted.loader} exists`,
          fix: '',
        }
      : {
          check,
          level: 'missing',
          message: `The firmware file ${missing.join(' and ')} does not exist`,
          fix:
            'Correct `firmware` in the fleet file, or write `firmware: uefi` to take what ' +
            'the host has',
        };
  }
  const what = firmwareWords(wanted, need);
  const search = await files.search();
  const found = search && findFirmware(wanted, need, search).firmware;
  if (found) return { check, level: 'ok', message: `${what}: ${found.loader.path}`, fix: '' };
  return !need.template && libvirtFirmware(wanted, capabilities)
    ? { check, level: 'ok', message: `${what}: libvirt has some to choose from`, fix: '' }
    : { check, level: 'missing', message: `The host has no ${what}`, fix: FIRMWARE_FIX };
}
