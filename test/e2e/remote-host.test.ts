/**
 * A fleet on a host behind ssh: all that works on this machine works there. A node is registered
 * and watched to ready; its log is followed, and read along; nothing of ven stays on the host.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPayload, startOrchestrator, type Orchestrator } from '../../stand-in/index.ts';
import { changes, sleep, type Running } from './lab.js';
import { NodeLab, serial } from './nodes.js';
import { SecondHost } from './second-host.js';

const MINUTES = 60_000;
const PASSWORD = `canary-remote-${process.pid}`;
const dir = mkdtempSync(join(tmpdir(), 'ven-remote-'));
let second: SecondHost;
let lab: NodeLab;
let orchestrator: Orchestrator;

beforeAll(async () => {
  second = await SecondHost.up();
  lab = new NodeLab('remote', 236, second);
  lab.through = second.client;
  const payload = await buildPayload();
  orchestrator = await startOrchestrator({
    ...{ bootFile: payload.onboarding, installed: payload.installed },
    ...{ domain: 'edge.test', dir: join(dir, 'orchestrator'), projects: ['lab'] },
    accounts: { 'api-user': { password: PASSWORD } },
  });
  second.reach(orchestrator.address);
  orchestrator.node(serial('node'), { flow: 'non-interactive' });
  lab.env = { PROJECT_API_USER: 'api-user', PROJECT_API_PASSWORD: PASSWORD };
  lab.writeFleet(
    orchestrator,
    'onboarding: non-interactive, project: lab',
    [`{ name: node, serialNumbers: [${serial('node')}], graphics: vnc }`],
    `uri: '${second.uri}', accelerator: qemu`,
  );
}, 10 * MINUTES);

afterAll(async () => {
  await lab.close();
  expect(await second.lines('pool-list', '--all', '--name')).toEqual(['default']);
  await orchestrator.close();
  await second.close();
  rmSync(dir, { recursive: true, force: true });
}, 5 * MINUTES);

/** What a run that goes on has printed. */
function printed({ child }: Running): () => string {
  let text = '';
  child.stdout?.on('data', (piece: string) => (text += piece));
  return () => text;
}

const consoleThere = (): string =>
  readFileSync(join(second.host.dir, `log/qemu/${lab.domain('node')}-console.log`), 'utf8');

describe('a fleet on a remote host', { timeout: 10 * MINUTES }, () => {
  it('is ready: doctor', async () => {
    const { code, stdout } = await lab.ven('doctor', '--json');
    expect(stdout).toContain('"check"');
    expect(code).toBe(0);
  });

  it('has its node onboarded, while others follow it', async () => {
    const run = lab.watch('apply', '--yes', '--wait', 'ready');
    await run.sees('node-started', () => true, 120);
    const followed = lab.start('logs', 'node', '--follow');
    const alongside = lab.start('logs', 'node', '--follow', '--raw');
    const texts = [printed(followed), printed(alongside)];
    await run.sees('stage-reached', ({ stage }) => stage === 'hook', 240);
    const status = JSON.parse((await lab.ven('status', '--json')).stdout) as {
      vms: { stage: string | null; stageAsOf: string | null; power: string }[];
    };
    expect(status.vms[0]).toMatchObject({ power: 'running', stageAsOf: null });
    expect(status.vms[0]?.stage).not.toBeNull();
    const { code, stderr } = await run.ended;
    expect(stderr).not.toContain('could not be read');
    expect(code).toBe(0);
    // What the node said last comes to those who follow, too.
    for (const end = Date.now() + 10_000; Date.now() < end; await sleep(200))
      if (texts.every((text) => text().includes('login:'))) break;
    for (const running of [followed, alongside]) running.child.kill('SIGINT');
    await Promise.all([followed.ended, alongside.ended]);
    for (const text of texts) expect(text()).toContain('login:');
  });

  it('tells its stages, and its logs as they are there', async () => {
    const timeline = await lab.timeline();
    expect(timeline.nodes[0]?.way?.stages.at(-1)?.stage).toBe('ready');
    const { stdout } = await lab.ven('logs', 'node', '--raw');
    expect(stdout).toBe(consoleThere());
    expect(changes(await lab.plan())).toEqual([]);
  });

  it('is put into a bundle, and shows the way to its screen', async () => {
    const file = join(dir, 'bundle.tar.gz');
    expect((await lab.ven('bundle', '--output', file)).code).toBe(0);
    const { stdout } = await second.run('tar', '-tzf', file);
    expect(stdout).toContain('consoles/node.log');
    expect(stdout).toContain('nodes/node.json');
    const vnc = await lab.ven('vnc', 'node');
    expect(vnc.stderr).toContain(`ssh -p 2222 -L 5900:127.0.0.1:5900 root@${second.address}`);
  });

  it('is read from a fresh clone, and leaves no logs', async () => {
    lab.newStateDir();
    const { stdout } = await lab.ven('logs', 'node', '--tail', '1');
    expect(stdout).not.toBe('');
    const { code } = await lab.ven('destroy', '--yes', '--purge');
    expect(code).toBe(0);
    const { stdout: left } = await second.run('ls', '/var/log/libvirt/qemu');
    expect(left).not.toContain(lab.fleet);
  });
});
