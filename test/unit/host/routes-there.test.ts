import { expect, it } from 'vitest';
import type { HostFiles } from '../../../src/host/libvirt/host-files.js';
import { withRoutesThere } from '../../../src/host/libvirt/routes-there.js';
import { VenError, type HostState } from '../../../src/model/index.js';

const HEAD = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';
const TABLE = `${HEAD}eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`;
const state = Promise.resolve({ uri: 'qemu+ssh://lab/system', routes: [] } as unknown as HostState);
const answering = (read: HostFiles['read']): HostFiles => ({ read }) as HostFiles;

it('has the routes of a host that is another machine', async () => {
  const files = answering(([part]) => {
    expect(part?.path).toBe('/proc/net/route');
    return Promise.resolve([Buffer.from(TABLE)]);
  });
  expect(await withRoutesThere(files, state)).toMatchObject({
    routes: [{ cidr: '192.168.0.0/24', device: 'eth0' }],
    uplink: { device: 'eth0', address: null },
  });
});

it('goes without them where they can’t be read', async () => {
  const closed = answering(() => Promise.reject(new VenError('tool-failed', { summary: 'no' })));
  expect(await withRoutesThere(closed, state)).not.toHaveProperty('uplink');
  expect(await withRoutesThere(null, state)).toBe(await state);
});
