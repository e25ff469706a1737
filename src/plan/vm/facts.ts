/** What a plan shows of a VM that is created, replaced or deleted. */
import type { Facts, ResolvedVm } from '../../model/index.js';
import type { FleetOnHost, OwnedDomain } from '../fleet-on-host.js';
import { formatBytes, formatKiB } from '../format.js';
import { madeDisks } from './disks.js';
import { shownFirmware } from './firmware.js';
import { shownNic } from './nics.js';

export function vmFacts(vm: ResolvedVm): Facts {
  return {
    cpus: String(vm.cpus),
    memory: formatKiB(vm.memoryKiB),
    firmware: shownFirmware(vm.firmware),
    tpm: vm.tpm ? 'yes' : 'no',
    disks:
      vm.disks
        .map(({ target, sizeBytes, bus }) => `${target} ${formatBytes(sizeBytes)} ${bus}`)
        .join(', ') || 'none',
    nics: vm.nics.map(shownNic).join(', ') || 'none',
    serialNumber: vm.serialNumber,
    power: vm.power,
  };
}

export function observedVmFacts(domain: OwnedDomain, onHost: FleetOnHost): Facts {
  const { config } = domain;
  const made = new Set(domain.mark.nics.map((mac) => mac.toLowerCase()));
  return {
    cpus: String(config.cpus),
    memory: formatKiB(config.memoryKiB),
    firmware: config.firmware,
    tpm: config.tpm ? 'yes' : 'no',
    disks: madeDisks(domain, onHost).join(', ') || 'none',
    nics:
      config.nics
        .filter(({ mac }) => made.has(mac.toLowerCase()))
        .map(shownNic)
        .join(', ') || 'none',
    serialNumber: config.serialNumber ?? 'none',
    power: domain.power,
  };
}
