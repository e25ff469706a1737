/** VMs of 64 MiB with nothing to boot, and their fleet. */
import { vmUuid, type ResolvedFleet, type ResolvedVm } from '../../src/model/index.js';

/** `number`: two hexadecimal digits, another one for each VM that two runs may have at a time. */
export function smallVm(
  fleet: string,
  name: string,
  number: string,
  more: Partial<ResolvedVm> & { source: ResolvedVm['nics'][number]['source'] },
): ResolvedVm {
  const domain = `${fleet}_${name}`;
  const { source, ...others } = more;
  return {
    address: `vm.${name}`,
    name,
    domain,
    uuid: vmUuid(fleet, name),
    title: '',
    description: '',
    cpus: 1,
    memoryKiB: 65536,
    accelerator: 'qemu',
    firmware: 'bios',
    tpm: false,
    boot: ['disk'],
    pxe: true,
    nvram: null,
    disks: [
      {
        ...{ target: 'sda', bus: 'sata', sizeBytes: 16 * 1024 ** 2, pool: 'default' },
        volume: `${domain}-sda.qcow2`,
      },
    ],
    nics: [{ mac: `52:54:00:c0:de:${number}`, model: 'virtio', source, ip: null }],
    serialNumber: `SN-${name}`,
    graphics: { type: 'none' },
    autostart: false,
    power: 'running',
    protect: false,
    shutdownTimeoutSeconds: 1,
    digest: 'e'.repeat(64),
    ...others,
  };
}

export function fleetOf(name: string, vms: ResolvedVm[]): ResolvedFleet {
  return {
    name,
    host: {
      uri: 'qemu:///system',
      accelerator: 'qemu',
      storagePool: 'default',
      backend: 'vagrant',
      runner: { kind: 'local' },
      vagrantFolder: false,
    },
    hostFrom: 'default',
    orchestrator: null,
    networks: [],
    vms,
    digest: '',
    secureBootKeys: {},
    warnings: [],
  };
}
