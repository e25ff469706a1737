import { stringify } from 'csv-stringify/sync';
import type { ExportText } from './views.js';

/** One line for each VM below a line of names; several values in one field have a space between. */
export const csvText: ExportText = ({ vms }) =>
  stringify(
    vms.map(({ vm, addresses, bmc }) => ({
      name: vm.name,
      domain: vm.domain,
      uuid: vm.uuid,
      serial: vm.serialNumber,
      macs: vm.nics.map(({ mac }) => mac).join(' '),
      addresses: addresses.join(' '),
      bmc: bmc === null ? '' : `${bmc.url}${bmc.system}`,
    })),
    { header: true },
  );
