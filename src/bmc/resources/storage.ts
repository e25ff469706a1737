/**
 * A machine's disks, in both forms that the standard has. `SimpleStorage` is a list, which older
 * clients read; `Storage` has controllers, drives and volumes, without which newer ones (Ironic
 * since 29) do not inspect a machine.
 */
import type { BmcDisk } from '../../model/index.js';
import { CHASSIS, collection, ENABLED, link, type Resource } from './names.js';
import { systemPath, type Seen } from './system.js';

export function simpleStorages({ vm }: Seen): Resource {
  const path = `${systemPath(vm)}/SimpleStorage`;
  return collection(path, 'SimpleStorageCollection', 'Disks', [`${path}/Disks`]);
}

export function simpleStorage(seen: Seen): Resource {
  return {
    '@odata.id': `${systemPath(seen.vm)}/SimpleStorage/Disks`,
    '@odata.type': '#SimpleStorage.v1_3_1.SimpleStorage',
    Id: 'Disks',
    Name: 'Disks',
    Devices: seen.machine.disks.map((disk) => ({
      Name: disk.target,
      Model: modelOf(disk),
      CapacityBytes: sizeOf(seen, disk),
      Status: ENABLED,
    })),
    Status: ENABLED,
  };
}

const pathOf = ({ vm }: Seen): string => `${systemPath(vm)}/Storage/Disks`;

export function storages({ vm }: Seen): Resource {
  const path = `${systemPath(vm)}/Storage`;
  return collection(path, 'StorageCollection', 'Disks', [`${path}/Disks`]);
}

export function storage(seen: Seen): Resource {
  const path = pathOf(seen);
  const drives = drivesOf(seen).map(({ target }) => link(`${path}/Drives/${target}`));
  return {
    '@odata.id': path,
    '@odata.type': '#Storage.v1_16_0.Storage',
    Id: 'Disks',
    Name: 'Disks',
    Controllers: link(`${path}/Controllers`),
    Drives: drives,
    'Drives@odata.count': drives.length,
    Volumes: link(`${path}/Volumes`),
    Status: ENABLED,
  };
}

export function controllers(seen: Seen): Resource {
  const path = `${pathOf(seen)}/Controllers`;
  const members = busesOf(seen).map((bus) => `${path}/${bus}`);
  return collection(path, 'StorageControllerCollection', 'Disk controllers', members);
}

/** `id`: libvirt's word for a bus. null: no disk is on it. */
export function controller(seen: Seen, id: string): Resource | null {
  if (!busesOf(seen).includes(id)) return null;
  return {
    '@odata.id': `${pathOf(seen)}/Controllers/${id}`,
    '@odata.type': '#StorageController.v1_7_3.StorageController',
    Id: id,
    Name: `${id} controller`,
    SupportedDeviceProtocols: [protocolOf(id)],
    // None: it makes no volumes of its drives.
    SupportedRAIDTypes: [],
    Status: ENABLED,
  };
}

/** null: it has no such one. */
export function drive(seen: Seen, id: string): Resource | null {
  const disk = drivesOf(seen).find(({ target }) => target === id);
  if (!disk) return null;
  return {
    '@odata.id': `${pathOf(seen)}/Drives/${id}`,
    '@odata.type': '#Drive.v1_19_0.Drive',
    Id: id,
    Name: id,
    Model: modelOf(disk),
    SerialNumber: disk.serial,
    CapacityBytes: sizeOf(seen, disk),
    Protocol: protocolOf(disk.bus),
    // QEMU's disks do not say that they are solid, so a guest takes them as rotating.
    MediaType: 'HDD',
    Status: ENABLED,
    Links: { Chassis: link(`${CHASSIS}/${seen.vm.name}`) },
  };
}

/** None: clients want the collection even so, to find that there is nothing to delete. */
export function volumes(seen: Seen): Resource {
  return collection(`${pathOf(seen)}/Volumes`, 'VolumeCollection', 'Volumes', []);
}

/** Those of the fleet file. Of another the size is not known, and sushy sorts drives by size. */
function drivesOf(seen: Seen): BmcDisk[] {
  return seen.machine.disks.filter((disk) => sizeOf(seen, disk) !== null);
}

function busesOf(seen: Seen): string[] {
  return [...new Set(drivesOf(seen).map(({ bus }) => bus))];
}

function sizeOf({ vm }: Seen, { target }: BmcDisk): number | null {
  return vm.disks.find((disk) => disk.target === target)?.sizeBytes ?? null;
}

function modelOf({ bus }: BmcDisk): string {
  return `${bus} disk`;
}

/** The standard has no word for virtio. */
function protocolOf(bus: string): string {
  const protocols: Record<string, string> = { sata: 'SATA', scsi: 'SAS', usb: 'USB' };
  return protocols[bus] ?? 'OEM';
}
