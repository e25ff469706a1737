/** A host that is lost for good, of two real ones: its VMs are made anew on the other. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changes, HERE, Lab, sleep, type LibvirtHost, type PlanJson } from './lab.js';
import { SecondHost } from './second-host.js';
import { Terminal } from './terminal.js';

let second: SecondHost;
let lab: Lab;

interface Hosted extends PlanJson {
  unknown: { address: string; hosts: string[] }[];
  refused: { address: string; code: string; summary: string }[];
  changes: (PlanJson['changes'][number] & { host: string; evacuatedFrom?: string })[];
}

const DEAD = ['--evacuate', 'there', '--host-is-dead'];

const on = async (host: LibvirtHost, ...args: string[]): Promise<string[]> =>
  (await host.lines('list', '--name', ...args))
    .filter((name) => name.startsWith(`${lab.fleet}_`))
    .map((name) => name.slice(lab.fleet.length + 1));

/** With the ids of what runs: another id is another start. */
const running = async (host: LibvirtHost): Promise<string[]> =>
  (await host.lines('list')).filter((line) => line.includes(`${lab.fleet}_`));

const plan = async (expected: number, ...args: string[]): Promise<Hosted> => {
  const ran = await lab.ven('plan', '--json', ...args);
  expect(ran.code, `${ran.stdout}${ran.stderr}`).toBe(expected);
  return JSON.parse(ran.stdout) as Hosted;
};

/** The VMs that the lost host has, but the one that may be nowhere else. */
let there: string[] = [];
let untouched: string[] = [];

beforeAll(async () => {
  second = await SecondHost.up();
  lab = new Lab('evacuate');
  lab.through = second.client;
  const settings = 'accelerator: qemu, backend: libvirt, overcommit: { cpus: 16 }';
  writeFileSync(
    lab.file,
    `apiVersion: ven/v1
fleet: ${lab.fleet}
hosts:
  here: { uri: 'qemu:///system', ${settings} }
  there: { uri: '${second.uri}', ${settings} }
networks: { lab: { subnet: 10.213.78.0/24 } }
${Lab.SMALL}vms:
  - { name: node, count: 4, nics: [{ network: lab }] }
  - { name: pinned, host: there, nics: [{ network: lab }] }
`,
  );
  await lab.apply();
  there = (await on(second)).filter((name) => name !== 'pinned');
  expect(there.length).toBeGreaterThan(0);
  untouched = await running(HERE);
}, 300_000);

afterAll(async () => {
  await second.bringBack();
  await lab.close();
  const left = await second.lines('list', '--all', '--name');
  await second.close();
  expect(left).toEqual([]);
});

describe('a host', () => {
  it('that answers is not dead', async () => {
    const ran = await lab.ven('apply', '--yes', ...DEAD);
    expect(ran.code).toBe(6);
    expect(ran.stderr).toContain('Host there answers: it is not dead');
    expect(await running(HERE)).toEqual(untouched);
  });

  it('that is away is evacuated by who says both, and types its name', async () => {
    await second.lose('no-route');
    const half = await lab.ven('apply', '--yes', '--evacuate', 'there');
    expect([half.code, half.stderr]).toEqual([
      1,
      expect.stringContaining('--evacuate needs --host-is-dead'),
    ]);
    expect((await lab.ven('apply', ...DEAD)).code).toBe(6);
    const made = await plan(6, ...DEAD);
    expect(changes(made)).toEqual(there.map((name) => `vm.${name} create missing`));
    for (const { host, evacuatedFrom } of made.changes)
      expect([host, evacuatedFrom]).toEqual(['here', 'there']);
    expect(made.refused).toMatchObject([{ address: 'vm.pinned', code: 'no-room' }]);
    expect(made.unknown).toEqual([]);

    const program = [...second.client, join(import.meta.dirname, '../../bin/ven')].join(' ');
    const terminal = new Terminal(
      { dir: lab.dir, stateDir: lab.stateDir, program },
      'apply',
      ...DEAD,
      lab.file,
    );
    await terminal.sees("Only 'there' will be accepted:");
    terminal.type('yes\n');
    expect((await terminal.left()).code).toBe(1);
    expect(terminal.shown).toContain('type the whole word there');
    expect(await running(HERE)).toEqual(untouched);
  }, 120_000);

  it('is evacuated to the end, also after a kill, and no VM elsewhere is touched', async () => {
    const killed = lab.start('apply', '--yes', ...DEAD);
    const begun = async (): Promise<number> => (await on(HERE, '--all')).length;
    while ((await begun()) <= untouched.length && killed.child.exitCode === null) await sleep(20);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const ran = await lab.ven('apply', '--yes', ...DEAD, '--lock-timeout', '60s');
    expect(ran.code, `${ran.stdout}${ran.stderr}`).toBe(6);
    expect(ran.stdout).toContain('What there had of vm.');
    expect(ran.stdout).toContain('ven destroy');
    expect(await on(HERE)).toEqual(['node-1', 'node-2', 'node-3', 'node-4']);
    expect(await running(HERE)).toEqual(expect.arrayContaining(untouched));
  }, 180_000);

  it('is away still: nothing is left to do for them, and its others are unknown', async () => {
    const made = await plan(4);
    expect([made.changes, made.refused]).toEqual([[], []]);
    expect(made.unknown).toEqual([{ address: 'vm.pinned', hosts: ['there'] }]);
    expect(changes(await plan(6, ...DEAD))).toEqual([]);
  }, 60_000);

  it('comes back: both are named, nothing is deleted, and its copies can be', async () => {
    await second.bringBack();
    const before = [await running(HERE), await running(second)];
    await expect
      .poll(async () => (await lab.ven('plan')).code, { timeout: 60_000, interval: 1000 })
      .toBe(6);
    const made = await plan(6);
    expect(made.changes).toEqual([]);
    expect(
      made.refused.map(({ address, code, summary }) => `${address} ${code} ${summary}`),
    ).toEqual(there.map((name) => `vm.${name} on-two-hosts vm.${name} is on here and on there`));
    await lab.apply(6);
    expect([await running(HERE), await running(second)]).toEqual(before);
    const [first = ''] = there;
    const ran = await lab.ven('destroy', '--yes', '--target', `vm.${first}@there`);
    expect(ran.code, `${ran.stdout}${ran.stderr}`).toBe(0);
    expect(await on(second, '--all')).toEqual([...there.slice(1), 'pinned'].sort());
    await lab.ven('destroy', '--yes', '--target', 'vm.*@there');
    expect(await on(second, '--all')).toEqual(['pinned']);
    expect(await running(HERE)).toEqual(before[0]);
    const volumes = await second.lines('vol-list', 'default');
    expect(volumes.map((line) => line.split(/\s+/)[0])).toEqual([
      `${lab.domain('pinned')}-sda.qcow2`,
    ]);
    expect(changes(await plan(0))).toEqual([]);
  }, 180_000);
});
