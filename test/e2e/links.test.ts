/**
 * What packets suffer on bad links, measured in VMs that run a Linux: in a kernel that has netem,
 * which scripts/with-netem.sh finds where this machine's has none. There this file runs once more.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cpio, PROGRAM } from '../../stand-in/cpio.ts';
import { buildPayload } from '../../stand-in/index.ts';
import { COMMAND_LINE } from '../../stand-in/payload.ts';
import { changes, Lab, sleep, virsh, type Running } from './lab.js';

const ROOT = join(import.meta.dirname, '../..');
const HAS_NETEM = process.env['VEN_TEST_HAS_NETEM'] !== undefined;

const LACKS_NETEM =
  spawnSync('unshare', ['--net', 'tc', ...'qdisc add dev lo root netem delay 1ms'.split(' ')])
    .status !== 0;
/** Seven minutes on two busy cores: by hand. */
const IN_UML = process.env['VEN_TEST_UML'] !== undefined;

describe.skipIf(HAS_NETEM || (LACKS_NETEM && !IN_UML))('this machine', () => {
  it('shows in a kernel with netem what the packets of VMs suffer', async () => {
    // There is no network there to get it from.
    await buildPayload();
    const run = spawn(
      'scripts/with-netem.sh',
      ['env', 'VEN_TEST_HAS_NETEM=yes', 'vitest', 'run', '--project', 'real', import.meta.filename],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const [stdout, stderr] = await Promise.all([text(run.stdout), text(run.stderr)]);
    if (run.exitCode === null) await once(run, 'exit');
    expect(run.exitCode, stdout + stderr).toBe(0);
    console.log(stdout.replace(/^(?!measured).*\n/gm, ''));
  }, 900_000);
});

describe.runIf(LACKS_NETEM)('a kernel without netem', () => {
  let idle: Lab;
  const writeIdle = (link: string): void => {
    idle.write(
      `networks: { lte: { mode: isolated, subnet: auto } }\n${Lab.SMALL}vms:\n` +
        `  - { name: bad, nics: [{ network: lte, link: { ${link} } }] }\n` +
        '  - { name: unplugged, nics: [{ network: lte, link: { state: down } }] }\n',
    );
  };
  const cable = async (): Promise<string> => {
    const [, tap = ''] = /(vnet\d+)/.exec(await virsh('domiflist', idle.domain('unplugged'))) ?? [];
    return virsh('domif-getlink', idle.domain('unplugged'), tap);
  };

  beforeAll(() => {
    idle = new Lab('no-netem');
  });
  afterAll(() => idle.close());

  it('is named where a VM needs it, and no other VM waits for it', async () => {
    writeIdle('latency: 50ms');
    const plan = await idle.ven('plan');
    expect([plan.code, plan.stdout + plan.stderr]).toEqual([
      7,
      expect.stringMatching(/vm\.bad: The latency.*need netem, not loaded in/),
    ]);
    expect((await idle.ven('doctor')).stdout).toMatch(/missing\s+links\s+The latency/);
    await idle.ven('apply', '--yes');
    expect(await cable()).toMatch(/down$/);
    expect(await idle.domains('--all')).toEqual(['unplugged']);

    writeIdle('');
    await idle.apply();
    const drill = await idle.ven('link', 'bad', '--loss', '10%');
    expect([drill.code, drill.stderr]).toEqual([
      7,
      expect.stringMatching(/need netem.*\n?.*left as it is[^]*the same ven link again/),
    ]);
    expect((await idle.ven('link', 'unplugged', '--up')).code).toBe(0);
    expect(await cable()).toMatch(/up$/);
    expect(changes(await idle.plan())).toEqual(['vm.unplugged update drift']);
  });
});

/** A VM has an address, gives and takes bytes, and runs what is typed at its console. */
const INIT = `#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in $(cat /modules/order); do
  case $module in virtio*|*failover) insmod /modules/$module.ko ;; esac
done
ip link set lo up
ip link set eth0 up
ip addr add "$(sed 's/.*addr=//; s/ .*//' /proc/cmdline)/24" dev eth0
echo 'while dd bs=62500 count=1 iflag=fullblock of=/dev/null 2>/dev/null; do echo; done' >/bin/take
echo 'cat /dev/zero' >/bin/give
chmod +x /bin/take /bin/give
(while :; do nc -l -p 5000 -e /bin/give; done) &
(while :; do nc -l -p 5001 -e /bin/take; done) &
stty -echo </dev/ttyS0
echo 'the VM is up'
while read -r line; do eval "$line"; done </dev/ttyS0
`;

const LATENCY = { a: 100, b: 60 };
const LOSS = 50;
const RATE = 2; // Mbit/s
const BRIDGE = `ven${process.pid}`;
const HOST = '10.83.9.1';
const ADDRESSES = { a: '10.83.9.11', b: '10.83.9.12' };
type Vm = keyof typeof ADDRESSES;

interface Pinged {
  /** Percent. */
  lost: number;
  /** The shortest, in milliseconds: others were longer on their way in a busy machine. */
  time: number;
  median: number;
}

function note(what: string, measured: Pinged | number): void {
  console.log(`measured: ${what}: ${JSON.stringify(measured)}`);
}

/** Of what ping prints, iputils' or busybox's. */
function pinged(printed: string): Pinged {
  const [, sent = '', received = ''] =
    /(\d+) packets transmitted, (\d+) (?:packets )?received/.exec(printed) ?? [];
  const times = [...printed.matchAll(/time=([\d.]+)/g)]
    .map(([, time]) => Number(time))
    .sort((one, other) => one - other);
  const lost = Math.round((1 - Number(received) / Number(sent)) * 1000) / 10;
  return { lost, time: times[0] ?? NaN, median: times[Math.floor(times.length / 2)] ?? NaN };
}

async function ping(vm: Vm, count: number, what: string): Promise<Pinged> {
  const child = spawn('ping', ['-i', '0.02', '-W', '2', '-c', String(count), ADDRESSES[vm]]);
  const found = pinged(await text(child.stdout));
  note(what, found);
  return found;
}

/** @throws Error after three minutes */
function waitFor(vm: Vm): void {
  for (const end = Date.now() + 180_000; Date.now() < end;)
    if (spawnSync('ping', ['-c', '1', '-W', '2', ADDRESSES[vm]]).status === 0) return;
  throw new Error(`${vm} does not answer`);
}

/**
 * Mbit/s in five seconds, as the application behind the connection gets it. The two seconds before
 * are not counted: a limit lets one second's bytes pass at once.
 */
async function speed(vm: Vm, way: 'in' | 'out', what: string): Promise<number> {
  const socket = connect(way === 'out' ? 5000 : 5001, ADDRESSES[vm]);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  /** What came by then. The VM says one byte for each 62500 that it has read. */
  const heard: { at: number; bytes: number }[] = [];
  socket.on('data', ({ length }) => {
    heard.push({ at: performance.now(), bytes: length * (way === 'out' ? 1 : 62_500) });
  });
  if (way === 'in') {
    const fill = (): void => {
      while (!socket.destroyed && socket.write(Buffer.alloc(16_384)));
    };
    socket.on('drain', fill);
    fill();
  }
  await sleep(7000);
  socket.destroy();
  const counted = heard.filter(({ at }) => at > performance.now() - 5000);
  const bytes = counted.slice(1).reduce((sum, each) => sum + each.bytes, 0);
  const seconds = ((counted.at(-1)?.at ?? NaN) - (counted[0]?.at ?? NaN)) / 1000;
  const megabits = (bytes * 8) / 1e6 / seconds;
  note(what, Math.round(megabits * 100) / 100);
  return megabits;
}

let lab: Lab;

const LINK_A = `latency: ${LATENCY.a}ms, loss: ${LOSS}%`;
const LINK_B = `latency: ${LATENCY.b}ms`;

function write(power: 'off' | 'running', linkOfA = LINK_A): void {
  const nic = (vm: Vm, link: string): string =>
    `  - { name: ${vm}, nics: [{ bridge: ${BRIDGE}, link: { ${link} } }] }\n`;
  lab.write(
    `${Lab.SMALL.replace('boot:', `power: ${power}, boot:`)}vms:\n` +
      nic('a', linkOfA) +
      nic('b', LINK_B),
  );
}

/** Beside what ven says of it: the VM starts the kernel of INIT. */
async function startsLinux(vm: Vm, kernel: string, initrd: string): Promise<void> {
  const xml = (await virsh('dumpxml', '--inactive', lab.domain(vm))).replace(
    /(?=<boot dev)/,
    `<kernel>${kernel}</kernel><initrd>${initrd}</initrd>` +
      `<cmdline>${COMMAND_LINE} addr=${ADDRESSES[vm]}</cmdline>`,
  );
  const file = join(lab.dir, 'domain.xml');
  writeFileSync(file, xml);
  await virsh('define', file);
}

/** What the VM says to a line that is typed at its console. */
async function typed(vm: Vm, line: string): Promise<string> {
  const log = `/var/log/libvirt/qemu/${lab.domain(vm)}-console.log`;
  const said = readFileSync(log).length;
  const terminal = await virsh('ttyconsole', lab.domain(vm));
  // QEMU looks every second for who has it open, and waits for him to read.
  const reader = spawn('cat', [terminal], { stdio: 'ignore' });
  try {
    await sleep(2000);
    writeFileSync(terminal, `${line}; echo that is all\n`);
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(200)) {
      const answer = readFileSync(log).subarray(said).toString();
      if (answer.includes('that is all')) return answer;
    }
  } finally {
    reader.kill();
  }
  throw new Error(`${vm} has not answered: ${readFileSync(log).subarray(said).toString()}`);
}

/** A drill that has begun. */
async function drill(...args: string[]): Promise<Running> {
  const running = lab.start('link', ...args);
  const hasBegun = new Promise((resolve) => running.child.stdout?.once('data', resolve));
  // What it said, else how it ended.
  expect(await Promise.race([hasBegun, running.ended])).toBeTypeOf('string');
  return running;
}

const within = (wanted: number, found: number): void => {
  expect(found).toBeGreaterThan(wanted * 0.8);
  expect(found).toBeLessThan(wanted * 1.2);
};

describe.runIf(HAS_NETEM)('links that VMs feel', () => {
  const files = ['kernel', 'initrd'].map((name) => `/var/lib/libvirt/images/${BRIDGE}-${name}`);
  const [kernel = '', initrd = ''] = files;

  beforeAll(async () => {
    execFileSync('ip', ['link', 'add', BRIDGE, 'type', 'bridge']);
    execFileSync('ip', ['addr', 'add', `${HOST}/24`, 'dev', BRIDGE]);
    execFileSync('ip', ['link', 'set', BRIDGE, 'up']);
    lab = new Lab('links');
    const payload = await buildPayload();
    copyFileSync(payload.kernel, kernel);
    // The later of two has the last word.
    const own = gzipSync(cpio([{ path: 'init', mode: PROGRAM, content: Buffer.from(INIT) }]));
    writeFileSync(initrd, Buffer.concat([readFileSync(payload.initrd), own]));
    for (const file of files) chmodSync(file, 0o644);
    write('off');
    await lab.apply();
    await startsLinux('a', kernel, initrd);
    await startsLinux('b', kernel, initrd);
    write('running');
    await lab.apply();
    waitFor('a');
    waitFor('b');
  });

  afterAll(async () => {
    try {
      await lab.close();
    } finally {
      for (const file of files) rmSync(file, { force: true });
      execFileSync('ip', ['link', 'del', BRIDGE]);
    }
  });

  it('delay and lose what the file says, to the host and between two VMs', async () => {
    expect((await lab.plan()).changes).toEqual([]);
    const a = await ping('a', 400, `host to a (${LINK_A})`);
    within(LOSS, a.lost);
    within(LATENCY.a, a.time);
    const b = await ping('b', 100, `host to b (${LINK_B})`);
    within(LATENCY.b, b.time);
    expect(b.lost).toBe(0);
    // Here both ends are slow, and a loses the answers to its ARP requests as well.
    let both = { lost: 0, time: NaN, median: NaN };
    for (let tries = 0; tries < 3 && !(both.time < (LATENCY.a + LATENCY.b) * 1.2); tries += 1) {
      both = pinged(await typed('a', `ping -c 100 -i 0.05 -W 2 ${ADDRESSES.b}`));
      note('a to b (both)', both);
    }
    within(LATENCY.a + LATENCY.b, both.time);
    expect(both.lost).toBeGreaterThan(LOSS / 2);
  });

  it('are worse in a drill, and as before after it', async () => {
    const running = await drill('b', '--loss', '50%', '--for', '8s');
    expect((await ping('b', 100, 'host to b, in a drill (--loss 50%)')).lost).toBeGreaterThan(25);
    expect((await running.ended).code).toBe(0);
    const after = await ping('b', 100, 'host to b, after the drill');
    expect(after.lost).toBe(0);
    within(LATENCY.b, after.time);
    expect((await lab.plan()).changes).toEqual([]);
  });

  it('are as before after Ctrl-C; a drill that is killed has said what to type', async () => {
    const stopped = await drill('b', '--latency', '300ms', '--for', '5m');
    within(300, (await ping('b', 20, 'host to b, in a drill (--latency 300ms)')).time);
    stopped.child.kill('SIGINT');
    expect((await stopped.ended).code).toBe(130);
    within(LATENCY.b, (await ping('b', 20, 'host to b, after Ctrl-C')).time);

    const killed = await drill('b', '--latency', '300ms', '--for', '5m');
    killed.child.kill('SIGKILL');
    const { stdout } = await killed.ended;
    within(300, (await ping('b', 20, 'host to b, after kill -9')).time);
    expect(changes(await lab.plan())).toEqual(['vm.b update drift']);
    expect(stdout).toMatch(/If ven is killed: ven link b .*--reset/);
    expect((await lab.ven('link', 'b', '--reset')).code).toBe(0);
    within(LATENCY.b, (await ping('b', 20, 'host to b, after --reset')).time);
    expect((await lab.plan()).changes).toEqual([]);
  });

  it('are there again after a start by ven, and after one by hand by an apply', async () => {
    await lab.ven('power', 'off', '--force', 'b');
    await lab.ven('power', 'on', 'b');
    waitFor('b');
    within(LATENCY.b, (await ping('b', 50, 'host to b, started by ven')).time);

    await virsh('destroy', lab.domain('b'));
    await virsh('start', lab.domain('b'));
    waitFor('b');
    const byHand = await ping('b', 50, 'host to b, started by hand');
    expect(byHand.median).toBeLessThan(LATENCY.b / 2);
    expect(changes(await lab.plan())).toEqual(['vm.b update drift']);
    await lab.apply();
    within(LATENCY.b, (await ping('b', 50, 'host to b, after an apply')).time);
    expect((await lab.plan()).changes).toEqual([]);
  });

  it('let no more through than the file says, each way', async () => {
    write('running', '');
    await lab.apply();
    // Else it would not be the limit that is seen.
    expect(await speed('a', 'in', 'into a, without a limit')).toBeGreaterThan(RATE * 2);
    expect(await speed('a', 'out', 'out of a, without a limit')).toBeGreaterThan(RATE * 2);
    write('running', `rate: ${RATE}Mbit`);
    await lab.apply();
    within(RATE, await speed('a', 'in', `into a (rate: ${RATE}Mbit)`));
    within(RATE, await speed('a', 'out', `out of a (rate: ${RATE}Mbit)`));
    write('running', `rate: ${RATE}Mbit, latency: 100ms`);
    await lab.apply();
    within(RATE, await speed('a', 'in', `into a (rate: ${RATE}Mbit, latency: 100ms)`));
    within(100, (await ping('a', 50, `host to a (rate: ${RATE}Mbit, latency: 100ms)`)).time);
    expect((await lab.plan()).changes).toEqual([]);
  });
});
