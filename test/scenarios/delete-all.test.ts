/** A plan that looks like the wrong file is refused as a whole. */
import { describe, expect, test } from 'vitest';
import { loadFleet } from '../../src/config/index.js';
import { VenError, type PlanOptions, type ResolvedFleet } from '../../src/model/index.js';
import { Lab } from '../fake-host/index.js';

const HERE = '/home/ann/lab/fleet.yaml';
const THERE = '/home/ann/copy/fleet.yaml';
const GUARDED: Partial<PlanOptions> = { allowDeleteAll: false };
const DESTROY: Partial<PlanOptions> = { ...GUARDED, mode: 'destroy' };

const vms = (...names: string[]): object[] =>
  names.map((name) => ({ name, firmware: 'bios', disks: [{ size: '1GiB' }] }));
const fleetOf = (names: string[], file?: string): ResolvedFleet => ({
  ...loadFleet(JSON.stringify({ apiVersion: 'ven/v1', fleet: 'lab', vms: vms(...names) }), {
    file: 'fleet.yaml',
  }),
  ...(file === undefined ? {} : { file }),
});
const hostWith = async (fleet: ResolvedFleet): Promise<Lab> => {
  const lab = Lab.bare();
  await lab.apply(fleet);
  return lab;
};
const refusal = (plan: Promise<unknown>): Promise<unknown> =>
  plan.catch((error: unknown) => {
    if (error instanceof VenError) return error;
    throw error;
  });

const SIX = ['a', 'b', 'c', 'd', 'e', 'f'];

describe('an apply', () => {
  test('of another file with the same fleet name says from which file the VMs came', async () => {
    const lab = await hostWith(fleetOf(['a', 'b'], HERE));
    expect(await refusal(lab.plan(fleetOf(['x'], THERE), GUARDED))).toMatchObject({
      code: 'delete-all',
      exitCode: 6,
      summary:
        'This would delete all 2 VMs that fleet lab has on qemu:///system, which the fleet file ' +
        'does not name',
      detail: `Last applied:\nvm.a and vm.b: from ${HERE}\nGiven now: ${THERE}`,
      hint:
        'Nothing was changed. If this is another fleet, give it another name (fleet: …). ' +
        'To delete the VMs all the same: --allow-delete-all.',
    });
    expect(lab.host.domains.size).toBe(2);
    const agreed = await lab.apply(fleetOf(['x'], THERE), { allowDeleteAll: true });
    expect(agreed.plan.summary).toMatchObject({ create: 1, delete: 2 });
  });

  test.each([
    ['all VMs have other names', SIX.slice(0, 2), ['x', 'y']],
    ['the only VM has another name', ['a'], ['x']],
    ['more than half of six go', SIX, ['a', 'b']],
    ['more than half of four go', SIX.slice(0, 4), ['a', 'x', 'y', 'z']],
  ])('where %s', async (_what, before, after) => {
    const lab = await hostWith(fleetOf(before, HERE));
    expect(await refusal(lab.plan(fleetOf(after, HERE), GUARDED))).toMatchObject({
      code: 'delete-all',
    });
  });

  test.each([
    ['half of six go', SIX, ['a', 'b', 'c']],
    ['two of three go', SIX.slice(0, 3), ['a']],
    ['none go', ['a'], ['a', 'b']],
  ])('needs no word where %s', async (_what, before, after) => {
    const lab = await hostWith(fleetOf(before, HERE));
    const { result } = await lab.apply(fleetOf(after, THERE), GUARDED);
    expect(result.outcome).toBe('done');
  });

  test('of VMs that --target spells out needs no word; a pattern does', async () => {
    const lab = await hostWith(fleetOf(['a'], HERE));
    const other = fleetOf(['x'], HERE);
    expect(await refusal(lab.plan(other, { ...GUARDED, targets: ['vm.*'] }))).toMatchObject({
      code: 'delete-all',
    });
    for (const name of ['vm.a', 'a']) {
      const named = { ...GUARDED, targets: [name] };
      expect((await lab.plan(other, named)).summary.delete).toBe(1);
    }
  });
});

describe('a destroy', () => {
  test('with the file, or a clone of it elsewhere, needs no word', async () => {
    for (const file of [HERE, THERE]) {
      const lab = await hostWith(fleetOf(SIX, HERE));
      await lab.apply(fleetOf(SIX, file), DESTROY);
      expect(lab.host.domains.size).toBe(0);
    }
  });

  test('with the file needs none, though it names other VMs now', async () => {
    const lab = await hostWith(fleetOf(SIX, HERE));
    expect((await lab.plan(fleetOf(['x'], HERE), DESTROY)).summary.delete).toBe(6);
  });

  test.each([
    ['none', ['x'], 'all 6 VMs'],
    ['two of six', ['a', 'b'], '4 of the 6 VMs'],
  ])('with another file that names %s of them is refused', async (_what, names, count) => {
    const lab = await hostWith(fleetOf(SIX, HERE));
    const refused = await refusal(lab.plan(fleetOf(names, THERE), DESTROY));
    expect(refused).toMatchObject({
      code: 'delete-all',
      summary:
        `This would delete ${count} that fleet lab has on qemu:///system, which the fleet file ` +
        'does not name',
      hint:
        `Nothing was changed. Destroy them with ${HERE}. ` +
        'To delete them with this one: --allow-delete-all.',
    });
  });

  test('of VMs that an older ven made counts names only', async () => {
    const lab = await hostWith(fleetOf(['a']));
    expect((await lab.plan(fleetOf(['a'], HERE), DESTROY)).summary.delete).toBe(1);
    expect(await refusal(lab.plan(fleetOf(['x'], HERE), DESTROY))).toMatchObject({
      detail: `Last applied:\nvm.a: it is not known from which file\nGiven now: ${HERE}`,
    });
  });

  test.each(['<stdin>', 'box:<stdin>'])('from %s twice: two fleets, perhaps', async (stdin) => {
    const lab = await hostWith(fleetOf(SIX, stdin));
    const refused = await refusal(lab.plan(fleetOf(['x'], stdin), DESTROY));
    expect(refused).toMatchObject({
      code: 'delete-all',
      detail: expect.stringContaining(`: from ${stdin}\nGiven now: ${stdin}`) as string,
      hint: expect.stringContaining('Destroy them with their file. To delete') as string,
    });
    const whole = await lab.plan(fleetOf(SIX, stdin), DESTROY);
    expect(whole.summary.delete).toBe(6);
  });
});
