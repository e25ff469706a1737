import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DomainMark } from '../../../src/model/index.js';
import { describe, expect, it } from 'vitest';
import {
  domainFacts,
  domainMark,
  domainName,
  domainUuid,
  networkFacts,
  networkMark,
  poolFacts,
  volumeFacts,
} from '../../../src/libvirt/index.js';
import { parseRoutes } from '../../../src/host/libvirt/local.js';
import { markForMetadata } from '../../../src/libvirt/marks.js';
import { leased } from '../../../src/host/libvirt/domain-acts.js';
import { parseCapacities, parseVolumes } from '../../../src/host/libvirt/volumes.js';
import { parseXml } from '../../../src/xml/index.js';

const recorded = (name: string) =>
  parseXml(readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8'));
const domain = (inside: string, attrs = 'type="kvm"') =>
  parseXml(`<domain ${attrs}><name>x</name>${inside}</domain>`);

describe('domainFacts', () => {
  it('reads a running domain as libvirt 9 gives it', () => {
    const root = recorded('domain-running.xml');
    expect(domainName(root)).toBe('lab_n-1');
    expect(domainUuid(root)).toBe('349f242a-60e6-5ffd-8f25-ebaa3b1dbcb3');
    expect(domainFacts(root)).toEqual({
      title: '',
      description: '',
      accelerator: 'qemu',
      cpus: 1,
      memoryKiB: 131072,
      firmware: 'bios',
      loader: null,
      nvram: null,
      tpm: false,
      boot: ['disk', 'network'],
      pxe: true,
      disks: [
        {
          target: 'sda',
          bus: 'sata',
          path: '/var/lib/libvirt/images/lab_n-1-sda.qcow2',
          volume: null,
          device: 'disk',
        },
      ],
      nics: [
        {
          mac: '52:a6:59:b2:b6:4e',
          model: 'virtio',
          source: { kind: 'network', network: 'lab_lab' },
          tap: 'vnet311',
          bridge: 'ven2f033c50763d',
        },
      ],
      serialNumber: 'VH637N032M83039501',
      graphics: { type: 'none' },
      console: { pty: '/dev/pts/0', log: '/var/log/libvirt/qemu/lab_n-1-console.log' },
    });
  });

  it('knows nothing of taps and ptys from the persistent definition', () => {
    const facts = domainFacts(recorded('domain-inactive.xml'));
    expect(facts.nics).toEqual([
      {
        mac: '52:a6:59:b2:b6:4e',
        model: 'virtio',
        source: { kind: 'network', network: 'lab_lab' },
        tap: null,
        bridge: null,
      },
    ]);
    expect(facts.console).toEqual({ pty: null, log: '/var/log/libvirt/qemu/lab_n-1-console.log' });
  });

  it.each([
    ['<memory unit="GiB">2</memory>', 2097152],
    ['<memory unit="KB">1024</memory>', 1000],
    ['<memory unit="bytes">1048576</memory>', 1024],
    ['<memory>131072</memory>', 131072],
    ['', 0],
  ])('takes memory in any unit: %s', (memory, kib) => {
    expect(domainFacts(domain(memory)).memoryKiB).toBe(kib);
  });

  it('knows UEFI in both spellings', () => {
    expect(domainFacts(domain('<os firmware="efi"/>')).firmware).toBe('uefi');
    const facts = domainFacts(
      domain('<os><loader type="pflash">/x</loader><nvram>/y_VARS.fd</nvram></os>'),
    );
    expect([facts.firmware, facts.loader, facts.nvram]).toEqual(['uefi', '/x', '/y_VARS.fd']);
  });

  it.each([
    ['<loader type="pflash" secure="yes">/x</loader>', 'uefi-secure'],
    ['<loader type="pflash" secure="no">/x</loader>', 'uefi'],
    ['<firmware><feature enabled="yes" name="secure-boot"/></firmware>', 'uefi-secure'],
    [
      '<firmware><feature enabled="yes" name="secure-boot"/></firmware><loader secure="no"/>',
      'uefi',
    ],
    [
      '<firmware><feature enabled="no" name="secure-boot"/><feature enabled="yes" name="other"/></firmware><loader/>',
      'uefi',
    ],
    ['<loader secure="yes"/>', 'uefi-secure'],
  ])('knows secure boot: %s', (inside, kind) => {
    expect(domainFacts(domain(`<os firmware="efi">${inside}</os>`)).firmware).toBe(kind);
  });

  it('reads the boot order from the devices, too', () => {
    const order = domainFacts(
      domain(
        '<devices><interface><boot order="2"/></interface><interface><boot order="3"/></interface><disk device="disk"><boot order="1"/></disk><disk device="cdrom"><boot order="4"/></disk></devices>',
      ),
    ).boot;
    expect(order).toEqual(['disk', 'network', 'other']);
  });

  it('reads VNC, a drive without a medium, a disk by pool, odd NICs', () => {
    const facts = domainFacts(
      domain(`<devices>
        <graphics type="vnc" port="5901" autoport="yes"><listen type="address" address="0.0.0.0"/></graphics>
        <disk type="file" device="cdrom"><target dev="sdb" bus="sata"/></disk>
        <disk type="volume" device="disk"><source pool="p" volume="v"/><target dev="vda" bus="virtio"/></disk>
        <interface type="bridge"><mac address="52:54:00:AA:BB:CC"/><source bridge="br0"/></interface>
        <interface type="user"><mac address="52:54:00:00:00:01"/></interface></devices>`),
    );
    expect(facts.graphics).toEqual({ type: 'vnc', listen: '0.0.0.0', port: 5901, autoport: true });
    expect(facts.disks).toEqual([
      { target: 'sdb', bus: 'sata', path: null, volume: null, device: 'cdrom' },
      {
        target: 'vda',
        bus: 'virtio',
        path: null,
        volume: { pool: 'p', volume: 'v' },
        device: 'disk',
      },
    ]);
    expect(facts.nics).toEqual([
      {
        mac: '52:54:00:aa:bb:cc',
        model: '',
        source: { kind: 'bridge', bridge: 'br0' },
        tap: null,
        bridge: 'br0',
      },
      { mac: '52:54:00:00:00:01', model: '', source: { kind: 'other' }, tap: null, bridge: null },
    ]);
  });

  it('makes do with a domain that says next to nothing', () => {
    expect(domainFacts(parseXml('<domain type="lxc"/>'))).toMatchObject({
      accelerator: 'other',
      cpus: 1,
      disks: [],
      nics: [],
      serialNumber: null,
    });
  });
});

describe('marks', () => {
  it('finds the mark in a recorded domain', () => {
    expect(domainMark(recorded('domain-running.xml'))).toEqual({
      fleet: 'lab',
      vm: 'n-1',
      digest: '26e6a4cfdbf8966d86cd7969acfccf07e06b297da9412abf041bac4f3de91e84',
      ready: true,
      volumes: [{ pool: 'default', volume: 'lab_n-1-sda.qcow2' }],
      nics: ['52:a6:59:b2:b6:4e'],
    });
  });

  it.each([
    [
      'another namespace under the prefix ven',
      '<ven:vm xmlns:ven="urn:other" fleet="f" name="n" digest="d"/>',
    ],
    ['an element without a namespace', '<vm fleet="f" name="n" digest="d"/>'],
    ['a mark that lacks the digest', '<ven:vm xmlns:ven="urn:ven:1" fleet="f" name="n"/>'],
    [
      'two marks',
      '<a:vm xmlns:a="urn:ven:1" fleet="f" name="n" digest="d"/><b:vm xmlns:b="urn:ven:1" fleet="g" name="n" digest="d"/>',
    ],
    ['nothing', ''],
  ])('takes %s for no mark', (_what, inside) => {
    expect(domainMark(domain(`<metadata>${inside}</metadata>`))).toBeNull();
  });

  it('reads back what it writes, once libvirt has put the namespace to it', () => {
    const mark: DomainMark = {
      fleet: 'f',
      vm: 'a',
      digest: 'd',
      ready: false,
      unregistered: true,
      firmware: 'bios',
      volumes: [
        { pool: `p'"<`, volume: 'v' },
        { pool: 'p', volume: 'w', asked: { bus: 'scsi', sizeBytes: 1 << 30 } },
      ],
      nics: ['52:54:00:00:00:01'],
    };
    const written = markForMetadata(mark)
      .replaceAll(/<(\/?)(\w)/g, '<$1ven:$2')
      .replace('<ven:vm', '<ven:vm xmlns:ven="urn:ven:1"');
    expect(domainMark(domain(`<metadata>${written}</metadata>`))).toEqual(mark);
  });

  it('marks a network', () => {
    const marked = parseXml(
      '<network><metadata><v:network xmlns:v="urn:ven:1" fleet="f" name="lab" digest="d"/></metadata></network>',
    );
    expect(networkMark(marked)).toEqual({ fleet: 'f', network: 'lab', digest: 'd' });
    expect(networkMark(recorded('network-default.xml'))).toBeNull();
  });
});

describe('networks and storage', () => {
  it('reads the network default', () => {
    expect(networkFacts(recorded('network-default.xml'))).toEqual({
      uuid: '08b765aa-5a81-49d7-95de-aa322f790e34',
      name: 'default',
      mark: null,
      bridge: 'virbr0',
      mode: 'nat',
      gateway: '192.168.122.1/24',
      dhcp: { start: '192.168.122.2', end: '192.168.122.254' },
      dnsHosts: [],
      dhcpHosts: [],
      bootUrl: null,
      boot: null,
      otherBoot: [],
      standsFor: null,
    });
  });

  it('reads hosts, prefixes, modes; and IPv6 is another matter', () => {
    const network =
      parseXml(`<network><name>n</name><forward mode="bridge"/><dns><host ip="10.0.0.1"><hostname>a</hostname><hostname>b</hostname></host></dns>
      <ip family="ipv6" address="fd00::1" prefix="64"/><ip address="10.0.0.1" prefix="20"><dhcp><host mac="52:54:00:AA:00:01" ip="10.0.0.9"/></dhcp></ip></network>`);
    expect(networkFacts(network)).toMatchObject({
      mode: 'other',
      gateway: '10.0.0.1/20',
      dhcp: null,
      dnsHosts: [{ ip: '10.0.0.1', names: ['a', 'b'] }],
      dhcpHosts: [{ mac: '52:54:00:aa:00:01', ip: '10.0.0.9', name: null }],
    });
  });

  it('reads a pool and a volume', () => {
    expect(poolFacts(recorded('pool-default.xml'))).toMatchObject({
      name: 'default',
      path: '/var/lib/libvirt/images',
    });
    expect(poolFacts(recorded('pool-default.xml')).availableBytes).toBeGreaterThan(1e9);
    expect(volumeFacts(recorded('volume.xml'))).toEqual({
      volume: 'lab_n-1-sda.qcow2',
      path: '/var/lib/libvirt/images/lab_n-1-sda.qcow2',
      capacityBytes: 67108864,
    });
  });
});

describe('tables', () => {
  it('reads routes, without the default one', () => {
    const table = [
      'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
      'virbr0\t007AA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
      '',
    ];
    expect(parseRoutes(table.join('\n'))).toEqual([{ cidr: '192.168.122.0/24', device: 'virbr0' }]);
    expect(parseRoutes('')).toEqual([]);
  });

  it('reads leases', () => {
    const table =
      ' vnet0      52:54:00:00:00:01    ipv4         192.168.150.10/24\n -          -                    ipv6         fd00::5/64\n vnet1      52:54:00:00:00:02    ipv4         10.0.0.7/8';
    expect(leased(table)).toEqual(['192.168.150.10', '10.0.0.7']);
    expect(leased('')).toEqual([]);
  });

  it('reads the capacity of each block device, never of its neighbour', () => {
    const text = [
      "Domain: 'a'",
      '  block.count=2',
      '  block.0.name=sda',
      '  block.0.path=/p/a',
      '  block.0.capacity=16777216',
      '  block.1.path=/p/lost',
      "Domain: 'b'",
      '  block.0.capacity=5',
      '  block.2.capacity=7',
      '',
    ];
    expect([...parseCapacities(text.join('\n'))]).toEqual([['/p/a', 16777216]]);
  });

  it('reads volume lists', () => {
    expect([
      ...parseVolumes(' a.qcow2       /p/a.qcow2\n with a space   /p/with a space\n'),
    ]).toEqual([
      ['a.qcow2', '/p/a.qcow2'],
      ['with a space', '/p/with a space'],
    ]);
  });
});
