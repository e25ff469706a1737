import type { HostFinding, ResolvedFirmware, ResolvedFleet } from '../model/index.js';
import type { Env } from './exec.js';
import { FIRMWARE_FIX, findFirmware, firmwareSearch, libvirtFirmware, missingFiles } from './firmware.js';
import { isLocal } from './local.js';

const WORDS = { uefi: 'UEFI firmware', 'uefi-secure': "UEFI firmware for secure boot with the vendor's keys" } as const;

/** One finding for each kind of firmware that the fleet wants. `capabilities`: libvirt's, for x86_64 and q35. */
export function firmwareFindings(fleet: ResolvedFleet, capabilities: string, env: Env): HostFinding[] {
  const wanted = new Map(fleet.vms.map(({ firmware }) => [JSON.stringify(firmware), firmware]));
  return [...wanted.keys()].sort().flatMap((key) => {
    const firmware = wanted.get(key);
    return firmware === undefined || firmware === 'bios' ? [] : [finding(firmware, fleet.host.uri, capabilities, env)];
  });
}

function finding(wanted: Exclude<ResolvedFirmware, 'bios'>, uri: string, capabilities: string, env: Env): HostFinding {
  const check = 'firmware';
  if (typeof wanted === 'object') {
    const missing = isLocal(uri) ? missingFiles(wanted) : [];
    return missing.length === 0
      ? { check, level: 'ok', message: `${wanted.loader} ${isLocal(uri) ? 'is there' : 'is taken to be there'}`, fix: '' }
      : {
          check,
          level: 'missing',
          message: `The firmware file ${missing.join(' and ')} is not there`,
          fix: 'Correct `firmware` in the fleet file, or write `firmware: uefi` to take what the host has',
        };
  }
  const what = WORDS[wanted];
  const found = isLocal(uri) ? findFirmware(wanted, { template: false }, firmwareSearch(uri, env)).firmware : null;
  if (found) return { check, level: 'ok', message: `${what}: ${found.loader.path}`, fix: '' };
  return libvirtFirmware(wanted, capabilities)
    ? { check, level: 'ok', message: `${what}: libvirt has some to choose from`, fix: '' }
    : { check, level: 'missing', message: `The host has no ${what}`, fix: FIRMWARE_FIX };
}
