import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  domainFacts,
  domainName,
  domainUuid,
  networkFacts,
  poolFacts,
  volumeFacts,
} from '../../../src/libvirt/index.js';
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
      maxCpus: 1,
      memoryKiB: 131072,
      currentMemoryKiB: 131072,
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
      smbios: { manufacturer: 'ven', product: 'Virtual Edge Node', assetTag: null, uuid: null },
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
      '<firmware><feature enabled="no" name="secure-boot"/><feature enabled="yes" ' +
        'name="other"/></firmware><loader/>',
      'uefi',
    ],
    ['<loader secure="yes"/>', 'uefi-secure'],
  ])('knows secure boot: %s', (inside, kind) => {
    expect(domainFacts(domain(`<os firmware="efi">${inside}</os>`)).firmware).toBe(kind);
  });

  it('reads the boot order from the devices, too', () => {
    const order = domainFacts(
      domain(
        '<devices><interface><boot order="2"/></interface><interface><boot ' +
          'order="3"/></interface><disk device="disk"><boot order="1"/></disk><disk ' +
          'device="cdrom"><boot order="4"/></disk></devices>',
      ),
    ).boot;
    expect(order).toEqual(['disk', 'network', 'other']);
  });

  it('reads VNC, a drive without a medium, a disk by pool, odd NICs', () => {
    const facts = domainFacts(
      domain(`<devices>
        <graphics type="vnc" port="5901" autoport="yes">
          <listen type="address" address="0.0.0.0"/></graphics>
        <disk type="file" device="cdrom"><target dev="sdb" bus="sata"/></disk>
        <disk type="volume" device="disk">
          <source pool="p" volume="v"/><target dev="vda" bus="virtio"/></disk>
        <interface type="bridge">
          <mac address="52:54:00:AA:BB:CC"/><source bridge="br0"/></interface>
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
      maxCpus: 1,
      disks: [],
      nics: [],
      serialNumber: null,
    });
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
      stp: 'on',
      delay: '0',
      bridgeMac: '52:54:00:9d:4e:f9',
      ranges: [{ start: '192.168.122.2', end: '192.168.122.254' }],
      dnsHosts: [],
      dhcpHosts: [],
      bootUrl: null,
      boot: null,
      otherBoot: [],
      temporaryFor: null,
    });
  });

  it('reads hosts, prefixes, modes; and IPv6 is another matter', () => {
    const network = parseXml(`<network><name>n</name><forward mode="bridge"/>
      <dns><host ip="10.0.0.1"><hostname>a</hostname><hostname>b</hostname></host></dns>
      <ip family="ipv6" address="fd00::1" prefix="64"/>
      <ip address="10.0.0.1" prefix="20">
      <dhcp><host mac="52:54:00:AA:00:01" ip="10.0.0.9"/></dhcp></ip></network>`);
    expect(networkFacts(network)).toMatchObject({
      mode: 'other',
      gateway: '10.0.0.1/20',
      ranges: [],
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
