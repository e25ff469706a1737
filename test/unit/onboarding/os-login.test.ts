/** The login to the installed system, by the profile that comes along. */
import { describe, expect, it } from 'vitest';
import type { OnboardingPorts } from '../../../src/onboarding/ports.js';
import type { ResolvedVm } from '../../../src/model/index.js';
import { edgeNode } from '../stages/replay.js';
import { count, drive } from './drive.js';
import { World, type Script } from './world.js';

const [COMMAND = ''] = edgeNode.stages.flatMap(({ answers }) =>
  answers.flatMap(({ send }) => (send.kind === 'command' ? [send.command] : [])),
);
const SECRET = 'canary-n0de';
/** A node that was installed before, and whose agents come half a minute after the login. */
const UBUNTU: Script = [
  { at: 5, say: 'BdsDxe: starting Boot0005 "ubuntu" from HD(1,GPT)\r\n' },
  { at: 20, say: '\r\nUbuntu 24.04.1 LTS edge-1 ttyS0\r\n\r\nedge-1 login: ' },
  { after: 'edge', at: 0.2, say: 'edge\r\nPassword: ' },
  { after: SECRET, at: 0.2, say: `${SECRET}\r\nWelcome to Ubuntu 24.04.1 LTS\r\nedge@edge-1:~$ ` },
  { after: COMMAND, at: 0.2, say: `${COMMAND}\r\ntail: cannot open 'x'\r\n` },
  { after: COMMAND, at: 9, say: 'configure_proxies done\r\n' },
  { after: COMMAND, at: 30, say: 'delete_invalid_ubuntu_boot_menuoptions done\r\n' },
];
const GIVEN: OnboardingPorts['credentials'] = { 'os-username': 'edge', 'os-password': SECRET };
class Killed extends Error {}

const watch = (world: World, vm: ResolvedVm, credentials = GIVEN) =>
  drive(world, [vm], { profile: edgeNode, ports: world.ports({ credentials }) });

describe('the login to the installed system', () => {
  it('is typed once, and the file is followed to its last line', async () => {
    const world = new World();
    const vm = world.add('a', UBUNTU);
    expect(await watch(world, vm)).toMatchObject({ exitCode: 0, ready: ['vm.a'] });
    expect(world.machine(vm).typed.map(({ text }) => text)).toEqual(['edge', SECRET, COMMAND]);
    expect(world.of('node-answered').map(({ prompt }) => prompt)).toEqual([
      'edge-1 login:',
      'Password:',
      'edge@edge-1:~$',
    ]);
    expect(world.records.get('a')?.visits.at(-1)).toMatchObject({
      stage: 'ready',
      line: 'delete_invalid_ubuntu_boot_menuoptions done',
    });
  });

  it('leaves its password in no log, event or record', async () => {
    const world = new World();
    const vm = world.add('a', UBUNTU);
    await watch(world, vm);
    expect(world.machine(vm).log).toContain(`Password: ${'*'.repeat(SECRET.length)}\r\n`);
    const told = JSON.stringify([world.events, ...world.records.values(), world.machine(vm).log]);
    expect(told).not.toContain('canary');
  });

  it('is typed once, wherever a run is killed that the next one follows', async () => {
    const counting = new World();
    let writes = 0;
    counting.onWrite = () => (writes += 1);
    await watch(counting, counting.add('a', UBUNTU));
    expect(writes).toBeGreaterThan(8);
    for (let at = 1; at <= writes; at += 1) {
      const world = new World();
      const vm = world.add('a', UBUNTU);
      let left = at;
      world.onWrite = () => {
        if ((left -= 1) === 0) throw new Killed();
      };
      await expect(watch(world, vm)).rejects.toThrow(Killed);
      world.onWrite = () => undefined;
      world.pass(3000);
      const { ready } = await watch(world, vm);
      const typed = ['edge', SECRET, COMMAND].map((text) => count(world, vm, text));
      expect({ at, ready, typed }).toEqual({ at, ready: ['vm.a'], typed: [1, 1, 1] });
    }
  });

  it.each([
    ['a name', 'root\r\nPassword: ', 'Password:'],
    ['the same name', 'edge\r\nPassword: ', 'Password:'],
    ['a shell', 'root\r\nPassword: \r\nWelcome\r\nroot@edge-1:~# ', 'root@edge-1:~#'],
  ])('types nothing in a login that somebody else began: %s', async (_, says, prompt) => {
    const world = new World();
    const vm = world.add('a', [
      { at: 5, say: 'BdsDxe: starting Boot0005 "ubuntu" from HD(1,GPT)\r\n' },
      { at: 20, say: `\r\nUbuntu 24.04.1 LTS edge-1 ttyS0\r\n\r\nedge-1 login: ${says}` },
    ]);
    const { failed } = await watch(world, vm);
    expect(world.machine(vm).typed).toEqual([]);
    expect(failed).toMatchObject([{ class: 'timeout', stage: 'agents', line: prompt }]);
    expect(world.of('provision-warning')).toMatchObject([
      {
        message:
          `is asked ${prompt} in a login that ven did not begin, and types nothing there: ` +
          'log out at its console',
      },
    ]);
  });

  it('types its password once for its name, and not for what is asked later', async () => {
    const world = new World();
    const vm = world.add('a', [
      ...UBUNTU.slice(0, 5),
      { after: COMMAND, at: 5, say: 'edge@edge-1:~$ su\r\nPassword: ' },
    ]);
    await watch(world, vm);
    expect(count(world, vm, SECRET)).toBe(1);
  });

  it('types it not after another name than its own', async () => {
    const world = new World();
    // Somebody typed before it, on the same line.
    const vm = world.add('a', [
      ...UBUNTU.slice(0, 2),
      { after: 'edge', at: 0.2, say: 'rootedge\r\nPassword: ' },
    ]);
    await watch(world, vm);
    expect(world.machine(vm).typed.map(({ text }) => text)).toEqual(['edge']);
  });

  it.each(['Continue? [Y/n] ', 'Password: '])('presses no Enter behind %j', async (line) => {
    const world = new World();
    const vm = world.add('a', [
      { at: 5, say: 'BdsDxe: starting Boot0005 "ubuntu" from HD(1,GPT)\r\n' },
      { at: 20, say: `\r\nUbuntu 24.04.1 LTS edge-1 ttyS0\r\n\r\n${line}` },
    ]);
    await watch(world, vm);
    expect(world.machine(vm).typed).toEqual([]);
  });

  it('presses Enter on an empty line, and again once a line has followed', async () => {
    const world = new World();
    const vm = world.add('a', [
      { at: 5, say: 'BdsDxe: starting Boot0005 "ubuntu" from HD(1,GPT)\r\n' },
      { at: 20, say: '\r\nUbuntu 24.04.1 LTS edge-1 ttyS0\r\n\r\nedge-1 login: hidden\r\n' },
      { after: '', at: 0.2, say: '\r\n' },
    ]);
    await watch(world, vm);
    expect(count(world, vm, '')).toBe(2);
  });

  it('begins where an earlier run had no credentials for it', async () => {
    const world = new World();
    const vm = world.add('a', UBUNTU);
    const stop = new AbortController();
    world.onTime = (seconds) => {
      if (seconds > 60) stop.abort();
    };
    const ports = world.ports({ credentials: {} });
    await drive(world, [vm], { profile: edgeNode, ports, signal: stop.signal });
    expect(world.machine(vm).typed).toEqual([]);
    expect(world.of('provision-warning')).toEqual([]);
    world.onTime = () => undefined;
    expect(await watch(world, vm)).toMatchObject({ ready: ['vm.a'] });
  });

  it('is not tried without credentials: the node waits until its time is up', async () => {
    const world = new World();
    const vm = world.add('a', UBUNTU);
    const { failed } = await watch(world, vm, {});
    expect(world.machine(vm).typed).toEqual([]);
    expect(failed).toMatchObject([{ class: 'timeout', stage: 'agents', line: 'edge-1 login:' }]);
  });
});
