import { describe, expect, it } from 'vitest';
import {
  GOOD_LINK,
  NO_IMPAIRMENT,
  VenError,
  type Host,
  type HostFirmware,
  type PlannedNetwork,
  type ResolvedVm,
  type Step,
} from '../../../src/model/index.js';
import { failure, mark, run, vm } from './stage.js';

const base = { id: 'x', address: 'vm.a', needs: [], timeoutSeconds: 60 };
const network = { uuid: 'uuid-net', name: 'net' } as PlannedNetwork;
const dnsHost = {
  section: 'dns-host' as const,
  operation: 'add-last' as const,
  entry: { ip: '10.0.0.1', names: ['a'] },
};
const FILES: HostFirmware = {
  by: 'files',
  loader: { path: '/code.fd', format: 'raw' },
  nvramTemplate: { path: '/vars.fd', format: 'raw' },
  secure: false,
};
const nvram = { pool: 'default', volume: 'lab_a-nvram.fd' };
const GOOD = JSON.stringify({ place: true, impairment: NO_IMPAIRMENT });
const nic = (mac: string): ResolvedVm['nics'][number] => ({
  ...{ mac, model: 'virtio', ip: null, source: { kind: 'bridge', bridge: 'br0' } },
});
const disk = { pool: 'default', volume: 'lab_a-sda.qcow2' };

const cases: [Step, string[]][] = [
  [{ ...base, kind: 'pool-ensure', pool: 'default' }, ['ensurePool default']],
  [{ ...base, kind: 'network-create', network }, ['createNetwork uuid-net network lab net']],
  [{ ...base, kind: 'network-start', uuid: 'uuid-net' }, ['startNetwork uuid-net']],
  [
    {
      ...base,
      kind: 'network-update',
      uuid: 'uuid-net',
      entries: [dnsHost, { ...dnsHost, operation: 'delete' }],
      fields: ['dns.hosts', 'mark'],
      network,
    },
    [
      `updateNetwork uuid-net ${JSON.stringify([dnsHost, { ...dnsHost, operation: 'delete' }])}`,
      'readNetwork uuid-net',
      'defineNetwork <network> + lab net dns.hosts,mark',
    ],
  ],
  [{ ...base, kind: 'network-stop', uuid: 'uuid-net' }, ['stopNetwork uuid-net']],
  [{ ...base, kind: 'network-delete', uuid: 'uuid-net' }, ['deleteNetwork uuid-net']],
  [
    { ...base, kind: 'vm-delete', uuid: 'uuid-a', volumes: [disk] },
    [`deleteDomain uuid-a ${JSON.stringify([disk])}`],
  ],
  [
    {
      ...base,
      kind: 'vm-volumes',
      vm: vm('a'),
      create: [disk],
      grow: [
        { ref: disk, target: 'sda', bytes: 9, running: true },
        { ref: disk, target: 'sdb', bytes: 8, running: false },
      ],
      mark: mark('a'),
    },
    [
      `markDomain uuid-a ${JSON.stringify(mark('a'))}`,
      'createVolume default lab_a-sda.qcow2 volume sda',
      `growVolume ${JSON.stringify(disk)} 9 {"uuid":"uuid-a","target":"sda"}`,
      `growVolume ${JSON.stringify(disk)} 8 null`,
    ],
  ],
  [
    { ...base, kind: 'vm-nvram', vm: vm('a'), ref: nvram, make: true, mark: mark('a') },
    [
      'readNvramTemplate /vars.fd',
      'createVolume default lab_a-nvram.fd nvram lab_a-nvram.fd',
      'readDomain uuid-a',
      'readPowers ["uuid-a"]',
      `fillVolume ${JSON.stringify(nvram)} ${JSON.stringify(Buffer.from('template Q0E='))}`,
    ],
  ],
  [
    { ...base, kind: 'vm-nvram', vm: vm('a'), ref: nvram, make: false, mark: mark('a') },
    [
      'readNvramTemplate /vars.fd',
      'readDomain uuid-a',
      'readPowers ["uuid-a"]',
      `fillVolume ${JSON.stringify(nvram)} ${JSON.stringify(Buffer.from('template Q0E='))}`,
    ],
  ],
  [
    { ...base, kind: 'vm-define', vm: vm('a'), fields: ['cpus', 'memory'] },
    ['readDomain uuid-a', 'defineDomain <read> + a cpus,memory'],
  ],
  [
    { ...base, kind: 'vm-define', vm: vm('a'), fields: ['firmware'] },
    ['readDomain uuid-a', 'defineDomain <read> + a firmware by libvirt'],
  ],
  [
    { ...base, kind: 'vm-nics', vm: vm('a'), macs: ['m1', 'm2'] },
    ['m1', 'm2'].map((mac) => `updateNic uuid-a nic a ${mac} ${GOOD}`),
  ],
  [
    {
      ...base,
      kind: 'vm-nics',
      vm: vm('a', {
        ignore: ['nics.m1.link', 'nics.m2.network'],
        nics: ['m1', 'm2'].map((mac) => ({ ...nic(mac), link: { ...GOOD_LINK, loss: 5 } })),
      }),
      macs: ['m1', 'm2'],
    },
    [
      'updateNic uuid-a nic a m1 {"place":true,"impairment":null}',
      `updateNic uuid-a nic a m2 ${GOOD.replace('true', 'false').replace('loss":0', 'loss":5')}`,
    ],
  ],
  [
    { ...base, kind: 'vm-reattach', vm: vm('a'), macs: ['m1', 'm2'] },
    ['reattachNics uuid-a ["nic a m1","nic a m2"]'],
  ],
  [{ ...base, kind: 'vm-stop', uuid: 'uuid-a', graceSeconds: 45 }, ['stopDomain uuid-a 45']],
  [{ ...base, kind: 'vm-start', uuid: 'uuid-a' }, ['startDomain uuid-a']],
  [
    {
      ...base,
      kind: 'vm-settings',
      vm: vm('a', { autostart: true }),
      fields: ['autostart', 'title'],
    },
    ['setAutostart uuid-a true', 'setTitle uuid-a title of a about a'],
  ],
  [
    { ...base, kind: 'vm-ready', uuid: 'uuid-a', mark: mark('a') },
    [`markDomain uuid-a ${JSON.stringify(mark('a'))}`],
  ],
];

describe('what a step asks of the host, in order', () => {
  it.each(cases)('$kind', async (step, calls) => {
    const firmware: Host['firmware'] = (_, { template }) =>
      Promise.resolve(template ? FILES : { by: 'libvirt', secure: false });
    const answers: Record<string, unknown> = {
      readPowers: new Map([['uuid-a', { power: 'off', id: null }]]),
      readDomain: '<read>',
      readNetwork: '<network>',
      readNvramTemplate: 'template',
    };
    const stage = run([step], { firmware, call: (method) => answers[method] });
    expect(await stage.result).toMatchObject({ outcome: 'done' });
    expect(stage.host.calls).toEqual(calls);
  });

  it('network-create, elsewhere when its subnet is in use by now and the file leaves it open', async () => {
    const taken = new VenError('subnet-taken', { summary: 'in use' });
    const places = ['10.0.1', '10.0.2'].map((start) => ({
      subnet: { cidr: `${start}.0/24`, gateway: `${start}.1` },
      dhcp: null,
    }));
    const [first] = places;
    const failing = (times: number) => {
      let left = times;
      return run(
        [{ ...base, kind: 'network-create', network: { ...network, ...first, otherwise: places } }],
        { call: () => (left-- > 0 ? Promise.reject(taken) : undefined) },
      );
    };
    const stage = failing(2);
    expect(await stage.result).toMatchObject({ outcome: 'done' });
    expect(stage.host.calls).toHaveLength(3);
    expect(await failing(3).result).toMatchObject({ outcome: 'failed' });
  });

  it('takes a volume that is somebody’s out of the mark again', async () => {
    const wide = { ...mark('a'), volumes: [disk, { pool: 'default', volume: 'lab_a-sdb.qcow2' }] };
    const stage = run(
      [{ ...base, kind: 'vm-volumes', vm: vm('a'), create: [disk], grow: [], mark: wide }],
      {
        call: (method) => {
          if (method === 'createVolume')
            throw new VenError('foreign-object', { summary: 'there already' });
        },
      },
    );
    expect(await stage.result).toMatchObject({ outcome: 'failed' });
    expect(failure(stage.events, 'x')).toMatchObject({ code: 'foreign-object' });
    expect(stage.host.calls).toEqual([
      `markDomain uuid-a ${JSON.stringify(wide)}`,
      'createVolume default lab_a-sda.qcow2 volume sda',
      `markDomain uuid-a ${JSON.stringify({ ...wide, volumes: [wide.volumes[1]] })}`,
    ]);
  });

  it('makes no volume that is no disk of its VM', async () => {
    const create = [{ pool: 'default', volume: 'somebody-elses.qcow2' }];
    const stage = run([
      { ...base, kind: 'vm-volumes', vm: vm('a'), create, grow: [], mark: mark('a') },
    ]);
    await stage.result;
    expect(failure(stage.events, 'x')).toMatchObject({ code: 'bug' });
    expect(stage.host.calls.filter((call) => call.startsWith('createVolume'))).toEqual([]);
  });
});

describe('an orchestrator', () => {
  const host = { name: 'a', serialNumber: 'SN1', uuid: 'uuid-a' };
  const refused = new VenError('orchestrator-refused', {
    summary: 'DELETE https://api.lab/hosts/1: 403, no',
    detail: 'It said: no',
    hint: 'Check it.',
  });

  it('that refuses a VM fails that VM alone, and one that keeps its host keeps the VM, too', async () => {
    const orchestrator = {
      register: () => Promise.reject(refused),
      unregister: () => Promise.reject(refused),
      createLocalAccount: () => Promise.reject(new Error('not asked')),
      setProvider: () => Promise.reject(new Error('not asked')),
    };
    const steps: Step[] = [
      { ...base, id: 'vm.a:register', kind: 'vm-register', host },
      {
        ...base,
        id: 'vm.b:unregister',
        address: 'vm.b',
        kind: 'vm-unregister',
        host: { ...host, name: 'b' },
      },
      {
        ...base,
        id: 'vm.b:delete',
        address: 'vm.b',
        needs: ['vm.b:unregister'],
        kind: 'vm-delete',
        uuid: 'uuid-b',
        volumes: [],
      },
      { ...base, id: 'vm.c:start', address: 'vm.c', kind: 'vm-start', uuid: 'uuid-c' },
    ];
    const stage = run(steps, {}, { orchestrator });
    expect(await stage.result).toMatchObject({
      exitCode: 4,
      failed: ['vm.a', 'vm.b'],
      done: ['vm.c'],
    });
    expect(failure(stage.events, 'vm.a:register')).toMatchObject({
      summary: refused.summary,
      hint: refused.hint,
    });
    expect(failure(stage.events, 'vm.b:unregister')).toEqual({
      code: 'orchestrator-refused',
      summary:
        "the orchestrator's host (serial number SN1) is not removed, and so the VM is left as it is",
      detail: 'DELETE https://api.lab/hosts/1: 403, no\nIt said: no',
      hint: 'Check it. Then run the same again. To go on without the orchestrator: orchestrator.removeHosts: false',
    });
    expect(stage.host.calls).toEqual(['startDomain uuid-c']);
  });

  it('whose host with that serial number is somebody else’s keeps no VM, and it is told whose it is', async () => {
    const theirs = new VenError('foreign-object', { summary: 'it is theirs' });
    const orchestrator = {
      register: () => Promise.reject(refused),
      unregister: () => Promise.reject(theirs),
      createLocalAccount: () => Promise.reject(new Error('not asked')),
      setProvider: () => Promise.reject(new Error('not asked')),
    };
    const stage = run(
      [
        { ...base, id: 'vm.a:unregister', kind: 'vm-unregister', host },
        {
          ...base,
          id: 'vm.a:delete',
          needs: ['vm.a:unregister'],
          kind: 'vm-delete',
          uuid: 'uuid-a',
          volumes: [],
        },
      ],
      {},
      { orchestrator },
    );
    expect(await stage.result).toMatchObject({ exitCode: 0, done: ['vm.a'] });
    expect(stage.events).toContainEqual(
      expect.objectContaining({
        type: 'step-output',
        step: 'vm.a:unregister',
        line: 'it is theirs',
      }),
    );
    expect(stage.host.calls).toEqual(['deleteDomain uuid-a []']);
  });
});

it('writes no firmware variables of a VM that was started meanwhile', async () => {
  const step: Step = {
    ...{ id: 'vm.a:nvram', address: 'vm.a', needs: [], timeoutSeconds: 60, kind: 'vm-nvram' },
    ...{ vm: vm('a'), ref: nvram, make: false, mark: mark('a') },
  };
  const answers: Record<string, unknown> = {
    readPowers: new Map([['uuid-a', { power: 'running', id: '3' }]]),
    readDomain: '<armed>',
    readNvramTemplate: 'template',
  };
  const stage = run([step], {
    firmware: () => Promise.resolve(FILES),
    call: (method) => answers[method],
  });
  await stage.result;
  expect(failure(stage.events, 'vm.a:nvram')).toMatchObject({
    code: 'host-not-ready',
    hint: 'Run ven apply again when the VM is off',
  });
  expect(stage.host.calls).toContain('defineDomain <waits>');
  expect(stage.host.calls.join()).not.toContain('fillVolume');
});
