/** On qemu:///system of this machine: pools that are not as libvirt remembers them. No VM runs. */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHost } from '../../src/host/index.js';
import { vmUuid } from '../../src/model/index.js';
import { bringUpAll } from './bring-up.js';

const call = promisify(execFile);
const virsh = async (...args: string[]): Promise<string> =>
  (await call('virsh', ['-q', '-c', 'qemu:///system', ...args])).stdout.trim();

const pool = `p${String(process.pid).slice(-5)}`;
const volume = `${pool}_a-sda.qcow2`;
const uuid = vmUuid(pool, 'a');
const dir = mkdtempSync(join(tmpdir(), 'ven-pools-'));
const file = join(dir, volume);
const host = openHost({
  uri: 'qemu:///system',
  fleet: pool,
  backend: 'vagrant',
  runner: { kind: 'local' },
  vagrantfile: readFileSync(join(import.meta.dirname, '../../templates/Vagrantfile'), 'utf8'),
  env: { ...process.env, XDG_STATE_HOME: dir },
});
const volumeXml =
  `<volume><name>${volume}</name><capacity>1048576</capacity><target><format ` +
  'type="qcow2"/></target></volume>';
const domainXml = `<domain type="qemu"><name>${pool}_a</name><uuid>${uuid}</uuid><metadata>
<ven:vm xmlns:ven="urn:ven:1" fleet="${pool}" name="a" digest="d" ready="yes">
<ven:volume pool="${pool}" name="${volume}"/></ven:vm></metadata><memory unit="MiB">32</memory>
<os><type arch="x86_64" machine="q35">hvm</type></os></domain>`;

beforeAll(async () => {
  await virsh('pool-define-as', pool, 'dir', '--target', dir);
  await virsh('pool-start', pool);
});
afterAll(async () => {
  await virsh('undefine', uuid).catch(() => undefined);
  await virsh('pool-destroy', pool).catch(() => undefined);
  await virsh('pool-undefine', pool);
  rmSync(dir, { recursive: true, force: true });
});

it('finds a volume whose file went and came back, and grows it', async () => {
  await host.createVolume(pool, volume, volumeXml);
  renameSync(file, join(dir, 'away'));
  await virsh('pool-refresh', pool);
  renameSync(join(dir, 'away'), file);
  await host.growVolume({ pool, volume }, 1_048_576, null);
  await host.growVolume({ pool, volume }, 2_097_152, null);
  expect(await virsh('vol-dumpxml', '--pool', pool, volume)).toContain(
    "<capacity unit='bytes'>2097152</capacity>",
  );
});

it('leaves nothing of a VM whose name turns out to be taken, and what has that name', async () => {
  const domain = `${pool}_b`;
  const machine = vmUuid(pool, 'b');
  // Like a file that comes after libvirt has looked: it lists no pipes.
  const pipe = join(dir, `${domain}-sdb.qcow2`);
  await call('mkfifo', [pipe]);
  const volumes = ['sda', 'sdb'].map((target) => {
    const name = `${domain}-${target}.qcow2`;
    return { pool, volume: name, xml: volumeXml.replace(volume, name) };
  });
  const domainXml =
    `<domain type="qemu"><name>${domain}</name><uuid>${machine}</uuid><memory ` +
    'unit="MiB">32</memory><os><type arch="x86_64" machine="q35">hvm</type></os></domain>';
  const up = {
    name: 'b',
    domain,
    uuid: machine,
    domainXml,
    volumes,
    memoryMiB: 32,
    cpus: 1,
    start: false,
  };
  const { results } = await bringUpAll(host.backend, [up]);
  expect(results.get('b')).toMatchObject({ code: 'foreign-object' });
  expect(await virsh('list', '--all', '--name')).not.toContain(domain);
  expect(readdirSync(dir).filter((name) => name.startsWith(domain))).toEqual([
    `${domain}-sdb.qcow2`,
  ]);
});

it('keeps a domain whose volumes can not be deleted: its mark says whose they are', async () => {
  await host.defineDomain(domainXml);
  await virsh('pool-destroy', pool);
  await expect(host.deleteDomain(uuid, [{ pool, volume }])).rejects.toMatchObject({
    summary: expect.stringContaining('not active') as string,
  });
  expect(existsSync(file)).toBe(true);
  expect(await host.readDomain(uuid)).toContain(`<uuid>${uuid}</uuid>`);
  await host.ensurePool(pool);
  await host.deleteDomain(uuid, [{ pool, volume }]);
  expect(existsSync(file)).toBe(false);
  await expect(host.readDomain(uuid)).rejects.toThrow();
});

it('deletes a volume whose file went and came back', async () => {
  await host.createVolume(pool, volume, volumeXml);
  await host.defineDomain(domainXml);
  renameSync(file, join(dir, 'away'));
  await virsh('pool-refresh', pool);
  renameSync(join(dir, 'away'), file);
  await host.deleteDomain(uuid, [{ pool, volume }]);
  expect(existsSync(file)).toBe(false);
});

it('purges no log of a domain that is on the host', async () => {
  await host.defineDomain(domainXml);
  const logs = ['a', 'b'].map((name) => `/var/log/libvirt/qemu/${pool}_${name}.log`);
  for (const log of logs) writeFileSync(log, '');
  await host.consoles.deleteLogs();
  expect(logs.map((log) => existsSync(log))).toEqual([true, false]);
  await host.deleteDomain(uuid, []);
  await host.consoles.deleteLogs();
  expect(logs.map((log) => existsSync(log))).toEqual([false, false]);
});
