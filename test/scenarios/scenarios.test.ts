/**
 * Each folder is a case: `before.yaml` was applied to a host with other people's things on it (if
 * there is one), `host.ts` did things to it by hand, and then a plan is made for `fleet.yaml` with
 * `options.json`. The plan is recorded beside them, and the laws hold of it, through all rooms but
 * the real host: texts from the real templates, kept by a libvirt in memory, read back by the real
 * host's parsers. A case with a `refusal.json` is refused whole, and that is recorded there; where
 * a part is refused, the laws hold for the rest. `vitest run test/scenarios -u` records anew.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadFleet } from '../../src/config/index.js';
import { networkFacts } from '../../src/libvirt/index.js';
import {
  EXIT,
  exitCodeOfRefusals,
  VenError,
  type Plan,
  type PlanOptions,
  type ResolvedFleet,
  type Step,
} from '../../src/model/index.js';
import { styleOf, planText } from '../../src/view/index.js';
import { APPLY, DESTROY, parseXml, type Lab, type Run } from '../fake-host/index.js';
import { inhabited } from './inhabited.js';

const HERE = new URL('.', import.meta.url);
const folders = readdirSync(HERE, { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  .sort();
const isRefused = (name: string): boolean => existsSync(new URL(`${name}/refusal.json`, HERE));
const refusals = folders.filter(isRefused);
const cases = folders.filter((name) => !isRefused(name));

interface Case {
  fleet: ResolvedFleet;
  options: PlanOptions;
  /** As the case has it. To be copied before anything is done to it. */
  host: Lab;
  /** What is not the fleet's. */
  foreign: Map<string, unknown>;
  /**
   * The same, but for what hangs on networks that are lent to the fleet: while a run is under way,
   * that may be cut off.
   */
  untouched: Map<string, unknown>;
}

async function open(name: string): Promise<Case> {
  const folder = new URL(`${name}/`, HERE);
  const read = (file: string): string | null =>
    existsSync(new URL(file, folder)) ? readFileSync(new URL(file, folder), 'utf8') : null;
  const fleetOf = (file: string): ResolvedFleet | null => {
    const text = read(file);
    const readBeside = (path: string): string => readFileSync(new URL(path, folder), 'utf8');
    return text === null
      ? null
      : loadFleet(text, {
          file,
          surroundings: { readFile: readBeside, now: new Date('2026-11-22') },
        });
  };
  const before = fleetOf('before.yaml');
  const fleet = fleetOf('fleet.yaml') as ResolvedFleet;
  const options = {
    ...APPLY,
    ...(JSON.parse(read('options.json') ?? '{}') as Partial<PlanOptions>),
  };
  const setUp = await inhabited();
  if (before !== null) await setUp.apply(before);
  if (read('host.ts') !== null)
    await (
      (await import(new URL('host.ts', folder).href)) as {
        default: (lab: Lab) => void | Promise<void>;
      }
    ).default(setUp);
  const host = setUp.copy();
  const foreign = host.foreign(fleet);
  const lent = new Set([
    ...thingsOn(host, [...lentTo(fleet), ...(before === null ? [] : lentTo(before))]),
  ]);
  return {
    fleet,
    options,
    host,
    foreign,
    untouched: new Map([...foreign].filter(([key]) => !lent.has(key))),
  };
}

type PlannedCase = Case & { plan: Plan };

async function openPlanned(name: string): Promise<PlannedCase> {
  const opened = await open(name);
  return { ...opened, plan: await opened.host.plan(opened.fleet, opened.options) };
}

const fileOf = (name: string, file: string): string => new URL(`${name}/${file}`, HERE).pathname;

describe.each(refusals)('%s', (name) => {
  test('is refused as recorded', async () => {
    const { fleet, options, host } = await open(name);
    const refused: unknown = await host.plan(fleet, options).catch((error: unknown) => error);
    if (!(refused instanceof VenError))
      throw refused instanceof Error ? refused : new Error('it is not refused');
    expect(host.host.changes).toBe(0);
    const { code, summary, detail, hint, where } = refused;
    await expect(json({ code, summary, detail, hint, where })).toMatchFileSnapshot(
      fileOf(name, 'refusal.json'),
    );
  });

  test('destroy works all the same, killed anywhere, and leaves only foreign things', async () => {
    const opened = await open(name);
    await expectDestroyed(opened.host, opened, 'never applied');
  });
});

describe.each(cases)('%s', (name) => {
  let made: Promise<PlannedCase> | undefined;
  const opened = (): Promise<PlannedCase> => (made ??= openPlanned(name));

  test('the plan is as recorded', async () => {
    const { plan, host } = await opened();
    expect(host.host.changes).toBe(0);
    const { changes, steps, refused, warnings, summary } = plan;
    await expect(
      json({
        changes,
        steps: steps.map(shortStep),
        ...(refused.length === 0 ? {} : { refused }),
        warnings,
        summary,
      }),
    ).toMatchFileSnapshot(fileOf(name, 'plan.json'));
    await expect(
      planText(plan, { style: styleOf({ isTTY: false }, {}), file: 'fleet.yaml' }),
    ).toMatchFileSnapshot(fileOf(name, 'plan.txt'));
  });

  test('law 1: after an apply nothing is left to do, and a second one does nothing', async () => {
    const { plan, host, fleet, options, foreign } = await opened();
    const lab = host.copy();
    expect(await lab.run(fleet, plan)).toMatchObject({
      result: { outcome: 'done', exitCode: exitCodeOfRefusals(plan.refused) },
    });
    const { changes } = lab.host;
    const again = { ...options, replace: [] };
    await expectNothingLeft(lab, fleet, again, plan);
    if (plan.refused.length === 0) await lab.apply(fleet, again);
    expect(lab.host.changes).toBe(changes);
    expect(still(foreign, lab, fleet)).toEqual(foreign);
  });

  test('law 2: killed at any moment, the next apply leads to the same end', async () => {
    const { plan, host, fleet, options, foreign, untouched } = await opened();
    const whole = await finished(await opened());
    const end = await whole.things(fleet);
    for (let n = 1; n <= whole.host.changes; n++) {
      const at = `killed before ${whole.host.faults.changes[n - 1] ?? ''}`;
      const lab = host.copy();
      const killed = await lab.applyKilled(n, fleet, options);
      expect(lab.host.changes, at).toBe(n - 1);
      for (const uuid of begun(killed)) expect(await lab.isReady(fleet, uuid), at).toBe(false);
      expect(still(untouched, lab, fleet), at).toEqual(untouched);
      expect((await lab.apply(fleet, options)).result.outcome, at).toBe('done');
      await expectNothingLeft(lab, fleet, { ...options, replace: [] }, plan, at);
      expect(await lab.things(fleet), at).toEqual(end);
      expect(still(foreign, lab, fleet), at).toEqual(foreign);
    }
  });

  test('laws 2 and 3: when any change fails, the next apply does the rest', async () => {
    const { plan, host, fleet, options, foreign } = await opened();
    const whole = await finished(await opened());
    const end = await whole.things(fleet);
    for (let n = 1; n <= whole.host.changes; n++) {
      const lab = host.copy();
      lab.host.faults.failAt(n);
      const run = await lab.run(fleet, plan);
      lab.host.faults.revive();
      const failed = failedSteps(run);
      const at = `${failed.join()} failed at change ${n}`;
      expect(run.result, at).toMatchObject({ outcome: 'failed', exitCode: EXIT.someVmsFailed });
      expect(failed, at).toHaveLength(1);
      const lost = needing(plan.steps, failed);
      expect(
        plan.steps.filter(({ id }) => run.outcomes.get(id) !== 'done').map(({ id }) => id),
        at,
      ).toEqual(lost.map(({ id }) => id));

      const rest = await lab.apply(fleet, { ...options, replace: [] });
      expect(rest.result.outcome, at).toBe('done');
      const left = new Set(lost.map(({ address }) => address));
      expect(
        rest.plan.steps.filter(({ address }) => !left.has(address)),
        at,
      ).toEqual([]);
      await expectNothingLeft(lab, fleet, { ...options, replace: [] }, plan, at);
      expect(await lab.things(fleet), at).toEqual(end);
      expect(still(foreign, lab, fleet), at).toEqual(foreign);
    }
  });

  test('destroy works wherever a run ended, and leaves only foreign things', async () => {
    const { host, fleet, options } = await opened();
    const { changes } = (await finished(await opened())).host;
    const verified = new Set<string>();
    for (let n = 1; n <= changes + 1; n++) {
      const left = host.copy();
      await left.applyKilled(n, fleet, options);
      await expectDestroyed(left, await opened(), `apply killed at change ${n}`, verified);
    }
  });
});

test('there are cases', () => {
  expect(cases.length).toBeGreaterThan(20);
  expect(refusals.length).toBeGreaterThan(10);
});

/**
 * Destroy, killed before each of its changes and then run again, leaves all else and nothing of the
 * fleet. Many kills leave the same state; `verified` has those from which the second destroy was
 * seen to work.
 */
async function expectDestroyed(
  left: Lab,
  { fleet, options, foreign, untouched }: Case,
  where: string,
  verified = new Set<string>(),
): Promise<void> {
  const unguarded = {
    ...fleet,
    orchestrator: fleet.orchestrator && { ...fleet.orchestrator, removeHosts: true },
    vms: fleet.vms.map((vm) => ({ ...vm, protect: false })),
  };
  const unmarked = left.copy();
  for (const [uuid, { config }] of unmarked.host.domains)
    if (config !== null) unmarked.host.edit(uuid, (xml) => xml.replace(' protect="yes"', ''));
  if (await isRefusedInPart(unmarked, unguarded)) {
    const lab = unmarked.copy();
    await lab.apply(unguarded, DESTROY).catch((error: unknown) => {
      if (!(error instanceof VenError)) throw error;
    });
    expect(still(foreign, lab, fleet), where).toEqual(foreign);
    return;
  }
  for (let m = 1; ; m++) {
    const lab = unmarked.copy();
    const killed = await lab.applyKilled(m, unguarded, DESTROY);
    const at = `${where}, destroy at ${m}`;
    expect(still(untouched, lab, fleet), at).toEqual(untouched);
    const key = JSON.stringify([...lab.everything()]);
    if (!verified.has(key)) {
      const again = await lab.apply(unguarded, DESTROY);
      expect(again.result.outcome, at).toBe('done');
      expect(options.keepDisks ? withoutDisks(lab.everything()) : lab.everything(), at).toEqual(
        foreign,
      );
      verified.add(key);
    }
    if (killed.result.outcome === 'done') return;
  }
}

/** The plan is empty; or the same as in `before` is refused, and nothing is left to do. */
async function expectNothingLeft(
  lab: Lab,
  fleet: ResolvedFleet,
  options: PlanOptions,
  before: Plan,
  at?: string,
): Promise<void> {
  if (before.refused.length === 0) {
    expect(await lab.plan(fleet, options), at).toMatchObject({ changes: [], steps: [] });
    return;
  }
  const exitCode = exitCodeOfRefusals(before.refused);
  await expect(lab.plan(fleet, options), at).rejects.toMatchObject({ exitCode });
}

/** Whether what others do with the fleet's things stands against a destroy. */
async function isRefusedInPart(lab: Lab, fleet: ResolvedFleet): Promise<boolean> {
  try {
    return (await lab.plan(fleet, DESTROY)).refused.length > 0;
  } catch (error) {
    if (error instanceof VenError) return true;
    throw error;
  }
}

/** A host on which the case's plan was run to its end. */
async function finished({ plan, host, fleet }: PlannedCase): Promise<Lab> {
  const lab = host.copy();
  await lab.run(fleet, plan);
  return lab;
}

function failedSteps({ outcomes }: Run): string[] {
  return [...outcomes].flatMap(([id, outcome]) => (outcome === 'failed' ? [id] : []));
}

/** The steps of those ids, and all that can't be done without them, in the plan's order. */
function needing(steps: readonly Step[], ids: readonly string[]): Step[] {
  const found = new Set(ids);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const { id, needs } of steps) if (needs.some((need) => found.has(need))) found.add(id);
  }
  return steps.filter(({ id }) => found.has(id));
}

/** The VMs that a run began to make, and did not make to the end. */
function begun({ plan, outcomes }: Run): string[] {
  const done = (id: string): boolean => outcomes.get(id) === 'done';
  const last = new Map(plan.steps.map(({ address, id }) => [address, id]));
  return plan.steps.flatMap((step) =>
    step.kind === 'vm-up' && step.needs.every(done) && !done(last.get(step.address) ?? '')
      ? [step.vm.uuid]
      : [],
  );
}

/** What has become of those things. */
function still(things: Map<string, unknown>, lab: Lab, fleet: ResolvedFleet): Map<string, unknown> {
  return new Map([...lab.foreign(fleet)].filter(([key]) => things.has(key)));
}

/** libvirt names of others' networks that the fleet boots through. */
function lentTo(fleet: ResolvedFleet): string[] {
  return fleet.networks.flatMap((network) =>
    network.kind === 'existing' && network.bootUrl !== null ? [network.libvirtName] : [],
  );
}

/** Those networks, and what hangs on them. */
function* thingsOn({ host }: Lab, names: readonly string[]): Generator<string> {
  for (const [uuid, { xml }] of host.networks) {
    const { name, bridge } = networkFacts(parseXml(xml));
    if (!names.includes(name)) continue;
    yield* [`network ${uuid}`, `bridge ${bridge ?? ''}`];
    for (const tap of host.bridges.get(bridge ?? '') ?? []) yield `tap ${tap}`;
    for (const [domain, { live }] of host.domains)
      if (live?.includes(`"${name}"`) || live?.includes(`"${bridge}"`)) yield `domain ${domain}`;
  }
}

function withoutDisks(things: Map<string, unknown>): Map<string, unknown> {
  return new Map([...things].filter(([key]) => !key.startsWith('volume default/lab_')));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** A step without the whole specs that it carries. */
function shortStep(step: Step): unknown {
  const { vm, network, ...rest } = step as Step & {
    vm?: { name: string };
    network?: { subnet: unknown; dhcp: unknown };
  };
  return {
    ...rest,
    ...(vm === undefined ? {} : { vm: vm.name }),
    ...(network === undefined ? {} : { network: { subnet: network.subnet, dhcp: network.dhcp } }),
  };
}
