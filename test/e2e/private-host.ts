/**
 * A libvirt host of a test's own: libvirtd and virtlogd in namespaces (network, mounts), with
 * folders of their own. There a test may break what all others share: routes, bridges, pools, the
 * daemon itself. It starts with the pool `default` and without a network.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LibvirtHost, sleep } from './lab.js';

/** libvirt's folders, each replaced by one of the host's own. */
const FOLDERS = {
  etc: '/etc/libvirt',
  lib: '/var/lib/libvirt',
  run: '/run/libvirt',
  log: '/var/log/libvirt',
};
/** What the packages make below /var/lib/libvirt. */
const STATE = ['qemu', 'images', 'dnsmasq', 'network', 'swtpm', 'boot'];

export class PrivateHost extends LibvirtHost {
  /** Holds libvirt's folders: `etc`, `lib`, `run`, `log`. */
  readonly dir: string;
  readonly #keeper: ChildProcess;

  private constructor(dir: string, keeper: ChildProcess) {
    // No namespace for processes: nsenter would have to stay between a test and what it kills.
    super(['nsenter', '-t', String(keeper.pid), '-m', '-n', '--']);
    this.dir = dir;
    this.#keeper = keeper;
  }

  static async up(): Promise<PrivateHost> {
    const dir = mkdtempSync(join(tmpdir(), 'ven-host-'));
    writeFileSync(join(dir, 'start'), script(dir));
    const keeper = spawn('unshare', ['-m', '-n', 'bash', join(dir, 'start')], { stdio: 'ignore' });
    const host = new PrivateHost(dir, keeper);
    for (let tries = 0; !existsSync(join(dir, 'ready')); tries += 1) {
      if (tries === 100 || keeper.exitCode !== null)
        throw new Error(`no private host: ${readFileSync(join(dir, 'start.log'), 'utf8')}`);
      await sleep(100);
    }
    await host.startLibvirtd();
    await host.virsh('pool-define-as', 'default', 'dir', '--target', '/var/lib/libvirt/images');
    await host.virsh('pool-start', 'default');
    return host;
  }

  /** Starts libvirtd, and waits until it answers. */
  async startLibvirtd(): Promise<void> {
    await this.run('sh', '-c', libvirtd(this.dir));
    for (let tries = 0; (await this.tryVirsh('version')).code !== 0; tries += 1) {
      if (tries === 100) throw new Error('the libvirtd of the private host does not answer');
      await sleep(100);
    }
  }

  /** Ends libvirtd; the VMs stay. */
  async killLibvirtd(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
    const [pid] = this.processes('libvirtd');
    if (pid === undefined) return;
    process.kill(pid, signal);
    while (nameOf(pid) === 'libvirtd') await sleep(20);
  }

  /** The process that keeps the namespaces. */
  get keeper(): number {
    return this.#keeper.pid as number;
  }

  /**
   * The ids of all processes on the host's network, or of those with that name: daemons, VMs,
   * dnsmasq, what a test runs.
   */
  processes(name?: string): number[] {
    const own = networkOf(this.#keeper.pid);
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number)
      .filter((pid) => own !== null && networkOf(pid) === own)
      .filter((pid) => name === undefined || nameOf(pid) === name);
  }

  async close(): Promise<void> {
    // The keeper last: by it the others are known.
    const others = (): number[] => this.processes().filter((pid) => pid !== this.keeper);
    for (let tries = 0; others().length > 0 && tries < 100; tries += 1) {
      for (const pid of others()) kill(pid);
      await sleep(50);
    }
    this.#keeper.kill('SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function networkOf(pid: number | undefined): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return null;
  }
}

function nameOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return null;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Below tini where there is no systemd, as in scripts/setup-host.sh: ended VMs are then reaped. */
function libvirtd(dir: string): string {
  const daemon = `libvirtd -p ${dir}/libvirtd.pid`;
  return (
    `if [ -d /run/systemd/system ]; then ${daemon} -d; ` +
    `else setsid --fork tini -s -- ${daemon} </dev/null >/dev/null 2>&1; fi`
  );
}

/** What the first process does. */
function script(dir: string): string {
  const binds = Object.entries(FOLDERS).map(
    ([name, folder]) => `mount --bind ${dir}/${name} ${folder}`,
  );
  return `exec > ${dir}/start.log 2>&1
set -e
mkdir -p ${dir}/etc/qemu/networks/autostart ${dir}/etc/storage/autostart
mkdir -p ${STATE.map((name) => `${dir}/lib/${name}`).join(' ')} ${dir}/run ${dir}/log/qemu
cp -a /etc/libvirt/*.conf ${dir}/etc/
chmod 755 ${dir} ${dir}/lib ${dir}/lib/*
chown --reference=/var/lib/libvirt/qemu ${dir}/lib/qemu
chmod 711 ${dir}/lib/swtpm
ip link set lo up
mount --make-rprivate /
${binds.join('\n')}
# /sys has the interfaces of the network of who mounted it.
mkdir ${dir}/cgroup
mount --rbind /sys/fs/cgroup ${dir}/cgroup
mount -t sysfs sysfs /sys
mount --rbind ${dir}/cgroup /sys/fs/cgroup
mount -t tmpfs tmpfs /run/lock
virtlogd -d -p ${dir}/virtlogd.pid
touch ${dir}/ready
exec sleep infinity
`;
}
