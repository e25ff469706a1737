/** An inventory of Ansible. What ven knows of a host is in its variables `ven_…`. */
import { isReachable } from './reach.js';
import type { ExportText } from './views.js';
import { yamlText } from './yaml.js';

export const ansibleText: ExportText = ({ fleet, jump, vms }, { user }) => {
  const hosts = vms.map(({ vm, addresses, bmc }) => [
    vm.name,
    {
      ...(addresses[0] !== undefined && { ansible_host: addresses[0] }),
      ven_domain: vm.domain,
      ven_uuid: vm.uuid,
      ven_serial_number: vm.serialNumber,
      ven_macs: vm.nics.map(({ mac }) => mac),
      ...(bmc && { ven_bmc: `${bmc.url}${bmc.system}` }),
    },
  ]);
  const unreachable = vms.filter((vm) => !isReachable(vm)).map(({ vm }) => [vm.name, {}]);
  const vars = {
    ...(user !== null && { ansible_user: user }),
    ...(jump !== null && { ansible_ssh_common_args: `-o ProxyJump=${jump}` }),
  };
  const group = groupName(fleet.name);
  const groups = {
    [group]: {
      hosts: Object.fromEntries(hosts) as object,
      ...(Object.keys(vars).length > 0 && { vars }),
    },
    ...(unreachable.length > 0 && {
      [`${group}_without_address`]: { hosts: Object.fromEntries(unreachable) as object },
    }),
  };
  return yamlText([{ all: { children: groups } }], [`The fleet ${fleet.name}, by ven export.`]);
};

/** Ansible wants groups to be named like variables. */
function groupName(fleet: string): string {
  const name = fleet.replaceAll('-', '_');
  return /^\d/.test(name) ? `_${name}` : name;
}
