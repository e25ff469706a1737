/**
 * Hardware of Tinkerbell, each with the Machine of its BMC and that one's Secret:
 * https://github.com/tinkerbell/tinkerbell, crd/bases/v1alpha1.
 */
import {
  blockOf,
  formatAddress,
  type ExportedBmc,
  type ExportedVm,
  type FleetExport,
  type ResolvedNic,
} from '../../model/index.js';
import {
  manifestsText,
  metadata,
  objectName,
  secretName,
  secretsOf,
  type Manifest,
} from './kubernetes.js';
import type { ExportText } from './views.js';

/** Where Tinkerbell's chart is installed. A Machine names its Secret with the namespace. */
const NAMESPACE = 'tinkerbell';
const GROUP = 'bmc.tinkerbell.org';
/** One day. Without it Tinkerbell's DHCP server gives leases of 0 s. */
const LEASE_SECONDS = 86_400;

export const tinkerbellText: ExportText = (fleet, options) => {
  const namespace = options.namespace ?? NAMESPACE;
  const manifests = fleet.vms.flatMap((vm): Manifest[] => [
    ...secretsOf(fleet, vm, namespace),
    ...(vm.bmc === null ? [] : [machine(fleet, vm, vm.bmc, { ...options, namespace })]),
    hardware(fleet, vm, namespace),
  ]);
  return manifestsText(fleet, manifests, { namespace });
};

function machine(
  fleet: FleetExport,
  exported: ExportedVm,
  bmc: ExportedBmc,
  { namespace, insecure }: { namespace: string; insecure: boolean },
): Manifest {
  const { protocol, hostname } = new URL(bmc.url);
  const { port } = bmc;
  return {
    apiVersion: `${GROUP}/v1alpha1`,
    kind: 'Machine',
    metadata: metadata(objectName(fleet, exported), fleet, namespace),
    spec: {
      connection: {
        // It takes a host without a scheme for one of HTTPS.
        host: protocol === 'https:' ? hostname : `${protocol}//${hostname}`,
        port,
        authSecretRef: { name: secretName(fleet, exported), namespace },
        insecureTLS: insecure,
        providerOptions: {
          preferredOrder: ['gofish'],
          redfish: { port, systemName: bmc.systemName },
        },
      },
    },
  };
}

function hardware(fleet: FleetExport, exported: ExportedVm, namespace: string): Manifest {
  const { vm, bmc } = exported;
  const name = objectName(fleet, exported);
  return {
    apiVersion: 'tinkerbell.org/v1alpha1',
    kind: 'Hardware',
    metadata: metadata(name, fleet, namespace),
    spec: {
      ...(vm.nics[0] && { agentID: vm.nics[0].mac }),
      ...(bmc && { bmcRef: { apiGroup: GROUP, kind: 'Machine', name } }),
      disks: vm.disks.map(({ target }) => ({ device: `/dev/${target}` })),
      interfaces: vm.nics.map((nic, index) => ({
        dhcp: {
          arch: 'x86_64',
          hostname: vm.name,
          ...addressOf(fleet, nic),
          lease_time: LEASE_SECONDS,
          mac: nic.mac,
          uefi: vm.firmware !== 'bios',
        },
        netboot: { allowPXE: index === 0, allowWorkflow: index === 0 },
      })),
      metadata: { instance: { hostname: vm.name, id: vm.uuid } },
      resources: { cpu: vm.cpus, memory: `${vm.memoryKiB}Ki` },
    },
  };
}

/** The fixed address of a NIC, in a network whose subnet the fleet file names. */
function addressOf({ fleet }: FleetExport, { ip, source }: ResolvedNic): { ip?: object } {
  const network = fleet.networks.find(
    ({ address }) => source.kind === 'network' && source.own === address,
  );
  if (ip === null || network?.kind !== 'own' || network.subnet === 'auto') return {};
  const { cidr, gateway } = network.subnet;
  const block = blockOf(cidr);
  if (block === null) return {};
  const netmask = formatAddress(2 ** 32 - (block.last - block.first + 1));
  return { ip: { address: ip, family: 4, gateway, netmask } };
}
