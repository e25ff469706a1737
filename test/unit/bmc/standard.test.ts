/** The whole service, on machines in memory, held to the Redfish standard. */
import { beforeEach, expect, test } from 'vitest';
import { openBmcs, type BmcService } from '../../../src/bmc/index.js';
import type { BmcMachine, BmcMachines } from '../../../src/model/index.js';
import { InjectedClient } from '../../redfish/client.js';
import { refusalFindings, refused, walkFindings } from '../../redfish/conformance.js';

const LOGIN = { username: 'admin', password: 'päss:word' };
const uuid = (number: number): string => `00000000-0000-4000-8000-00000000000${number}`;
const machine = (number: number, more: Partial<BmcMachine> = {}): BmcMachine => ({
  uuid: uuid(number),
  smbiosUuid: uuid(number),
  power: 'running',
  isRestarting: false,
  override: null,
  targets: ['pxe', 'hdd', 'cd', 'uefi-http', 'bios-setup'],
  media: null,
  hasDrive: true,
  cpus: 2,
  memoryBytes: 1.5 * 1024 ** 3,
  nics: [{ mac: `52:54:00:00:00:0${number}`, linkUp: true }],
  disks: [
    { target: 'sda', bus: 'sata', serial: 'DISK-0001' },
    { target: 'sdb', bus: 'scsi', serial: null },
    { target: 'vda', bus: 'virtio', serial: null },
    // Not of the fleet file.
    { target: 'vdz', bus: 'virtio', serial: null },
  ],
  firmware: 'uefi',
  tpm: true,
  serialNumber: `VEN${number}`,
  manufacturer: null,
  product: null,
  assetTag: null,
  ...more,
});
const MACHINES: BmcMachine[] = [
  machine(1, {
    override: { target: 'uefi-http', enabled: 'once', uri: 'https://boot.test/b.efi' },
  }),
  machine(2, { media: { image: 'https://images.test/cd.iso?of=me' }, firmware: 'uefi-secure' }),
  machine(3, {
    power: 'off',
    firmware: 'bios',
    tpm: false,
    targets: ['pxe', 'hdd'],
    hasDrive: false,
  }),
  machine(4, { power: 'paused', override: { target: 'cd', enabled: 'continuous', uri: null } }),
  machine(5, { power: 'crashed', nics: [], disks: [], product: 'P', manufacturer: 'M' }),
];
const names = MACHINES.map((_, index) => `node-${index + 1}`);

/** Acts that a refused request must not reach. */
let acts: string[];
let service: BmcService;

beforeEach(() => {
  acts = [];
  const act = (name: string) => () => {
    acts.push(name);
    return Promise.resolve();
  };
  const port = {
    readMachines: () => Promise.resolve(new Map(MACHINES.map((one) => [one.uuid, one]))),
    ...Object.fromEntries(
      ['powerOn', 'powerOff', 'shutDown', 'reset', 'injectNmi', 'setBootOverride', 'insertMedia']
        .concat('ejectMedia', 'settle')
        .map((name) => [name, act(name)]),
    ),
  } as unknown as BmcMachines;
  const bmcs = openBmcs({ fleet: 'lab', version: '1.0.0', port, now: Date.now, log: () => {} });
  bmcs.replace(
    MACHINES.map((one, index) => ({
      name: names[index] ?? '',
      uuid: one.uuid,
      title: '',
      description: '',
      shutdownTimeoutSeconds: 1,
      disks: ['sda', 'sdb', 'vda'].map((target) => ({ target, sizeBytes: 1024 ** 3 })),
    })),
  );
  service = bmcs.openService({ accounts: [{ ...LOGIN, vms: names }], tls: null });
});

test('each resource is of its schema, and all links lead to one', { timeout: 60_000 }, async () => {
  const { paths, findings } = await walkFindings(new InjectedClient(service, LOGIN));
  expect(findings).toEqual([]);
  for (const name of names) expect(paths).toContain(`/redfish/v1/Systems/${name}`);
  expect(paths).toContain('/redfish/v1/Systems/node-2/VirtualMedia/Cd');
  expect(paths).toContain('/redfish/v1/Systems/node-2/Storage/Disks/Drives/vda');
});

test('what is refused is refused in the standard’s words, and does nothing', async () => {
  const client = new InjectedClient(service, LOGIN);
  expect(await refusalFindings(client, '/redfish/v1/Systems/node-1')).toEqual([]);
  expect(acts).toEqual([]);
});

test('without credentials only the door is seen', async () => {
  const stranger = new InjectedClient(service);
  for (const path of ['/redfish', '/redfish/v1', '/redfish/v1/odata', '/redfish/v1/$metadata'])
    expect((await stranger.ask(path)).status, path).toBe(200);
  const wrong = new InjectedClient(service, { ...LOGIN, password: 'password' });
  for (const client of [stranger, wrong])
    for (const path of ['/redfish/v1/Systems', '/redfish/v1/Systems/node-1', '/redfish/v1/Nothing'])
      expect(await refused(await client.ask(path), 401), path).toEqual([]);
});

test('a session is opened, used and ended', async () => {
  const stranger = new InjectedClient(service);
  const sessions = '/redfish/v1/SessionService/Sessions';
  const body = { UserName: LOGIN.username, Password: LOGIN.password };
  const opened = await stranger.ask(sessions, { method: 'POST', body });
  expect(opened.status).toBe(201);
  const path = opened.headers.get('location') ?? '';
  const headers = { 'x-auth-token': opened.headers.get('x-auth-token') ?? '' };
  expect((await stranger.ask(path, { headers })).status).toBe(200);
  expect((await stranger.ask('/redfish/v1/Systems', { headers })).status).toBe(200);
  expect((await stranger.ask(path, { method: 'DELETE', headers })).status).toBe(204);
  expect(await refused(await stranger.ask(path, { headers }), 401)).toEqual([]);
  const wrong = { method: 'POST', body: { ...body, Password: 'x' } };
  expect(await refused(await stranger.ask(sessions, wrong), 401)).toEqual([]);
});

test('an ETag tells what is unchanged', async () => {
  const client = new InjectedClient(service, LOGIN);
  const path = '/redfish/v1/Systems/node-1';
  const etag = (await client.ask(path)).headers.get('etag') ?? '';
  const again = await client.ask(path, { headers: { 'if-none-match': etag } });
  expect([again.status, again.text]).toEqual([304, '']);
  const head = await client.ask(path, { method: 'HEAD' });
  expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', etag]);
});
