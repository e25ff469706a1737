/**
 * Machines as `maas PROFILE machines create` takes them: an array of its parameters, all texts but
 * `mac_addresses`, which is given once for each NIC.
 */
import type { ExportedBmc } from '../../model/index.js';
import { jsonText } from '../text/json.js';
import type { ExportText } from './views.js';

export const maasText: ExportText = (fleet) =>
  jsonText(
    fleet.vms.map(({ vm, bmc }) => ({
      hostname: vm.name,
      architecture: 'amd64/generic',
      mac_addresses: vm.nics.map(({ mac }) => mac),
      ...(vm.description !== '' && { description: vm.description }),
      ...powerOf(bmc),
    })),
    'lines',
  );

/** MAAS calls the last part of a System's path its node. */
function powerOf(bmc: ExportedBmc | null): Record<string, string> {
  if (bmc === null) return { power_type: 'manual' };
  const { url, system, credentials } = bmc;
  return {
    power_type: 'redfish',
    power_parameters_power_address: url,
    power_parameters_node_id: system.slice(system.lastIndexOf('/') + 1),
    ...(credentials && {
      power_parameters_power_user: credentials.username,
      power_parameters_power_pass: credentials.password,
    }),
  };
}
