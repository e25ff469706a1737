/** A machine as a ComputerSystem, with all that hangs on it. */
import type { BmcMachine, BootOverride, BootTarget } from '../../model/index.js';
import type { KnownVm } from '../machines.js';
import { CHASSIS, collection, ENABLED, link, MANAGERS, SYSTEMS, type Resource } from './names.js';

export interface Seen {
  vm: KnownVm;
  machine: BmcMachine;
}

export const RESET_TYPES = [
  'On',
  'ForceOn',
  'ForceOff',
  'GracefulShutdown',
  'GracefulRestart',
  'ForceRestart',
  'PowerCycle',
  'PushPowerButton',
  'Nmi',
] as const;
export type ResetType = (typeof RESET_TYPES)[number];

/** The standard's words for what a machine boots from. */
export const TARGETS: Readonly<Record<BootTarget, string>> = {
  pxe: 'Pxe',
  hdd: 'Hdd',
  cd: 'Cd',
  'uefi-http': 'UefiHttp',
  'bios-setup': 'BiosSetup',
};

/** A crashed machine has power, and nothing in it runs. */
const POWER_STATES = { running: 'On', paused: 'Paused', crashed: 'On', off: 'Off' } as const;

export function isUefi({ firmware }: BmcMachine): boolean {
  return firmware !== 'bios';
}

export function bootMode(machine: BmcMachine): 'UEFI' | 'Legacy' {
  return isUefi(machine) ? 'UEFI' : 'Legacy';
}

export const systemPath = ({ name }: { name: string }): string => `${SYSTEMS}/${name}`;

export function system({ vm, machine }: Seen): Resource {
  const path = systemPath(vm);
  const { cpus, memoryBytes } = machine;
  return {
    '@odata.id': path,
    '@odata.type': '#ComputerSystem.v1_22_0.ComputerSystem',
    Id: vm.name,
    // bmclib, and so Tinkerbell, chooses a System by this name; a title may be that of many VMs.
    Name: vm.name,
    Description: vm.description || vm.title || `The VM ${vm.name}`,
    SystemType: 'Virtual',
    UUID: machine.smbiosUuid,
    SerialNumber: machine.serialNumber,
    Manufacturer: machine.manufacturer,
    Model: machine.product,
    AssetTag: machine.assetTag,
    PowerState: POWER_STATES[machine.power],
    Status: { State: 'Enabled', Health: machine.power === 'crashed' ? 'Critical' : 'OK' },
    Boot: boot(machine),
    ProcessorSummary: { Count: 1, CoreCount: cpus, LogicalProcessorCount: cpus, Status: ENABLED },
    MemorySummary: { TotalSystemMemoryGiB: memoryBytes / 1024 ** 3, Status: ENABLED },
    ...(machine.tpm && { TrustedModules: [{ InterfaceType: 'TPM2_0', Status: ENABLED }] }),
    Processors: link(`${path}/Processors`),
    EthernetInterfaces: link(`${path}/EthernetInterfaces`),
    SimpleStorage: link(`${path}/SimpleStorage`),
    Storage: link(`${path}/Storage`),
    Bios: link(`${path}/Bios`),
    ...(isUefi(machine) && { SecureBoot: link(`${path}/SecureBoot`) }),
    VirtualMedia: link(`${path}/VirtualMedia`),
    Links: {
      Chassis: [link(`${CHASSIS}/${vm.name}`)],
      ManagedBy: [link(`${MANAGERS}/${vm.name}`)],
    },
    Actions: {
      '#ComputerSystem.Reset': {
        target: `${path}/Actions/ComputerSystem.Reset`,
        'ResetType@Redfish.AllowableValues': RESET_TYPES,
      },
    },
  };
}

function boot(machine: BmcMachine): object {
  const { override, targets } = machine;
  return {
    BootSourceOverrideEnabled: override === null ? 'Disabled' : enabledWord(override),
    BootSourceOverrideTarget: override === null ? 'None' : TARGETS[override.target],
    'BootSourceOverrideTarget@Redfish.AllowableValues': [
      'None',
      ...targets.map((target) => TARGETS[target]),
    ],
    BootSourceOverrideMode: bootMode(machine),
    'BootSourceOverrideMode@Redfish.AllowableValues': [bootMode(machine)],
    ...(targets.includes('uefi-http') && { HttpBootUri: override?.uri ?? null }),
  };
}

function enabledWord({ enabled }: BootOverride): string {
  return enabled === 'once' ? 'Once' : 'Continuous';
}

/** Read only: the fleet file says what these are. */
export function bios({ vm, machine }: Seen): Resource {
  return {
    '@odata.id': `${systemPath(vm)}/Bios`,
    '@odata.type': '#Bios.v1_2_2.Bios',
    Id: 'Bios',
    Name: 'Firmware settings',
    Attributes: {
      BootMode: isUefi(machine) ? 'Uefi' : 'LegacyBios',
      SecureBoot: machine.firmware === 'uefi-secure' ? 'Enabled' : 'Disabled',
      Tpm: machine.tpm ? 'Enabled' : 'Disabled',
      ProcessorCores: machine.cpus,
      MemoryMiB: Math.round(machine.memoryBytes / 1024 ** 2),
    },
  };
}

export function secureBoot({ vm, machine }: Seen): Resource {
  const isOn = machine.firmware === 'uefi-secure';
  return {
    '@odata.id': `${systemPath(vm)}/SecureBoot`,
    '@odata.type': '#SecureBoot.v1_1_0.SecureBoot',
    Id: 'SecureBoot',
    Name: 'UEFI secure boot',
    SecureBootEnable: isOn,
    SecureBootCurrentBoot: isOn ? 'Enabled' : 'Disabled',
    SecureBootMode: isOn ? 'UserMode' : 'SetupMode',
  };
}

export function processors({ vm }: Seen): Resource {
  const path = `${systemPath(vm)}/Processors`;
  return collection(path, 'ProcessorCollection', 'Processors', [`${path}/CPU`]);
}

export function processor({ vm, machine }: Seen): Resource {
  return {
    '@odata.id': `${systemPath(vm)}/Processors/CPU`,
    '@odata.type': '#Processor.v1_19_0.Processor',
    Id: 'CPU',
    Name: 'Processor',
    ProcessorType: 'CPU',
    ProcessorArchitecture: 'x86',
    InstructionSet: 'x86-64',
    TotalCores: machine.cpus,
    TotalThreads: machine.cpus,
    Status: ENABLED,
  };
}

export function nics({ vm, machine }: Seen): Resource {
  const path = `${systemPath(vm)}/EthernetInterfaces`;
  const members = machine.nics.map(({ mac }) => `${path}/${nicId(mac)}`);
  return collection(path, 'EthernetInterfaceCollection', 'Network cards', members);
}

/** null: it has no such one. */
export function nic({ vm, machine }: Seen, id: string): Resource | null {
  const found = machine.nics.find(({ mac }) => nicId(mac) === id);
  if (!found) return null;
  return {
    '@odata.id': `${systemPath(vm)}/EthernetInterfaces/${id}`,
    '@odata.type': '#EthernetInterface.v1_12_0.EthernetInterface',
    Id: id,
    Name: `Network card ${machine.nics.indexOf(found) + 1}`,
    MACAddress: found.mac,
    PermanentMACAddress: found.mac,
    LinkStatus: found.linkUp ? 'LinkUp' : 'NoLink',
    InterfaceEnabled: true,
    Status: ENABLED,
  };
}

/** A position would change with its neighbours. */
function nicId(mac: string): string {
  return mac.replaceAll(':', '');
}
