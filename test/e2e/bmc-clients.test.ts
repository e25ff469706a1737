/**
 * A Redfish client that others wrote, python3-sushy, and the standard, at the BMCs of small BIOS
 * machines; what it sets is in libvirt, and outlives the server.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedfishClient } from '../redfish/client.js';
import { refusalFindings, refused, walkFindings } from '../redfish/conformance.js';
import { BMC, ImageServer, LOGIN, LOGIN_ENV, RunningBmc } from './bmc.js';
import { changes, Lab, sleep, virsh } from './lab.js';
import { Sushy } from './sushy.js';

const lab = new Lab('bmc');
const other = new Lab('others-bmc');
const dir = mkdtempSync(join(tmpdir(), 'ven-bmc-'));
const DEFAULTS = Lab.SMALL.replace('defaults: { ', `defaults: { power: external, ${BMC}, `);
let bmc: RunningBmc;
let client: Sushy;
let images: ImageServer;

const system = (vm: string): string => `/redfish/v1/Systems/${vm}`;
const state = (vm: string): Promise<string> => virsh('domstate', lab.domain(vm));
const drive = (vm: string): Promise<string> => virsh('domblklist', lab.domain(vm));

beforeAll(async () => {
  const image = join(dir, 'image.iso');
  writeFileSync(image, Buffer.alloc(1024 * 1024, 'cd'));
  images = await ImageServer.of(image);
  lab.env = other.env = LOGIN_ENV;
  lab.write(`${DEFAULTS}vms: [{ name: node, count: 2 }]\n`);
  other.write(`${DEFAULTS}vms: [{ name: stranger }]\n`);
  await Promise.all([lab.apply(), other.apply()]);
  bmc = await RunningBmc.of(lab);
  client = new Sushy(await Sushy.python(dir), bmc);
});
afterAll(async () => {
  client.close();
  images.close();
  await bmc.end('SIGTERM');
  await lab.close();
  await other.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('ven bmc serve', () => {
  it('answers as the standard says', async () => {
    const redfish = new RedfishClient(bmc.url, LOGIN, bmc.ca);
    const { paths, findings } = await walkFindings(redfish);
    expect(findings).toEqual([]);
    expect(paths).toContain(system('node-2'));
    expect(await refusalFindings(redfish, system('node-1'))).toEqual([]);
    const wrong = new RedfishClient(bmc.url, { ...LOGIN, password: 'another' }, bmc.ca);
    expect(await refused(await wrong.ask(system('node-1')), 401)).toEqual([]);
    await redfish.close();
    await wrong.close();
  });

  it('lets sushy in with a password or a session, and nobody with a wrong one', async () => {
    const wrong = client.does('login', 'session', LOGIN.username, 'another');
    await expect(wrong).rejects.toMatchObject({ name: 'AccessError', status: 401 });
    await client.does('login', 'basic', LOGIN.username, 'another');
    await expect(client.does('systems')).rejects.toMatchObject({ status: 401 });
    for (const kind of ['basic', 'auto', 'session']) {
      await client.does('login', kind);
      expect(await client.does('systems')).toEqual(['node-1', 'node-2']);
    }
    expect(await client.does('sessions')).toBeGreaterThan(0);
  });

  it('shows a VM as it is, and no VM of another fleet', async () => {
    expect(await client.does('system', 'node-1')).toMatchObject({
      uuid: await lab.uuid('node-1'),
      power: 'Off',
      memory: 0,
      cpus: 1,
      arch: 'x86',
      managers: ['node-1'],
      chassis: ['node-1'],
    });
    const xml = await virsh('dumpxml', lab.domain('node-1'));
    const [, mac = ''] = /<mac address='([^']+)'/.exec(xml) ?? [];
    expect(await client.does('system', 'node-1')).toMatchObject({ nics: { [mac]: 'Enabled' } });
    const [, path = ''] = /<source file='([^']+)'/.exec(xml) ?? [];
    const [, size = ''] = /Capacity: +(\d+)/.exec(await virsh('vol-info', '--bytes', path)) ?? [];
    expect(await client.does('disks', 'node-1')).toEqual({
      drives: [['sda', 'SATA', Number(size)]],
      raid: [[]],
      volumes: [],
      simple: [Number(size)],
    });
    for (const stranger of ['stranger', other.domain('stranger'), await other.uuid('stranger')])
      await expect(client.does('system', stranger)).rejects.toMatchObject({ status: 404 });
  });

  it('switches power, which is no drift', async () => {
    await client.does('reset', 'node-1', 'On');
    expect([await state('node-1'), await client.does('power', 'node-1')]).toEqual([
      'running',
      'On',
    ]);
    expect(changes(await lab.plan())).toEqual([]);
    await client.does('reset', 'node-1', 'ForceRestart');
    expect(await state('node-1')).toBe('running');
    await client.does('reset', 'node-1', 'ForceOff');
    expect([await state('node-1'), await client.does('power', 'node-1')]).toEqual([
      'shut off',
      'Off',
    ]);
    expect(await virsh('domstate', other.domain('stranger'))).toBe('shut off');
  });

  it('takes boot overrides, which outlive a killed server and are no drift', async () => {
    expect(await client.does('boot', 'node-1')).toEqual(['None', 'Disabled', 'Legacy']);
    await client.does('boot', 'node-1', 'Hdd', 'Continuous');
    await client.does('boot', 'node-2', 'Cd', 'Once', 'Legacy');
    expect(changes(await lab.plan())).toEqual([]);
    await client.does('reset', 'node-1', 'On');

    await bmc.end('SIGKILL');
    expect(await state('node-1')).toBe('running');
    bmc = await RunningBmc.of(lab);
    // Its session is gone; sushy opens another by itself.
    expect(await client.does('boot', 'node-1')).toEqual(['Hdd', 'Continuous', 'Legacy']);
    expect(await client.does('boot', 'node-2')).toEqual(['Cd', 'Once', 'Legacy']);
    // Once is once.
    await client.does('reset', 'node-2', 'On');
    await client.does('reset', 'node-2', 'ForceOff');
    expect(await client.does('boot', 'node-2')).toEqual(['None', 'Disabled', 'Legacy']);
    await client.does('boot', 'node-1', null, 'Disabled');
    expect(changes(await lab.plan())).toEqual([]);
  });

  it('puts an image from the web into the drive, and takes it out', async () => {
    expect(await client.does('insert', 'node-1', images.url)).toEqual({
      image: images.url,
      inserted: true,
    });
    expect(await drive('node-1')).toMatch(/-media\.iso$/m);
    expect(changes(await lab.plan())).toEqual([]);
    expect(await client.does('eject', 'node-1')).toEqual({ image: null, inserted: false });
    expect(await drive('node-1')).not.toMatch(/-media\.iso/);
    const nowhere = client.does('insert', 'node-1', 'http://127.0.0.1:9/none.iso');
    await expect(nowhere).rejects.toMatchObject({ status: 400 });
  });

  it('leaves nothing of an image when it is killed while it fetches', async () => {
    images.stallsAfter = 64 * 1024;
    const seen = images.requests;
    const redfish = new RedfishClient(bmc.url, LOGIN, bmc.ca);
    const inserting = redfish.ask(
      `${system('node-2')}/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia`,
      {
        method: 'POST',
        body: { Image: images.url },
      },
    );
    inserting.catch(() => undefined);
    for (let tries = 0; images.requests === seen && tries < 200; tries += 1) await sleep(50);
    expect(images.requests).toBe(seen + 1);
    await bmc.end('SIGKILL');
    await expect(inserting).rejects.toThrow();
    await redfish.close();
    images.stallsAfter = Infinity;

    bmc = await RunningBmc.of(lab);
    expect(await client.does('media', 'node-2')).toEqual({ image: null, inserted: false });
    expect(changes(await lab.plan())).toEqual([]);
    expect(await client.does('insert', 'node-2', images.url)).toMatchObject({ inserted: true });
  });

  it('ends when it is told to, and the VMs go on', async () => {
    expect(await bmc.end('SIGTERM')).toBe(130);
    expect(await state('node-1')).toBe('running');
    bmc = await RunningBmc.of(lab);
  });
});
