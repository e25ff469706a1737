import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Lab, sleep, virsh } from './lab.js';
import { Terminal } from './terminal.js';

const CTRL_RIGHT_BRACKET = '\u001d';
const ESC = '\u001b';
const BOOTS = /BdsDxe: starting Boot\d+ "EFI Internal Shell"/g;

/** Terminals that look different on the inside would say so here. */
const sane = /^[0-9a-f]+(:[0-9a-f]+)+$/;

describe('the serial console of a VM whose firmware has a shell', () => {
  const lab = new Lab('con');
  lab.write(
    `networks: { lab: { subnet: 192.168.228.0/24, mode: isolated } }
defaults: { cpus: 1, memory: 256MiB, tpm: false, disks: [{ size: 64MiB }], nics: [{ network: lab }],
  boot: [disk], shutdownTimeout: 1s }
vms: [{ name: node, graphics: vnc }, { name: later, power: off }]
`,
  );
  const logFile = `/var/log/libvirt/qemu/${lab.domain('node')}-console.log`;
  const kept = (): string => readFileSync(logFile, 'latin1');
  const logs = async (...flags: string[]): Promise<string> => {
    const ran = await lab.ven('logs', 'node', ...flags);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    return ran.stdout;
  };
  const untilShell = (boots: number) =>
    expect
      .poll(
        () => [
          kept().match(BOOTS)?.length,
          kept().lastIndexOf('Shell> ') > kept().lastIndexOf('BdsDxe'),
        ],
        {
          timeout: 150_000,
          interval: 500,
        },
      )
      .toEqual([boots, true]);

  afterAll(() => lab.close());

  it('is logged: as it was sent, and cleaned for reading', async () => {
    await lab.apply(0, '--target', 'vm.node');
    await untilShell(1);
    const raw = kept();
    expect(raw).toContain(`${ESC}[`);
    expect(await logs('--raw')).toBe(raw);
    const read = await logs();
    expect(read).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    const lines = read.split('\n');
    expect(lines).toContain('UEFI Interactive Shell v2.2');
    expect(
      lines.filter((line) => /^Press ESC in \d seconds to skip startup\.nsh/.test(line)),
    ).toHaveLength(1);
    expect(await logs('--tail', '1')).toBe('Shell>\n');
  });

  it('is attached to, answers and is left; readers and the log get the same bytes', async () => {
    const reader = lab.start('logs', 'vm.node', '--follow', '--raw');
    let read = '';
    reader.child.stdout?.setEncoding('latin1').on('data', (text: string) => (read += text));
    const terminal = new Terminal(lab, 'console', 'node');
    await terminal.sees('Ctrl-] leaves it');
    await expect.poll(() => read, { timeout: 60_000 }).toContain('Shell> ');
    await terminal.wakes('Shell> ');
    const begin = terminal.shown.length;
    terminal.type('ver\r');
    await expect
      .poll(() => terminal.shown.slice(begin), { timeout: 60_000 })
      .toMatch(/UEFI v2\.\d+[^]*Shell> /);

    const second = new Terminal(lab, 'console', 'node');
    expect(await second.left()).toMatchObject({ code: 1 });
    expect(second.shown).toContain('Another client is attached to this console already');
    expect(second.shown).toContain('--read-only');

    const session = terminal.shown.slice(begin);
    terminal.type(CTRL_RIGHT_BRACKET);
    const { code, modesBefore, modesAfter } = await terminal.left();
    expect(code).toBe(0);
    expect(modesBefore).toMatch(sane);
    expect(modesAfter).toBe(modesBefore);
    expect(terminal.shown).toContain('vm.node: left its console.');

    expect(session).toContain('UEFI v2.');
    await expect.poll(() => read, { timeout: 10_000 }).toContain(session);
    expect(kept()).toContain(session);
    reader.child.kill('SIGINT');
    expect((await reader.ended).code).toBe(130);
    expect((await logs('--since', 'boot')).split('\n')).toContain('Shell> ver');
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ended by %s: the terminal is as before, the VM runs, the console is free',
    async (signal) => {
      const terminal = new Terminal(lab, 'console', 'node');
      await terminal.sees('Ctrl-] leaves it');
      await terminal.wakes('Shell> ');
      process.kill(terminal.ven, signal);
      const { code, modesBefore, modesAfter } = await terminal.left();
      expect([code, modesAfter]).toEqual([130, modesBefore]);
      expect(await virsh('domstate', lab.domain('node'))).toBe('running');
    },
  );

  it('is left with another key, when told so', async () => {
    const terminal = new Terminal(lab, 'console', 'node', '--escape', '^A');
    await terminal.sees('Ctrl-A leaves it');
    await terminal.wakes('Shell> ');
    await sleep(500); // virsh looks for the key only where what was typed at once begins
    terminal.type('\u0001');
    expect((await terminal.left()).code).toBe(0);
  });

  it('has a screen, whose address is printed and opened', async () => {
    const plain = await lab.ven('vnc', 'node', '--print-only');
    expect([plain.code, plain.stderr]).toEqual([0, '']);
    const [host = '', port] = plain.stdout.trim().split(':');
    expect(host).toBe('127.0.0.1');
    const greeting = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), host);
      socket.once('error', reject).once('data', (bytes) => {
        resolve(bytes.toString('latin1'));
        socket.destroy();
      });
    });
    expect(greeting).toMatch(/^RFB 003\./);

    const programs = join(lab.dir, 'programs');
    mkdirSync(programs);
    writeFileSync(
      join(programs, 'virt-viewer'),
      `#!/bin/sh\necho "$DISPLAY $*" > ${lab.dir}/viewed\n`,
    );
    chmodSync(join(programs, 'virt-viewer'), 0o755);
    const before = { PATH: process.env['PATH'], DISPLAY: process.env['DISPLAY'] };
    Object.assign(process.env, { PATH: `${programs}${delimiter}${before.PATH}`, DISPLAY: ':77' });
    try {
      const shown = await lab.ven('vnc', 'vm.node');
      expect(shown).toMatchObject({
        code: 0,
        stdout: plain.stdout,
        stderr: 'Started virt-viewer.\n',
      });
    } finally {
      process.env['PATH'] = before.PATH;
      if (before.DISPLAY === undefined) delete process.env['DISPLAY'];
      else process.env['DISPLAY'] = before.DISPLAY;
    }
    expect(readFileSync(join(lab.dir, 'viewed'), 'utf8')).toBe(
      `:77 --connect qemu:///system --uuid ${await lab.uuid('node')}\n`,
    );
  });

  it('stops while people are attached: they are told; readers see its next boot', async () => {
    const before = kept().length;
    const reader = lab.start('logs', 'node', '--follow', '--raw');
    let read = '';
    reader.child.stdout?.setEncoding('latin1').on('data', (text: string) => (read += text));
    await expect.poll(() => read.length, { timeout: 10_000 }).toBe(before);
    const terminal = new Terminal(lab, 'console', 'node');
    await terminal.sees('Ctrl-] leaves it');
    await terminal.wakes('Shell> ');

    await virsh('destroy', lab.domain('node'));
    const { code, modesBefore, modesAfter } = await terminal.left();
    expect([code, modesAfter]).toEqual([0, modesBefore]);
    expect(terminal.shown).toContain('vm.node: the VM has stopped.');

    const off = new Terminal(lab, 'console', 'node');
    expect(await off.left()).toMatchObject({ code: 1 });
    const said = off.shown.replaceAll(/\s+/g, ' '); // a terminal breaks it at words
    expect(said).toContain('vm.node: the VM is off');
    expect(said).toMatch(/Start it: ven apply; its output so far: ven logs node/);
    expect(await logs('--tail', '1')).toBe('Shell>\n');

    await lab.apply(0, '--target', 'vm.node');
    await untilShell(2);
    await expect.poll(() => read, { timeout: 10_000 }).toBe(kept());
    reader.child.kill('SIGINT');
    expect((await reader.ended).code).toBe(130);
  });

  it('is read from its last boot on', async () => {
    expect((await logs()).split('Shell> ver\n')).toHaveLength(2);
    const last = await logs('--since', 'boot');
    expect(last).toMatch(/^\n*BdsDxe: [^]*\nUEFI Interactive Shell v2\.2\n[^]*\nShell>\n$/);
    expect(last.match(BOOTS)).toHaveLength(1);
    expect(last).not.toContain('Shell> ver');
  });

  it('is in the bundle, with the journal and the plan, and without secrets', async () => {
    // A password that stands in what the VM really said.
    lab.env = { ...lab.env, https_proxy: 'http://me:Interactive@proxy.invalid:3128' };
    const { code, stdout } = await lab
      .ven('bundle', '--output', 'help.tar.gz')
      .finally(() => delete lab.env['https_proxy']);
    expect(code).toBe(0);
    expect(stdout).toContain('Missing: consoles/later.log, ');
    expect(statSync(join(lab.dir, 'help.tar.gz')).mode & 0o777).toBe(0o600);
    execFileSync('tar', ['-xzf', 'help.tar.gz'], { cwd: lab.dir });
    const folder = join(
      lab.dir,
      readdirSync(lab.dir).find((name) => name.startsWith('ven-bundle-')) ?? '',
    );
    const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
    expect(read('consoles/node.log')).toContain('\nUEFI ******** Shell v2.2\n');
    expect(read('consoles/node.log')).toContain('\nShell> ver\n');
    expect(read('logs/node.log')).not.toBe('');
    expect(JSON.parse(read('plan.json'))).toMatchObject({
      changes: [{ address: 'vm.later', action: 'create' }],
    });
    expect(JSON.parse(read('doctor.json'))).toContainEqual(
      expect.objectContaining({ check: 'libvirt', level: 'ok' }),
    );
    const [run = ''] = readdirSync(join(folder, 'runs'));
    const events = read(`runs/${run}/events.jsonl`).trimEnd().split('\n');
    expect(JSON.parse(events[0] ?? '')).toMatchObject({ type: 'run-started', command: 'apply' });
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      if (statSync(join(folder, path)).isFile()) expect(read(path)).not.toContain('Interactive');
  });

  it('stays when the VM is destroyed, until it is purged; a missing one is named', async () => {
    const never = await lab.ven('logs', 'later');
    expect(never.code).toBe(1);
    expect(never.stderr).toContain(`There is no console log of ${lab.domain('later')}`);
    const typo = await lab.ven('logs', 'nod');
    expect(typo.code).toBe(1);
    expect(typo.stderr).toContain('There is no VM "nod"');
    expect(typo.stderr).toContain('node');

    const said = kept();
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(await logs('--raw')).toBe(said);
    const gone = await lab.ven('console', 'node', '--read-only');
    expect(gone.code).toBe(1);
    expect(gone.stderr).toMatch(
      /vm\.node: the VM does not exist on qemu:\/\/\/system[^]*Create it: ven apply/,
    );

    expect((await lab.ven('destroy', '--yes', '--purge')).code).toBe(0);
    expect(existsSync(logFile)).toBe(false);
    expect((await lab.ven('logs', 'node')).stderr).toContain(
      `There is no console log of ${lab.domain('node')}`,
    );
  });
});
