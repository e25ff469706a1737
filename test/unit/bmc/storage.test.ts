/** Disks as clients see them: in the older form, and with controllers, drives and volumes. */
import { expect, test } from 'vitest';
import { lab } from './lab.js';

const SYSTEM = '/redfish/v1/Systems/a';
const DISKS = [
  { target: 'sda', bus: 'sata', serial: 'DISK-0001' },
  { target: 'vdb', bus: 'virtio', serial: null },
];

async function read(path: string): Promise<Record<string, unknown>> {
  const answer = await lab({ disks: DISKS }).ask(path);
  expect(answer.status, path).toBe(200);
  return answer.body as Record<string, unknown>;
}

test('a drive has its size, serial number, protocol and kind', async () => {
  expect(await read(`${SYSTEM}/Storage/Disks/Drives/sda`)).toMatchObject({
    CapacityBytes: 10 * 1024 ** 3,
    SerialNumber: 'DISK-0001',
    Protocol: 'SATA',
    MediaType: 'HDD',
  });
});

test('drives are those whose size the fleet file says: a client sorts by it', async () => {
  const { Drives, 'Drives@odata.count': count } = await read(`${SYSTEM}/Storage/Disks`);
  expect(Drives).toEqual([{ '@odata.id': `${SYSTEM}/Storage/Disks/Drives/sda` }]);
  expect(count).toBe(1);
  const { Devices } = await read(`${SYSTEM}/SimpleStorage/Disks`);
  expect(Devices).toMatchObject([
    { Name: 'sda', CapacityBytes: 10 * 1024 ** 3 },
    { Name: 'vdb', CapacityBytes: null },
  ]);
});

test('there is a controller for each bus, and none makes volumes', async () => {
  const { Members } = await read(`${SYSTEM}/Storage/Disks/Controllers`);
  expect(Members).toEqual([{ '@odata.id': `${SYSTEM}/Storage/Disks/Controllers/sata` }]);
  const controller = await read(`${SYSTEM}/Storage/Disks/Controllers/sata`);
  expect(controller).toMatchObject({ SupportedDeviceProtocols: ['SATA'], SupportedRAIDTypes: [] });
  expect((await read(`${SYSTEM}/Storage/Disks/Volumes`))['Members']).toEqual([]);
});

test.each(['Storage/Disk', 'Storage/Disks/Drives/vdb', 'Storage/Disks/Controllers/virtio'])(
  '%s is not there',
  async (path) => {
    expect((await lab({ disks: DISKS }).ask(`${SYSTEM}/${path}`)).status).toBe(404);
  },
);

test('a schema of another standard is named where that publishes it', async () => {
  const answer = await lab().ask(`${SYSTEM}/Storage/Disks/Volumes`);
  const folder = 'http://redfish.dmtf.org/schemas/swordfish/v1/';
  expect(answer.headers.get('link')).toContain(`<${folder}VolumeCollection.json>`);
  expect((await lab().ask('/redfish/v1/$metadata')).text).toContain(
    `${folder}VolumeCollection_v1.xml`,
  );
});
