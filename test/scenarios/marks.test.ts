/** The mark says what was applied, and nothing else. */
import { expect, test } from 'vitest';
import { loadFleet } from '../../src/config/index.js';
import type { ResolvedFleet } from '../../src/model/index.js';
import { Lab } from '../fake-host/index.js';

const fleetOf = (vms: object[], file?: string): ResolvedFleet => ({
  ...loadFleet(JSON.stringify({ apiVersion: 'ven/v1', fleet: 'lab', vms }), { file: 'fleet.yaml' }),
  ...(file === undefined ? {} : { file }),
});
const edge = (size: string): ResolvedFleet => fleetOf([{ name: 'edge', disks: [{ size }] }]);

test('what the file says of a disk that nobody could look at is not called applied', async () => {
  const lab = Lab.bare();
  await lab.apply(edge('20GiB'));
  lab.host.storage.stop('default');
  // It starts the pool; the disk can only be looked at afterwards.
  const { plan } = await lab.apply(edge('10GiB'));
  expect(plan.changes.map(({ address }) => address)).toEqual(['pool.default']);
  expect((await lab.plan(edge('10GiB'))).changes).toMatchObject([
    {
      address: 'vm.edge',
      action: 'replace',
      reason: 'changed',
      fields: [{ path: 'disks.sda.size', before: '20GiB', after: '10GiB' }],
    },
  ]);
  // With the same size as before there was nothing to look at.
  lab.host.storage.stop('default');
  await lab.apply(edge('20GiB'));
  expect(await lab.plan(edge('20GiB'))).toMatchObject({ changes: [], steps: [] });
});

test('another path of the fleet file is no change, and is written with the next one', async () => {
  const lab = Lab.bare();
  const marked = async (fleet: ResolvedFleet): Promise<unknown> =>
    (await lab.observe(fleet)).domains.map(({ mark }) => mark?.file);
  const here = fleetOf([{ name: 'edge' }], '/home/ann/"lab" & <co>/fleet.yaml');
  await lab.apply(here);
  expect(await marked(here)).toEqual([here.file]);
  const there = fleetOf([{ name: 'edge' }], 'laptop:/srv/fleet.yaml');
  expect(await lab.plan(there)).toMatchObject({ changes: [], steps: [] });
  const changed = fleetOf([{ name: 'edge', title: 'an edge' }], there.file);
  await lab.apply(changed);
  expect(await marked(changed)).toEqual([there.file]);
});

test('an ignored disk that was never made is not in the mark', async () => {
  const lab = Lab.bare();
  const disks = [{ size: '1GiB' }, { size: '2GiB' }];
  await lab.apply(fleetOf([{ name: 'edge', protect: true, disks: disks.slice(0, 1) }]));
  const ignoring = { name: 'edge', protect: true, disks, ignore: ['disks.sdb'] };
  await lab.apply(fleetOf([ignoring]));
  const { domains } = await lab.observe(fleetOf([ignoring]));
  expect(domains[0]?.mark?.volumes.map(({ volume }) => volume)).toEqual(['lab_edge-sda.qcow2']);
  expect((await lab.plan(fleetOf([ignoring]))).changes).toEqual([]);
  await lab.apply(fleetOf([{ ...ignoring, ignore: [] }]));
  expect((await lab.plan(fleetOf([{ ...ignoring, ignore: [] }]))).changes).toEqual([]);
});
