/**
 * On qemu:///system of this machine, with VMs of 64 MiB that have nothing to boot; one runs at a
 * time, and it has a BIOS.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import { openHost } from '../../src/host/index.js';
import { describeBmc } from './bmc.js';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const call = promisify(execFile);
const virsh = async (...args: string[]): Promise<string> =>
  (await call('virsh', ['-q', '-c', 'qemu:///system', ...args])).stdout.trim();
const words = async (...args: string[]): Promise<string[]> =>
  (await virsh(...args)).split('\n').map((line) => line.trim().split(/\s+/)[0] ?? '');

describeBmc('real', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ven-bmc-'));
  const prefix = `b${String(process.pid).slice(-5)}`;
  const images = new Map<string, string>();
  const server = createServer((request, response) => {
    const image = images.get(request.url ?? '');
    // The first answer leads elsewhere, as those of many servers do.
    if (image !== undefined) response.writeHead(302, { location: `/at${request.url}` }).end();
    else {
      const content = images.get((request.url ?? '').replace(/^\/at/, ''));
      response.writeHead(content === undefined ? 404 : 200).end(content);
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = openHost({
    uri: 'qemu:///system',
    fleet: prefix,
    backend: 'vagrant',
    runner: { kind: 'local' },
    vagrantfile: readFileSync(join(import.meta.dirname, '../../templates/Vagrantfile'), 'utf8'),
    env: { ...process.env, XDG_STATE_HOME: dir },
  });
  return {
    host,
    prefix,
    serve: (name, content) => {
      images.set(`/${name}`, content);
      return Promise.resolve(`http://127.0.0.1:${port}/${name}`);
    },
    contentOf: (volume) =>
      virsh('vol-path', '--pool', 'default', volume).then(
        (path) => readFileSync(path),
        () => null,
      ),
    save: async (uuid) => void (await virsh('managedsave', uuid)),
    firstAtReset: async (uuid) => {
      for (const device of ['sata0-0-0', 'sata0-0-5', 'net0']) {
        const asked = { path: `/machine/peripheral/${device}`, property: 'bootindex' };
        const command = JSON.stringify({ execute: 'qom-get', arguments: asked });
        if (!(await virsh('qemu-monitor-command', uuid, command)).includes('"return":1,')) continue;
        const xml = await virsh('dumpxml', uuid);
        const [before = ''] = xml.split(`<alias name='${device}'/>`);
        return /.*<disk type='\w+' device='(\w+)'/s.exec(before)?.[1] ?? 'network';
      }
      return 'none';
    },
    start: async (uuid) => void (await virsh('start', uuid)),
    cut: async (uuid) => void (await virsh('destroy', uuid)),
    close: async () => {
      server.close();
      for (const name of await words('list', '--all', '--name')) {
        if (!name.startsWith(`${prefix}_`)) continue;
        await virsh('destroy', name).catch(() => undefined);
        await virsh('undefine', name, '--nvram');
      }
      for (const volume of await words('vol-list', 'default'))
        if (volume.startsWith(`${prefix}_`)) await virsh('vol-delete', '--pool', 'default', volume);
      rmSync(dir, { recursive: true, force: true });
    },
  };
});
