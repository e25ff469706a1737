import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isOwnedBy, VenError, type ResolvedFleet } from '../../../src/model/index.js';
import type { Act, ActKind } from '../../../src/host/libvirt/acts.js';
import { answerOf } from '../../../src/host/libvirt/answers.js';
import { explain } from '../../../src/host/libvirt/explain.js';
import { domainFacts } from '../../../src/libvirt/index.js';
import { observe } from '../../../src/host/libvirt/observe.js';
import { Virsh } from '../../../src/host/libvirt/virsh.js';
import { parseXml } from '../../../src/xml/index.js';

/** A real libvirt without a hypervisor; its state lives as long as one virsh process. */
const virsh = new Virsh({ uri: 'test:///default', env: process.env });

describe('Virsh', () => {
  it('tells the replies of many commands apart, failed ones too', async () => {
    const replies = await virsh.ask([
      ['list', '--all', '--name'],
      ['dumpxml', 'nobody'],
      ['domstate', 'test'],
      ['start', 'test'],
      ['echo', 'end'],
    ]);
    expect(replies.map(({ ok }) => ok)).toEqual([true, false, true, false, true]);
    expect(replies.map(({ text }) => text)).toEqual(['test', '', 'running', '', 'end']);
    expect(replies[1]?.answer).toBe('not-found');
    expect(replies[1]?.error?.detail).toContain('virsh -c test:///default dumpxml nobody');
    expect(replies[3]?.answer).toBe('active');
    expect(replies[2]?.error).toBeNull();
  });

  it('gives every word to the letter', async () => {
    const words = [
      `it's`,
      'a "b"',
      '; destroy test',
      '$x `y`',
      'one\ntwo',
      '\\',
      '#{x}',
      'äöü',
      "''",
      ' lead',
    ];
    const replies = await virsh.ask(words.map((word) => ['echo', word]));
    expect(replies.map(({ text }) => text)).toEqual(words.map((word) => word.trim()));
    const title = `'; destroy test; echo '`;
    const [, xml] = await virsh.ask([
      ['desc', 'test', '--title', `--new-desc=${title}`],
      ['dumpxml', 'test'],
    ]);
    expect(domainFacts(parseXml(xml?.text ?? '')).title).toBe(title);
  });

  it('takes no output for the end of an output, even if that has heard the end of another', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ven-virsh-'));
    const program = `#!/bin/sh\nprintf %s "$*" >'${folder}/said'\nPATH=$REAL_PATH exec virsh "$@"\n`;
    try {
      const real = process.env['PATH'] ?? '';
      writeFileSync(join(folder, 'virsh'), program.replace('$REAL_PATH', real), { mode: 0o755 });
      const overheard = new Virsh({
        uri: 'test:///default',
        env: { ...process.env, PATH: `${folder}:${real}` },
      });
      await overheard.ask([['echo', 'one']]);
      const mark = /echo (@\w+);/.exec(readFileSync(join(folder, 'said'), 'utf8'))?.[1] ?? '';
      expect(mark).not.toBe('');
      const replies = await overheard.ask([
        ['echo', `a ${mark} b`],
        ['echo', 'two'],
      ]);
      expect(replies.map(({ text }) => text)).toEqual([`a ${mark} b`, 'two']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('hands over files that leave nothing behind', async () => {
    const xml = (name: string) =>
      `<domain type="test"><name>${name}</name><memory>1024</memory><os><type>hvm</type></os></domain>`;
    const replies = await virsh.ask([
      ['define', { file: xml('one') }],
      ['define', { file: xml('two') }],
      ['list', '--all', '--name'],
      ['echo', { file: 'three' }],
    ]);
    expect(replies.map(({ error }) => error?.detail ?? null)).toEqual([null, null, null, null]);
    // Without udev there is no /dev/fd.
    expect(replies[3]?.text).toMatch(/^\/proc\/self\/fd\/\d+$/);
    expect(replies[2]?.text.split(/\s+/).sort()).toEqual(['one', 'test', 'two']);
  });

  it('goes beyond what one argument can hold, in order', async () => {
    const count = 5000;
    const numbers = Array.from({ length: count }, (_, index) => `reply-${index}-${'x'.repeat(30)}`);
    const heard: string[] = [];
    await virsh.ask(
      numbers.map((word) => ['echo', word]),
      { onText: (index, text) => heard.push(`${index}:${text}`) },
    );
    expect(heard).toEqual(numbers.map((word, index) => `${index}:${word}`));
    const replies = await virsh.ask(numbers.map((word) => ['echo', word]));
    expect(replies.map(({ text }) => text)).toEqual(numbers);
  });

  it('throws the first failure, unless that is fine', async () => {
    await expect(virsh.must([['domstate', 'nobody'], ['list']])).rejects.toBeInstanceOf(VenError);
    expect(
      await virsh.must(
        [
          ['domstate', 'nobody'],
          ['domstate', 'test'],
        ],
        ['not-found'],
      ),
    ).toEqual(['', 'running']);
  });

  it('says that the host is not ready when libvirt can not be reached', async () => {
    const nowhere = new Virsh({
      uri: 'qemu+unix:///system?socket=/nonexistent/libvirt-sock',
      env: process.env,
    });
    await expect(nowhere.ask([['list'], ['list']])).rejects.toMatchObject({
      code: 'host-not-ready',
    });
  });

  it('runs nothing when virsh does not know one of the commands', async () => {
    const heard: string[] = [];
    const asked = virsh.ask([['echo', 'one'], ['no-such-command'], ['echo', 'two']], {
      onText: (_index, text) => heard.push(text),
    });
    await expect(asked).rejects.toMatchObject({
      code: 'tool-failed',
      summary: "unknown command: 'no-such-command'",
    });
    expect(heard).toEqual([]);
  });

  it('stops at its time limit', async () => {
    await expect(
      virsh.ask([['event', '--all', '--loop']], { timeoutSeconds: 0.5 }),
    ).rejects.toMatchObject({ code: 'tool-failed' });
  });
});

describe('observe', () => {
  it('sees all of a host that is not this machine, and nothing of this machine', async () => {
    // As each process has a host of its own, only what has a UUID in the file is there for all of them.
    const there = new Virsh({
      uri: `test://${join(import.meta.dirname, 'fixtures/test-host.xml')}`,
      env: process.env,
    });
    const disk = { target: 'sda', bus: 'sata' as const, sizeBytes: 1, pool: 'images' };
    const vms = [
      {
        nvram: null,
        disks: [
          { ...disk, volume: 'wanted' },
          { ...disk, volume: 'not-there' },
          { ...disk, volume: '/images/foreign' },
          { ...disk, pool: 'none', volume: 'wanted' },
        ],
      },
    ];
    const fleet = {
      name: 'f',
      host: {
        uri: there.uri,
        accelerator: 'auto',
        storagePool: 'images',
        runner: { kind: 'local' },
      },
      networks: [],
      vms,
      digest: '',
    } as unknown as ResolvedFleet;
    const state = await observe(there, fleet, () => new Date(0));
    expect(state).toMatchObject({
      uri: there.uri,
      observedAt: '1970-01-01T00:00:00.000Z',
      routes: [],
      bridgePorts: null,
    });
    expect(state.domains.map(({ name, power, mark }) => [name, power, mark?.vm ?? null])).toEqual([
      ['f_a', 'running', 'a'],
      ['f_b', 'running', 'b'],
      ['stranger', 'running', null],
    ]);
    // The mark of f_b was copied. Of what is not the fleet's own, no text is kept.
    const own = state.domains.filter((domain) => isOwnedBy(fleet, domain));
    expect(
      own.map(({ live, config, nvramMissing }) => [live?.title, config.title, nvramMissing]),
    ).toEqual([['', '', null]]);
    expect(own.map(({ xml }) => xml.startsWith('<domain'))).toEqual([true]);
    expect(state.domains.filter((domain) => 'xml' in domain)).toEqual(own);
    expect(state.networks).toMatchObject([
      {
        name: 'lab',
        active: true,
        gateway: '192.168.150.1/24',
        mark: { fleet: 'f', network: 'lab' },
      },
    ]);
    expect(state.pools).toMatchObject([{ name: 'images', active: true, path: '/images' }]);
    // `old` stands only in a mark.
    expect(state.volumes).toEqual([
      { pool: 'images', volume: 'old', path: '/images/old', capacityBytes: 2000 },
      { pool: 'images', volume: 'wanted', path: '/images/wanted', capacityBytes: 1000 },
    ]);
  });
});

const DNSMASQ =
  'error: Failed to start network f_lab\nerror: internal error: Child process (VIR_BRIDGE_NAME=virbr9 /usr/sbin/dnsmasq --conf-file=/var/lib/libvirt/dnsmasq/f_lab.conf) unexpected exit status 2: \ndnsmasq: failed to create listening socket for 192.168.211.1: Address already in use\n';
const START = { kind: 'domain', verb: 'start' } as const;
const CONNECT = { kind: 'connection', verb: 'connect' } as const;
const NET_START = { kind: 'network', verb: 'net-start' } as const;
const POOL_REFRESH = { kind: 'pool', verb: 'pool-refresh' } as const;
const VOL_CREATE = { kind: 'volume', verb: 'vol-create' } as const;
const UNDEFINE = { kind: 'domain', verb: 'undefine' } as const;
const listOf = (kind: ActKind, verb: string) => ({ kind, verb }) as const;
const DUMPXML = { kind: 'domain', verb: 'dumpxml' } as const;

describe('answerOf', () => {
  it.each([
    ["error: failed to get domain 'x'", 'not-found'],
    ["error: Domain not found: no domain with matching uuid 'x'", 'not-found'],
    ["error: Storage volume not found: no storage vol with matching path 'nov'", 'not-found'],
    ['error: Requested operation is not valid: domain is not running', 'inactive'],
    ["error: Requested operation is not valid: network 'n' is not active", 'inactive'],
    ['error: Domain is already active', 'active'],
    ['error: Requested operation is not valid: network is already active', 'active'],
    ["error: operation failed: domain 'a' already exists with uuid x", 'exists'],
    ["error: storage volume name 'v' already in use", 'exists'],
    ["Cannot get interface MTU on 'br9': No such device", 'no-bridge'],
    [
      "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory",
      'unreachable',
    ],
    [
      "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied",
      'no-permission',
    ],
    [
      'error: failed to connect to the hypervisor\nerror: authentication unavailable: no polkit agent available to authenticate action',
      'no-permission',
    ],
    [
      'error: Requested operation is not valid: there is already at least one DNS HOST record with a matching field in network n',
      'entry-exists',
      { kind: 'network', verb: 'net-update' },
    ],
    [
      "error: Failed to connect socket to '/var/run/libvirt/virtlogd-sock': No such file or directory",
      'no-daemon',
    ],
    ["error: internal error: can't connect to virtlogd", 'no-daemon'],
    [
      "error: internal error: qemu unexpectedly closed the monitor: -chardev socket,id=chrtpm,path=/run/libvirt/qemu/swtpm/1-f_a-swtpm.sock: Failed to connect to '/run/libvirt/qemu/swtpm/1-f_a-swtpm.sock': Connection refused",
      'tpm-failed',
    ],
    ["error: failed to get domain 'f_swtpm-1'", 'not-found'],
    [
      "error: Unable to find 'swtpm_setup' binary in $PATH: No such file or directory",
      'tpm-missing',
    ],
    [
      'qemu-system-x86_64: -vnc 127.0.0.1:7: Failed to bind socket: Address already in use',
      'port-taken',
    ],
    [
      'error: Requested operation is not valid: transient domains do not have any persistent config',
      'transient',
    ],
    [
      'error: Requested operation is not valid: cannot set autostart for transient domain',
      'transient',
    ],
    ['error: Requested operation is not valid: network is transient', 'other'],
    ["error: internal error: pool 'default' has asynchronous jobs running.", 'busy', POOL_REFRESH],
    ['something nobody has seen', 'other'],
    // The same words mean another thing of another act.
    [DNSMASQ, 'dns-taken', NET_START],
    [
      'error: internal error: Child process (dnsmasq) unexpected exit status 2: \ndnsmasq: failed to bind DHCP server socket: Address already in use',
      'dhcp-taken',
      NET_START,
    ],
    [
      'error: internal error: Network is already in use by interface tun0',
      'subnet-taken',
      NET_START,
    ],
    [
      "error: Failed to connect socket to '/run/libvirt/virtqemud-sock': Permission denied",
      'no-permission',
      CONNECT,
    ],
    [
      "error: Failed to connect socket to '/run/libvirt/virtqemud-sock': No such file or directory",
      'unreachable',
      CONNECT,
    ],
    [
      "error: Failed to connect socket to '/run/libvirt/virtnetworkd-sock': No such file or directory",
      'no-daemon',
    ],
    [
      'error: Cannot recv data: root@host: Permission denied (publickey,password).: Connection reset by peer',
      'away',
      CONNECT,
    ],
    ['error: internal error: Unable to read from monitor: Connection reset by peer', 'qemu-died'],
    ['error: Cannot recv data: Connection reset by peer', 'unreachable'],
    ['error: End of file while reading data: Input/output error', 'unreachable', DUMPXML],
    [
      'error: Timed out during operation: cannot acquire state change lock (held by monitor=remoteDispatchConnectGetAllDomainStats)',
      'stuck',
    ],
    [
      'error: internal error: qemu unexpectedly closed the monitor: qemu-system-x86_64: tpm-emulator: TPM result for CMD_INIT: 0x101 operation failed',
      'tpm-broken',
    ],
    [
      "error: operation failed: Storage source conflict with pool: 'images'",
      'pool-conflict',
      { kind: 'pool', verb: 'pool-define-as' },
    ],
    ['error: Unable to add bridge br0 port vnet0: Operation not supported', 'other'],
    ['error: Unable to add bridge br0 port vnet0: No such device', 'no-bridge'],
    ["qemu: could not load PC BIOS 'bios-256k.bin'", 'bios-missing'],
    [
      'error: internal error: process exited while connecting to monitor: qemu-system-x86_64: Failed to get "write" lock',
      'disk-locked',
    ],
    ['error: cannot allocate memory', 'other', VOL_CREATE],
    // Taken for "it is gone": so it must be the object itself.
    ["error: unable to unlink '/x/y_VARS.fd': No such file or directory", 'other', UNDEFINE],
    ["error: Network not found: no network with matching name 'n'", 'other', UNDEFINE],
    ["error: failed to get domain 'x'", 'not-found', UNDEFINE],
    // Of a list: what it names went while it was read.
    ['error: Could not retrieve pool information', 'went-meanwhile', listOf('host', 'pool-list')],
    [
      "error: Storage pool not found: no storage pool with matching uuid 'x'",
      'went-meanwhile',
      listOf('host', 'pool-list'),
    ],
    [
      "error: Network not found: no network with matching uuid 'x'",
      'went-meanwhile',
      listOf('host', 'net-list'),
    ],
    [
      "error: Domain not found: no domain with matching uuid 'x'",
      'went-meanwhile',
      listOf('host', 'list'),
    ],
    [
      "error: Storage volume not found: no storage vol with matching key '/x'",
      'went-meanwhile',
      listOf('pool', 'vol-list'),
    ],
    ["error: failed to get pool 'x'", 'not-found', listOf('pool', 'vol-list')],
    [
      "error: Storage pool not found: no storage pool with matching name 'x'",
      'not-found',
      listOf('pool', 'vol-list'),
    ],
  ] as const)('%s', (words, answer, act: Pick<Act, 'kind' | 'verb'> = START) => {
    expect(answerOf(words, act)).toBe(answer);
  });
});

describe('explain', () => {
  const base = { command: 'virsh …', program: 'virsh', uri: 'qemu:///system' };
  const uuid = '0ba07b68-811d-49e1-b68d-bd23a1803037';
  const start: Act = { kind: 'domain', verb: 'start', object: uuid };
  const connect: Act = { kind: 'connection', verb: 'connect', object: base.uri };

  it('names the DNS port of a network, and who has it', () => {
    const act: Act = { kind: 'network', verb: 'net-start', object: uuid };
    const holder = (port: number, address?: string) => `named (pid 7) ${port} ${address}`;
    const { summary, hint, detail } = explain({ ...base, act, words: DNSMASQ, holder });
    expect(summary).toBe('Port 53 (DNS) of 192.168.211.1 is taken');
    expect(hint).toContain('named (pid 7) 53 192.168.211.1 listens there');
    expect(`${summary} ${hint}`).not.toMatch(/graphics|VM is to listen/);
    expect(detail).toContain('failed to create listening socket');
    expect(explain({ ...base, act, words: DNSMASQ }).hint).toContain('sport = :53');
  });

  it('names the daemon that is to be started: not libvirtd beside the modular ones', () => {
    const words = (socket: string, why: string) =>
      `error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/run/libvirt/${socket}': ${why}`;
    const modular = (why: string) =>
      explain({ ...base, act: connect, words: words('virtqemud-sock', why) });
    expect(modular('Permission denied')).toMatchObject({
      code: 'host-not-ready',
      summary: 'libvirt refuses this user',
      hint: expect.stringContaining('usermod -aG libvirt') as string,
    });
    expect(modular('No such file or directory').hint).toContain('systemctl start virtqemud.socket');
    expect(modular('No such file or directory').hint).not.toContain('libvirtd');
    const monolithic = words('libvirt-sock', 'No such file or directory');
    expect(explain({ ...base, act: connect, words: monolithic }).hint).toContain(
      'systemctl start libvirtd',
    );
    const lock = words('virtlockd-sock', 'No such file or directory');
    expect(explain({ ...base, act: start, words: lock }).hint).toContain('virtlockd.socket');
    const uri = 'qemu+ssh://me@far:2222/system';
    expect(explain({ ...base, uri, act: connect, words: monolithic }).hint).not.toContain(
      'systemctl',
    );
    const refused =
      'error: Cannot recv data: Permission denied (publickey).: Connection reset by peer';
    expect(explain({ ...base, uri, act: connect, words: refused }).hint).toContain(
      'ssh -p 2222 me@far true',
    );
  });

  it("says what to do about a TPM's broken state, and where it is", () => {
    const words = 'error: internal error: x: tpm-emulator: TPM result for CMD_INIT: 0x101 failed';
    const { summary, hint } = explain({ ...base, act: start, words });
    expect(summary).toContain('TPM');
    expect(hint).toContain(`/var/lib/libvirt/swtpm/${uuid}`);
  });

  it('names the pool that has the folder already', () => {
    const words =
      "error: Failed to define pool default\nerror: operation failed: Storage source conflict with pool: 'images'";
    const act: Act = { kind: 'pool', verb: 'pool-define-as', object: 'default' };
    const { summary, hint } = explain({ ...base, act, words });
    expect(summary).toContain('images');
    expect(hint).toContain('host.storagePool: images');
  });

  it('says what a kernel lacks that libvirt limits a NIC with', () => {
    const words =
      'error: Failed to update device from /proc/self/fd/4\nerror: internal error: Child process ' +
      '(tc qdisc add dev vnet0 parent 1:1 handle 2: sfq perturb 10) unexpected exit status 2: ' +
      'Error: Specified qdisc kind is unknown.';
    const act: Act = { kind: 'domain', verb: 'update-device', object: uuid };
    expect(explain({ ...base, act, words })).toMatchObject({
      code: 'host-not-ready',
      hint: expect.stringContaining('modprobe -a sch_htb sch_sfq act_police') as string,
    });
  });

  it("shows the tool's own words in order and once when it does not know them", () => {
    const words =
      "error: Failed to start domain 'a'\nerror: internal error: qemu unexpectedly closed: first\n  second, indented\nthird\n";
    const { summary, detail, hint } = explain({ ...base, act: start, words });
    expect(summary).toBe('internal error: qemu unexpectedly closed: first');
    expect(detail).toBe("Failed to start domain 'a'\n  second, indented\nthird\nvirsh …");
    expect(hint).toBeUndefined();
  });
});
