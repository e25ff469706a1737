/** A fleet's share: what one of its hosts has of it, as a fleet on that host alone. */
import {
  POOL_OF_HOST,
  type HostOfFleet,
  type OwnNetwork,
  type ResolvedFleet,
  type ResolvedNetwork,
  type ResolvedVm,
} from '../../model/index.js';
import { networkDigest, vmDigest } from './digests.js';

/** `vms`: those of the fleet's that are placed there. Linear in them, and in the networks. */
export function shareOf(
  fleet: ResolvedFleet,
  { uri, backend, accelerator, storagePool, runner, vagrantFolder }: HostOfFleet,
  vms: readonly ResolvedVm[],
): ResolvedFleet {
  const host = { uri, backend, accelerator, storagePool, runner, vagrantFolder };
  const here = vms.map((vm) => vmOnHost(vm, host));
  const share = { ...fleet, host, networks: networksOf(fleet.networks, here), vms: here };
  delete share.hosts;
  return { ...share, warnings: [] };
}

function vmOnHost(vm: ResolvedVm, host: ResolvedFleet['host']): ResolvedVm {
  const on = <T extends { pool: string }>(volume: T): T =>
    volume.pool === POOL_OF_HOST ? { ...volume, pool: host.storagePool } : volume;
  const { bmc, protect, ignore, shutdownTimeoutSeconds, ...rest } = vm;
  const spec: Omit<typeof rest, 'digest'> & { digest?: string } = { ...rest };
  delete spec.placement;
  delete spec.digest;
  const applied = {
    ...spec,
    accelerator: host.accelerator,
    nvram: spec.nvram && on(spec.nvram),
    disks: spec.disks.map(on),
    ...(spec.media && { media: on(spec.media) }),
  };
  return {
    ...applied,
    ...(bmc && { bmc }),
    protect,
    ...(ignore && { ignore }),
    shutdownTimeoutSeconds,
    digest: vmDigest(applied),
  };
}

/** Those that a VM there has a NIC on; addresses are given out where the VM is. */
function networksOf(
  networks: readonly ResolvedNetwork[],
  vms: readonly ResolvedVm[],
): ResolvedNetwork[] {
  const nics = vms.flatMap((vm) => vm.nics);
  const macs = new Set(nics.map(({ mac }) => mac));
  const used = new Set(
    nics.flatMap(({ source }) => (source.kind === 'network' ? [source.network] : [])),
  );
  return networks.flatMap((network): ResolvedNetwork[] => {
    if (!used.has(network.libvirtName)) return [];
    if (network.kind === 'existing') return [network];
    const dhcpHosts = network.dhcpHosts.filter(({ mac }) => macs.has(mac));
    if (dhcpHosts.length === network.dhcpHosts.length) return [network];
    const fields: Omit<OwnNetwork, 'digest'> & { digest?: string } = { ...network, dhcpHosts };
    delete fields.digest;
    return [{ ...fields, digest: networkDigest(fields) }];
  });
}
