/**
 * On a host of its own: QEMUs that hang, a virsh that hangs, a port that is taken, surroundings
 * that nobody thought of. ven stays quick, and says what it is.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changes, Lab, type Ran } from './lab.js';
import { PrivateHost } from './private-host.js';

const FOREIGN = 'somebody-elses';

let host: PrivateHost;
let lab: Lab;

const vms = (power: 'running' | 'off'): void => {
  lab.write(
    `${Lab.SMALL}networks: { lab: { subnet: 192.168.243.0/24 } }\n` +
      `vms: [{ name: node, nics: [{ network: lab }], power: ${power} }]\n`,
  );
};

async function pidOf(domain: string): Promise<number> {
  const { stdout } = await host.run('cat', `/run/libvirt/qemu/${domain}.pid`);
  return Number(stdout);
}

async function timed(...args: string[]): Promise<Ran & { seconds: number }> {
  const began = performance.now();
  const ran = await lab.ven(...args);
  return { ...ran, seconds: (performance.now() - began) / 1000 };
}

beforeAll(async () => {
  host = await PrivateHost.up();
  lab = new Lab('trouble', host);
  vms('off');
  await lab.apply();
});

afterAll(async () => {
  await lab.close();
  await host.close();
});

describe('a QEMU that answers nothing', () => {
  it('of somebody else keeps nobody waiting', async () => {
    const image = join(host.dir, 'foreign.img');
    writeFileSync(image, Buffer.alloc(1024 * 1024));
    chmodSync(image, 0o666);
    const xml = join(host.dir, 'foreign.xml');
    writeFileSync(
      xml,
      `<domain type='qemu'><name>${FOREIGN}</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type></os>
<devices><controller type='usb' model='none'/><disk type='file' device='disk'>
<driver name='qemu' type='raw'/><source file='${image}'/><target dev='sda' bus='sata'/></disk>
</devices></domain>`,
    );
    await host.virsh('create', xml);
    const pid = await pidOf(FOREIGN);
    process.kill(pid, 'SIGSTOP');
    try {
      for (const command of ['plan', 'status', 'plan']) {
        const { code, seconds, stderr } = await timed(command);
        expect([command, code, stderr]).toEqual([command, 0, '']);
        expect(seconds).toBeLessThan(5);
      }
    } finally {
      process.kill(pid, 'SIGCONT');
      await host.virsh('destroy', FOREIGN);
    }
  });

  it('of the fleet neither stops a plan nor the order to be off', async () => {
    vms('running');
    await lab.apply();
    process.kill(await pidOf(lab.domain('node')), 'SIGSTOP');
    expect(changes(await lab.plan())).toEqual([]);
    expect((await timed('status')).seconds).toBeLessThan(5);
    vms('off');
    await lab.apply();
    expect(await lab.domains('--state-running')).toEqual([]);
    expect(changes(await lab.plan())).toEqual([]);
  });
});

it('names the DNS port of a network, and who has it', async () => {
  // The resolver can't have every address while a network has one.
  await lab.ven('destroy', '--yes');
  const held = spawn(
    host.through[0] ?? '',
    [
      ...host.through.slice(1),
      'python3',
      '-c',
      'import socket,time\nt=socket.socket(); t.bind(("0.0.0.0",53)); t.listen(1)\n' +
        'u=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); u.bind(("0.0.0.0",53))\n' +
        'print("held",flush=True); time.sleep(600)',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const other = new Lab('dns', host);
  await new Promise((resolve) => held.stdout.once('data', resolve));
  try {
    other.write(
      `${Lab.SMALL}networks: { lab: { subnet: 192.168.244.0/24 } }\n` +
        'vms: [{ name: e, nics: [{ network: lab }], power: off }]\n',
    );
    const { stdout, stderr } = await other.apply(4);
    const told = `${stdout}${stderr}`;
    expect(told).toContain('Port 53 (DNS) of 192.168.244.1 is taken');
    expect(told).toMatch(/hint: python3 \(pid \d+\) listens there/);
    expect(told).not.toMatch(/graphics\.port|VM is to listen/);
  } finally {
    held.kill();
    await other.close();
    vms('off');
    await lab.apply();
  }
});

describe('a virsh that hangs, and ignores SIGTERM', () => {
  it.each([['plan'], ['status'], ['doctor'], ['apply', '--yes']])(
    'is told of, and ended with ven %s by Ctrl-C',
    async (...args) => {
      const bin = mkdtempSync(join(host.dir, 'bin-'));
      const said = join(bin, 'pid');
      writeFileSync(
        join(bin, 'virsh'),
        `#!/bin/sh\ntrap "" TERM INT\necho $$ > ${said}\nwhile :; do sleep 0.2; done\n`,
        { mode: 0o755 },
      );
      const asking = new Lab('hang', host);
      asking.write(readFileSync(lab.file, 'utf8').split('\n').slice(3).join('\n'));
      // Not through the host, so that the signal reaches ven itself.
      asking.through = [];
      asking.env = { PATH: `${bin}:${process.env['PATH']}` };
      const { child, ended } = asking.start(...args);
      let told = '';
      child.stderr?.on('data', (text: string) => (told += text));
      await expect.poll(() => told, { timeout: 20_000 }).toContain('Waiting for libvirt: ');
      const began = performance.now();
      child.kill('SIGINT');
      const { code, stderr } = await ended;
      expect(code).toBe(130);
      expect((performance.now() - began) / 1000).toBeLessThan(4);
      expect(stderr).not.toMatch(/bug in ven|^ +at /m);
      const pid = Number(readFileSync(said, 'utf8'));
      const isGone = (): boolean => {
        try {
          return / [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
        } catch {
          return true;
        }
      };
      await expect.poll(isGone, { timeout: 5000 }).toBe(true);
      asking.env = {};
      asking.through = host.through;
      await asking.close();
    },
  );
});

it('works in a folder that was deleted, without TMPDIR, HOME or a umask', async () => {
  const { stdout, stderr, code } = await host.run(
    'env',
    `XDG_STATE_HOME=${lab.stateDir}`,
    'TMPDIR=/nonexistent/user0',
    'HOME=/etc/passwd',
    'LC_ALL=tlh',
    'bash',
    '-c',
    `mkdir ${host.dir}/gone; cd ${host.dir}/gone; rmdir ../gone; umask 0
${lab.program} apply ${lab.file} --yes --replace vm.node && ${lab.program} plan ${lab.file}`,
  );
  expect(`${stdout}${stderr}`).not.toMatch(/bug in ven|^ +at /m);
  expect([code, stdout]).toEqual([0, expect.stringContaining('No changes.')]);
  mkdirSync(join(host.dir, 'again'));
  const gone = await host.run(
    'bash',
    '-c',
    `cd ${host.dir}/again; rmdir ../again; ${lab.program} plan`,
  );
  expect(gone.code).toBe(1);
  expect(gone.stderr).toContain('The current folder was deleted');
});
