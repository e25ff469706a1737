/** The BMC itself, and the box around the machine: one of each for each machine. */
import { CHASSIS, ENABLED, link, MANAGERS, type Resource } from './names.js';
import { systemPath, type Seen } from './system.js';

/** `version`: ven's. */
export function manager({ vm }: Seen, version: string): Resource {
  return {
    '@odata.id': `${MANAGERS}/${vm.name}`,
    '@odata.type': '#Manager.v1_19_0.Manager',
    Id: vm.name,
    Name: `BMC of ${vm.name}`,
    ManagerType: 'BMC',
    Manufacturer: 'ven',
    Model: 'ven bmc',
    FirmwareVersion: version,
    UUID: vm.uuid,
    PowerState: 'On',
    Status: ENABLED,
    VirtualMedia: link(`${systemPath(vm)}/VirtualMedia`),
    Links: {
      ManagerForServers: [link(systemPath(vm))],
      ManagerForChassis: [link(`${CHASSIS}/${vm.name}`)],
    },
    Actions: {},
  };
}

export function chassis({ vm, machine }: Seen): Resource {
  return {
    '@odata.id': `${CHASSIS}/${vm.name}`,
    '@odata.type': '#Chassis.v1_25_0.Chassis',
    Id: vm.name,
    Name: `Chassis of ${vm.name}`,
    ChassisType: 'RackMount',
    Manufacturer: machine.manufacturer,
    Model: machine.product,
    SerialNumber: machine.serialNumber,
    AssetTag: machine.assetTag,
    PowerState: machine.power === 'off' ? 'Off' : 'On',
    Status: ENABLED,
    Links: {
      ComputerSystems: [link(systemPath(vm))],
      ManagedBy: [link(`${MANAGERS}/${vm.name}`)],
    },
  };
}
