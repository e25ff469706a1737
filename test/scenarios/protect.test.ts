/** No way leads to the loss of a protected VM's disks, until an apply has lifted the protection. */
import { describe, expect, test } from 'vitest';
import { loadFleet } from '../../src/config/index.js';
import {
  EXIT,
  VenError,
  type Plan,
  type PlanOptions,
  type Refusal,
  type ResolvedFleet,
} from '../../src/model/index.js';
import { DESTROY, Lab } from '../fake-host/index.js';

const HERE = '/home/ann/lab/fleet.yaml';
const THERE = '/home/ann/copy/fleet.yaml';
const DISK = { firmware: 'bios', disks: [{ size: '20GiB' }] };
const fleetOf = (vms: object[], file = HERE): ResolvedFleet => ({
  ...loadFleet(JSON.stringify({ apiVersion: 'ven/v1', fleet: 'lab', vms }), { file: 'fleet.yaml' }),
  file,
});
const db = (more: object = {}): object => ({ name: 'db', protect: true, ...DISK, ...more });
/** Something that a plan can be made of beside the protected VM. */
const web = (more: object = {}): object => ({ name: 'web', ...DISK, ...more });
const KEPT = fleetOf([db(), web()]);

async function hostWith(fleet: ResolvedFleet): Promise<Lab> {
  const lab = Lab.bare();
  await lab.apply(fleet);
  return lab;
}

/** What is refused of a plan, also where nothing else is in it. */
async function refused(
  lab: Lab,
  fleet: ResolvedFleet,
  options: Partial<PlanOptions> = {},
): Promise<Partial<Refusal>[]> {
  const plan: Plan | VenError = await lab.plan(fleet, options).catch((error: unknown) => {
    if (error instanceof VenError) return error;
    throw error;
  });
  return plan instanceof VenError
    ? [{ address: plan.where ?? '', code: plan.code, hint: plan.hint ?? '' }]
    : plan.refused;
}

describe('refused is', () => {
  test.each<[string, ResolvedFleet, Partial<PlanOptions>]>([
    ['its removal from the file', fleetOf([web({ cpus: 1 })]), {}],
    ['another name for it', fleetOf([db({ name: 'sql' }), web()]), {}],
    ['its removal with --target', fleetOf([web()]), { targets: ['vm.db'] }],
    ['another fleet file', fleetOf([web({ cpus: 1 })], THERE), {}],
    ['a smaller disk', fleetOf([db({ disks: [{ size: '10GiB' }] }), web()]), {}],
    ['a disk less', fleetOf([db({ disks: [] }), web()]), {}],
    ['other firmware', fleetOf([db({ firmware: 'uefi' }), web()]), {}],
    [
      'a smaller disk together with protect: false',
      fleetOf([db({ disks: [{ size: '10GiB' }], protect: false }), web()]),
      {},
    ],
    ['--replace', KEPT, { replace: ['vm.*'] }],
    ['destroy', KEPT, DESTROY],
    ['destroy --target', KEPT, { ...DESTROY, targets: ['vm.db'] }],
    ['destroy --keep-disks', KEPT, { ...DESTROY, keepDisks: true }],
    ['destroy with another file', fleetOf([web()], THERE), DESTROY],
    [
      'destroy with protect: false that was not applied',
      fleetOf([db({ protect: false })]),
      DESTROY,
    ],
  ])('%s', async (_what, fleet, options) => {
    const lab = await hostWith(KEPT);
    expect(await refused(lab, fleet, options)).toMatchObject([
      { address: 'vm.db', code: 'protected' },
    ]);
    const before = JSON.stringify(lab.host.domains.get(lab.domain('lab_db')));
    await lab.apply(fleet, options).catch(() => null);
    expect(JSON.stringify(lab.host.domains.get(lab.domain('lab_db')))).toBe(before);
    expect(lab.host.storage.pools.get('default')?.volumes.has('lab_db-sda.qcow2')).toBe(true);
  });

  test('a lower count', async () => {
    const group = (count: number): ResolvedFleet => fleetOf([db({ count }), web({ cpus: count })]);
    const lab = await hostWith(group(3));
    expect(await refused(lab, group(2))).toMatchObject([{ address: 'vm.db-3', code: 'protected' }]);
  });

  test('an empty disk for a lost one, while the file protects it', async () => {
    const lab = await hostWith(KEPT);
    lab.host.storage.delete('default', 'lab_db-sda.qcow2');
    expect(await refused(lab, KEPT)).toMatchObject([{ address: 'vm.db', code: 'protected' }]);
    const { result } = await lab.apply(fleetOf([db({ protect: false }), web()]));
    expect(result.exitCode).toBe(EXIT.done);
  });
});

describe('the hints are true', () => {
  const lifted = fleetOf([db({ protect: false }), web()]);

  test.each<[string, ResolvedFleet, Partial<PlanOptions>, string]>([
    [
      'deleted, once the entry was back',
      fleetOf([web({ cpus: 1 })]),
      {},
      'Leave it out (--exclude vm.db), or put it back into the fleet file. To lose its disks: ' +
        'put it back with protect: false, apply once, then take it out again.',
    ],
    [
      'replaced, once the change was taken back',
      fleetOf([db({ disks: [{ size: '10GiB' }] }), web({ cpus: 1 })]),
      {},
      'Leave it out (--exclude vm.db), or take the change back. To lose its disks: take the ' +
        'change back, set protect: false in the fleet file and apply once, then make the change ' +
        'again.',
    ],
    [
      'replaced with --replace',
      KEPT,
      { replace: ['vm.*'] },
      'Leave it out (--exclude vm.db), or leave out --replace. To lose its disks: leave out ' +
        '--replace, set protect: false in the fleet file and apply once, then use --replace again.',
    ],
    [
      'destroyed',
      KEPT,
      DESTROY,
      'Leave it out (--exclude vm.db). To destroy it: set protect: false in the fleet file and ' +
        'apply once, then destroy it.',
    ],
    [
      'destroyed, with protect: false in the file already',
      lifted,
      DESTROY,
      'Leave it out (--exclude vm.db). To destroy it: apply once (the fleet file says protect: ' +
        'false, which was not applied yet), then destroy it.',
    ],
  ])('a protected VM is %s', async (_fate, fleet, options, hint) => {
    const lab = await hostWith(KEPT);
    expect(await refused(lab, fleet, options)).toMatchObject([{ hint }]);
    const { plan } = await lab.apply(lifted);
    expect(plan.changes).toMatchObject([
      { address: 'vm.db', reason: 'changed', fields: [{ path: 'protect', effect: 'live' }] },
    ]);
    const spec = fleet === KEPT ? lifted : fleet;
    const unprotected = {
      ...spec,
      vms: spec.vms.map((vm) => ({ ...vm, protect: false })),
    };
    expect((await lab.plan(unprotected, options)).refused).toEqual([]);
    expect((await lab.apply(unprotected, options)).result.exitCode).toBe(EXIT.done);
  });

  test('it says from which other file a VM came', async () => {
    const lab = await hostWith(KEPT);
    const { refused: found } = await lab.plan(fleetOf([web({ cpus: 1 })], THERE));
    expect(found).toMatchObject([
      { detail: `The fleet file does not name it (any more); it was last applied from ${HERE}` },
    ]);
  });
});

test('a VM that an older ven made is protected by the file alone', async () => {
  const lab = await hostWith(KEPT);
  lab.host.edit(lab.domain('lab_db'), (xml) => xml.replace(' protect="yes"', ''));
  expect(await refused(lab, KEPT, DESTROY)).toMatchObject([{ address: 'vm.db' }]);
  expect((await lab.plan(fleetOf([db({ protect: false }), web()]), DESTROY)).refused).toEqual([]);
});

test('a protected VM that a killed run left half-made is finished, not made anew', async () => {
  const uefi = {
    ...KEPT,
    ...loadFleet(
      JSON.stringify({
        apiVersion: 'ven/v1',
        fleet: 'lab',
        vms: [{ name: 'db', protect: true, autostart: true, disks: [{ size: '1GiB' }] }],
      }),
      { file: 'fleet.yaml' },
    ),
  };
  const whole = Lab.bare();
  await whole.apply(uefi);
  const end = await whole.things(uefi);
  const { changes } = whole.host.faults;
  for (let n = 1; n <= changes.length; n++) {
    const at = `killed before ${changes[n - 1] ?? ''}`;
    const lab = Lab.bare();
    await lab.applyKilled(n, uefi);
    const there = lab.host.domains.size;
    const again = await lab.apply(uefi);
    expect(again.result.exitCode, at).toBe(EXIT.done);
    expect(again.plan.summary, at).toMatchObject({ replace: 0, delete: 0, create: 1 - there });
    if (there === 1 && n <= changes.length - 1)
      expect(again.plan.changes, at).toMatchObject([{ action: 'update', reason: 'half-made' }]);
    expect(await lab.things(uefi), at).toEqual(end);
    expect(await lab.plan(uefi), at).toMatchObject({ changes: [], steps: [] });
  }
});
