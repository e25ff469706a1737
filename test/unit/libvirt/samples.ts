/** What the tests of this room render, and from which templates. */
import type {
  DomainMark,
  HostFirmware,
  HostChoice,
  PlannedNetwork,
  ResolvedVm,
} from '../../../src/model/index.js';
import { createRender } from '../../../src/libvirt/index.js';

export const render = createRender();

export function sampleVm(over: Partial<ResolvedVm> = {}): ResolvedVm {
  return {
    address: 'vm.edge-1',
    name: 'edge-1',
    domain: 'lab_edge-1',
    uuid: '4ee753c1-0dd5-531f-ae64-579fcd69d776',
    title: 'An edge node',
    description: 'of the lab',
    cpus: 2,
    memoryKiB: 1_048_576,
    accelerator: 'qemu',
    firmware: 'uefi',
    tpm: true,
    boot: ['disk', 'network'],
    pxe: true,
    nvram: null,
    disks: [
      {
        target: 'sda',
        bus: 'sata',
        sizeBytes: 1_073_741_824,
        pool: 'default',
        volume: 'lab_edge-1-sda.qcow2',
      },
    ],
    nics: [
      {
        mac: '52:54:00:4e:e7:53',
        model: 'virtio',
        source: { kind: 'network', network: 'lab_net', own: 'network.net' },
        ip: null,
      },
    ],
    serialNumber: 'VH001',
    graphics: { type: 'none' },
    autostart: false,
    power: 'running',
    protect: false,
    shutdownTimeoutSeconds: 60,
    digest: 'd'.repeat(64),
    ...over,
  };
}

/** A host with files for any kind, for emulation or KVM. */
export const FILES: HostFirmware = {
  by: 'files',
  loader: { path: '/fw/CODE.fd', format: 'raw' },
  nvramTemplate: { path: '/fw/VARS.fd', format: 'raw' },
  secure: false,
};
export const QEMU: HostChoice = { accelerator: 'qemu', firmware: FILES };
export const KVM: HostChoice = { accelerator: 'kvm', firmware: FILES };

export const sampleMark: DomainMark = {
  fleet: 'lab',
  vm: 'edge-1',
  digest: 'd'.repeat(64),
  ready: false,
  volumes: [{ pool: 'default', volume: 'lab_edge-1-sda.qcow2' }],
  nics: ['52:54:00:4e:e7:53'],
};

export function sampleNetwork(over: Partial<PlannedNetwork> = {}): PlannedNetwork {
  return {
    kind: 'own',
    address: 'network.net',
    name: 'net',
    libvirtName: 'lab_net',
    uuid: 'a1b2c3d4-0dd5-531f-ae64-579fcd69d776',
    bridge: 'vb-lab-net',
    mode: 'nat',
    subnet: { cidr: '192.168.150.0/24', gateway: '192.168.150.1' },
    dhcp: { start: '192.168.150.3', end: '192.168.150.155' },
    dnsHosts: [],
    dhcpHosts: [],
    bootUrl: null,
    digest: 'e'.repeat(64),
    ...over,
  };
}
