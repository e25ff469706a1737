/** What `ven export` writes, against the schemas of those who read it. */
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { ExportOptions } from '../../../src/model/index.js';
import { exportFleet, type ExportRequest } from '../../../src/operations/export.js';
import { EXPORT_VIEWS, exportNotes, type ExportFormat } from '../../../src/view/index.js';
import { FakeHost, Lab } from '../../fake-host/index.js';
import { faultsOf, type Manifest } from '../../published-schemas/manifest.js';
import { portsOf } from '../operations/imagined.js';

const BMC = `bmc: { type: redfish, listen: 192.0.2.1, port: 8443, credentials: {
  username: { env: BMC_USER }, password: { env: BMC_PASSWORD } } }`;
const FLEET = `
networks: { lab: { subnet: 192.168.150.0/24 } }
defaults: { power: external, ${BMC} }
vms:
  - name: edge
    count: 2
    nics: [{ network: lab }, { bridge: br0 }]
    disks: [{ size: 20GiB, serial: "0o17" }, { size: 1GiB, bus: virtio }]
  - { name: old, firmware: bios, power: off, nics: [{ network: lab, address: 192.168.150.9 }] }
  - { name: safe, firmware: uefi-secure, disks: [{ size: 9GiB, bus: virtio }], nics: [] }
  - { name: bare, bmc: none }
`;
const PLAIN: ExportOptions = { namespace: null, insecure: false, user: null };
const ENV = { BMC_USER: 'yes', BMC_PASSWORD: '12:34:56 "# ' };

interface More extends Partial<ExportOptions>, Partial<Omit<ExportRequest, 'addresses'>> {
  host?: FakeHost;
}

async function exported(format: ExportFormat, fleet: string, more: More = {}) {
  const { namespace, insecure, user, host, ...request } = { ...PLAIN, secrets: false, ...more };
  const { load, bmcs, addresses } = EXPORT_VIEWS[format];
  const data = await exportFleet({
    ...{ file: 'fleet.yaml', content: `apiVersion: ven/v1\nfleet: edge-lab\n${fleet}`, env: ENV },
    ...{ bmcs, addresses: addresses && host !== undefined },
    ...(host && { ports: portsOf(() => host) }),
    ...request,
  });
  const options = { namespace, insecure, user };
  const text = (await load())(data, options);
  expect(text).toMatch(/\n$/);
  return { text, notes: exportNotes(data, format, options) };
}

function manifests(text: string): Manifest[] {
  return parseAllDocuments(text, { schema: 'yaml-1.1' }).map((one) => one.toJS() as Manifest);
}

const named = (text: string): string[] =>
  manifests(text).map(({ kind, metadata }) => `${kind} ${metadata.name}`);

describe('metal3', () => {
  it('is a BareMetalHost for each VM with a BMC, as its schema wants it', async () => {
    const { text, notes } = await exported('metal3', FLEET);
    const found = manifests(text);
    expect(found.flatMap(faultsOf)).toEqual([]);
    expect(named(text)).toEqual([
      'BareMetalHost edge-lab-edge-1',
      'BareMetalHost edge-lab-edge-2',
      'BareMetalHost edge-lab-old',
      'BareMetalHost edge-lab-safe',
    ]);
    expect(found[0]?.['spec']).toEqual({
      architecture: 'x86_64',
      bmc: {
        address: 'redfish-virtualmedia+https://192.0.2.1:8443/redfish/v1/Systems/edge-1',
        credentialsName: 'edge-lab-edge-1-bmc',
      },
      bootMACAddress: expect.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/) as string,
      bootMode: 'UEFI',
      rootDeviceHints: { serialNumber: '0o17' },
      online: true,
    });
    expect(found[2]?.['spec']).toMatchObject({
      ...{ bootMode: 'legacy', online: false, rootDeviceHints: { deviceName: '/dev/sda' } },
    });
    expect(found[3]?.['spec']).toMatchObject({
      ...{ bootMode: 'UEFISecureBoot', rootDeviceHints: { deviceName: '/dev/vda' } },
    });
    expect(found[3]?.['spec']).not.toHaveProperty('bootMACAddress');
    expect(notes).toContain('Left out, for they have no BMC: bare.');
    expect(notes).toContain('--insecure');
  });

  it('has no Secrets, and names them; has them when told', async () => {
    const without = await exported('metal3', FLEET, { namespace: 'metal' });
    expect(without.text).not.toContain('kind: Secret');
    expect(without.text).toContain('#   metal/edge-lab-edge-1-bmc\n');
    expect(without.notes).toContain('--with-secrets');
    const { text, notes } = await exported('metal3', FLEET, { secrets: true, namespace: 'metal' });
    expect(manifests(text).flatMap(faultsOf)).toEqual([]);
    expect(manifests(text)[0]).toMatchObject({
      ...{ kind: 'Secret', metadata: { name: 'edge-lab-edge-1-bmc', namespace: 'metal' } },
      stringData: { username: 'yes', password: ENV.BMC_PASSWORD },
    });
    expect(named(text)).toHaveLength(8);
    expect(text).not.toContain('Not in it');
    expect(notes).not.toContain('--with-secrets');
  });

  it('turns verification off only when told', async () => {
    expect((await exported('metal3', FLEET)).text).not.toContain('disableCertificateVerification');
    const { text, notes } = await exported('metal3', FLEET, { insecure: true });
    expect(manifests(text).flatMap(faultsOf)).toEqual([]);
    expect(text).toContain('disableCertificateVerification: true');
    expect(notes).not.toContain('--insecure');
  });

  it('needs a BMC', async () => {
    await expect(exported('metal3', 'vms: [{ name: edge }]')).rejects.toMatchObject({
      ...{ code: 'usage', hint: expect.stringContaining('bmc: { type: redfish') as string },
    });
  });
});

describe('tinkerbell', () => {
  it('is Hardware for each VM, and a Machine for each BMC, as their schemas want them', async () => {
    const { text } = await exported('tinkerbell', FLEET);
    const found = manifests(text);
    expect(found.flatMap(faultsOf)).toEqual([]);
    expect(named(text)).toEqual([
      ...['edge-1', 'edge-2', 'old', 'safe'].flatMap((vm) => [
        `Machine edge-lab-${vm}`,
        `Hardware edge-lab-${vm}`,
      ]),
      'Hardware edge-lab-bare',
    ]);
    expect(new Set(found.map(({ metadata }) => metadata.namespace))).toEqual(
      new Set(['tinkerbell']),
    );
    expect(found[0]?.['spec']).toEqual({
      connection: {
        ...{ host: '192.0.2.1', port: 8443, insecureTLS: false },
        authSecretRef: { name: 'edge-lab-edge-1-bmc', namespace: 'tinkerbell' },
        providerOptions: {
          preferredOrder: ['gofish'],
          redfish: { port: 8443, systemName: 'edge-1' },
        },
      },
    });
    expect(found[1]?.['spec']).toMatchObject({
      bmcRef: { apiGroup: 'bmc.tinkerbell.org', kind: 'Machine', name: 'edge-lab-edge-1' },
      disks: [{ device: '/dev/sda' }, { device: '/dev/vda' }],
      interfaces: [
        { dhcp: { uefi: true }, netboot: { allowPXE: true } },
        { netboot: { allowPXE: false } },
      ],
      resources: { cpu: 4, memory: '8388608Ki' },
    });
    expect(found[5]?.['spec']).toMatchObject({
      interfaces: [
        {
          dhcp: {
            uefi: false,
            ip: {
              ...{ address: '192.168.150.9', netmask: '255.255.255.0', gateway: '192.168.150.1' },
            },
          },
        },
      ],
    });
    expect(found.at(-1)?.['spec']).not.toHaveProperty('bmcRef');
  });

  it('reaches a BMC without TLS, or at an IPv6 address', async () => {
    const onDefault = await exported('tinkerbell', FLEET.replace('port: 8443', 'port: 443'));
    expect(onDefault.text).toMatch(/^ {4}port: 443\n/m);
    expect(onDefault.text).not.toContain('port: 0');
    const plain = FLEET.replace('port: 8443', 'port: 8443, tls: false');
    const { text, notes } = await exported('tinkerbell', plain, { bmcHost: '2001:db8::1' });
    expect(manifests(text).flatMap(faultsOf)).toEqual([]);
    expect(text).toContain('host: http://[2001:db8::1]\n');
    expect(notes).not.toContain('--insecure');
  });
});

describe('maas', () => {
  /** https://canonical.com/maas/docs/latest/reference/cli-reference/machines/ */
  const PARAMETERS = [
    ...['hostname', 'architecture', 'mac_addresses', 'description', 'power_type'],
    ...['power_address', 'node_id', 'power_user', 'power_pass'].map(
      (name) => `power_parameters_${name}`,
    ),
  ];

  it('is a list of what `machines create` takes', async () => {
    const { text, notes } = await exported('maas', FLEET);
    const machines = JSON.parse(text) as Record<string, unknown>[];
    expect(machines.flatMap(Object.keys).filter((key) => !PARAMETERS.includes(key))).toEqual([]);
    expect(machines[0]).toEqual({
      ...{ hostname: 'edge-1', architecture: 'amd64/generic', power_type: 'redfish' },
      mac_addresses: [expect.any(String), expect.any(String)],
      power_parameters_power_address: 'https://192.0.2.1:8443',
      power_parameters_node_id: 'edge-1',
    });
    expect(machines.at(-1)).toMatchObject({ hostname: 'bare', power_type: 'manual' });
    expect(notes).toContain('--with-secrets');
  });

  it('has the credentials when told', async () => {
    const { text } = await exported('maas', FLEET, { secrets: true });
    expect(JSON.parse(text)).toContainEqual(
      expect.objectContaining({
        power_parameters_power_user: 'yes',
        power_parameters_power_pass: ENV.BMC_PASSWORD,
      }),
    );
  });
});

/** A host on which `edge-1` runs with leases, `edge-2` without, and `off` is off. */
async function host(fleet: string): Promise<FakeHost> {
  const lab = Lab.bare();
  const { data } = await loaded(fleet, lab.host);
  await lab.apply(data.fleet);
  const edge = data.fleet.vms.find(({ name }) => name === 'edge-1');
  lab.host.leases.set(edge?.uuid ?? '', ['192.168.122.7', '10.0.0.7']);
  return lab.host;
}

async function loaded(fleet: string, on: FakeHost) {
  const data = await exportFleet({
    ...{ file: 'fleet.yaml', content: `apiVersion: ven/v1\nfleet: edge-lab\n${fleet}`, env: {} },
    ...{ bmcs: 'none', addresses: true, secrets: false, ports: portsOf(() => on) },
  });
  return { data };
}

const THREE = `
networks: { lab: { subnet: 192.168.150.0/24 } }
vms:
  - { name: edge, count: 2 }
  - { name: dark, power: off }
  - { name: fixed, power: off, nics: [{ network: lab, address: 192.168.150.9 }] }
`;
const TWO_MORE = `${THREE}  - { name: new }\n`;

describe('ssh-config', () => {
  it('has a block for each VM with an address, and says why others have none', async () => {
    const { text, notes } = await exported('ssh-config', TWO_MORE, {
      ...{ host: await host(THREE), user: 'ubuntu' },
    });
    expect(text).toBe(
      `# The fleet edge-lab, by ven export.

Host edge-1 edge-lab_edge-1
  HostName 192.168.122.7
  HostKeyAlias edge-lab_edge-1
  User ubuntu

# edge-2: no lease of libvirt's DHCP (yet).

# dark: off, and no fixed address in the fleet file.

Host fixed edge-lab_fixed
  HostName 192.168.150.9
  HostKeyAlias edge-lab_fixed
  User ubuntu

# new: not on the host.
`,
    );
    expect(notes).toBe(
      "No address of edge-2: no lease of libvirt's DHCP (yet).\n" +
        'No address of dark: off, and no fixed address in the fleet file.\n' +
        'No address of new: not on the host.\n',
    );
  });

  it('has fixed addresses without a host', async () => {
    const { text, notes } = await exported('ssh-config', THREE);
    expect(text.match(/^Host .*/gm)).toEqual(['Host fixed edge-lab_fixed']);
    expect(notes).toContain('edge-1, edge-2, dark: no fixed address in the fleet file, and the');
  });

  it.each([
    ['qemu+ssh://alice@lab.example:2222/system', 'alice@lab.example:2222'],
    ['qemu+libssh2://bob@[2001:db8::1]/system', 'bob@[2001:db8::1]'],
    ['qemu+ssh://lab/system', 'lab'],
    ['qemu+tls://lab/system', null],
    ['qemu:///system', null],
  ])('goes through the machine of %s', async (uri, jump) => {
    const { text } = await exported('ssh-config', THREE, { connect: uri });
    expect(/ProxyJump (.*)/.exec(text)?.[1] ?? null).toBe(jump);
  });
});

describe('ansible', () => {
  it('is an inventory with all VMs, and a group of those without an address', async () => {
    const { text } = await exported('ansible', `${THREE}defaults: { ${BMC} }`, {
      ...{ host: await host(THREE), user: 'ubuntu', connect: 'qemu+ssh://alice@lab/system' },
    });
    expect(parse(text, { schema: 'yaml-1.1' })).toEqual({
      all: {
        children: {
          edge_lab: {
            hosts: {
              'edge-1': expect.objectContaining({
                ...{ ansible_host: '192.168.122.7', ven_domain: 'edge-lab_edge-1' },
                ven_bmc: 'https://192.0.2.1:8443/redfish/v1/Systems/edge-1',
              }) as object,
              'edge-2': expect.not.objectContaining({
                ansible_host: expect.anything() as unknown,
              }) as object,
              dark: expect.any(Object) as object,
              fixed: expect.objectContaining({ ansible_host: '192.168.150.9' }) as object,
            },
            vars: {
              ansible_user: 'ubuntu',
              ansible_ssh_common_args: '-o ProxyJump=alice@lab',
            },
          },
          edge_lab_without_address: { hosts: { 'edge-2': {}, dark: {} } },
        },
      },
    });
  });
});

describe('csv', () => {
  it('is a table', async () => {
    const { text } = await exported('csv', THREE, { host: await host(THREE) });
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    expect(rows[0]).toEqual(['name', 'domain', 'uuid', 'serial', 'macs', 'addresses', 'bmc']);
    expect(rows.map(([name]) => name)).toEqual(['name', 'edge-1', 'edge-2', 'dark', 'fixed']);
    expect(rows[1]?.[5]).toBe('192.168.122.7 10.0.0.7');
    expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([7]));
  });
});

describe('a BMC that listens', () => {
  const on = (listen: string): string => FLEET.replace('192.0.2.1', listen);

  it('on all addresses needs one to be named, where it is written', async () => {
    await expect(exported('csv', on('0.0.0.0'))).rejects.toMatchObject({
      ...{
        code: 'usage',
        where: 'vm.edge-1',
        hint: expect.stringContaining('--bmc-host') as string,
      },
    });
    const { text } = await exported('csv', on('0.0.0.0'), { bmcHost: 'lab.example' });
    expect(text).toContain('https://lab.example:8443/redfish/v1/Systems/edge-1');
    await expect(exported('ssh-config', on('0.0.0.0'))).resolves.toBeDefined();
  });

  it('on the loopback is told, unless it is reached by another name', async () => {
    const loopback = 'no other reaches it';
    expect((await exported('maas', on('127.0.0.1'))).notes).toContain(loopback);
    const named = await exported('maas', on('127.0.0.1'), { bmcHost: 'tunnel.example' });
    expect(named.notes).not.toContain(loopback);
  });
});

it('says of whom ven rules the power as well', async () => {
  expect((await exported('maas', FLEET)).notes).toContain('ven switches old on and off');
  expect((await exported('csv', FLEET)).notes).not.toContain('power: external');
});

describe('texts that other programs could take for numbers', () => {
  it.each(['0o17', '017', '1e3', 'yes', '12:34:56', '~', '=', '.5', '2001-01-01', 'null'])(
    '%s stays one',
    async (password) => {
      const { text } = await exported('metal3', FLEET, {
        ...{ secrets: true, env: { BMC_USER: 'x', BMC_PASSWORD: password } },
      });
      expect(/ password: (.*)/.exec(text)?.[1]).toBe(JSON.stringify(password));
      expect(manifests(text)[0]).toMatchObject({ stringData: { password } });
    },
  );
});
