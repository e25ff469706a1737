import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/model/index.js';
import { APPLY, fleetOf, World } from './world.js';

const LEFT = { ...APPLY, leaveOff: true };
const started = (plan: Plan): string[] =>
  plan.steps.flatMap((step) =>
    (step.kind === 'vm-up' && step.vm.power === 'running') || step.kind === 'vm-start'
      ? [step.address]
      : [],
  );

describe('a plan that leaves VMs off', () => {
  it('makes and replaces them all the same; the mark is that of a VM that runs', () => {
    const fleet = fleetOf('vms: [{ name: edge, count: 2 }]\n');
    const world = new World();
    const left = world.plan(fleet, LEFT);
    const usual = world.plan(fleet, APPLY);
    expect(left.changes).toEqual(usual.changes);
    expect([started(left), started(usual)]).toEqual([[], ['vm.edge-1', 'vm.edge-2']]);
    expect(left.steps.filter(({ kind }) => kind === 'vm-ready')).toEqual(
      usual.steps.filter(({ kind }) => kind === 'vm-ready'),
    );
    world.apply(fleet);
    const again = world.plan(fleet, {
      ...LEFT,
      targets: ['vm.edge-1'],
      replace: ['vm.edge-1'],
    });
    expect(again.changes).toMatchObject([{ address: 'vm.edge-1', action: 'replace' }]);
    expect(started(again)).toEqual([]);
  });

  it('starts none that is off, and leaves alone one that runs', () => {
    const fleet = fleetOf('vms: [{ name: edge, count: 2 }]\n');
    const world = new World();
    world.apply(fleet);
    Object.assign(world.domains[0] ?? {}, { power: 'off', live: null });
    expect(world.plan(fleet, LEFT).steps).toEqual([]);
    expect(started(world.plan(fleet, APPLY))).toEqual(['vm.edge-1']);
  });
});
