/** What a fleet asks for that KubeVirt has no field for, by name. */
import type { Fleet, FleetNetwork, FleetNic } from '../../model/index.js';
import type { ExpandedVm } from '../resolve/expand.js';
import { quote, type Path } from '../source/source.js';
import type { Report } from './report.js';

/** KubeVirt makes labels of a VM's name, and these are no longer. */
const MAX_NAME = 63;
/** libvirt's own network; in a cluster the pods' network, which a VM can be on once. */
const POD_NETWORK = 'default';

type Told = (path: Path, message: string, hint: string) => void;

export function checkKubevirt(fleet: Fleet, vms: readonly ExpandedVm[], report: Report): void {
  if (!fleet.engine) return;
  const tell: Told = (path, message, hint) =>
    report({ rule: 'kubevirt', path, message, hint, onKey: true, because: [['engine']] });
  if (fleet.orchestrator)
    tell(
      ['orchestrator'],
      'KubeVirt has no field for a certificate authority in the firmware, and none for DHCP ' +
        'boot options; and ven onboards no nodes there',
      'Leave it out, or use a libvirt host for nodes that are onboarded.',
    );
  for (const [name, network] of Object.entries(fleet.networks ?? {}))
    checkNetwork(network, ['networks', name], tell);
  for (const vm of vms) {
    checkName(fleet, vm, report);
    if (vm.copy === 0) checkVm(fleet, vm, tell);
  }
}

function checkName({ fleet }: Fleet, { name, path }: ExpandedVm, report: Report): void {
  const object = `${fleet}-${name}`;
  if (object.length <= MAX_NAME) return;
  report({
    rule: 'name',
    path: [...path, 'name'],
    message: `${quote(object)} is the VM's name in the cluster, and longer than ${MAX_NAME}`,
    hint: 'Shorten the name of the VM or of the fleet.',
    because: [['fleet'], ['engine']],
  });
}

function checkNetwork(
  { mode, dhcp, dns, httpBoot, existing }: FleetNetwork,
  path: Path,
  tell: Told,
): void {
  if (dns)
    tell(
      [...path, 'dns'],
      'A network of a cluster has no DNS server of its own',
      'Leave it out; name the hosts in the DNS that the VMs use.',
    );
  if (dhcp === false && mode !== 'isolated' && existing === undefined)
    tell(
      [...path, 'dhcp'],
      'A network of a cluster has a gateway only where it gives out addresses',
      'Leave it out, or write `mode: isolated`.',
    );
  if (httpBoot)
    tell(
      [...path, 'httpBoot'],
      'A network of a cluster has no field for DHCP boot options',
      'Leave it out.',
    );
  if (existing !== undefined && !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(existing))
    tell(
      [...path, 'existing'],
      `${quote(existing)} can't be the name of a NetworkAttachmentDefinition for Multus`,
      'Write its name in the namespace, or `default` for the network of the pods.',
    );
}

function checkVm(fleet: Fleet, vm: ExpandedVm, tell: Told): void {
  const { spec, pathOf } = vm;
  if (typeof spec.firmware === 'object')
    tell(
      pathOf('firmware'),
      'KubeVirt has no field for a loader, an NVRAM template or secure boot keys of your own',
      'Write `uefi`, `uefi-secure` (the keys that KubeVirt enrols) or `bios`.',
    );
  if (spec.pxe === false)
    tell(
      pathOf('pxe'),
      "KubeVirt has no field that keeps firmware from PXE (fw_cfg, or a NIC's option ROM)",
      'Leave `pxe` out, or write `boot: [disk]`.',
    );
  for (const key of ['manufacturer', 'product'] as const)
    if (spec.smbios?.[key] !== undefined)
      tell(
        [...pathOf('smbios'), key],
        'KubeVirt has this for the whole cluster only, in its own configuration',
        'Leave it out.',
      );
  if (typeof spec.graphics === 'object')
    for (const key of ['listen', 'port', 'password'] as const)
      if (spec.graphics[key] !== undefined)
        tell(
          [...pathOf('graphics'), key],
          "A screen is reached through the cluster's API, under its user's rights",
          'Write `graphics: vnc`; `ven vnc` opens the way to it.',
        );
  if (spec.bmc)
    tell(
      pathOf('bmc'),
      'ven has BMCs for VMs on a libvirt host only',
      'Leave it out. `ven power` switches the VMs.',
    );
  if (spec.ignore && spec.ignore.length > 0)
    tell(
      pathOf('ignore'),
      'Server-side apply sets all that the fleet file says of a VM, so nothing can be ignored',
      'Leave it out.',
    );
  if (spec.autostart && (spec.power ?? 'running') !== 'running')
    tell(
      pathOf('autostart'),
      'KubeVirt has no field to start a VM with its host; it keeps VMs running, or off',
      'Leave it out, or write `power: running`.',
    );
  (spec.disks ?? []).forEach(({ pool }, index) => {
    if (pool !== undefined && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(pool))
      tell(
        [...pathOf('disks'), index, 'pool'],
        `A pool is a storage class here, and ${quote(pool)} can't be the name of one`,
        'Write the name of a storage class, or `default` for that of the cluster.',
      );
  });
  if (Array.isArray(spec.nics)) checkNics(fleet, spec.nics, pathOf('nics'), tell);
}

function checkNics(fleet: Fleet, nics: readonly FleetNic[], path: Path, tell: Told): void {
  let onPods = 0;
  nics.forEach(({ network, address, link }, index) => {
    if (address !== undefined)
      tell(
        [...path, index, 'address'],
        'A network of a cluster has no field for the fixed address of one VM',
        'Leave it out, or set the address in the guest.',
      );
    const bad = Object.keys(link ?? {}).filter((part) => part !== 'state');
    for (const part of bad)
      tell(
        [...path, index, 'link', part],
        'KubeVirt can pull a cable (`state: down`), and has no field for a bad one',
        'Leave it out.',
      );
    if (network === undefined || fleet.networks?.[network]?.existing !== POD_NETWORK) return;
    onPods += 1;
    if (onPods === 2)
      tell(
        [...path, index, 'network'],
        'A VM can have one NIC on the network of the pods (`existing: default`)',
        'Name another network.',
      );
  });
}
