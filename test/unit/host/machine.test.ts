import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VenError, type HostFinding, type ResolvedFleet } from '../../../src/model/index.js';
import { linkFindings } from '../../../src/host/checks/links.js';
import { machineFindings } from '../../../src/host/checks/machine.js';
import { otherMachine } from '../../../src/host/checks/other-machine.js';
import { thisMachine } from '../../../src/host/checks/this-machine.js';
import type { HostFiles } from '../../../src/host/libvirt/host-files.js';
import type { Virsh } from '../../../src/host/libvirt/virsh.js';

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ven-machine-'));
  writeFileSync(join(dir, 'socket'), '');
  writeFileSync(join(dir, 'commented'), '#stdio_handler = "file"\n');
  writeFileSync(join(dir, 'file'), 'stdio_handler = "file"\n');
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const URI = 'qemu+tls://lab-2.internal/system';
const bridge = (name: string): unknown => ({
  nics: [{ source: { kind: 'bridge', bridge: name } }],
});
const fleet = {
  networks: [{ kind: 'own' }],
  vms: [bridge('br0'), bridge('br1'), bridge('br0')],
} as unknown as ResolvedFleet;

describe('this machine', () => {
  const logs = (socket: string, config: string): Promise<boolean | null> =>
    thisMachine(process.env, {
      sockets: [join(dir, socket)],
      config: join(dir, config),
    }).hasLogs();

  it('has logs where virtlogd has its socket, or QEMU writes them itself', async () => {
    expect(await logs('socket', 'commented')).toBe(true);
    expect(await logs('nowhere', 'commented')).toBe(false);
    expect(await logs('nowhere', 'nowhere')).toBe(false);
    expect(await logs('nowhere', 'file')).toBe(true);
  });
});

interface There {
  /** By path. */
  files?: Record<string, string>;
  programs?: string[];
  /** virsh's answers, by the last word of the question. */
  interfaces?: Record<string, string>;
  kvm?: boolean;
  broken?: boolean;
}

function there({ files = {}, programs = [], interfaces = {}, kvm, broken }: There) {
  const fails = (): never => {
    throw new VenError('tool-failed', { summary: 'no storage driver' });
  };
  const host = {
    read: (parts: { path: string }[]) =>
      broken
        ? Promise.reject(new VenError('tool-failed', { summary: 'no storage driver' }))
        : Promise.resolve(
            parts.map(({ path }) => {
              const text = files[path];
              return text === undefined ? null : Buffer.from(text);
            }),
          ),
    list: (folders: string[]) =>
      broken
        ? new Promise(fails)
        : Promise.resolve(
            folders.map((folder) => (folder === '/usr/local/sbin' ? null : programs)),
          ),
  };
  const virsh = {
    uri: URI,
    ask: (commands: string[][]) =>
      Promise.resolve(
        commands.map((command) => {
          if (command[0] === 'domcapabilities') return { ok: kvm === true };
          const text = interfaces[command.at(-1) ?? ''];
          const answer = broken === true ? 'other' : 'not-found';
          return text === undefined ? { ok: false, answer, text: '' } : { ok: true, text };
        }),
      ),
  };
  return otherMachine(virsh as unknown as Virsh, host as unknown as HostFiles);
}

/** A line of the kernel's table of sockets. */
const socket = (flags: string): string =>
  'Num       RefCount Protocol Flags    Type St Inode Path\n' +
  `000000002f3e1b6e: 00000002 00000000 ${flags} 0001 01 21615153 /run/libvirt/virtlogd-sock\n`;
const BRIDGE = "<interface type='bridge' name='br'/>";
const levels = (found: readonly HostFinding[]): string[] =>
  found.map(({ check, level }) => `${check} ${level}`);

describe('another machine', () => {
  it('is told by libvirt: sockets, programs, interfaces', async () => {
    const well = there({
      files: { '/proc/net/unix': socket('00010000') },
      programs: ['dnsmasq'],
      interfaces: { br0: BRIDGE, br1: BRIDGE },
      kvm: true,
    });
    expect(levels(await machineFindings(fleet, well))).toEqual(['dnsmasq ok']);
    const bare = there({
      files: { '/proc/net/unix': socket('00000000') },
      interfaces: { br0: BRIDGE, br1: "<interface type='ethernet' name='br1'/>" },
      kvm: true,
    });
    const found = await machineFindings(fleet, bare);
    expect(levels(found)).toEqual(['virtlogd warning', 'dnsmasq missing', 'bridge warning']);
    for (const { fix } of found) expect(fix).toMatch(/^On lab-2\.internal: sudo /);
  });

  it('needs no virtlogd where QEMU writes its logs itself', async () => {
    const files = { '/proc/net/unix': '', '/etc/libvirt/qemu.conf': 'stdio_handler = "file"\n' };
    expect(await there({ files }).hasLogs()).toBe(true);
  });

  it('is unknown, never well, where libvirt can not tell; and it is said how to look', async () => {
    const found = await machineFindings(fleet, there({ broken: true }));
    expect(levels(found)).toEqual([
      'virtlogd unknown',
      'dnsmasq unknown',
      'bridge unknown',
      'bridge unknown',
      'kvm-device unknown',
    ]);
    for (const { fix, message } of found) {
      expect(fix).toMatch(/^On lab-2\.internal: \S+/);
      expect(message).toContain('was not checked');
    }
  });

  it('may not have what the rate of links takes', async () => {
    const limited = {
      vms: [{ nics: [{ link: { rate: { inbound: 1 } } }] }],
    } as unknown as ResolvedFleet;
    const found = await linkFindings(limited, process.env, URI);
    expect(found.filter(({ level }) => level === 'ok')).toEqual([]);
  });
});
