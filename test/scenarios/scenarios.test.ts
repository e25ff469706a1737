/**
 * Each folder is a case: `before.yaml` was applied to an empty host (if there is one), `host.ts` did things to it by hand,
 * and then a plan is made for `fleet.yaml` with `options.json`. The plan (or the refusal) is recorded beside them, and the
 * laws hold of it. `vitest run test/scenarios -u` records anew.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadFleet } from '../../src/config/index.js';
import { VenError, type Plan, type PlanOptions, type ResolvedFleet } from '../../src/model/index.js';
import { lookOf, planText } from '../../src/view/index.js';
import { APPLY, DESTROY, World } from '../unit/plan/world.js';

const HERE = new URL('.', import.meta.url);
const cases = readdirSync(HERE, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();

interface Case {
  fleet: ResolvedFleet;
  options: PlanOptions;
  /** A host as the case has it, made anew. */
  host: () => World;
}

async function open(name: string): Promise<Case> {
  const folder = new URL(`${name}/`, HERE);
  const read = (file: string): string | null => (existsSync(new URL(file, folder)) ? readFileSync(new URL(file, folder), 'utf8') : null);
  const fleetOf = (file: string): ResolvedFleet | null => {
    const text = read(file);
    return text === null ? null : loadFleet(text, { file });
  };
  const before = fleetOf('before.yaml');
  const byHand = read('host.ts') === null ? null : ((await import(new URL('host.ts', folder).href)) as { default: (world: World) => void }).default;
  const host = (): World => {
    const world = new World();
    if (before !== null) world.apply(before);
    byHand?.(world);
    return world;
  };
  return { fleet: fleetOf('fleet.yaml') as ResolvedFleet, options: { ...APPLY, ...(JSON.parse(read('options.json') ?? '{}') as Partial<PlanOptions>) }, host };
}

/** The plan, or the refusal: whichever there is. */
function attempt(world: World, { fleet, options }: Case): Plan | VenError {
  try {
    return world.plan(fleet, options);
  } catch (error) {
    if (error instanceof VenError) return error;
    throw error;
  }
}

describe.each(cases)('%s', (name) => {
  test('the plan is as recorded', async () => {
    const opened = await open(name);
    const result = attempt(opened.host(), opened);
    const file = (suffix: string): string => new URL(`${name}/${suffix}`, HERE).pathname;
    if (result instanceof VenError) {
      const { code, summary, detail, hint, where } = result;
      await expect(json({ code, summary, detail, hint, where })).toMatchFileSnapshot(file('refusal.json'));
      return;
    }
    const { changes, steps, warnings, summary } = result;
    await expect(json({ changes, steps: steps.map(shortStep), warnings, summary })).toMatchFileSnapshot(file('plan.json'));
    await expect(planText(result, { look: lookOf({ isTTY: false }, {}), file: 'fleet.yaml' })).toMatchFileSnapshot(file('plan.txt'));
  });

  test('law 1: after it is run, nothing is left to do', async () => {
    const opened = await open(name);
    const world = opened.host();
    const plan = attempt(world, opened);
    if (plan instanceof VenError) return expect(plan.exitCode).toBeGreaterThan(0);
    world.run(plan);
    expect(world.plan(opened.fleet, { ...opened.options, replace: [] })).toMatchObject({ changes: [], steps: [] });
  });

  test('law 2: killed after any step, the next plan leads to the same end', async () => {
    const opened = await open(name);
    const plan = attempt(opened.host(), opened);
    if (plan instanceof VenError) return expect(plan.exitCode).toBeGreaterThan(0);
    const whole = opened.host();
    whole.run(plan);
    for (let after = 0; after < plan.steps.length; after++) {
      const world = opened.host();
      world.run(plan, after);
      world.apply(opened.fleet, opened.options);
      expect(world.plan(opened.fleet, { ...opened.options, replace: [] }).changes, `after ${after} steps`).toEqual([]);
      expect(things(world), `after ${after} steps`).toEqual(things(whole));
    }
  });

  test('destroy works from wherever a run ends, and leaves nothing of the fleet', async () => {
    const opened = await open(name);
    const plan = attempt(opened.host(), opened);
    if (plan instanceof VenError) return expect(plan.exitCode).toBeGreaterThan(0);
    const { fleet } = opened;
    const vms = fleet.vms.map((vm) => ({ ...vm, protect: false }));
    for (let after = 0; after <= plan.steps.length; after++) {
      const world = opened.host();
      const foreign = things(world).filter((thing) => !/lab_/.test(thing));
      world.run(plan, after);
      world.apply({ ...fleet, vms }, DESTROY);
      const kept = opened.options.keepDisks ? things(world).filter((thing) => !thing.startsWith('volume ')) : things(world);
      expect(kept.filter((thing) => /lab_/.test(thing)), `after ${after} steps`).toEqual([]);
      expect(things(world), `after ${after} steps`).toEqual(expect.arrayContaining(foreign));
    }
  });
});

test('there are cases', () => {
  expect(cases.length).toBeGreaterThan(20);
});

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What there is on a host, by kind and name. */
function things(world: World): string[] {
  return [
    ...world.domains.map(({ name, power }) => `domain ${name} ${power}`),
    ...world.networks.map(({ name, active }) => `network ${name} ${active ? 'active' : 'inactive'}`),
    ...world.volumes.map(({ pool, volume, capacityBytes }) => `volume ${pool}/${volume} ${capacityBytes}`),
  ].sort();
}

/** A step without the whole specs that it carries. */
function shortStep(step: Plan['steps'][number]): unknown {
  const { vm, network, ...rest } = step as Plan['steps'][number] & { vm?: { name: string }; network?: { subnet: unknown; dhcp: unknown } };
  return {
    ...rest,
    ...(vm === undefined ? {} : { vm: vm.name }),
    ...(network === undefined ? {} : { network: { subnet: network.subnet, dhcp: network.dhcp } }),
  };
}
