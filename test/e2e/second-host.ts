/**
 * A second libvirt host, away from this machine: a `PrivateHost` at the end of a cable, behind
 * sshd. It can be lost in several ways, and be brought back. ven is run by `client`, which stands
 * for a person's account here: its ssh has a key and known hosts of its own, by a mount over
 * /etc/ssh/ssh_config in a namespace, so that nobody's ~/.ssh is touched. Names and addresses carry
 * the process id: several may be up at once.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LibvirtHost, sleep } from './lab.js';
import { PrivateHost } from './private-host.js';

/**
 * `packets-vanish`: nothing answers; `no-route`: its link is down; `libvirtd-stopped`: by SIGSTOP;
 * `sshd-gone`: connections are refused; `host-key-changed`: another sshd is in its place.
 */
export type Loss =
  'packets-vanish' | 'no-route' | 'libvirtd-stopped' | 'sshd-gone' | 'host-key-changed';

const PORT = 2222;

export class SecondHost extends LibvirtHost {
  readonly host: PrivateHost;
  readonly address: string;
  readonly uri: string;
  readonly #link: string;
  readonly #here: string;
  #lost: Loss | null = null;

  private constructor(host: PrivateHost, number: number) {
    super(host.through);
    this.host = host;
    const slot = (process.pid * 4 + number) % 16_384;
    const network = `10.77.${slot >> 6}.`;
    const first = (slot & 63) * 4;
    this.#here = `${network}${first + 1}`;
    this.address = `${network}${first + 2}`;
    this.#link = `vh${process.pid}n${number}`;
    this.uri = `qemu+ssh://root@${this.address}:${PORT}/system`;
  }

  /** What a command is run by to be the person that may log in there. */
  get client(): readonly string[] {
    return sshClient().through;
  }

  static async up(): Promise<SecondHost> {
    const second = new SecondHost(await PrivateHost.up(), numbers++);
    up += 1;
    try {
      second.#connect();
      second.#newHostKey('host-key');
      await second.#startSshd();
      return second;
    } catch (error) {
      await second.close();
      throw error;
    }
  }

  async lose(loss: Loss): Promise<void> {
    if (this.#lost !== null) throw new Error(`lost already: ${this.#lost}`);
    this.#lost = loss;
    switch (loss) {
      case 'packets-vanish':
        return this.#inside('ip', 'route', 'add', 'blackhole', `${this.#here}/32`);
      case 'no-route':
        return this.#inside('ip', 'link', 'set', 'eth0', 'down');
      case 'libvirtd-stopped':
        return this.#signal('libvirtd', 'SIGSTOP');
      case 'sshd-gone':
        return this.#endSshd();
      case 'host-key-changed':
        await this.#endSshd();
        this.#newHostKey('other-key', false);
        return this.#startSshd('other-key');
    }
  }

  async bringBack(): Promise<void> {
    const lost = this.#lost;
    this.#lost = null;
    switch (lost) {
      case 'packets-vanish':
        return this.#inside('ip', 'route', 'del', 'blackhole', `${this.#here}/32`);
      case 'no-route':
        return this.#inside('ip', 'link', 'set', 'eth0', 'up');
      case 'libvirtd-stopped':
        return this.#signal('libvirtd', 'SIGCONT');
      case 'host-key-changed':
        await this.#endSshd();
        return this.#startSshd();
      case 'sshd-gone':
        return this.#startSshd();
      case null:
        return;
    }
  }

  /** Its VMs reach this address of this machine. */
  reach(address: string): void {
    this.#inside('ip', 'route', 'add', `${address}/32`, 'via', this.#here);
  }

  async close(): Promise<void> {
    await this.host.close();
    // It went with the namespace, or a moment later.
    for (let tries = 0; tries < 50 && hasLink(this.#link); tries += 1) await sleep(50);
    up -= 1;
    if (up === 0) closeClient();
  }

  #connect(): void {
    const inside = ['netns', String(this.host.keeper)];
    ip('link', 'add', this.#link, 'type', 'veth', 'peer', 'name', 'eth0', ...inside);
    ip('addr', 'add', `${this.#here}/30`, 'dev', this.#link);
    ip('link', 'set', this.#link, 'up');
    this.#inside('ip', 'addr', 'add', `${this.address}/30`, 'dev', 'eth0');
    this.#inside('ip', 'link', 'set', 'eth0', 'up');
  }

  /** `known`: the client learns it. */
  #newHostKey(name: string, known = true): void {
    const file = join(this.host.dir, name);
    keygen(file);
    const client = sshClient();
    writeFileSync(join(this.host.dir, 'authorized'), readFileSync(join(client.dir, 'key.pub')));
    if (!known) return;
    const [kind, key] = readFileSync(`${file}.pub`, 'utf8').split(' ');
    appendFileSync(join(client.dir, 'known'), `[${this.address}]:${PORT} ${kind} ${key}\n`);
  }

  async #startSshd(key = 'host-key'): Promise<void> {
    const { dir } = this.host;
    const settings = [
      `ListenAddress=${this.address}`,
      `Port=${PORT}`,
      `HostKey=${join(dir, key)}`,
      `AuthorizedKeysFile=${join(dir, 'authorized')}`,
      'PidFile=none',
      'StrictModes=no',
      'PermitRootLogin=yes',
      'UsePAM=no',
    ];
    this.#inside('mkdir', '-p', '/run/sshd');
    const options = settings.flatMap((setting) => ['-o', setting]);
    this.#inside('/usr/sbin/sshd', '-f', '/dev/null', ...options);
    await sleep(100);
  }

  /** The sessions too. */
  async #endSshd(): Promise<void> {
    for (let left = this.host.processes('sshd'); left.length > 0;) {
      this.#signal('sshd', 'SIGKILL');
      await sleep(50);
      left = this.host.processes('sshd');
    }
  }

  #signal(name: string, signal: NodeJS.Signals): void {
    for (const pid of this.host.processes(name)) process.kill(pid, signal);
  }

  #inside(...command: string[]): void {
    const [file = '', ...words] = [...this.host.through, ...command];
    execFileSync(file, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

let numbers = 0;
/** Hosts that are up. */
let up = 0;

interface SshClient {
  dir: string;
  keeper: ChildProcess;
  through: readonly string[];
}

let client: SshClient | undefined;

function sshClient(): SshClient {
  if (client !== undefined) return client;
  const dir = mkdtempSync(join(tmpdir(), 'ven-ssh-'));
  keygen(join(dir, 'key'));
  writeFileSync(join(dir, 'known'), '');
  writeFileSync(
    join(dir, 'config'),
    `Host 10.77.*\nIdentityFile ${join(dir, 'key')}\nIdentitiesOnly yes\n` +
      `UserKnownHostsFile ${join(dir, 'known')}\nStrictHostKeyChecking yes\n`,
  );
  const script = `mount --bind ${dir}/config /etc/ssh/ssh_config && exec sleep infinity`;
  const keeper = spawn('unshare', ['-m', '--propagation', 'private', 'sh', '-c', script], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  client = { dir, keeper, through: ['nsenter', '-t', String(keeper.pid), '-m', '--'] };
  return client;
}

function closeClient(): void {
  client?.keeper.kill('SIGKILL');
  if (client) rmSync(client.dir, { recursive: true, force: true });
  client = undefined;
}

function keygen(file: string): void {
  rmSync(file, { force: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
}

function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function hasLink(name: string): boolean {
  try {
    execFileSync('ip', ['link', 'show', name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
