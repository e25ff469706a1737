/**
 * Nodes that are registered (NIO), from power-on to ready on real VMs: three that come through
 * beside one for each class of failure, under a run that is killed and an orchestrator that is
 * away, cuts connections and forgets its tokens; then those that failed, again.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILURE_CLASSES, type FailureClass, type ProvisionEvent } from '../../src/model/index.js';
import { buildPayload, startOrchestrator, type Orchestrator } from '../../stand-in/index.ts';
import { Canaries } from './canaries.js';
import { virsh } from './lab.js';
import { expectTimes, GOOD, NodeLab, of, resultOf, seenOf, serial, type Watched } from './nodes.js';

const WORD = `canary-nio-${process.pid}`;
const PASSWORD = `${WORD}"&%41+' <\\`;
const ALL = [...GOOD, ...FAILURE_CLASSES];
const MINUTES = 60_000;
/** Seconds that a token lasts: longer than any run here, and shorter than most. */
const [LONG, SHORT] = [900, 40];
/** More at once do not come through any sooner on two cores, they only get in each other's way. */
const AT_ONCE = ['--max-concurrent', '3'];
const ORDER = [
  'firmware',
  'http-boot',
  'ipxe',
  'hook',
  'workflow',
  'reboot',
  'microvisor',
  'ubuntu',
  'agents',
  'ready',
];

const dir = mkdtempSync(join(tmpdir(), 'ven-onboarding-'));
const lab = new NodeLab('nio', 235);
const canaries = new Canaries([WORD], [lab]);
let orchestrator: Orchestrator;
/** Of the runs that began with nothing and ended with everything. */
const events: ProvisionEvent[] = [];
const ids = (names: readonly string[]): Promise<string[]> =>
  Promise.all(names.map((name) => virsh('domid', lab.domain(name))));
const addresses = (names: readonly string[]): string[] =>
  names.map((name) => `vm.${name}`).toSorted();
const mend = (name: string): void => orchestrator.node(serial(name), { flow: 'non-interactive' });

beforeAll(async () => {
  const payload = await buildPayload();
  const accounts = { 'api-user': { password: PASSWORD } };
  const files = { bootFile: payload.onboarding, installed: payload.installed };
  const options = {
    domain: 'edge.test',
    dir: join(dir, 'orchestrator'),
    accounts,
    projects: ['lab'],
    tokenSeconds: LONG,
  };
  orchestrator = await startOrchestrator({ ...files, ...options });

  // The user's own profile: the one that comes along, with a short time limit and less patience.
  const profile = readFileSync(
    join(import.meta.dirname, '../../templates/profiles/edge-node.yaml'),
    'utf8',
  )
    .replace(/(name: workflow\n\s+title: Workflow\n\s+timeout: )3600s/, '$145s')
    .replace(/(recover: \{ prompt: '\^iPXE>\$', type: reboot, atMost: )3/g, '$11');
  writeFileSync(join(lab.dir, 'impatient.yaml'), profile);
  for (const name of GOOD)
    orchestrator.node(serial(name), {
      flow: 'non-interactive',
      os: name === 'node-3' ? 'microvisor' : 'ubuntu',
    });
  const faulty = FAILURE_CLASSES.map((name, index) => {
    const address = `${lab.subnet}.${200 + index}`;
    orchestrator.node(serial(name), { flow: 'non-interactive', fault: { kind: name }, address });
    return (
      `{ name: ${name}, serialNumbers: [${serial(name)}], nics: [{ network: lab, ` +
      `address: ${address} }] }`
    );
  });
  lab.env = { PROJECT_API_USER: 'api-user', PROJECT_API_PASSWORD: PASSWORD };
  // Those that must wait for something come first, so that the others work meanwhile.
  lab.writeFleet(
    orchestrator,
    'onboarding: non-interactive, project: lab, profile: ./impatient.yaml',
    [
      ...faulty.toReversed().slice(0, 1),
      `{ name: node, count: 3, serialNumbers: [${GOOD.map(serial).join(', ')}] }`,
      ...faulty.slice(0, -1),
    ],
  );
  canaries.watchProcesses();
}, 10 * MINUTES);

afterAll(async () => {
  await lab.close();
  await orchestrator.close();
  rmSync(dir, { recursive: true, force: true });
}, 5 * MINUTES);

/** Seconds between the tokens that were fetched from here on. */
const tokensFrom = (index: number): { granted: boolean; at: number }[] =>
  orchestrator.seen.tokens
    .slice(index)
    .map(({ granted, time }) => ({ granted, at: Date.parse(time) / 1000 }));
const requests = (path: string): number =>
  orchestrator.entries().filter((entry) => entry.path?.startsWith(path) === true).length;

describe('nodes that are registered', { timeout: 20 * MINUTES }, () => {
  let second: Watched;
  let outage: ReturnType<Orchestrator['fail']>;
  let before: { tokens: number; lists: number };

  it('are registered once, and begin, before ven is killed; other runs are told', async () => {
    const first = lab.watch('apply', '--yes', '--wait', 'ready', ...AT_ONCE);
    await first.sees('node-started', ({ address }) => address === 'vm.timeout', 300);
    const other = await lab.ven('provision');
    expect(other).toMatchObject({ code: 5, stdout: '' });
    expect(other.stderr).toContain(`(process ${first.child.pid}`);
    // All three: of a power-on that ven was killed right after, no event comes.
    for (const name of ['node-1', 'node-2'])
      await first.sees('node-started', ({ address }) => address === `vm.${name}`, 60);
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    events.push(...first.events());
    expect(of(events, 'node-started')).toHaveLength(3);
    expect(
      orchestrator.seen.registrations.map(({ name, status }) => `${name} ${status}`).toSorted(),
    ).toEqual(ALL.map((name) => `${name} 201`).toSorted());
    expect(tokensFrom(0).map(({ granted }) => granted)).toEqual([true]);
  });

  it('finish in the next run, through an outage, cut connections and ended tokens', async () => {
    orchestrator.inventory.tokenSeconds = SHORT;
    before = {
      tokens: orchestrator.seen.tokens.length,
      lists: requests('/v1/projects/lab/compute/hosts'),
    };
    outage = orchestrator.fail({ how: 503, forSeconds: 60 });
    second = lab.watch('provision', '--junit', 'report.xml', ...AT_ONCE);
    await second.sees('provision-started', () => true, 150);
    // Asked anew after 1, 2, 4, … s, each shortened by chance.
    expect(outage.hits).toBeGreaterThanOrEqual(5);
    expect(outage.hits).toBeLessThanOrEqual(10);
    const cuts = orchestrator.fail({ op: 'hosts', how: 'reset', times: 3 });
    const echo = orchestrator.fail({ op: 'hosts', how: 'echo', times: 1 });
    await second.sees('node-finished', ({ outcome }) => outcome === 'ready', 300);
    orchestrator.inventory.endTokens();
    const { code, stderr } = await second.ended;
    events.push(...second.events());
    expect({ code, stderr: code === 4 ? '' : stderr }).toEqual({ code: 4, stderr: '' });
    expect({ cuts: cuts.hits, echo: echo.hits }).toEqual({ cuts: 3, echo: 1 });

    // No storm: the status is asked for every ten seconds, for all nodes at once. A token is
    // fetched once in its time, and once more after its early end.
    const { durationSeconds = NaN } = resultOf(events) ?? {};
    expect(requests('/v1/projects/lab/compute/hosts') - before.lists).toBeLessThan(
      durationSeconds / 8 + 10,
    );
    const tokens = tokensFrom(before.tokens);
    expect(tokens.every(({ granted }) => granted)).toBe(true);
    const pauses = tokens.slice(1).map(({ at }, index) => at - (tokens[index]?.at ?? NaN));
    expect(pauses.length).toBeGreaterThan(1);
    expect(pauses.filter((pause) => pause < 31).length).toBeLessThanOrEqual(1);
  });

  it('fail each with its class, stage and line, and the others come through: exit 4', () => {
    const result = resultOf(events);
    expect(result?.ready.toSorted()).toEqual(addresses(GOOD));
    const failed = Object.fromEntries(
      (result?.failed ?? []).map(({ address, ...rest }) => [address.slice(3), rest]),
    );
    expect(failed).toMatchObject({
      boot: { class: 'boot', stage: 'ipxe', line: 'Retry with UEFI HTTP Boot again.' },
      network: { class: 'network', stage: 'hook', line: 'udhcpc: no lease, failing' },
      storage: {
        class: 'storage',
        stage: 'workflow',
        line: expect.stringContaining('No space left on device') as string,
      },
      workflow: {
        class: 'workflow',
        stage: 'workflow',
        line: expect.stringMatching(/^Workflow .* failed: action/) as string,
      },
      os: {
        class: 'os',
        stage: 'ubuntu',
        line: expect.stringContaining('Kernel panic - not syncing') as string,
      },
      agents: {
        class: 'agents',
        stage: 'agents',
        line: expect.stringContaining('platform-update-agent') as string,
      },
      timeout: {
        class: 'timeout',
        stage: 'workflow',
        message: expect.stringContaining('45 s') as string,
      },
    });
    expect(result?.byClass).toEqual(Object.fromEntries(FAILURE_CLASSES.map((name) => [name, 1])));
    for (const name of GOOD)
      expect(seenOf(orchestrator, name)).toEqual({
        logins: 0,
        registrations: 1,
        boots: 1,
        fromNetwork: 1,
        fromDisk: 1,
      });
    for (const name of FAILURE_CLASSES)
      expect(seenOf(orchestrator, name)).toMatchObject({ logins: 0, registrations: 1 });
    expect(of(events, 'node-recovering').map(({ address }) => address)).toEqual(['vm.boot']);

    const report = readFileSync(join(lab.dir, 'report.xml'), 'utf8');
    for (const name of FAILURE_CLASSES) expect(report).toContain(`type="${name}"`);
  });

  it('took the time that their stages took, both runs together', async () => {
    expectTimes(await lab.timeline(), events, GOOD, ORDER);
  });

  it('that failed are recreated by --retry-failed, only those of a class', async () => {
    orchestrator.inventory.tokenSeconds = LONG;
    const retry = async (name: FailureClass, ...flags: string[]): Promise<void> => {
      const others = ALL.filter((other) => other !== name);
      const [idsBefore, tokens] = [await ids(others), orchestrator.seen.tokens.length];
      mend(name);
      const run = lab.watch('provision', '--retry-failed', '--class', name, '--yes', ...flags);
      const { code, stderr } = await run.ended;
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      expect(of(run.events(), 'node-started').map(({ address }) => address)).toEqual([
        `vm.${name}`,
      ]);
      expect(resultOf(run.events())).toMatchObject({ ready: [`vm.${name}`], failed: [], left: [] });
      expect(await ids(others)).toEqual(idsBefore);
      expect(seenOf(orchestrator, name)).toMatchObject({ registrations: 1 });
      expect(tokensFrom(tokens).map(({ granted }) => granted)).toEqual([true]);
    };
    // Without it, what failed stays so.
    const idsBefore = await ids(ALL);
    const again = lab.watch('provision');
    expect((await again.ended).code).toBe(4);
    expect(resultOf(again.events())?.ready.toSorted()).toEqual(addresses(GOOD));
    expect(of(again.events(), 'node-started')).toEqual([]);
    expect(await ids(ALL)).toEqual(idsBefore);

    // One to its end. The others up to a stage: they go on beside, and the last run finds them
    // wherever they are by then.
    for (const name of FAILURE_CLASSES)
      if (name !== 'storage') await retry(name, '--until', 'http-boot');
    await retry('storage');
    const last = lab.watch('provision');
    const { code, stderr } = await last.ended;
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(resultOf(last.events())?.ready.toSorted()).toEqual(addresses(ALL));
    expect(of(last.events(), 'node-started')).toEqual([]);
    for (const name of FAILURE_CLASSES)
      expect(seenOf(orchestrator, name)).toMatchObject({ registrations: 1 });
  });

  it('left no secret anywhere, though the orchestrator told all that it was sent', async () => {
    await lab.ven('timeline', '--html', 'timeline.html');
    await lab.ven('plan', '--json');
    await lab.ven('bundle', '--output', 'bundle.tar.gz');
    await canaries.expectNone(lab, {
      spares: [],
      files: ['report.xml', 'timeline.html', 'bundle.tar.gz'],
      nodes: ALL,
    });
  });
});
