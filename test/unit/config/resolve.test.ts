/**
 * What a fleet file means: defaults, units, merging, derived identities, and that these stay as
 * they are.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/config/source/decode.js';
import { loadFleet, parseFleet } from '../../../src/config/load.js';
import type { OwnNetwork, ResolvedFleet } from '../../../src/model/index.js';

const load = (text: string, env: Record<string, string> = {}): ResolvedFleet =>
  loadFleet(text, { file: 'fleet.yaml', env });
const fleet = (rest: string, env: Record<string, string> = {}): ResolvedFleet =>
  load(`apiVersion: ven/v1\nfleet: edge-lab\n${rest}`, env);
const own = (resolved: ResolvedFleet, name: string): OwnNetwork => {
  const network = resolved.networks.find((one) => one.name === name);
  if (network?.kind !== 'own') throw new Error(`${name} is not an own network`);
  return network;
};

describe('defaults', () => {
  it("are the reference's", () => {
    const resolved = fleet('vms: [{ name: edge }]');
    expect(resolved.host).toEqual({
      uri: 'qemu:///system',
      backend: 'vagrant',
      accelerator: 'auto',
      storagePool: 'default',
      runner: { kind: 'local' },
      vagrantFolder: false,
    });
    expect(resolved.networks).toEqual([
      {
        kind: 'existing',
        address: 'network.default',
        name: 'default',
        libvirtName: 'default',
        bootUrl: null,
      },
    ]);
    expect(resolved.vms[0]).toMatchObject({
      address: 'vm.edge',
      name: 'edge',
      domain: 'edge-lab_edge',
      title: '',
      description: '',
      cpus: 4,
      memoryKiB: 8 * 1024 * 1024,
      accelerator: 'auto',
      firmware: 'uefi',
      tpm: true,
      boot: ['disk', 'network'],
      disks: [
        {
          target: 'sda',
          bus: 'sata',
          sizeBytes: 110 * 1024 ** 3,
          pool: 'default',
          volume: 'edge-lab_edge-sda.qcow2',
        },
      ],
      nics: [
        { model: 'virtio', source: { kind: 'network', network: 'default', own: null }, ip: null },
      ],
      graphics: { type: 'none' },
      autostart: false,
      power: 'running',
      protect: false,
      shutdownTimeoutSeconds: 60,
    });
  });

  it('are merged under each VM, a key at a time', () => {
    const { vms } = fleet(`
defaults: { cpus: 2, memory: 512MiB, disks: [{ size: 1GiB }, { size: 2GiB }], shutdownTimeout: 2m,
  graphics: vnc }
vms:
  - { name: a }
  - { name: b, cpus: 3, disks: [{ size: 5GiB, bus: virtio, pool: fast }], shutdownTimeout: 0s,
      graphics: none }`);
    expect(
      vms.map((vm) => [
        vm.cpus,
        vm.memoryKiB,
        vm.disks.length,
        vm.shutdownTimeoutSeconds,
        vm.graphics.type,
      ]),
    ).toEqual([
      [2, 524288, 2, 120, 'vnc'],
      [3, 524288, 1, 0, 'none'],
    ]);
    expect(vms[1]?.disks).toEqual([
      {
        target: 'vda',
        bus: 'virtio',
        sizeBytes: 5 * 1024 ** 3,
        pool: 'fast',
        volume: 'edge-lab_b-vda.qcow2',
      },
    ]);
  });
});

describe('count', () => {
  it('numbers from 1, also when it is 1; without it the name stays', () => {
    const names = fleet(
      'vms: [{ name: edge, count: 3 }, { name: one, count: 1 }, { name: plain }]',
    ).vms.map((vm) => vm.name);
    expect(names).toEqual(['edge-1', 'edge-2', 'edge-3', 'one-1', 'plain']);
  });

  it('hands out the serial numbers in order', () => {
    const { vms } = fleet('vms: [{ name: edge, count: 2, serialNumbers: [VM112M01, VM112M02] }]');
    expect(vms.map((vm) => vm.serialNumber)).toEqual(['VM112M01', 'VM112M02']);
  });
});

describe('networks', () => {
  it('have a canonical subnet, its first host as gateway, and a range as far as it reaches', () => {
    const resolved = fleet(`
networks:
  a: { subnet: 192.168.150.0/24 }
  b: { subnet: 10.0.0.0/29, mode: isolated }
  c: { subnet: 10.0.1.0/30, mode: route }
  d: { subnet: 10.1.0.0/16, dhcp: false }
  e: {}
  f: { subnet: 10.2.0.0/24, dhcp: { start: 10.2.0.7, end: 10.2.0.8 },
    dns: { hosts: { 10.2.0.20: [y.lab], 10.2.0.3: [x.lab, x] } } }
vms: [{ name: x }]`);
    expect(own(resolved, 'a')).toMatchObject({
      libvirtName: 'edge-lab_a',
      mode: 'nat',
      subnet: { cidr: '192.168.150.0/24', gateway: '192.168.150.1' },
      dhcp: { start: '192.168.150.3', end: '192.168.150.155' },
    });
    expect(own(resolved, 'b')).toMatchObject({
      mode: 'isolated',
      dhcp: { start: '10.0.0.3', end: '10.0.0.6' },
    });
    expect(own(resolved, 'c')).toMatchObject({
      mode: 'route',
      subnet: { gateway: '10.0.1.1' },
      dhcp: { start: '10.0.1.2', end: '10.0.1.2' },
    });
    expect(own(resolved, 'd').dhcp).toBeNull();
    expect(own(resolved, 'e')).toMatchObject({ subnet: 'auto', dhcp: 'auto' });
    expect(own(resolved, 'f').dhcp).toEqual({ start: '10.2.0.7', end: '10.2.0.8' });
    expect(own(resolved, 'f').dnsHosts).toEqual([
      { ip: '10.2.0.3', names: ['x.lab', 'x'] },
      { ip: '10.2.0.20', names: ['y.lab'] },
    ]);
  });

  it('give fixed addresses by MAC, each with a name of its own', () => {
    const resolved = fleet(`
networks: { lab: { subnet: 10.0.0.0/24 } }
vms:
  - name: x
    nics:
      - { network: lab, address: 10.0.0.9, mac: "52:54:00:00:00:0B" }
      - { network: lab, address: 10.0.0.10, mac: "52:54:00:00:00:0a" }
      - { network: lab }`);
    expect(own(resolved, 'lab').dhcpHosts).toEqual([
      { mac: '52:54:00:00:00:0a', ip: '10.0.0.10', name: 'x-nic2' },
      { mac: '52:54:00:00:00:0b', ip: '10.0.0.9', name: 'x' },
    ]);
  });

  it('give no second card the name of another VM, which libvirt takes once', () => {
    const resolved = fleet(`
networks: { lab: { subnet: 10.0.0.0/24 } }
vms:
  - { name: x, nics: [{ network: lab, address: 10.0.0.9 }, { network: lab, address: 10.0.0.10 }] }
  - { name: x-nic2, nics: [{ network: lab, address: 10.0.0.11 }] }`);
    expect(
      own(resolved, 'lab')
        .dhcpHosts.map(({ name }) => name)
        .sort(),
    ).toEqual(['x', 'x-nic2', 'x-nic2-nic2']);
  });

  it('per-vm: one for each VM, named after it', () => {
    const resolved = fleet('vms: [{ name: edge, count: 2, nics: per-vm }]');
    expect(resolved.networks.map((network) => network.libvirtName)).toEqual([
      'edge-lab_edge-1',
      'edge-lab_edge-2',
    ]);
    expect(own(resolved, 'edge-1')).toMatchObject({ mode: 'nat', subnet: 'auto', dhcp: 'auto' });
    expect(resolved.vms[1]?.nics[0]?.source).toEqual({
      kind: 'network',
      network: 'edge-lab_edge-2',
      own: 'network.edge-2',
    });
  });

  it('own, existing and bridges are told apart by the card', () => {
    const { vms, networks } = fleet(`
networks: { lab: {}, shared: { existing: virbr-net } }
vms: [{ name: x, nics: [{ network: lab }, { network: shared }, { bridge: br0, model: e1000 }] }]`);
    expect(vms[0]?.nics.map((nic) => nic.source)).toEqual([
      { kind: 'network', network: 'edge-lab_lab', own: 'network.lab' },
      { kind: 'network', network: 'virbr-net', own: null },
      { kind: 'bridge', bridge: 'br0' },
    ]);
    expect(networks.map((network) => network.name)).toEqual(['lab', 'shared']);
  });

  it("libvirt's default is named once, also when the file names it", () => {
    const { networks } = fleet('networks: { default: { existing: default } }\nvms: [{ name: x }]');
    expect(networks.map((network) => network.address)).toEqual(['network.default']);
  });
});

describe('devices', () => {
  it('SATA and SCSI share letters, virtio has its own', () => {
    const { vms } = fleet(
      'vms: [{ name: x, disks: [{ size: 1GiB }, { size: 1GiB, bus: virtio }, { size: 1GiB, ' +
        'bus: scsi }, { size: 1MiB, bus: virtio }] }]',
    );
    expect(vms[0]?.disks.map((disk) => disk.target)).toEqual(['sda', 'vda', 'sdb', 'vdb']);
    expect(vms[0]?.disks[3]?.sizeBytes).toBe(1024 * 1024);
  });

  it('there may be none', () => {
    expect(fleet('vms: [{ name: x, disks: [], nics: [] }]').vms[0]).toMatchObject({
      disks: [],
      nics: [],
    });
  });

  it('graphics', () => {
    const { vms } = fleet(
      'vms: [{ name: x, graphics: vnc }, { name: y, graphics: { type: vnc, listen: "::1", ' +
        'port: 5901 } }]',
    );
    expect(vms.map((vm) => vm.graphics)).toEqual([
      { type: 'vnc', listen: '127.0.0.1', port: 'auto' },
      { type: 'vnc', listen: '::1', port: 5901 },
    ]);
  });
});

describe('identities', () => {
  const before = fleet(
    'networks: { lab: {} }\n' +
      'vms: [{ name: edge, count: 3, nics: [{ network: lab }, { bridge: br0 }] }, ' +
      '{ name: other }]',
  );

  it('are the same for ever', () => {
    // These values stand for fleets in the field: a change here would make ven take them for other
    // machines.
    const [vm] = before.vms;
    expect(vm?.uuid).toBe('574b9788-db70-5c46-9da1-ae4ca1dbe941');
    expect(vm?.nics.map((nic) => nic.mac)).toEqual(['52:f0:3b:7a:58:1e', '52:1a:15:63:44:86']);
    expect(vm?.serialNumber).toBe('VH714N677M77825401');
    expect(own(before, 'lab').uuid).toBe('e277b869-aa13-5dc1-a6ac-eb54a09f387a');
    expect(own(before, 'lab').bridge).toBe('ven7c9adc7b4685');
  });

  it('do not hang on the other VMs of the file, nor does the digest', () => {
    const after = fleet(`
networks: { lab: {}, more: {} }
vms:
  - { name: first, count: 9, nics: per-vm }
  - { name: edge-2, nics: [{ network: lab }, { bridge: br0 }] }
  - { name: edge-1, nics: [{ network: lab }, { bridge: br0 }] }
  - { name: other }
  - { name: edge-3, nics: [{ network: lab }, { bridge: br0 }] }
  - { name: last }`);
    for (const vm of before.vms) expect(after.vms.find((one) => one.name === vm.name)).toEqual(vm);
    expect(own(after, 'lab')).toEqual(own(before, 'lab'));
  });

  it('have the forms that libvirt, Linux and the orchestrator take', () => {
    for (const vm of before.vms) {
      expect(vm.uuid).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      expect(vm.serialNumber).toMatch(/^VH\d{3}N\d{3}M\d{2,}$/);
      expect(vm.serialNumber).toMatch(/^[A-Za-z0-9]{5,20}$/);
      for (const nic of vm.nics) expect(nic.mac).toMatch(/^52(?!:54)(:[0-9a-f]{2}){5}$/);
    }
    expect(own(before, 'lab').bridge).toMatch(/^ven[0-9a-f]{12}$/);
    expect(before.vms.map((vm) => vm.serialNumber.slice(-2))).toEqual(['01', '02', '03', '00']);
  });

  it('of two fleets differ', () => {
    const twin = load(
      'apiVersion: ven/v1\n' +
        'fleet: edge-lab-2\n' +
        'networks: { lab: {} }\n' +
        'vms: [{ name: edge, count: 3, nics: [{ network: lab }, { bridge: br0 }] }, ' +
        '{ name: other }]',
    );
    const all = (one: ResolvedFleet): string[] => [
      ...one.vms.flatMap((vm) => [vm.uuid, vm.serialNumber, ...vm.nics.map((nic) => nic.mac)]),
      own(one, 'lab').uuid,
      own(one, 'lab').bridge,
    ];
    expect(all(before).filter((identity) => all(twin).includes(identity))).toEqual([]);
  });

  it('step aside for what the file says', () => {
    const taken = before.vms[0];
    const { vms } = fleet(
      'vms: [{ name: edge, count: 3 }, { name: thief, ' +
        `serialNumbers: ["${taken?.serialNumber}"], nics: [{ bridge: br0, ` +
        `mac: "${taken?.nics[0]?.mac}" }] }]`,
    );
    expect(new Set(vms.map((vm) => vm.serialNumber)).size).toBe(4);
    expect(new Set(vms.flatMap((vm) => vm.nics.map((nic) => nic.mac))).size).toBe(4);
    expect(vms[1]?.serialNumber).toBe(before.vms[1]?.serialNumber);
  });

  it('are all different in a fleet of 10,000', () => {
    const { vms } = fleet('vms: [{ name: a, count: 10000, nics: per-vm }]');
    expect(vms).toHaveLength(10_000);
    for (const key of ['uuid', 'serialNumber', 'domain', 'digest'] as const)
      expect(new Set(vms.map((vm) => vm[key])).size).toBe(10_000);
    expect(new Set(vms.map((vm) => vm.nics[0]?.mac)).size).toBe(10_000);
    expect(vms.every((vm) => vm.serialNumber.length <= 20)).toBe(true);
  });
});

describe('the digest', () => {
  const digestOf = (settings: string): string | undefined =>
    fleet(`vms: [{ name: x${settings} }]`).vms[0]?.digest;

  it('does not cover how ven goes about its work', () => {
    expect(digestOf(', protect: true, shutdownTimeout: 5m')).toBe(digestOf(''));
    expect(digestOf(', cpus: 4, memory: 8192MiB, tpm: true, nics: default')).toBe(digestOf(''));
  });

  it.each([
    'cpus: 5',
    'memory: 1GiB',
    'tpm: false',
    'firmware: bios',
    'firmware: uefi-secure',
    'firmware: { loader: /a, nvramTemplate: /b }',
    'boot: [disk]',
    'nics: per-vm',
    'graphics: vnc',
    'autostart: true',
    'power: off',
    'title: x',
    'description: x',
    'disks: []',
    'serialNumbers: [ABCDE]',
  ])('covers %s', (setting) => expect(digestOf(`, ${setting}`)).not.toBe(digestOf('')));

  it("a network's covers its fixed addresses and names", () => {
    const digests = [
      '{ subnet: 10.0.0.0/24 }',
      '{ subnet: 10.0.0.0/24, mode: isolated }',
      '{ subnet: 10.0.0.0/24, dns: { hosts: { 10.0.0.1: [a] } } }',
    ].map(
      (network) =>
        own(
          fleet(
            `networks: { lab: ${network} }\n` +
              'vms: [{ name: x, nics: [{ network: lab, address: 10.0.0.9 }] }]',
          ),
          'lab',
        ).digest,
    );
    const moved = own(
      fleet(
        'networks: { lab: { subnet: 10.0.0.0/24 } }\n' +
          'vms: [{ name: x, nics: [{ network: lab, address: 10.0.0.8 }] }]',
      ),
      'lab',
    ).digest;
    expect(new Set([...digests, moved]).size).toBe(4);
  });
});

describe('a long fleet', () => {
  it('is 2,000 VMs written out, each with MAC, address and serial number', () => {
    const hex = (n: number): string => n.toString(16).padStart(2, '0');
    const vm = (n: number): string =>
      `  - name: vm-${n}\n    serialNumbers: [SER${n}]\n    nics:\n      - network: lab\n` +
      `        mac: "52:54:00:00:${hex(n >> 8)}:${hex(n & 255)}"\n` +
      `        address: 10.0.${n >> 8}.${n & 255}\n`;
    const vms = Array.from({ length: 2000 }, (_, n) => vm(n + 100)).join('');
    const dhcp = '{ start: 10.0.200.1, end: 10.0.255.1 }';
    const lab = `networks: { lab: { subnet: 10.0.0.0/16, dhcp: ${dhcp} } }`;
    expect(fleet(`${lab}\nvms:\n${vms}`).vms).toHaveLength(2000);
  });
});

describe('variables', () => {
  const title = (text: string, env: Record<string, string>): string | undefined =>
    fleet(`vms:\n  - name: x\n    title: ${text}`, env).vms[0]?.title;

  it.each([
    ['${A}', 'a'],
    ['x-${A}-${A}-y', 'x-a-a-y'],
    ['"${NONE:-fallback}"', 'fallback'],
    ['"${EMPTY:-fallback}"', 'fallback'],
    ['"${NONE:-}"', ''],
    ['"[${EMPTY}]"', '[]'],
    ['"$${A}"', '${A}'],
    ['"$A $$ $"', '$A $$ $'],
    ['"#{A}"', '#{A}'],
    ['"${NESTED}"', '${A} `id` " #{x}'],
    ['"${NONE:-${A}}"', 'a'],
    ['"${A:-${NONE}}"', 'a'],
    ['"${NONE:-${EMPTY:-x}} tail"', 'x tail'],
    ['"${NONE:-<${NONE:-${A}-${A}}>}"', '<a-a>'],
    ['"${NONE:-$${A}} ${A}"', '${A} a'],
    ['"${NONE:-$}$"', '$$'],
    ['"${NONE:-{}}"', '{}'],
    ['"}${A}}"', '}a}'],
  ])('%s is %s', (text, expected) =>
    expect(title(text, { A: 'a', EMPTY: '', NESTED: '${A} `id` " #{x}' })).toBe(expected),
  );

  it.each([
    ['${NONE:-${A}', 'is never closed'],
    ['${A:-${NONE}', 'is never closed'],
    ['${NONE:-${A', 'is never closed'],
    ['${NONE:-${a b}}', '"${a b}" does not name a variable'],
    ['${A:-${a b}}', '"${a b}" does not name a variable'],
    ['${A:?message}', '"${A:?message}" has a form that is not used here'],
    ['${A-x}', '"${A-x}" has a form that is not used here'],
    ['${}', 'does not name a variable'],
    ['${NONE:-${OTHER}}', 'variable OTHER is not set'],
    ['${NONE:-'.repeat(50) + '}'.repeat(50), 'more than 16 deep'],
  ])('refuse %s', (text, message) => {
    expect(() => title(`"${text}"`, { A: 'a' })).toThrow(
      expect.objectContaining({
        code: 'fleet-file',
        findings: [
          expect.objectContaining({
            message: expect.stringContaining(message) as string,
            line: 5,
            column: 12,
          }),
        ],
      }),
    );
  });

  it('never become structure', () => {
    const env = { EVIL: '{ a: b }\n- x: !!js', HASH: 'a # b' };
    expect(fleet('vms:\n  - name: x\n    description: ${EVIL}', env).vms[0]?.description).toBe(
      env.EVIL,
    );
    expect(title('${HASH}', env)).toBe('a # b');
  });

  it('may be numbers and booleans where these are wanted, unless quoted; text elsewhere', () => {
    const { vms } = fleet(
      `vms:
  - name: x
    count: \${N}
    cpus: \${N}
    tpm: \${NO}
    title: "\${N}"
  - name: y
    title: \${N}`,
      { N: '2', NO: 'false' },
    );
    expect(vms.map((vm) => [vm.name, vm.cpus, vm.tpm, vm.title])).toEqual([
      ['x-1', 2, false, '2'],
      ['x-2', 2, false, '2'],
      ['y', 4, true, '2'],
    ]);
    expect(() => fleet('vms: [{ name: x, cpus: "${N}" }]', { N: '2' })).toThrow();
  });

  it('come from nowhere but the environment that is given', () => {
    expect(() => fleet('vms: [{ name: x, title: "${PATH}" }]')).toThrow();
    expect(() => fleet('vms: [{ name: x, title: "${constructor}" }]')).toThrow();
  });
});

describe('what YAML offers', () => {
  it('anchors and aliases work', () => {
    const { vms } = fleet(
      'vms: [{ name: a, disks: &d [{ size: &s 1GiB }, { size: *s }] }, { name: b, disks: *d }]',
    );
    expect(vms[1]?.disks.map((disk) => disk.sizeBytes)).toEqual([1024 ** 3, 1024 ** 3]);
  });

  it('a byte order mark and CRLF do no harm', () => {
    const text = '\ufeffapiVersion: ven/v1\r\nfleet: a\r\nvms:\r\n  - name: x\r\n';
    expect(load(text).name).toBe('a');
    expect(loadFleet(Buffer.from(text), { file: 'f' }).digest).toBe(load(text).digest);
    expect(decode(Buffer.from(text), 'f').startsWith('apiVersion')).toBe(true);
  });

  it('knows where things stand', () => {
    const { fleet: written, positionOf } = parseFleet(
      'apiVersion: ven/v1\nfleet: a\nvms:\n  - name: x\n    cpus: 2\n',
      { file: 'f' },
    );
    expect(written.vms[0]?.name).toBe('x');
    expect(positionOf(['vms', 0, 'cpus'])).toEqual({ line: 5, column: 11 });
    expect(positionOf(['vms', 0, 'memory'])).toEqual({ line: 4, column: 5 });
  });
});

describe('the example fleets', () => {
  // A fleet that boots from an orchestrator names a certificate that is made when it first runs.
  const authority = readFileSync(join(import.meta.dirname, '../efi/certificates/root.pem'), 'utf8');
  const load = (text: string): ResolvedFleet =>
    loadFleet(text, {
      file: 'fleet.yaml',
      env: {},
      surroundings: { readFile: () => authority, now: new Date('2026-06-01') },
    });
  const folder = join(import.meta.dirname, '../../../fleets');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

  it.each(files)('%s is valid, small, and tells editors its schema', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(text.startsWith('# yaml-language-server: $schema=../schemas/fleet.schema.json\n')).toBe(
      true,
    );
    const resolved = load(text);
    for (const vm of resolved.vms) {
      expect(vm.memoryKiB).toBeLessThanOrEqual(512 * 1024);
      expect(vm.cpus).toBe(1);
    }
  });

  it("do not get in one another's way", () => {
    const all = files.map((name) => load(readFileSync(join(folder, name), 'utf8')));
    expect(new Set(all.map((one) => one.name)).size).toBe(files.length);
    const subnets = all.flatMap((one) =>
      one.networks.flatMap((network) =>
        network.kind === 'own' && network.subnet !== 'auto' ? network.subnet.cidr : [],
      ),
    );
    expect(new Set(subnets).size).toBe(subnets.length);
    expect(load(readFileSync(join(folder, 'scale.yaml'), 'utf8')).vms).toHaveLength(50);
  });
});
