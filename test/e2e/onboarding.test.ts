/**
 * From power-on to ready, with real VMs and the stand-in orchestrator: three nodes by login (IO) under runs that are killed and ended,
 * and by registration (NIO) three that come through beside one for each class of failure. All in one bring-up, since that is what takes the time.
 */
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailureClass, ProvisionEvent } from '../../src/model/index.js';
import { buildPayload, startOrchestrator, type Orchestrator } from '../orchestrator/index.ts';
import { Lab, sleep, virsh, type Ran, type Running } from './lab.js';

const IO_PASSWORD = `canary-io-${process.pid}`;
const NIO_PASSWORD = `canary-nio-${process.pid}`;
const CANARIES = [IO_PASSWORD, NIO_PASSWORD];
const GOOD = [1, 2, 3];
const CLASSES: FailureClass[] = ['boot', 'network', 'storage', 'workflow', 'os', 'agents', 'timeout'];
const MINUTES = 60_000;
/** A node is through in about a minute when it has a core for itself. */
const WAY = 20 * MINUTES;

const dir = mkdtempSync(join(tmpdir(), 'ven-onboarding-'));
const io = new Lab('io');
const nio = new Lab('nio');
const refused = new Lab('refused');
let orchestrator: Orchestrator;
let broken: Orchestrator;
/** What all commands printed, and were run as: the only processes that may have a secret in their environment. */
const printed: Ran[] = [];
const own: (number | undefined)[] = [];

const third = process.pid % 250;
const serial = (name: string): string => `VEN${process.pid}${name.replace(/\W/g, '')}`.slice(0, 20).toUpperCase();
const network = (subnet: number, { address, names }: Orchestrator): string =>
  `networks: { lab: { subnet: 10.${subnet}.${third}.0/24, dns: { hosts: { ${address}: [${names.join(', ')}] } } } }\n`;
const DEFAULTS =
  'defaults: { cpus: 1, memory: 768MiB, tpm: false, disks: [{ size: 128MiB }], nics: [{ network: lab }], shutdownTimeout: 1s }\n';

function start(lab: Lab, ...args: string[]): Running {
  const running = lab.start(...args);
  own.push(running.child.pid);
  void running.ended.then((ran) => printed.push(ran));
  return running;
}
const ven = (lab: Lab, ...args: string[]): Promise<Ran> => start(lab, ...args).ended;
/** Of the lines that are whole. */
const eventsOf = (text: string): ProvisionEvent[] =>
  text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ProvisionEvent);
const of = <T extends ProvisionEvent['type']>(events: ProvisionEvent[], type: T) =>
  events.filter((event): event is Extract<ProvisionEvent, { type: T }> => event.type === type);
/** What its standard output is so far. */
function output(running: Running): () => string {
  let text = '';
  running.child.stdout?.on('data', (piece: string) => (text += piece));
  return () => text;
}
const until = async (what: () => boolean, seconds: number): Promise<void> => {
  for (const end = Date.now() + seconds * 1000; !what(); await sleep(200)) if (Date.now() > end) throw new Error('it did not come to that');
};

/** ven itself, given its secret by its environment; or a copy of it that is about to become one of its programs; or what its launcher asks for. */
function isVen(pid: string, commandLine: string): boolean {
  if (own.includes(Number(pid))) return true;
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  return own.includes(parent) && /\/dist\/main\.js\0|\/bin\/ven\0|^uname\0/.test(commandLine);
}

/** Looks for the canaries where no secret may be: in every process's arguments, and every other process's environment. */
async function watchProcesses(signal: AbortSignal): Promise<string[]> {
  const found = new Set<string>();
  const hasCanary = (text: string): boolean => CANARIES.some((canary) => text.includes(canary));
  while (!signal.aborted) {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
        if (hasCanary(commandLine)) found.add(`arguments: ${commandLine}`);
        if (hasCanary(readFileSync(`/proc/${pid}/environ`, 'latin1')) && !isVen(pid, commandLine))
          found.add(`environment of ${commandLine}`);
      } catch {
        // It has ended.
      }
    }
    await sleep(300);
  }
  return [...found];
}

/** Files of ven's, and the consoles' logs, that hold a canary. */
function leaks(...labs: Lab[]): string[] {
  const files = labs.flatMap(({ stateDir }) =>
    readdirSync(stateDir, { recursive: true, encoding: 'utf8' }).map((name) => join(stateDir, name)),
  );
  const logs = readdirSync('/var/log/libvirt/qemu')
    .filter((name) => labs.some(({ fleet }) => name.startsWith(`${fleet}_`)))
    .map((name) => join('/var/log/libvirt/qemu', name));
  return [...files, ...logs].filter((file) => {
    if (!statSync(file).isFile()) return false;
    const text = readFileSync(file, 'latin1');
    return CANARIES.some((canary) => text.includes(canary));
  });
}

const count = <T>(list: readonly T[], fits: (item: T) => boolean): number => list.filter(fits).length;
/** For each serial number: how often it was let in, registered, loaded the boot file, and started. */
function seenOf(serialNumber: string) {
  const { logins, registrations, boots, starts } = orchestrator.seen;
  const mine = (each: { serialNumber: string | null }): boolean => each.serialNumber === serialNumber;
  return {
    logins: count(logins, mine),
    registrations: count(registrations, mine),
    boots: count(boots, (boot) => mine(boot) && boot.method === 'GET'),
    fromNetwork: count(starts, (start) => mine(start) && start.from === 'network'),
    fromDisk: count(starts, (start) => mine(start) && start.from === 'disk'),
  };
}

beforeAll(async () => {
  const payload = await buildPayload();
  const accounts = { onboarder: { password: IO_PASSWORD }, 'api-user': { password: NIO_PASSWORD } };
  const common = { bootFile: payload.onboarding, installed: payload.installed, accounts, projects: ['lab'] };
  orchestrator = await startOrchestrator({ ...common, domain: 'edge.test', dir: join(dir, 'orchestrator') });
  broken = await startOrchestrator({ ...common, domain: 'broken.test', dir: join(dir, 'broken'), device: `orcx${process.pid}` });

  for (const index of GOOD) orchestrator.node(serial(`i${index}`), { flow: 'interactive', echoPassword: index === 2 });
  copyFileSync(orchestrator.caCertificate, join(io.dir, 'ca.pem'));
  writeFileSync(join(io.dir, 'password'), `${IO_PASSWORD}\n`, { mode: 0o600 });
  io.env = { LAB_USER: 'onboarder' };
  io.write(
    `orchestrator: { domain: edge.test, caCertificate: ca.pem, onboarding: interactive, credentials: { username: { env: LAB_USER }, password: { file: password } } }\n${network(234, orchestrator)}${DEFAULTS}vms: [{ name: node, count: 3, serialNumbers: [${GOOD.map((index) => serial(`i${index}`)).join(', ')}] }]\n`,
  );

  // The user's own profile: the one that comes along, with a short time limit and less patience.
  const profile = readFileSync(join(import.meta.dirname, '../../templates/profiles/edge-node.yaml'), 'utf8')
    .replace(/(name: workflow\n\s+title: Workflow\n\s+timeout: )3600s/, '$190s')
    .replace(/(recover: \{ prompt: '\^iPXE>\$', type: reboot, atMost: )3/g, '$11');
  writeFileSync(join(nio.dir, 'impatient.yaml'), profile);
  copyFileSync(orchestrator.caCertificate, join(nio.dir, 'ca.pem'));
  nio.env = { PROJECT_API_USER: 'api-user', PROJECT_API_PASSWORD: NIO_PASSWORD };
  const faulty = CLASSES.map((name, index) => {
    const address = `10.235.${third}.${200 + index}`;
    orchestrator.node(serial(name), { flow: 'non-interactive', fault: { kind: name }, address });
    return `  - { name: ${name}, serialNumbers: [${serial(name)}], nics: [{ network: lab, address: ${address} }] }\n`;
  });
  for (const index of GOOD) orchestrator.node(serial(`n${index}`), { flow: 'non-interactive', os: index === 3 ? 'microvisor' : 'ubuntu' });
  nio.write(
    `orchestrator: { domain: edge.test, caCertificate: ca.pem, onboarding: non-interactive, project: lab, profile: ./impatient.yaml }\n${network(235, orchestrator)}${DEFAULTS}vms:\n  - { name: node, count: 3, serialNumbers: [${GOOD.map((index) => serial(`n${index}`)).join(', ')}] }\n${faulty.join('')}`,
  );

  copyFileSync(broken.caCertificate, join(refused.dir, 'ca.pem'));
  refused.env = nio.env;
  refused.write(
    `orchestrator: { domain: broken.test, caCertificate: ca.pem, onboarding: non-interactive, project: lab }\n${network(236, broken)}${DEFAULTS}vms: [{ name: node }]\n`,
  );
}, 10 * MINUTES);

afterAll(async () => {
  for (const lab of [io, nio, refused]) await lab.close();
  await orchestrator.close();
  await broken.close();
  rmSync(dir, { recursive: true, force: true });
}, 5 * MINUTES);

describe('nodes on their way', { timeout: WAY }, () => {
  const stop = new AbortController();
  let processes: Promise<string[]>;
  let byRegistration: Running;

  it('are made and started; a second run is told who is at it', async () => {
    processes = watchProcesses(stop.signal);
    byRegistration = start(nio, 'apply', '--yes', '--wait', 'ready', '--json', '--junit', 'report.xml');
    const said = output(byRegistration);
    await until(() => said().includes('"node-started"') || byRegistration.child.exitCode !== null, 300);
    const second = await start(nio, 'provision').ended;
    expect(second).toMatchObject({ code: 5, stdout: '' });
    expect(second.stderr).toContain(`(process ${byRegistration.child.pid}`);
  });

  it('come to the same end when ven is killed, and ended, in the middle: each login once', async () => {
    const first = start(io, 'apply', '--yes', '--wait', 'ready', '--json');
    const saidFirst = output(first);
    await until(() => saidFirst().includes('"vm.node-3"') && saidFirst().includes('"node-started"'), 300);
    // Somebody is at a node's console, and leaves when it is said that this is waited for.
    const person = spawn('script', ['-q', '-c', `virsh -c qemu:///system console ${io.domain('node-3')} --force`, '/dev/null'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, SHELL: '/bin/sh' },
    });
    await until(() => saidFirst().includes('"node-answered"') || first.child.exitCode !== null, 600);
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');

    const second = start(io, 'provision', '--json');
    const saidSecond = output(second);
    await until(() => saidSecond().includes('"provision-warning"') || second.child.exitCode !== null, 120);
    expect(of(eventsOf(saidSecond()), 'provision-warning')).toMatchObject([
      { address: 'vm.node-3', message: expect.stringContaining('in use') as string },
    ]);
    person.stdin.write('\u001d');
    await until(() => saidSecond().includes('"stage":"reboot"') || second.child.exitCode !== null, 600);
    second.child.kill('SIGINT');
    const ended = await second.ended;
    expect({ code: ended.code, outcome: of(eventsOf(ended.stdout), 'provision-finished')[0]?.outcome }).toEqual({
      code: 130,
      outcome: 'interrupted',
    });

    const last = await start(io, 'provision', '--json').ended;
    expect({ code: last.code, stderr: last.code === 0 ? '' : last.stderr }).toEqual({ code: 0, stderr: '' });
    for (const index of GOOD) {
      expect(seenOf(serial(`i${index}`))).toEqual({ logins: 1, registrations: 0, boots: 1, fromNetwork: 1, fromDisk: 1 });
    }
    expect(orchestrator.seen.logins.every(({ granted }) => granted)).toBe(true);
    const { vms } = JSON.parse((await ven(io, 'status', '--json')).stdout) as { vms: { stage: string; outcome: string }[] };
    expect(vms.map(({ stage, outcome }) => ({ stage, outcome }))).toEqual(GOOD.map(() => ({ stage: 'ready', outcome: 'ready' })));
  });

  it('fail each in its own way, with class, stage and line, and the others come through: exit 4', async () => {
    const { code, stdout, stderr } = await byRegistration.ended;
    expect({ code, stderr: code === 4 ? '' : stderr }).toEqual({ code: 4, stderr: '' });
    const events = eventsOf(stdout);
    const [result] = of(events, 'provision-finished');
    expect(result?.ready.toSorted()).toEqual(GOOD.map((index) => `vm.node-${index}`));
    const failed = Object.fromEntries((result?.failed ?? []).map(({ address, ...rest }) => [address.slice(3), rest]));
    expect(failed).toMatchObject({
      boot: { class: 'boot', stage: 'ipxe', line: 'Retry with UEFI HTTP Boot again.' },
      network: { class: 'network', stage: 'hook', line: 'udhcpc: no lease, failing' },
      storage: { class: 'storage', stage: 'workflow', line: expect.stringContaining('No space left on device') as string },
      workflow: { class: 'workflow', stage: 'workflow', line: expect.stringMatching(/^Workflow .* failed: action/) as string },
      os: { class: 'os', line: expect.stringContaining('Kernel panic - not syncing') as string },
      agents: { class: 'agents', line: expect.stringContaining('platform-update-agent') as string },
      timeout: { class: 'timeout', stage: 'workflow', message: expect.stringContaining('90 s') as string },
    });
    expect(result?.byClass).toEqual(Object.fromEntries(CLASSES.map((name) => [name, 1])));
    for (const index of GOOD) {
      expect(seenOf(serial(`n${index}`))).toEqual({ logins: 0, registrations: 1, boots: 1, fromNetwork: 1, fromDisk: 1 });
    }
    expect(orchestrator.seen.tokens.every(({ granted }) => granted)).toBe(true);
    expect(count(of(events, 'node-recovering'), ({ address }) => address === 'vm.boot')).toBe(1);

    const report = readFileSync(join(nio.dir, 'report.xml'), 'utf8');
    for (const name of CLASSES) expect(report).toContain(`type="${name}"`);
  });

  it('took the time that their stages took', async () => {
    const { stdout } = await byRegistration.ended;
    const events = eventsOf(stdout);
    const order = ['firmware', 'http-boot', 'ipxe', 'hook', 'workflow', 'reboot', 'microvisor', 'ubuntu', 'agents', 'ready'];
    for (const index of GOOD) {
      const address = `vm.node-${index}`;
      const started = of(events, 'node-started').find((event) => event.address === address);
      const finished = of(events, 'node-finished').find((event) => event.address === address);
      const stages = of(events, 'stage-reached').filter((event) => event.address === address);
      expect(stages.map(({ stage }) => order.indexOf(stage))).toEqual(
        stages.map(({ stage }) => order.indexOf(stage)).toSorted((a, b) => a - b),
      );
      expect(stages.map(({ stage }) => stage)).toEqual(expect.arrayContaining(['firmware', 'http-boot', 'hook', 'workflow', 'ready']));
      const sum = finished?.stages.reduce((total, { seconds }) => total + seconds, 0) ?? 0;
      const took = (Date.parse(finished?.time ?? '') - Date.parse(started?.time ?? '')) / 1000;
      expect(Math.abs(sum - took)).toBeLessThan(1);
    }
    const { nodes } = JSON.parse((await ven(nio, 'timeline', 'node-1', '--json')).stdout) as {
      nodes: { way: { seconds: number; stages: { seconds: number }[] } }[];
    };
    const way = nodes[0]?.way;
    expect(Math.abs((way?.stages.reduce((sum, { seconds }) => sum + seconds, 0) ?? 0) - (way?.seconds ?? -1))).toBeLessThan(1);
  });

  it('that failed are made anew by --retry-failed, just those of the class, and come through', async () => {
    const others = ['node-1', 'node-2', 'node-3', ...CLASSES.filter((name) => name !== 'storage')];
    const ids = (): Promise<string[]> => Promise.all(others.map((name) => virsh('domid', nio.domain(name))));
    const before = await ids();
    orchestrator.node(serial('storage'), { flow: 'non-interactive' });
    const { code, stdout, stderr } = await start(nio, 'provision', '--retry-failed', '--class', 'storage', '--yes', '--json').ended;
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(of(eventsOf(stdout), 'provision-finished')[0]).toMatchObject({ ready: ['vm.storage'], failed: [], left: [] });
    expect(await ids()).toEqual(before);
    expect(seenOf(serial('storage'))).toMatchObject({ registrations: 1, fromDisk: 1 });

    const again = await start(nio, 'provision', '--json').ended;
    expect(again.code).toBe(4);
    expect(of(eventsOf(again.stdout), 'provision-finished')[0]).toMatchObject({
      ready: expect.arrayContaining(['vm.storage']) as string[],
    });
    expect(of(eventsOf(again.stdout), 'node-started')).toEqual([]);
    expect(await ids()).toEqual(before);
  });

  it('left no secret anywhere, though a node echoed one, and an orchestrator all that it was sent', async () => {
    const echo = broken.fail({ how: 'echo' });
    const { code, stderr } = await start(refused, 'apply', '--yes', '--wait', 'ready').ended;
    expect(echo.hits).toBeGreaterThan(0);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/500/);
    expect(readFileSync(`/var/log/libvirt/qemu/${io.domain('node-2')}-console.log`, 'latin1')).toMatch(/Password: \*{10,}/);

    const bundles = [io, nio, refused].map((lab) => join(lab.dir, 'bundle.tar.gz'));
    for (const [index, lab] of [io, nio, refused].entries()) await start(lab, 'bundle', '--output', bundles[index] as string).ended;
    for (const bundle of bundles) {
      const text = execFileSync('tar', ['-xzOf', bundle], { encoding: 'latin1', maxBuffer: 1 << 28 });
      for (const canary of CANARIES) expect(text.includes(canary)).toBe(false);
    }
    stop.abort();
    expect(await processes).toEqual([]);
    expect(leaks(io, nio, refused)).toEqual([]);
    for (const { stdout: out, stderr: errors } of printed)
      for (const canary of CANARIES) expect(`${out}${errors}`.includes(canary)).toBe(false);
    const plan = await ven(nio, 'plan', '--json');
    for (const canary of CANARIES) expect(plan.stdout.includes(canary)).toBe(false);
  });
});
