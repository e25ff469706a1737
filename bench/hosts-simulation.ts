/**
 * For `bench/hosts.ts`, as one program: a fleet over hosts in memory, from its file to an empty
 * second plan. Prints one line of JSON: CPU seconds by phase, and the peak of memory in MiB.
 */
import { runPlan } from '../src/apply/run.js';
import { loadFleet } from '../src/config/index.js';
import { createRender } from '../src/libvirt/index.js';
import { openHosts } from '../src/operations/hosts/open.js';
import { seeHosts } from '../src/operations/hosts/whole.js';
import { PORTS } from '../src/operations/ports.js';
import { place } from '../src/placement/index.js';
import { makePlanOfMany } from '../src/plan/index.js';
import { FakeHost } from '../test/fake-host/index.js';

const [hostCount = 1, vmsEach = 1] = process.argv.slice(2).map(Number);
const names = Array.from({ length: hostCount }, (_, at) => `h${String(at).padStart(4, '0')}`);
const uriOf = (name: string): string => `qemu+ssh://root@${name}/system`;
const file = JSON.stringify({
  apiVersion: 'ven/v1',
  fleet: 'bench',
  hosts: Object.fromEntries(
    names.map((name) => [
      name,
      { uri: uriOf(name), accelerator: 'qemu', overcommit: { cpus: 16, memory: 16, disk: 1000 } },
    ]),
  ),
  networks: {
    lab: { subnet: '10.20.0.0/16', dhcp: { start: '10.20.0.3', end: '10.20.255.254' } },
  },
  defaults: { cpus: 1, memory: '1GiB', firmware: 'bios', tpm: false, nics: [{ network: 'lab' }] },
  vms: Array.from({ length: Math.ceil((hostCount * vmsEach) / 1000) }, (_, at) => ({
    name: `n${at}`,
    count: Math.min(1000, hostCount * vmsEach - at * 1000),
  })),
});

const hosts = new Map(names.map((name) => [uriOf(name), new FakeHost({ uri: uriOf(name) })]));
const ports = {
  ...PORTS,
  openHost: ({ uri }: { uri: string }): FakeHost => {
    const host = hosts.get(uri);
    if (!host) throw new Error(`no host ${uri}`);
    return host;
  },
};
const options = {
  ...{ mode: 'apply' as const, targets: [], excludes: [], replace: [] },
  keepDisks: false,
};
const never = new AbortController().signal;
const took: Record<string, number> = {};
async function phase<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const began = process.cpuUsage();
  const done = await work();
  const { user, system } = process.cpuUsage(began);
  took[name] = (user + system) / 1e6;
  return done;
}

const fleet = await phase('file', () => loadFleet(file, { file: 'fleet.yaml' }));
const opened = openHosts(fleet, { env: {}, ports });
const render = createRender();
const surveys = await Promise.all(
  opened.map(async ({ name, host }) => ({ name, survey: await host.survey(['default']) })),
);
await phase('placement', () => place(fleet, surveys));
const { plan, shares } = await phase('plan', async () => {
  const seen = await seeHosts(opened, fleet);
  return { ...makePlanOfMany(seen, options, render), shares: seen.shares };
});
const result = await phase('apply', () =>
  runPlan(plan, {
    host: shares[0]?.open.host ?? new FakeHost(),
    fleet,
    hosts: new Map(shares.map(({ name, open, fleet }) => [name, { host: open.host, fleet }])),
    render,
    orchestrator: null,
    emit: () => undefined,
    clock: { now: () => new Date() },
    parallelism: { bringUps: 16, calls: 16 },
    interrupt: { graceful: never, hard: never },
    runId: 'bench',
    command: 'apply',
  }),
);
const again = await phase('again', async () =>
  makePlanOfMany(await seeHosts(opened, fleet), options, render),
);
if (result.outcome !== 'done' || again.plan.steps.length > 0 || plan.refused.length > 0)
  throw new Error(`${result.outcome}, ${again.plan.steps.length} steps are left`);
const peakMiB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ took, peakMiB, steps: plan.steps.length }));
