import { describe, expect, it } from 'vitest';
import { defaultDevice, parseRoutes } from '../../../src/host/libvirt/local.js';
import { leased } from '../../../src/host/libvirt/domain-acts.js';
import { parseCapacities, parseVolumes } from '../../../src/host/libvirt/volumes.js';

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

  it('reads the device of the default route, of several the one with the lowest metric', () => {
    const route = (device: string, destination: string, metric: number): string =>
      `${device}\t${destination}\t00000000\t0003\t0\t0\t${metric}\t${destination}\t0\t0\t0`;
    const table = [
      'Iface\tDestination\tGateway',
      route('virbr0', '007AA8C0', 0),
      route('wlan0', '00000000', 600),
      route('eno1', '00000000', 100),
    ];
    expect(defaultDevice(table.join('\n'))).toBe('eno1');
    expect(defaultDevice(table.slice(0, 2).join('\n'))).toBeNull();
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
