/**
 * One fleet's nodes on two real hosts, this machine and one behind ssh, from power-on to ready
 * under one run: registered by ven (NIO), and logged in at (IO). Their consoles are followed, the
 * timeline names their hosts, and nothing stays on either.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProvisionEvent } from '../../src/model/index.js';
import { buildPayload, startOrchestrator, type Orchestrator } from '../../stand-in/index.ts';
import { changes, HERE, sleep, type LibvirtHost, type Running } from './lab.js';
import { NodeLab, resultOf, seenOf, serial } from './nodes.js';
import { SecondHost } from './second-host.js';

const MINUTES = 60_000;
const API_PASSWORD = `canary-api-${process.pid}`;
const PASSWORD = `canary-both-${process.pid}`;
const SYSTEM_PASSWORD = `canary-system-${process.pid}`;
/** A node's name, and the host that it is on. */
const WHERE = { near: 'here', far: 'there' };
const NODES = Object.keys(WHERE);

const dir = mkdtempSync(join(tmpdir(), 'ven-both-'));
const labs = { nio: new NodeLab('nio2', 237), io: new NodeLab('io2', 238) };
let second: SecondHost;
let orchestrator: Orchestrator;

beforeAll(async () => {
  second = await SecondHost.up();
  const payload = await buildPayload();
  orchestrator = await startOrchestrator({
    ...{ bootFile: payload.onboarding, installed: payload.installed },
    ...{ domain: 'edge.test', dir: join(dir, 'orchestrator'), projects: ['lab'] },
    accounts: { 'api-user': { password: API_PASSWORD }, onboarder: { password: PASSWORD } },
    systemUser: { username: 'edge', password: SYSTEM_PASSWORD },
  });
  second.reach(orchestrator.address);
}, 10 * MINUTES);

afterAll(async () => {
  for (const lab of Object.values(labs)) if (existsSync(lab.file)) await lab.close();
  await orchestrator.close();
  await second.close();
  rmSync(dir, { recursive: true, force: true });
}, 5 * MINUTES);

/** A node on each host. `flow` is in the serial numbers, so that no two fleets share one. */
function write(lab: NodeLab, keys: string, flow: string): void {
  lab.through = second.client;
  const settings = 'accelerator: qemu, overcommit: { cpus: 16 }';
  lab.writeFleet(
    orchestrator,
    keys,
    Object.entries(WHERE).map(
      ([node, host]) =>
        `{ name: ${node}, host: ${host}, serialNumbers: [${serial(`${flow}${node}`)}] }`,
    ),
    { here: `uri: 'qemu:///system', ${settings}`, there: `uri: '${second.uri}', ${settings}` },
  );
}

/** `ven logs NODE --follow`, and what it has printed. */
class Followed {
  text = '';
  readonly #running: Running;

  constructor(lab: NodeLab, node: string) {
    this.#running = lab.start('logs', node, '--follow');
    this.#running.child.stdout?.on('data', (piece: string) => (this.text += piece));
  }

  /** What the node said last comes to who follows, too. */
  async end(until: string): Promise<string> {
    for (const end = Date.now() + 10_000; !this.text.includes(until); await sleep(200))
      if (Date.now() > end) break;
    this.#running.child.kill('SIGINT');
    await this.#running.ended;
    return this.text;
  }
}

/** Both are ready, each with stages of its own, and everything says which host has which. */
async function expectReady(
  lab: NodeLab,
  events: readonly ProvisionEvent[],
  flow: string,
): Promise<void> {
  expect(resultOf(events)).toMatchObject({ ready: ['vm.near', 'vm.far'], failed: [], left: [] });
  for (const node of NODES) {
    expect(seenOf(orchestrator, `${flow}${node}`)).toMatchObject({
      // Loads of the boot file are told apart by addresses, and all of the second host have one.
      ...{ fromNetwork: 1, fromDisk: 1 },
      ...(flow === 'io' ? { logins: 1, registrations: 0 } : { logins: 0, registrations: 1 }),
    });
  }
  const { nodes } = await lab.timeline();
  expect(nodes.map(({ vm, host }) => [vm, host])).toEqual(Object.entries(WHERE));
  for (const { way } of nodes) {
    expect(way?.stages.at(-1)?.stage).toBe('ready');
    expect(way?.seconds).toBeGreaterThan(10);
  }
  const { stdout } = await lab.ven('timeline');
  for (const [node, host] of Object.entries(WHERE)) expect(stdout).toContain(`${node} on ${host}`);
  const status = JSON.parse((await lab.ven('status', '--json')).stdout) as {
    vms: { name: string; host: string; power: string; stage: string; outcome: string }[];
  };
  expect(status.vms).toMatchObject(
    Object.entries(WHERE).map(([name, host]) => ({
      ...{ name, host, power: 'running', stage: 'ready', outcome: 'ready' },
    })),
  );
  expect(changes(await lab.plan())).toEqual([]);
}

/** The log of a node's console, as its host has it. */
const consoleOf = (lab: NodeLab, node: string): string => {
  const folder = node === 'near' ? '/var/log/libvirt' : join(second.host.dir, 'log');
  return readFileSync(join(folder, `qemu/${lab.domain(node)}-console.log`), 'latin1');
};

/** What a host has of this fleet's name: VMs, networks, volumes, NVRAM, logs, pools of a moment. */
async function leftOn(host: LibvirtHost, { fleet }: NodeLab): Promise<string[]> {
  const listed = await Promise.all(
    [
      ['list', '--all', '--name'],
      ['net-list', '--all', '--name'],
      ['vol-list', 'default'],
      ['pool-list', '--all', '--name'],
    ].map((question) => host.lines(...question)),
  );
  const folders = ['/var/log/libvirt/qemu', '/var/lib/libvirt/qemu/nvram'];
  const { stdout } = await host.run('ls', ...folders);
  const all = [...listed.flat(), ...stdout.split('\n')];
  // A pool through which another test reads files is nobody's leftover.
  return all.filter((name) => name.startsWith(fleet) || (host === second && /^ven-/.test(name)));
}

async function expectDestroyed(lab: NodeLab): Promise<void> {
  const { code, stdout, stderr } = await lab.ven('destroy', '--yes', '--purge');
  expect(code, `${stdout}${stderr}`).toBe(0);
  for (const host of [HERE, second]) expect(await leftOn(host, lab)).toEqual([]);
}

describe('nodes on two hosts', { timeout: 8 * MINUTES }, () => {
  it('that are registered are made and watched to ready by one apply', async () => {
    const lab = labs.nio;
    for (const node of NODES) orchestrator.node(serial(`nio${node}`), { flow: 'non-interactive' });
    lab.env = { PROJECT_API_USER: 'api-user', PROJECT_API_PASSWORD: API_PASSWORD };
    write(lab, 'onboarding: non-interactive, project: lab', 'nio');
    const run = lab.watch('apply', '--yes', '--wait', 'ready');
    for (const node of NODES)
      await run.sees('node-started', ({ address }) => address === `vm.${node}`, 180);
    const followed = NODES.map((node) => new Followed(lab, node));
    const { code, stderr } = await run.ended;
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    for (const each of followed) expect(await each.end('login:')).toContain('login:');
    await expectReady(lab, run.events(), 'nio');
    for (const node of NODES) {
      const { stdout } = await lab.ven('logs', node, '--raw');
      expect(Buffer.from(stdout).toString('latin1')).toBe(consoleOf(lab, node));
    }
    await expectDestroyed(lab);
  });

  it('that are logged in at are watched to ready by one provision; no password stays', async () => {
    const lab = labs.io;
    for (const node of NODES)
      orchestrator.node(serial(`io${node}`), { flow: 'interactive', echoPassword: true });
    writeFileSync(join(lab.dir, 'password'), `${PASSWORD}\n`, { mode: 0o600 });
    writeFileSync(join(lab.dir, 'os-password'), `${SYSTEM_PASSWORD}\n`, { mode: 0o600 });
    lab.env = { LAB_USER: 'onboarder', NODE_USER: 'edge' };
    write(
      lab,
      'onboarding: interactive, credentials: { username: { env: LAB_USER }, ' +
        'password: { file: password } }, ' +
        'osCredentials: { username: { env: NODE_USER }, password: { file: os-password } }',
      'io',
    );
    await lab.apply();
    const run = lab.watch('provision');
    const { code, stderr } = await run.ended;
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    await expectReady(lab, run.events(), 'io');
    for (const node of NODES) {
      const said = [consoleOf(lab, node), (await lab.ven('logs', node, '--raw')).stdout];
      for (const text of said) {
        expect(text).toMatch(/Password: \*{10,}/);
        for (const word of [PASSWORD, SYSTEM_PASSWORD]) expect(text).not.toContain(word);
      }
    }
    await expectDestroyed(lab);
  });
});
