/** VMs that are moved between two real libvirt hosts, of which one is behind ssh. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changes, HERE, Lab, LibvirtHost, sleep } from './lab.js';
import { SecondHost } from './second-host.js';

let second: SecondHost;
let lab: Lab;
let uuid = '';

/** As big as a copy that can be cut in the middle. */
const DATA_MIB = 64;

function write(power: 'off' | 'running'): void {
  writeFileSync(
    lab.file,
    `apiVersion: ven/v1
fleet: ${lab.fleet}
hosts:
  here: { uri: 'qemu:///system', accelerator: qemu, backend: libvirt, overcommit: { cpus: 16 } }
  there:
    { uri: '${second.uri}', accelerator: qemu, backend: libvirt, overcommit: { cpus: 16 } }
vms:
  - name: node
    cpus: 1
    memory: 256MiB
    disks: [{ size: 256MiB }]
    boot: [disk]
    power: ${power}
    nics: []
    placement: { strategy: pack }
`,
  );
}

interface Files {
  disk: string;
  variables: string;
  tpm: string;
}

/** SHA-256 of each. */
async function filesOn(host: LibvirtHost): Promise<Files> {
  const name = lab.domain('node');
  const paths = {
    disk: `/var/lib/libvirt/images/${name}-sda.qcow2`,
    variables: `/var/lib/libvirt/qemu/nvram/${name}-${uuid}_VARS.fd`,
    tpm: `/var/lib/libvirt/swtpm/${uuid}/tpm2/tpm2-00.permall`,
  };
  const sums = await Promise.all(
    Object.entries(paths).map(async ([kind, path]) => {
      const { code, stdout } = await host.run('sha256sum', path);
      return [kind, code === 0 ? (stdout.split(' ')[0] ?? '') : 'none'] as const;
    }),
  );
  return Object.fromEntries(sums) as unknown as Files;
}

const has = async (host: LibvirtHost): Promise<boolean> =>
  (await host.lines('list', '--all', '--name')).includes(lab.domain('node'));

/** Nothing of the VM, of whatever kind. */
async function isGone(host: LibvirtHost): Promise<void> {
  expect(await has(host)).toBe(false);
  await host.tryVirsh('pool-refresh', 'default');
  const volumes = (await host.tryVirsh('vol-list', 'default')).stdout;
  expect(volumes).not.toContain(lab.domain('node'));
  expect(await filesOn(host)).toEqual({ disk: 'none', variables: 'none', tpm: 'none' });
  expect((await host.tryVirsh('pool-list', '--name')).stdout).not.toContain('ven-files');
}

const move = (to: string) => lab.ven('move', 'node', '--to', to, '--lock-timeout', '60s');

const other = (host: LibvirtHost): LibvirtHost => (host === HERE ? second : HERE);

beforeAll(async () => {
  second = await SecondHost.up();
  lab = new Lab('move');
  lab.through = second.client;
  write('running');
  await lab.apply();
  const at = (await has(HERE)) ? HERE : second;
  uuid = await at.virsh('domuuid', lab.domain('node'));
  await sleep(3000);
  await at.virsh('destroy', lab.domain('node'));
  // A disk with something on it.
  const disk = `/var/lib/libvirt/images/${lab.domain('node')}-sda.qcow2`;
  const io = ['qemu-io', '-c', `write -P 0x5a 1M ${DATA_MIB}M`, disk];
  const [file = '', ...words] = [...at.through, ...io];
  execFileSync(file, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  write('off');
  await lab.apply();
  if (at === second) expect((await move('here')).code).toBe(0);
}, 300_000);

afterAll(async () => {
  await second.bringBack();
  await lab.close();
  const left = await second.lines('list', '--all', '--name');
  await second.close();
  expect(left).toEqual([]);
});

describe('a VM that is off', () => {
  it('has the same bytes on the other host, starts there, and comes back', async () => {
    const before = await filesOn(HERE);
    expect(Object.values(before)).not.toContain('none');
    const ran = await move('there');
    expect(ran.code, `${ran.stdout}${ran.stderr}`).toBe(0);
    expect(ran.stdout).toMatch(/^vm\.node {2}moved from here to there/);
    expect(await filesOn(second)).toEqual(before);
    await isGone(HERE);
    expect(changes(await lab.plan())).toEqual([]);
    write('running');
    await lab.apply();
    expect(await second.virsh('domstate', lab.domain('node'))).toBe('running');
    expect(changes(await lab.plan())).toEqual([]);
    const refused = await move('here');
    expect(refused.code).toBe(6);
    expect(refused.stdout).toContain('only a VM that is off is moved');
    write('off');
    await lab.apply();
    expect(changes(await lab.plan())).toEqual([]);
    const after = await filesOn(second);
    expect((await move('here')).code).toBe(0);
    expect(await filesOn(HERE)).toEqual(after);
    await isGone(second);
  }, 300_000);

  it('killed at many moments it is on one host, and the next move or apply ends it', async () => {
    let at: LibvirtHost = HERE;
    const before = await filesOn(at);
    const began = performance.now();
    expect((await move('there')).code).toBe(0);
    const took = performance.now() - began;
    at = second;
    const MOMENTS = 14;
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      const to = at === HERE ? 'there' : 'here';
      const after = (took * (moment + 2 + Math.random())) / (MOMENTS + 2);
      const run = lab.start('move', 'node', '--to', to, '--lock-timeout', '60s');
      await sleep(after);
      run.child.kill('SIGKILL');
      await run.ended;
      const told = `moment ${moment}, killed after ${Math.round(after)} of ${Math.round(took)} ms`;
      const planned = await lab.ven('plan', '--json');
      expect(planned.code, `${told}\n${planned.stdout}`).toBe(0);
      if (moment % 3 === 2) lab.newStateDir();
      const next =
        moment % 2 === 0
          ? await move(to)
          : await lab.ven('apply', '--yes', '--lock-timeout', '60s');
      expect(next.code, `${told}\n${next.stdout}${next.stderr}`).toBe(0);
      const now = (await has(HERE)) ? HERE : second;
      expect(await filesOn(now), told).toEqual(before);
      await isGone(other(now));
      expect(changes(await lab.plan()), told).toEqual([]);
      at = now;
    }
    if (at === second) expect((await move('here')).code).toBe(0);
  }, 900_000);
});
