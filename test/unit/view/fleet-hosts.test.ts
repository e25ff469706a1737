import { expect, it } from 'vitest';
import type { FleetHostList } from '../../../src/model/index.js';
import { fleetHostsText } from '../../../src/view/index.js';

const LIST: FleetHostList = {
  formatVersion: '1',
  fleet: 'lab',
  hosts: [
    {
      ...{ name: 'here', uri: 'qemu:///system', state: 'reached', libvirt: '9.0.0' },
      cpus: { given: 2, limit: 16 },
      memory: { given: 1024 ** 2, limit: 8 * 1024 ** 2 },
      pool: { name: 'default', available: 220 * 1024 ** 3 },
      ...{ vms: ['edge-1', 'edge-2'], others: 3 },
    },
  ],
} as unknown as FleetHostList;

it('leaves out, and names, what a narrow terminal has no room for', () => {
  const text = (wrap?: number): string[] =>
    fleetHostsText(LIST, { colour: false, columns: 80, wrap }).split('\n');
  expect(text()[0]).toMatch(/^HOST +STATE +LIBVIRT +CPUS +MEMORY +POOL +VMS +OTHERS$/);
  expect(text().join('\n')).not.toContain('Not shown');
  const narrow = text(60);
  expect(narrow[0]).toMatch(/^HOST +STATE +CPUS/);
  expect(narrow.slice(0, 2).every((line) => line.length <= 60)).toBe(true);
  expect(narrow).toContainEqual(expect.stringMatching(/^Not shown here: LIBVIRT/));
});
