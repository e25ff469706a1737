/**
 * A VNC password by reference: it works, changes without a restart, stays through other changes,
 * and is found nowhere.
 */
import { createCipheriv } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { changes, Lab, sleep, virsh, type Running } from './lab.js';

const lab = new Lab('vnc');
afterAll(() => lab.close());

const CANARIES = { variable: 'cAnaRy1z', file: 'cAnaRy2z', next: 'cAnaRy3z' };
const secret = join(lab.dir, 'secret');
const FIXED = 5980 + (process.pid % 15);
const said: string[] = [];

function write(port: number | 'auto', password = '{ env: VEN_TEST_VNC }'): void {
  lab.write(`${Lab.SMALL}vms:
  - { name: a, graphics: { type: vnc, port: ${port}, password: ${password} } }
  - { name: b, graphics: { type: vnc, password: { file: secret } } }
`);
}

/**
 * A viewer's part of RFB 3.8 up to the answer. Rejects when the server does not ask for a password.
 */
async function letsIn(port: number, password: string): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    const read = reader(socket);
    expect((await read(12)).toString('latin1')).toBe('RFB 003.008\n');
    socket.write('RFB 003.008\n');
    const types = [...(await read((await read(1)).readUInt8()))];
    expect(types).toEqual([2]);
    socket.write(Buffer.of(2));
    socket.write(answer(await read(16), password));
    return (await read(4)).readUInt32BE() === 0;
  } finally {
    socket.destroy();
  }
}

/**
 * DES, by three times the same key of DES-EDE3; VNC's keys have the bits of each byte the other way
 * round.
 */
function answer(challenge: Buffer, password: string): Buffer {
  const reversed = [...Buffer.from(password.padEnd(8, '\0'), 'latin1')].map((byte) =>
    [...Array(8).keys()].reduce((sum, bit) => sum | (((byte >> bit) & 1) << (7 - bit)), 0),
  );
  const cipher = createCipheriv(
    'des-ede3',
    Buffer.from([...reversed, ...reversed, ...reversed]),
    null,
  ).setAutoPadding(false);
  return Buffer.concat([cipher.update(challenge), cipher.final()]);
}

function reader(socket: Socket): (length: number) => Promise<Buffer> {
  let bytes: Buffer = Buffer.alloc(0);
  socket.on('data', (more) => (bytes = Buffer.concat([bytes, more])));
  return async (length) => {
    while (bytes.length < length)
      await once(socket, 'data', { signal: AbortSignal.timeout(10_000) });
    const part = bytes.subarray(0, length);
    bytes = bytes.subarray(length);
    return part;
  };
}

async function portOf(vm: string): Promise<number> {
  return 5900 + Number((await virsh('vncdisplay', await lab.uuid(vm))).split(':').at(-1));
}

const holdsCanary = (text: string | Buffer): boolean =>
  Object.values(CANARIES).some((canary) => text.includes(canary));

/**
 * The programs that have a canary among their arguments, or in their environment, without ven
 * itself.
 */
function programsWithCanary(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      if (holdsCanary(command)) return [`${command} (arguments)`];
      return !/bin\/ven|dist\//.test(command) &&
        holdsCanary(readFileSync(`/proc/${pid}/environ`, 'latin1'))
        ? [`${command} (environment)`]
        : [];
    } catch {
      return []; // it has ended
    }
  });
}

async function watched({ ended }: Running): Promise<{ code: number | null; programs: string[] }> {
  const programs = new Set<string>();
  let over = false;
  void ended.finally(() => (over = true));
  while (!over) {
    for (const program of programsWithCanary()) programs.add(program);
    await sleep(20);
  }
  const { code, stdout, stderr } = await ended;
  said.push(stdout, stderr);
  return { code, programs: [...programs] };
}

function filesWithCanary(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && holdsCanary(readFileSync(path));
  });
}

describe('a VNC password', () => {
  it('is asked for, and lets in who gives it; nothing is left to do', async () => {
    writeFileSync(secret, `${CANARIES.file}\n`, { mode: 0o600 });
    lab.env = { VEN_TEST_VNC: CANARIES.variable };
    write('auto');
    expect(await watched(lab.start('apply', '--yes'))).toEqual({ code: 0, programs: [] });
    for (const [vm, password] of [
      ['a', CANARIES.variable],
      ['b', CANARIES.file],
    ] as const) {
      expect(await letsIn(await portOf(vm), password)).toBe(true);
      expect(await letsIn(await portOf(vm), 'another')).toBe(false);
      expect(await letsIn(await portOf(vm), '')).toBe(false);
      // From its first moment: it never stood open.
      expect(readFileSync(`/var/log/libvirt/qemu/${lab.domain(vm)}.log`, 'utf8')).toMatch(
        /-vnc \S*password=on/,
      );
    }
    expect(changes(await lab.plan())).toEqual([]);
  });

  it('that is another is one live change, without the password in it', async () => {
    const [id, port] = [await virsh('domid', await lab.uuid('a')), await portOf('a')];
    lab.env = { VEN_TEST_VNC: CANARIES.next };
    const plan = await lab.plan();
    said.push(JSON.stringify(plan), (await lab.ven('plan', '--diff')).stdout);
    expect(plan.changes.map(({ address, fields }) => [address, fields])).toEqual([
      [
        'vm.a',
        [
          {
            path: 'graphics.password',
            before: 'another',
            after: 'that of $VEN_TEST_VNC',
            effect: 'live',
          },
        ],
      ],
    ]);
    expect(await watched(lab.start('apply', '--yes', '--json'))).toEqual({ code: 0, programs: [] });
    expect(await virsh('domid', await lab.uuid('a'))).toBe(id);
    expect(await letsIn(port, CANARIES.next)).toBe(true);
    expect(await letsIn(port, CANARIES.variable)).toBe(false);
    expect(changes(await lab.plan())).toEqual([]);
  });

  it('stays when the port changes, which is one change with a restart', async () => {
    write(FIXED);
    const plan = await lab.plan();
    expect(
      plan.changes.map(({ address, fields }) => [
        address,
        fields?.map(({ path, effect }) => [path, effect]),
      ]),
    ).toEqual([['vm.a', [['graphics', 'restart']]]]);
    await lab.apply();
    expect(await portOf('a')).toBe(FIXED);
    expect(await letsIn(FIXED, CANARIES.next)).toBe(true);
    expect(await letsIn(FIXED, 'another')).toBe(false);
    expect(changes(await lab.plan())).toEqual([]);
  });

  it('is found nowhere', async () => {
    const out = join(lab.dir, 'rendered');
    said.push(
      ...Object.values(await lab.ven('render', '--out-dir', out)).map(String),
      (await lab.ven('status', '--json')).stdout,
    );
    expect(said.filter(holdsCanary)).toEqual([]);
    expect(filesWithCanary(lab.stateDir)).toEqual([]);
    expect(filesWithCanary(lab.dir)).toEqual(['secret']);
    expect(filesWithCanary('/var/log/libvirt')).toEqual([]);
    expect(holdsCanary(await virsh('dumpxml', await lab.uuid('a')))).toBe(false);
  });

  it.each([
    ['{ env: VEN_TEST_UNSET }', '600', /The environment variable VEN_TEST_UNSET is not set/],
    ['{ file: none }', '600', /There is no file .*none/],
    ['{ file: secret }', '644', /mode 0644.*\n[^]*hint: .*chmod 600/],
    [CANARIES.variable, '600', /must say where the password is/],
    ['{ env: VEN_TEST_LONG }', '600', /longer than the 8 characters/],
  ])(
    'as %s with a file of mode %s is refused at its place, and nothing changes',
    async (password, mode, words) => {
      lab.env = { VEN_TEST_LONG: `${CANARIES.next}9` };
      chmodSync(secret, Number.parseInt(mode, 8));
      write('auto', password);
      const { code, stdout, stderr } = await lab.ven('apply', '--yes');
      chmodSync(secret, 0o600);
      expect(code).toBe(3);
      expect(stderr).toMatch(words);
      expect(stderr).toMatch(/fleet\.yaml:6:\d+/);
      expect(holdsCanary(stdout + stderr)).toBe(false);
    },
  );

  it('need not be known to take the fleet away', async () => {
    lab.env = {};
    write('auto');
    expect((await lab.ven('status')).code).toBe(0);
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(await lab.leftovers()).toEqual([]);
  });
});
