/**
 * On qemu:///system of this machine, with VMs of 64 MiB that have nothing to boot; at most one runs
 * at a time.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, vi } from 'vitest';
import { openHost } from '../../src/host/index.js';
import { foreignDomain } from '../fake-host/index.js';
import { describeHost } from './suite.js';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const call = promisify(execFile);
const virsh = async (...args: string[]): Promise<string> =>
  (await call('virsh', ['-q', '-c', 'qemu:///system', ...args])).stdout.trim();
const lines = async (...args: string[]): Promise<string[]> =>
  (await virsh(...args))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .sort();

describe.each(['vagrant', 'libvirt'] as const)('with the backend %s', (backend) => {
  describeHost('real', () => {
    const dir = mkdtempSync(join(tmpdir(), 'ven-contract-'));
    const prefix = `c${backend.slice(0, 1)}${String(process.pid).slice(-4)}`;
    const host = openHost({
      uri: 'qemu:///system',
      fleet: prefix,
      backend,
      runner: { kind: 'local' },
      vagrantfile: readFileSync(join(import.meta.dirname, '../../templates/Vagrantfile'), 'utf8'),
      env: { ...process.env, XDG_STATE_HOME: dir },
    });
    const foreign: string[] = [];
    const put: string[] = [];
    return Promise.resolve({
      host,
      prefix,
      powerOff: async (uuid) => void (await virsh('destroy', uuid)),
      pause: async (uuid) => void (await virsh('suspend', uuid)),
      undefine: async (uuid) => void (await virsh('undefine', uuid)),
      stopNetwork: async (uuid) => void (await virsh('net-destroy', uuid)),
      loseVolume: async (pool, volume) => {
        unlinkSync(await virsh('vol-path', '--pool', pool, volume));
      },
      attachDisk: async (uuid, volume) => {
        await virsh('vol-create-as', 'default', volume, '8M', '--format', 'qcow2');
        await virsh(
          'attach-disk',
          uuid,
          await virsh('vol-path', '--pool', 'default', volume),
          'vdz',
          '--targetbus',
          'virtio',
          '--subdriver',
          'qcow2',
          '--config',
        );
      },
      putFile: (name) => {
        const path = join('/var/lib/libvirt/images', name);
        writeFileSync(path, 'precious', { flag: 'wx' });
        put.push(path);
        return Promise.resolve();
      },
      volumeExists: (pool, volume) =>
        virsh('vol-info', '--pool', pool, volume).then(
          () => true,
          () => false,
        ),
      contentOf: async (pool, volume) =>
        readFileSync(await virsh('vol-path', '--pool', pool, volume), 'utf8'),
      addForeignDomain: async (name) => {
        const { uuid, xml } = foreignDomain({ name });
        const file = join(dir, 'foreign.xml');
        writeFileSync(file, xml);
        await virsh('define', file);
        foreign.push(uuid);
        return uuid;
      },
      networkNames: async (start) =>
        (await lines('net-list', '--all', '--name')).filter((name) => name.startsWith(start)),
      close: async () => {
        for (const name of await lines('list', '--all', '--name')) {
          if (!name.startsWith(`${prefix}_`)) continue;
          await virsh('destroy', name).catch(() => undefined);
          await virsh('undefine', name, '--nvram');
        }
        for (const uuid of foreign) await virsh('undefine', uuid);
        for (const name of await lines('net-list', '--all', '--name')) {
          if (!name.startsWith(`${prefix}_`)) continue;
          await virsh('net-destroy', name).catch(() => undefined);
          await virsh('net-undefine', name);
        }
        for (const line of await lines('vol-list', 'default')) {
          const volume = line.split(/\s+/)[0] ?? '';
          if (volume.startsWith(`${prefix}_`) || volume.startsWith(`${prefix}-`))
            await virsh('vol-delete', '--pool', 'default', volume);
        }
        for (const path of put) rmSync(path, { force: true });
        await virsh('pool-refresh', 'default');
        rmSync(dir, { recursive: true, force: true });
      },
    });
  });
});
