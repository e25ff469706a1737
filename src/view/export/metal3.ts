/**
 * BareMetalHosts of Metal3, each with the Secret of its BMC:
 * https://github.com/metal3-io/baremetal-operator, config/base/crds.
 */
import {
  firmwareKind,
  type ExportedBmc,
  type FirmwareKind,
  type ResolvedVm,
} from '../../model/index.js';
import { manifestsText, metadata, objectName, secretName, secretsOf } from './kubernetes.js';
import type { ExportText } from './views.js';

export const metal3Text: ExportText = (fleet, options) => {
  const { namespace, insecure } = options;
  const manifests = fleet.vms.flatMap((exported) => {
    const { vm, bmc } = exported;
    if (bmc === null) return [];
    const host = {
      apiVersion: 'metal3.io/v1alpha1',
      kind: 'BareMetalHost',
      metadata: metadata(objectName(fleet, exported), fleet, namespace),
      spec: {
        ...(vm.description !== '' && { description: vm.description }),
        architecture: 'x86_64',
        bmc: {
          address: addressOf(bmc),
          credentialsName: secretName(fleet, exported),
          ...(insecure && { disableCertificateVerification: true }),
        },
        ...(vm.nics[0] && { bootMACAddress: vm.nics[0].mac }),
        bootMode: BOOT_MODES[firmwareKind(vm.firmware)],
        ...rootDevice(vm),
        online: vm.power !== 'off',
      },
    };
    return [...secretsOf(fleet, exported, namespace), host];
  });
  return manifestsText(fleet, manifests, options);
};

/** Images and the inspection's system come by virtual media, which needs no network of its own. */
function addressOf({ url, system }: ExportedBmc): string {
  return `redfish-virtualmedia+${url}${system}`;
}

const BOOT_MODES = {
  bios: 'legacy',
  uefi: 'UEFI',
  'uefi-secure': 'UEFISecureBoot',
} satisfies Record<FirmwareKind, string>;

/** Where an image is written: the first disk, by its serial number where it has one. */
function rootDevice({ disks: [disk] }: ResolvedVm): { rootDeviceHints?: Record<string, string> } {
  if (!disk) return {};
  const { serial, target } = disk;
  return {
    rootDeviceHints: serial ? { serialNumber: serial } : { deviceName: `/dev/${target}` },
  };
}
