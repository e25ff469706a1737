import type {
  FirmwareNeed,
  HostFinding,
  ResolvedFirmware,
  ResolvedFleet,
} from '../../model/index.js';
import { FIRMWARE_FIX, firmwareWords, libvirtFirmware, missingFiles } from './firmware.js';
import { findFirmware, firmwareSearch } from './firmware-descriptors.js';
import { isLocal } from '../libvirt/local.js';

/**
 * One finding for each kind of firmware that the fleet wants. `capabilities`: libvirt's, for x86_64
 * and q35.
 */
export function firmwareFindings(fleet: ResolvedFleet, capabilities: string): HostFinding[] {
  const wanted = new Map(
    fleet.vms.map(({ firmware, nvram }) => {
      const ownKeys = nvram?.keys !== undefined;
      return [
        JSON.stringify([firmware, ownKeys]),
        { firmware, need: { template: ownKeys, ownKeys } },
      ];
    }),
  );
  return [...wanted.keys()].sort().flatMap((key) => {
    const { firmware = 'bios', need } = wanted.get(key) ?? {};
    return firmware === 'bios' || need === undefined
      ? []
      : [finding(firmware, need, fleet.host.uri, capabilities)];
  });
}

function finding(
  wanted: Exclude<ResolvedFirmware, 'bios'>,
  need: FirmwareNeed,
  uri: string,
  capabilities: string,
): HostFinding {
  const check = 'firmware';
  if (typeof wanted === 'object') {
    const missing = isLocal(uri) ? missingFiles(wanted) : [];
    return missing.length === 0
      ? {
          check,
          level: 'ok',
          message: `${wanted.loader} ${isLocal(uri) ? 'exists' : 'is assumed to exist'}`,
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
  const found = isLocal(uri) ? findFirmware(wanted, need, firmwareSearch()).firmware : null;
  if (found) return { check, level: 'ok', message: `${what}: ${found.loader.path}`, fix: '' };
  return !need.template && libvirtFirmware(wanted, capabilities)
    ? { check, level: 'ok', message: `${what}: libvirt has some to choose from`, fix: '' }
    : { check, level: 'missing', message: `The host has no ${what}`, fix: FIRMWARE_FIX };
}
