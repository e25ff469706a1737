import { readdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, HERE, changes, Lab, tryVirsh, virsh } from './lab.js';

/** What a person might do by hand, and what plan and apply make of it. */
describe.each(BACKENDS)('drift, with the backend %s', (backend) => {
  const lab = new Lab('drift', HERE, backend);
  const networks =
    'networks:\n' +
    '  one: { subnet: 192.168.232.0/24 }\n' +
    '  two: { mode: isolated, subnet: 192.168.233.0/24 }\n';
  lab.write(
    `${Lab.SMALL}${networks}vms:\n` +
      '  - { name: a, nics: [{ network: one }] }\n' +
      '  - { name: b, nics: [{ network: one }] }\n' +
      '  - { name: c, nics: [{ network: two }] }\n',
  );
  beforeAll(() => lab.apply());
  afterAll(() => lab.close());

  /** id of each running domain: it changes when a VM is started anew. */
  const ids = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      await Promise.all(
        ['a', 'b', 'c'].map(async (vm) => [vm, await virsh('domid', lab.domain(vm))] as const),
      ),
    );

  const isClean = async (): Promise<void> =>
    expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(0);

  it('a VM powered off is started, and no other is touched', async () => {
    const before = await ids();
    await virsh('destroy', lab.domain('a'));
    const plan = await lab.plan();
    expect(changes(plan)).toEqual(['vm.a update drift']);
    expect(plan.changes[0]?.fields).toMatchObject([
      { path: 'power', before: 'off', after: 'running' },
    ]);
    await lab.apply();
    const after = await ids();
    expect({ b: after.b, c: after.c }).toEqual({ b: before.b, c: before.c });
    await isClean();
  });

  it('a VM undefined and its disk deleted is made again, with the same identity', async () => {
    const uuid = await lab.uuid('b');
    const mac = await virsh('domiflist', lab.domain('b'));
    await virsh('destroy', lab.domain('b'));
    await virsh('undefine', lab.domain('b'), '--remove-all-storage');
    expect(changes(await lab.plan())).toEqual(['vm.b create missing']);
    await lab.apply();
    expect(await lab.uuid('b')).toBe(uuid);
    const macOf = (text: string): string | undefined =>
      /(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/.exec(text)?.[0];
    expect(macOf(await virsh('domiflist', lab.domain('b')))).toBe(macOf(mac));
    await isClean();
  });

  it('edited memory is shown with old and new, and put back without a restart', async () => {
    const before = await ids();
    await virsh('setmaxmem', lab.domain('c'), '256M', '--config');
    const plan = await lab.plan();
    expect(changes(plan)).toEqual(['vm.c update drift']);
    expect(plan.changes[0]?.fields).toMatchObject([
      { path: 'memory', before: '128MiB (maximum 256MiB)', after: '128MiB', effect: 'live' },
    ]);
    await lab.apply();
    expect(await virsh('dumpxml', '--inactive', lab.domain('c'))).toContain(
      "<memory unit='KiB'>131072</memory>",
    );
    expect(await ids()).toEqual(before);
    await isClean();
  });

  it('memory edited and the VM restarted: put right by a restart of only that VM', async () => {
    const before = await ids();
    await virsh('setmaxmem', lab.domain('c'), '256M', '--config');
    await virsh('destroy', lab.domain('c'));
    await virsh('start', lab.domain('c'));
    const plan = await lab.plan();
    expect(plan.changes[0]?.fields).toMatchObject([
      { path: 'memory', before: '128MiB (maximum 256MiB)', after: '128MiB', effect: 'restart' },
    ]);
    await lab.apply();
    const after = await ids();
    expect({ a: after.a, b: after.b }).toEqual({ a: before.a, b: before.b });
    expect(await virsh('dominfo', lab.domain('c'))).toMatch(/Max memory:\s+131072 KiB/);
    await isClean();
  });

  it('a destroyed network is started, its running VMs attached without a restart', async () => {
    const before = await ids();
    const network = `${lab.fleet}_one`;
    const bridge = /<bridge name='([^']+)'/.exec(
      await virsh('net-dumpxml', network),
    )?.[1] as string;
    expect(readdirSync(`/sys/class/net/${bridge}/brif`)).toHaveLength(2);
    await virsh('net-destroy', network);
    const plan = await lab.plan();
    expect(plan.changes.map(({ address }) => address)).toContain('network.one');
    expect(plan.changes.map(({ address }) => address)).not.toContain('vm.c');
    await lab.apply();
    expect(readdirSync(`/sys/class/net/${bridge}/brif`)).toHaveLength(2);
    expect(await ids()).toEqual(before);
    await isClean();
  });

  it('a network restarted by hand leaves VMs without a bridge: apply repairs it', async () => {
    const network = `${lab.fleet}_one`;
    const bridge = /<bridge name='([^']+)'/.exec(
      await virsh('net-dumpxml', network),
    )?.[1] as string;
    await virsh('net-destroy', network);
    await virsh('net-start', network);
    expect(readdirSync(`/sys/class/net/${bridge}/brif`)).toHaveLength(0);
    expect(changes(await lab.plan())).toEqual(['vm.a update drift', 'vm.b update drift']);
    await lab.apply();
    expect(readdirSync(`/sys/class/net/${bridge}/brif`)).toHaveLength(2);
    await isClean();
  });

  it('a NIC moved to another network is named and moved back, live', async () => {
    const before = await ids();
    const xml = await virsh('dumpxml', lab.domain('a'));
    const nic = (/<interface type='network'>[\s\S]*?<\/interface>/.exec(xml)?.[0] as string)
      .replace(/network='[^']*_one'[^/]*/, `network='${lab.fleet}_two'`)
      .replace(/<alias [^>]*>|<target [^>]*>/g, '');
    writeFileSync(`${lab.dir}/nic.xml`, nic);
    await virsh('update-device', lab.domain('a'), `${lab.dir}/nic.xml`, '--live', '--config');
    const plan = await lab.plan();
    expect(changes(plan)).toEqual(['vm.a update drift']);
    const field = plan.changes[0]?.fields?.[0];
    expect(field).toMatchObject({
      before: expect.stringContaining('_two') as string,
      after: expect.stringContaining('_one') as string,
      effect: 'live',
    });
    await lab.apply();
    expect(await virsh('domiflist', lab.domain('a'))).toContain(`${lab.fleet}_one`);
    expect(await ids()).toEqual(before);
    await isClean();
  });

  it('several at once: each is named, each is put right, and only that', async () => {
    await virsh('destroy', lab.domain('a'));
    await virsh('destroy', lab.domain('b'));
    await virsh('undefine', lab.domain('b'), '--remove-all-storage');
    await virsh('setmaxmem', lab.domain('c'), '192M', '--config');
    await virsh('net-destroy', `${lab.fleet}_two`);
    expect(changes(await lab.plan())).toEqual(
      expect.arrayContaining([
        'network.two update drift',
        'vm.a update drift',
        'vm.b create missing',
        'vm.c update drift',
      ]),
    );
    await lab.apply();
    await isClean();
  });

  it('autostart switched on and a title changed by hand are put back live', async () => {
    await virsh('autostart', lab.domain('a'));
    await virsh('desc', lab.domain('b'), '--title', '--new-desc', 'mine now', '--live', '--config');
    expect(changes(await lab.plan())).toEqual(['vm.a update drift', 'vm.b update drift']);
    const before = await ids();
    await lab.apply();
    expect(await ids()).toEqual(before);
    await isClean();
  });

  it('a disk deleted under a VM is named, and made again empty', async () => {
    const volume = `${lab.domain('a')}-sda.qcow2`;
    await virsh('destroy', lab.domain('a'));
    await virsh('vol-delete', volume, '--pool', 'default');
    const plan = await lab.plan();
    expect(changes(plan)).toEqual(['vm.a update drift']);
    expect(plan.changes[0]?.fields?.map(({ path }) => path)).toContain('disks.sda');
    await lab.apply();
    expect((await tryVirsh('vol-info', volume, '--pool', 'default')).code).toBe(0);
    await isClean();
  });

  it('a VM paused by hand runs again', async () => {
    await virsh('suspend', lab.domain('c'));
    expect(changes(await lab.plan())).toEqual(['vm.c update drift']);
    await lab.apply();
    expect(await virsh('domstate', lab.domain('c'))).toBe('running');
    await isClean();
  });
});
