/** One fleet on two real libvirt hosts: this machine, and one behind ssh that can be lost. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changes, HERE, Lab, LibvirtHost, type PlanJson } from './lab.js';
import { SecondHost, type Loss } from './second-host.js';

let second: SecondHost;
let lab: Lab;

interface Hosted extends PlanJson {
  hosts: { name: string; state: string; because?: string }[];
  unknown: { address: string; hosts: string[] }[];
  warnings: string[];
}

function write(vms: string, count = 6): void {
  writeFileSync(
    lab.file,
    `apiVersion: ven/v1
fleet: ${lab.fleet}
hosts:
  here: { uri: 'qemu:///system', accelerator: qemu, backend: libvirt, overcommit: { cpus: 16 } }
  there:
    { uri: '${second.uri}', accelerator: qemu, backend: libvirt, overcommit: { cpus: 16 } }
networks: { lab: { subnet: 10.213.77.0/24 } }
${Lab.SMALL}vms:
  - { name: node, count: ${count}, nics: [{ network: lab }]${vms} }
`,
  );
}

const APART = ', placement: { apart: pair }';

beforeAll(async () => {
  second = await SecondHost.up();
  lab = new Lab('hosts');
  lab.through = second.client;
});

afterAll(async () => {
  await second.bringBack();
  await lab.close();
  const left = await second.lines('list', '--all', '--name');
  await second.close();
  expect(left).toEqual([]);
});

const on = async (host: LibvirtHost, ...args: string[]): Promise<string[]> =>
  (await host.lines('list', '--name', ...args))
    .filter((name) => name.startsWith(`${lab.fleet}_`))
    .map((name) => name.slice(lab.fleet.length + 1));

const plan = async (expected = 0, ...args: string[]): Promise<Hosted> => {
  const ran = await lab.ven('plan', '--json', ...args);
  expect(ran.code, `${ran.stdout}${ran.stderr}`).toBe(expected);
  return JSON.parse(ran.stdout) as Hosted;
};

describe('a fleet of six over both', () => {
  it('is spread, and its plan is empty afterwards, also for another user', async () => {
    write('');
    await lab.apply();
    const [here, there] = [await on(HERE), await on(second)];
    expect([...here, ...there].sort()).toEqual(
      [1, 2, 3, 4, 5, 6].map((number) => `node-${number}`),
    );
    expect(here.length).toBeGreaterThan(0);
    expect(there.length).toBeGreaterThan(0);
    expect(changes(await plan())).toEqual([]);
    lab.newStateDir();
    expect(changes(await plan())).toEqual([]);
    for (const host of [HERE, second])
      expect(await host.lines('net-list', '--name')).toContain(`${lab.fleet}_lab`);
  });

  it('says what is on each', async () => {
    const ran = await lab.ven('hosts', '--json');
    expect(ran.code).toBe(0);
    const { hosts } = JSON.parse(ran.stdout) as { hosts: { vms: string[]; libvirt: string }[] };
    expect(hosts.map(({ vms }) => vms)).toEqual([
      await on(HERE, '--all'),
      await on(second, '--all'),
    ]);
    expect(hosts.every(({ libvirt }) => /^\d+\.\d+/.test(libvirt))).toBe(true);
  });

  it('is mended where it drifted, on either', async () => {
    const [[here = ''], [there = '']] = [await on(HERE), await on(second)];
    await HERE.virsh('destroy', lab.domain(here));
    await second.virsh('destroy', lab.domain(there));
    expect(changes(await plan()).sort()).toEqual(
      [`vm.${here} update drift`, `vm.${there} update drift`].sort(),
    );
    await lab.apply();
    expect(changes(await plan())).toEqual([]);
  });

  it('moves nothing when its placement or its count changes', async () => {
    const before = await on(HERE);
    write(', placement: { strategy: pack, hosts: [here] }', 5);
    expect(changes(await plan())).toEqual(['vm.node-6 delete removed']);
    write('', 6);
    expect(await on(HERE)).toEqual(before);
  });
});

describe('a host that is lost', () => {
  it.each<[Loss, RegExp]>([
    // A connection that is open says so later than a host has to answer.
    ['no-route', /No route to host|has not answered/i],
    ['packets-vanish', /./],
    ['libvirtd-stopped', /./],
    ['sshd-gone', /refused/i],
    ['host-key-changed', /key/i],
  ])('stops only its own, and is said within 15 s: %s', async (loss, why) => {
    const [[here = ''], there] = [await on(HERE, '--all'), await on(second)];
    await HERE.tryVirsh('destroy', lab.domain(here));
    await second.lose(loss);
    try {
      const began = performance.now();
      const made = await plan(4);
      expect((performance.now() - began) / 1000).toBeLessThan(15);
      expect(changes(made)).toEqual([`vm.${here} update drift`]);
      expect(made.unknown.map(({ address }) => address.slice('vm.'.length))).toEqual(there);
      expect(made.hosts[1]).toMatchObject({ name: 'there', state: 'away' });
      expect(made.hosts[1]?.because).toMatch(why);
      await lab.apply(4);
      expect(await on(HERE)).toContain(here);
    } finally {
      await second.bringBack();
    }
    await expect
      .poll(async () => (await plan(0).catch(() => null))?.changes, { timeout: 60_000 })
      .toEqual([]);
  });
});

describe('groups that are kept apart, and the end', () => {
  it('refuses a third of two hosts, and leaves nothing on either', async () => {
    const destroyed = await lab.ven('destroy', '--yes');
    expect(destroyed.code).toBe(0);
    expect([...(await on(HERE, '--all')), ...(await on(second, '--all'))]).toEqual([]);
    for (const host of [HERE, second])
      expect(await host.lines('net-list', '--all', '--name')).not.toContain(`${lab.fleet}_lab`);
    write(APART, 3);
    await lab.apply(6);
    const [here, there] = [await on(HERE), await on(second)];
    expect([here.length, there.length]).toEqual([1, 1]);
    expect([...here, ...there].sort()).toEqual(['node-1', 'node-2']);
    await lab.ven('destroy', '--yes');
    expect(await lab.leftovers()).toEqual([]);
    expect(await second.lines('vol-list', 'default')).toEqual([]);
  });
});
