/** `ven power …`: who is acted on and who is not, and what each VM's end is, on a host in memory. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apply } from '../../../src/operations/apply.js';
import { loadFleetFile } from '../../../src/operations/load.js';
import {
  power,
  type PowerAbout,
  type PowerAction,
  type PoweredVm,
  type PowerRequest,
} from '../../../src/operations/power.js';
import { vmUuid, type PlanOptions } from '../../../src/model/index.js';
import { powerQuestion, powerText } from '../../../src/view/power.js';
import { FakeHost } from '../../fake-host/index.js';
import type { FakeHostOptions } from '../../fake-host/fake-host.js';
import { portsOf } from './imagined.js';

let host: FakeHost;
let dir: string;
let file: string;
const style = { colour: false, columns: 80 };
const never = new AbortController().signal;
const uuid = (name: string): string => vmUuid('lab', name);

function write(vms: string): void {
  writeFileSync(
    file,
    `apiVersion: ven/v1\nfleet: lab\ndefaults: { nics: [], firmware: bios, tpm: false }\n` +
      `vms: [${vms}]\n`,
  );
}

const EDGES = '{ name: edge, count: 3 }, { name: dark, power: off }';

async function open(options: FakeHostOptions = {}): Promise<void> {
  host = new FakeHost(options);
  write(EDGES);
  await applied();
}

async function applied(options: Partial<PlanOptions> = {}): Promise<unknown> {
  return apply({
    file,
    env: { XDG_STATE_HOME: dir },
    ports: portsOf(() => host),
    options: {
      mode: 'apply',
      targets: [],
      excludes: [],
      replace: [],
      keepDisks: false,
      ...options,
    },
    lockTimeoutSeconds: 0,
    consent: 'given',
    typed: ['apply'],
    confirm: () => Promise.resolve(true),
    emit: () => undefined,
    interrupt: { graceful: never, hard: never },
  });
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ven-power-'));
  file = join(dir, 'fleet.yaml');
  await open();
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

async function switched(
  action: PowerAction,
  vms: readonly string[],
  { graceful = never, ...more }: Partial<PowerRequest> & { graceful?: AbortSignal } = {},
) {
  const result = await power({
    ...{ action, vms, file, force: false, env: {}, ports: portsOf(() => host) },
    ...{ parallelism: 1, lockTimeoutSeconds: 0, interrupt: { graceful, hard: never } },
    ...{ consent: 'given', typed: [`power ${action}`, ...vms] },
    confirm: () => Promise.resolve(),
    tell: () => undefined,
    ...more,
  });
  const ends = Object.fromEntries(result.vms.map(({ name, outcome }) => [name, outcome]));
  const text = powerText(result, file, style);
  return {
    ...result,
    ends,
    text,
    last: text
      .trimEnd()
      .split('\n')
      .at(-1)
      ?.replace(/\d+ms on qemu:.*system/, 'T'),
  };
}
const powerOf = (name: string): string | undefined => host.domains.get(uuid(name))?.power;

describe('power', () => {
  it('switches off and on those that are named, and no other', async () => {
    const off = await switched('off', ['edge-1', 'vm.edge-2', 'edge-1', 'dark']);
    expect(off.ends).toEqual({ 'edge-1': 'done', 'edge-2': 'done', dark: 'already' });
    expect(['edge-1', 'edge-2', 'edge-3'].map(powerOf)).toEqual(['off', 'off', 'running']);
    expect(off.exitCode).toBe(0);
    expect(off.last).toBe('Powered off in T: 2 off, 1 off already.');
    expect(off.text).toMatch(
      /hint: The fleet file says power: running for vm\.edge-1, vm\.edge-2: .*starts them again/,
    );
    const on = await switched('on', ['edge-1', 'edge-3']);
    expect(on.ends).toEqual({ 'edge-1': 'done', 'edge-3': 'already' });
    expect(on.last).toBe('Powered on in T: 1 started, 1 running already.');
    expect(on.text).not.toContain('hint');
  });

  it('holds the lock of the fleet meanwhile', async () => {
    const held = await host.lock({ command: 'apply' });
    await expect(switched('off', ['edge-1'])).rejects.toMatchObject({ code: 'locked' });
    held.release();
    await switched('off', ['edge-1']);
    await switched('on', ['edge-1']);
  });

  it('leaves a guest that does not obey running, and says what to type; --force cuts', async () => {
    await open({ obedient: false });
    const asked = await switched('off', ['edge-1']);
    expect(asked).toMatchObject({ exitCode: 4, ends: { 'edge-1': 'failed' } });
    expect(asked.vms[0]?.error?.summary).toContain('did not power off within 60s');
    expect(asked.vms[0]?.error?.hint).toContain('ven power off --force edge-1');
    expect(asked.last).toBe('Not all powered off in T: 1 failed.');
    expect(powerOf('edge-1')).toBe('running');
    const reboot = await switched('reboot', ['edge-1']);
    expect(reboot.exitCode).toBe(4);
    expect(reboot.vms[0]?.error?.hint).toContain('ven power reset edge-1');
    const cut = await switched('off', ['edge-1'], { force: true });
    expect(cut).toMatchObject({ exitCode: 0, ends: { 'edge-1': 'done' } });
    expect(powerOf('edge-1')).toBe('off');
  });

  it('shutdownTimeout: 0s is a cut that the fleet file asks for', async () => {
    await open({ obedient: false });
    write('{ name: edge, count: 3, shutdownTimeout: 0s }, { name: dark, power: off }');
    expect((await switched('off', ['edge-1'])).exitCode).toBe(0);
  });

  it('resets and reboots what runs; what is off is named', async () => {
    const reset = await switched('reset', ['edge-1', 'dark']);
    expect(reset.ends).toEqual({ 'edge-1': 'done', dark: 'failed' });
    expect(reset.vms[1]?.error?.hint).toBe(`Start it: ven power on dark ${file}`);
    const reboot = await switched('reboot', ['edge-1']);
    expect(reboot.ends).toEqual({ 'edge-1': 'done' });
    expect(host.faults.changes.slice(-3)).toEqual([
      `reset ${uuid('edge-1')}`,
      `shutdown ${uuid('edge-1')}`,
      `start ${uuid('edge-1')}`,
    ]);
  });

  it('a paused VM hears nothing: it is resumed, reset or cut', async () => {
    host.pause(uuid('edge-1'));
    const off = await switched('off', ['edge-1']);
    expect(off.vms[0]?.error?.summary).toBe('the VM is paused, and hears no power button');
    expect(powerOf('edge-1')).toBe('paused');
    expect((await switched('reset', ['edge-1'])).ends).toEqual({ 'edge-1': 'done' });
    expect(powerOf('edge-1')).toBe('running');
    host.pause(uuid('edge-1'));
    expect((await switched('on', ['edge-1'])).ends).toEqual({ 'edge-1': 'done' });
    expect(powerOf('edge-1')).toBe('running');
    host.pause(uuid('edge-1'));
    expect((await switched('off', ['edge-1'], { force: true })).exitCode).toBe(0);
  });

  it('saved memory stays saved until the VM is started', async () => {
    host.save(uuid('edge-1'));
    const off = await switched('off', ['edge-1'], { force: true });
    expect(off.vms).toMatchObject([{ before: 'saved', outcome: 'already' }]);
    const reboot = await switched('reboot', ['edge-1']);
    expect(reboot.vms[0]?.error?.summary).toBe('the VM is off, with its memory saved');
    expect((await switched('on', ['edge-1'])).vms).toMatchObject([{ outcome: 'done' }]);
    expect(powerOf('edge-1')).toBe('running');
  });

  it('a VM that was undefined while it ran keeps its definition', async () => {
    host.undefine(uuid('edge-1'));
    expect((await switched('off', ['edge-1'])).exitCode).toBe(0);
    expect(powerOf('edge-1')).toBe('off');
  });

  it('without names it is about all that exist, also those that the file no longer names', async () => {
    write('{ name: edge, count: 2 }, { name: dark, power: off }, { name: new }');
    const off = await switched('off', []);
    expect(off.ends).toEqual({
      'edge-1': 'done',
      'edge-2': 'done',
      dark: 'already',
      'edge-3': 'done',
    });
    expect((await switched('on', ['edge-3'])).ends).toEqual({ 'edge-3': 'done' });
  });

  it('tells one that does not exist from a name that is wrong', async () => {
    write(`${EDGES}, { name: new }`);
    const on = await switched('on', ['new', 'edge-1']);
    expect(on).toMatchObject({ exitCode: 4, ends: { new: 'failed', 'edge-1': 'already' } });
    expect(on.vms[0]?.error?.hint).toBe(`Create it: ven apply ${file}`);
    const changes = host.faults.changes.length;
    await expect(switched('off', ['edge-1', 'egde-2'])).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('edge-2') as string,
    });
    expect(host.faults.changes).toHaveLength(changes);
  });

  it("never touches what is not ven's", async () => {
    write(`${EDGES}, { name: theirs }`);
    const foreign = host.addForeignDomain({ name: 'lab_theirs' }, { running: true });
    const off = await switched('off', ['theirs'], { force: true });
    expect(off).toMatchObject({ exitCode: 6, ends: { theirs: 'refused' } });
    expect(host.domains.get(foreign)?.power).toBe('running');
  });

  it('starts no VM that was not completed', async () => {
    await switched('off', ['edge-1']);
    const state = await host.observe(loadFleetFile({ file, env: {} }));
    const { mark = null } = state.domains.find((one) => one.uuid === uuid('edge-1')) ?? {};
    if (mark) await host.markDomain(uuid('edge-1'), { ...mark, ready: false });
    const on = await switched('on', ['edge-1']);
    expect(on.vms[0]?.error?.hint).toBe(`Complete it: ven apply ${file}`);
    expect(powerOf('edge-1')).toBe('off');
  });

  it('after Ctrl-C no further VM is begun', async () => {
    const stop = new AbortController();
    const off = await switched('off', ['edge-1', 'edge-2'], {
      graceful: stop.signal,
      tell: () => {
        stop.abort();
      },
    });
    expect(off).toMatchObject({ exitCode: 130, ends: { 'edge-1': 'done', 'edge-2': 'skipped' } });
    expect(off.last).toBe('Interrupted in T: 1 off, 1 not done.');
    expect(powerOf('edge-2')).toBe('running');
  });

  it('what it says to type is for the same host and file', async () => {
    file = join(dir, 'my lab.yaml');
    write(`${EDGES}, { name: new }, { name: theirs }`);
    const foreign = host.addForeignDomain({ name: 'lab_theirs' });
    const fleet = `'${file}' --connect 'qemu:///system?mode=direct'`;
    const hints = async (action: PowerAction, ...vms: string[]): Promise<unknown[]> => {
      const connect = 'qemu:///system?mode=direct';
      const { vms: ended } = await switched(action, vms, { connect });
      return ended.map(({ error }) => error?.hint);
    };
    expect(await hints('reset', 'dark', 'new', 'theirs')).toEqual([
      `Start it: ven power on dark ${fleet}`,
      `Create it: ven apply ${fleet}`,
      `It is left alone. Look at it: virsh -c qemu:///system dumpxml ${foreign}`,
    ]);
    host.pause(uuid('edge-1'));
    const or = `cut its power: ven power off --force edge-1 ${fleet}`;
    expect(await hints('off', 'edge-1')).toEqual([
      `Resume it: ven power on edge-1 ${fleet}; or ${or}`,
    ]);
  });

  it('without consent it shows the very command again, and says why it can not ask', async () => {
    const refused = (more: Partial<PowerRequest>) =>
      switched('off', [], {
        consent: 'impossible',
        typed: ['power off', '--all', '--force', 'my lab.yaml'],
        ...more,
      }).catch((error: unknown) => error);
    expect(await refused({})).toMatchObject({
      code: 'needs-consent',
      summary: 'This changes the host, and there is no terminal to ask on',
      hint: "Name the VMs, or say yes with: ven power off --yes --all --force 'my lab.yaml'",
    });
    const content = readFileSync(file, 'utf8');
    expect(await refused({ file: '-', content })).toMatchObject({
      summary: expect.stringContaining('standard input is the fleet file') as string,
    });
    expect(powerOf('edge-1')).toBe('running');
  });

  it('asks about a host, and about those that it would switch', async () => {
    write(`${EDGES}, { name: theirs }`);
    host.addForeignDomain({ name: 'lab_theirs' });
    const asked: PowerAbout[] = [];
    const confirm: PowerRequest['confirm'] = (about) => {
      asked.push(about);
      return Promise.reject(new Error('no'));
    };
    await expect(switched('off', [], { consent: 'ask', confirm })).rejects.toThrow('no');
    expect(asked).toMatchObject([{ refused: ['vm.theirs'] }]);
    expect(asked.map((about) => powerQuestion('off', false, about))).toEqual([
      'Do you want to power off 4 VMs on qemu:///system: vm.edge-1, vm.edge-2, vm.edge-3, vm.dark?',
    ]);
  });

  it('after a question it looks again: what counts is how the VMs are then', async () => {
    await switched('off', ['edge-3']);
    write(`${EDGES}, { name: new }`);
    const confirm = async (): Promise<void> => {
      await host.startDomain(uuid('edge-3'));
      await host.stopDomain(uuid('edge-1'), 0);
      host.addForeignDomain({ name: 'lab_new' });
    };
    const off = await switched('off', [], { consent: 'ask', confirm });
    expect(off.ends).toEqual({
      'edge-1': 'already',
      'edge-2': 'done',
      'edge-3': 'done',
      dark: 'already', // nobody was asked about what has come since
    });
    expect(powerOf('edge-3')).toBe('off');
  });

  it('looks again when its turn comes: a crashed VM that runs by then is asked, not cut', async () => {
    await open({ obedient: false });
    host.crash(uuid('edge-2'));
    const tell = (vm: PoweredVm): void => {
      if (vm.name !== 'edge-1') return;
      const second = host.domains.get(uuid('edge-2'));
      if (second) second.power = 'running';
      host.powerOff(uuid('edge-3'));
    };
    const names = ['edge-1', 'edge-2', 'edge-3'];
    const { ends, vms } = await switched('off', names, { tell });
    expect(ends).toEqual({ 'edge-1': 'failed', 'edge-2': 'failed', 'edge-3': 'already' });
    expect(vms.map(({ before }) => before)).toEqual(['running', 'running', 'off']);
    expect(powerOf('edge-2')).toBe('running');
  });

  it('a crashed VM that is not defined keeps its definition when it is started', async () => {
    host.undefine(uuid('edge-1'));
    host.crash(uuid('edge-1'));
    expect((await switched('on', ['edge-1'])).ends).toEqual({ 'edge-1': 'done' });
    expect(host.domains.get(uuid('edge-1'))).toMatchObject({ power: 'running', persistent: true });
  });

  it('has no more at work than there are VMs', async () => {
    const off = await switched('off', ['edge-1', 'edge-2'], { parallelism: 2 ** 40 });
    expect(off.ends).toEqual({ 'edge-1': 'done', 'edge-2': 'done' });
  });

  it('holds the lock until all have ended, whatever one of them meets', async () => {
    const held: boolean[] = [];
    const tell = ({ name }: PoweredVm): void => {
      if (name === 'edge-1') throw new TypeError('a bug');
      held.push(isHeld);
    };
    let isHeld = true;
    const lock = host.lock.bind(host);
    host.lock = async (options) => {
      const taken = await lock(options);
      const release = (): void => {
        isHeld = false;
        taken.release();
      };
      return { ...taken, release };
    };
    const shutDown = host.shutDownDomain.bind(host);
    host.shutDownDomain = async (one, seconds) => {
      if (one === uuid('edge-2')) await new Promise((resolve) => setTimeout(resolve, 50));
      return shutDown(one, seconds);
    };
    const off = switched('off', ['edge-1', 'edge-2', 'edge-3'], { parallelism: 2, tell });
    await expect(off).rejects.toThrow('a bug');
    expect([isHeld, held]).toEqual([false, [true, true]]);
  });

  it('suggests VMs that only the host has, too', async () => {
    write('{ name: core }');
    await expect(switched('off', ['egde-3'])).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('edge-3') as string,
    });
  });
});
