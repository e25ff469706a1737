/**
 * Nodes at whose prompt ven logs in (IO), from power-on to ready on real VMs, under runs that are
 * killed as they type, and ended: each logs in once, its stages take the time that it took, and the
 * passwords are nowhere but in the files that they came from. The same once more at the system that
 * they install: nobody asks the orchestrator, so only this login tells that they are ready.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProvisionEvent } from '../../src/model/index.js';
import { buildPayload, startOrchestrator, type Orchestrator } from '../../stand-in/index.ts';
import { Canaries } from './canaries.js';
import { sleep } from './lab.js';
import { expectTimes, GOOD, NodeLab, of, resultOf, seenOf, serial } from './nodes.js';

const WORD = `canary-io-${process.pid}`;
const PASSWORD = `${WORD}"&%41+' <`;
const SYSTEM_WORD = `canary-os-${process.pid}`;
const SYSTEM_PASSWORD = `${SYSTEM_WORD}'\\$(5)`;
const MINUTES = 60_000;
/** Beside those of the other test, which need the cores more. */
const AT_ONCE = ['--max-concurrent', '1'];
const ORDER = [
  'firmware',
  'http-boot',
  'ipxe',
  'hook',
  'onboarding',
  'workflow',
  'reboot',
  'microvisor',
  'ubuntu',
  'agents',
  'ready',
];

const dir = mkdtempSync(join(tmpdir(), 'ven-login-'));
const lab = new NodeLab('io', 234);
const canaries = new Canaries([WORD, SYSTEM_WORD], [lab]);
let orchestrator: Orchestrator;
/** Of all runs. */
const events: ProvisionEvent[] = [];
const consoleLog = (name: string): string =>
  readFileSync(`/var/log/libvirt/qemu/${lab.domain(name)}-console.log`, 'latin1');

beforeAll(async () => {
  const payload = await buildPayload();
  const accounts = { onboarder: { password: PASSWORD } };
  const files = { bootFile: payload.onboarding, installed: payload.installed };
  orchestrator = await startOrchestrator({
    ...files,
    domain: 'edge.test',
    dir: join(dir, 'orchestrator'),
    accounts,
    systemUser: { username: 'edge', password: SYSTEM_PASSWORD },
  });
  for (const name of GOOD)
    orchestrator.node(serial(name), { flow: 'interactive', echoPassword: name === 'node-2' });
  writeFileSync(join(lab.dir, 'password'), `${PASSWORD}\n`, { mode: 0o600 });
  writeFileSync(join(lab.dir, 'os-password'), `${SYSTEM_PASSWORD}\n`, { mode: 0o600 });
  lab.env = { LAB_USER: 'onboarder', NODE_USER: 'edge' };
  canaries.watchProcesses();
}, 10 * MINUTES);

afterAll(async () => {
  await lab.close();
  await orchestrator.close();
  rmSync(dir, { recursive: true, force: true });
}, 5 * MINUTES);

/** Processes that ven has attached to this domain's console, by what they were started with. */
function atConsole(uuid: string): string[] {
  const all = execFileSync('ps', ['-ww', '-eo', 'args='], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => /\bvirsh\b.* console /.test(line) && line.includes(uuid));
}

function writeFleet(keys = ''): void {
  lab.writeFleet(
    orchestrator,
    'onboarding: interactive, credentials: { username: { env: LAB_USER }, ' +
      `password: { file: password } }${keys}`,
    [`{ name: node, count: 3, serialNumbers: [${GOOD.map(serial).join(', ')}] }`],
  );
}

async function until(what: () => boolean, seconds: number): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !what(); await sleep(50))
    if (Date.now() > end) throw new Error('it did not come to that');
}

describe('nodes that are logged in at', { timeout: 20 * MINUTES }, () => {
  it('are not told ready by anybody without a login to their system: said at once', async () => {
    writeFleet();
    const unseen =
      /stage Agents can't be seen reaching Ready: without `orchestrator.osCredentials`/;
    expect((await lab.ven('plan')).stdout.replaceAll(/\s+/g, ' ')).toMatch(unseen);
    expect((await lab.ven('doctor')).stdout.replaceAll(/\s+/g, ' ')).toMatch(unseen);
    writeFleet(
      ', osCredentials: { username: { env: NODE_USER }, password: { file: os-password } }',
    );
    expect((await lab.ven('plan')).stdout).not.toContain('osCredentials');
  });

  it('log in once, though ven is killed as it types a password, and ended later', async () => {
    const first = lab.watch('apply', '--yes', '--wait', 'ready', ...AT_ONCE);
    const { address } = await first.sees(
      'node-answered',
      ({ prompt }) => prompt.startsWith('Username'),
      600,
    );
    const uuid = await lab.uuid(address.slice(3));
    // Next it attaches to type the password.
    await until(() => atConsole(uuid).length > 0, 60);
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    await until(() => atConsole(uuid).length === 0, 2);
    expect(resultOf(first.events())).toBeUndefined();

    const second = lab.watch('provision', ...AT_ONCE);
    await second.sees('stage-reached', ({ stage }) => stage === 'reboot', 600);
    second.child.kill('SIGINT');
    expect((await second.ended).code).toBe(130);
    expect(resultOf(second.events())).toMatchObject({ outcome: 'interrupted' });

    // And once more as it types the password of the installed system.
    const killed = lab.watch('provision', ...AT_ONCE);
    await killed.sees('node-answered', ({ prompt }) => prompt.endsWith(' login:'), 600);
    await until(() => atConsole(uuid).length > 0, 60);
    killed.child.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    await until(() => atConsole(uuid).length === 0, 2);

    const third = lab.watch('provision', ...AT_ONCE);
    await third.sees('node-started', (event) => event.address === 'vm.node-3', 600);
    // Somebody is at its console, and leaves when it is said that this is waited for.
    const person = spawn(
      'script',
      ['-q', '-c', `virsh -c qemu:///system console ${lab.domain('node-3')} --force`, '/dev/null'],
      {
        stdio: ['pipe', 'ignore', 'ignore'],
        env: { ...process.env, SHELL: '/bin/sh' },
      },
    );
    const ofNode = (event: { address: string | null }): boolean => event.address === 'vm.node-3';
    expect(await third.sees('provision-warning', ofNode, 600)).toMatchObject({
      message: expect.stringContaining('another terminal is attached') as string,
    });
    person.stdin.write('\u001d');
    const ended = await third.ended;
    expect({ code: ended.code, stderr: ended.code === 0 ? '' : ended.stderr }).toEqual({
      code: 0,
      stderr: '',
    });
    for (const run of [first, second, killed, third]) events.push(...run.events());

    for (const name of GOOD)
      expect(seenOf(orchestrator, name)).toEqual({
        logins: 1,
        registrations: 0,
        boots: 1,
        fromNetwork: 1,
        fromDisk: 1,
      });
    // One token each, for its login; ven itself needs none, and nothing wrong or empty was ever
    // typed.
    expect(orchestrator.seen.logins.every(({ granted }) => granted)).toBe(true);
    expect(
      orchestrator.seen.tokens.map(({ username, granted }) => ({ username, granted })),
    ).toEqual(GOOD.map(() => ({ username: 'onboarder', granted: true })));
    for (const name of GOOD) {
      const prompts = (): string[] =>
        consoleLog(name).match(/(?:Username|Password|login): /g) ?? [];
      // The shell ends by itself, and with it the login.
      await until(() => prompts().length > 4, 30);
      expect(prompts()).toEqual(['Username: ', 'Password: ', 'login: ', 'Password: ', 'login: ']);
      expect(consoleLog(name).match(/F=\/home\/postinstall/g)).toHaveLength(1);
    }
    const inside = orchestrator.seen.systemLogins;
    expect(inside.every(({ granted }) => granted)).toBe(true);
    expect(inside.map(({ serialNumber }) => serialNumber).toSorted()).toEqual(GOOD.map(serial));

    const { vms } = JSON.parse((await lab.ven('status', '--json')).stdout) as {
      vms: { stage: string; outcome: string }[];
    };
    expect(vms.map(({ stage, outcome }) => ({ stage, outcome }))).toEqual(
      GOOD.map(() => ({ stage: 'ready', outcome: 'ready' })),
    );
  });

  it('took the time that their stages took, all runs together', async () => {
    expectTimes(await lab.timeline(), events, GOOD, ORDER);
    expect(of(events, 'node-answered').length).toBeGreaterThanOrEqual(5);
  });

  it('left the password nowhere, though a node echoed it', async () => {
    expect(consoleLog('node-2').match(/Password: \*{10,}/g)).toHaveLength(2);
    await lab.ven('provision', '--junit', 'report.xml');
    await lab.ven('timeline', '--html', 'timeline.html');
    await lab.ven('plan', '--json');
    await lab.ven('bundle', '--output', 'bundle.tar.gz');
    const files = ['report.xml', 'timeline.html', 'bundle.tar.gz'];
    const spares = ['password', 'os-password'].map((name) => join(lab.dir, name));
    await canaries.expectNone(lab, { spares, files, nodes: GOOD });
  });

  it('fail where the system refuses the login: class, decisive line, exit 4', async () => {
    orchestrator.inventory.systemUser = null;
    const run = lab.watch('apply', '--yes', '--replace', 'vm.node-3', '--wait', 'ready');
    expect((await run.ended).code).toBe(4);
    expect(resultOf(run.events())).toMatchObject({
      byClass: { agents: 1 },
      failed: [{ address: 'vm.node-3', class: 'agents', stage: 'agents', line: 'Login incorrect' }],
    });
    const tried = orchestrator.seen.systemLogins.filter(({ granted }) => !granted);
    expect(tried.map(({ serialNumber }) => serialNumber)).toEqual([serial('node-3')]);
  });
});
