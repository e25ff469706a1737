/**
 * The measured fleets, and the floors: the same work by virsh or vagrant alone. Each cleans up
 * after itself.
 */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, URI, VEN, virsh, type Sample } from './measure.ts';

export const SMALL =
  'cpus: 1, memory: 128MiB, firmware: bios, tpm: false, disks: [{ size: 64MiB }]';

export interface Folder {
  dir: string;
  file: string;
  fleet: string;
  env: NodeJS.ProcessEnv;
  remove: () => void;
}

/** A folder for a fleet file, with a state folder of its own. */
export function folderOf(name: string): Folder {
  const dir = mkdtempSync(join(tmpdir(), 'ven-bench-'));
  const remove = (): void => rmSync(dir, { recursive: true, force: true });
  return {
    dir,
    file: join(dir, 'fleet.yaml'),
    fleet: `bench${process.pid}-${name}`,
    env: { XDG_STATE_HOME: join(dir, 'state') },
    remove,
  };
}

/** With a fleet file of `count` small VMs on the default network. */
export function fleetFolder(name: string, count: number, power: 'running' | 'off'): Folder {
  const folder = folderOf(name);
  writeFileSync(
    folder.file,
    'apiVersion: ven/v1\n' +
      `fleet: ${folder.fleet}\n` +
      'host: { accelerator: qemu }\n' +
      `defaults: { ${SMALL}, power: ${power}, shutdownTimeout: 1s }\n` +
      'vms:\n' +
      `  - { name: vm, count: ${count} }\n`,
  );
  return folder;
}

/**
 * Defines the output of `ven render` by virsh alone, as an apply would: domains with their mark,
 * and their volumes.
 */
export async function defineAll(folder: Folder): Promise<string[]> {
  const out = join(folder.dir, 'rendered');
  mkdirSync(out);
  await run([VEN, 'render', folder.file, '--out-dir', out], { env: folder.env });
  const domains = readdirSync(join(out, 'domains')).map((name) => join(out, 'domains', name));
  const volumes = readdirSync(join(out, 'volumes')).map((name) => join(out, 'volumes', name));
  const uuids: string[] = [];
  for (const file of domains) {
    // As the Vagrantfile does it: the disk by its path, and the mark as after a whole apply.
    const xml = readFileSync(file, 'utf8')
      .replace('ready="no"', 'ready="yes"')
      .replace('<disk type="volume"', '<disk type="file"')
      .replace(
        /<source pool="default" volume="([^"]+)"\/>/,
        '<source file="/var/lib/libvirt/images/$1"/>',
      );
    writeFileSync(file, xml);
    uuids.push(/<uuid>([^<]+)/.exec(xml)?.[1] as string);
  }
  await virsh(domains.map((file) => `define ${file}`));
  await virsh(volumes.map((file) => `vol-create default ${file}`));
  return uuids;
}

export async function undefineAll(folder: Folder, uuids: readonly string[]): Promise<void> {
  await virsh(uuids.map((uuid) => `undefine ${uuid} --nvram`));
  const { stdout } = await run(['virsh', '-q', '-c', URI, 'vol-list', 'default']);
  const volumes = stdout.split('\n').map((line) => line.trim().split(/\s+/)[0] ?? '');
  await virsh(
    volumes
      .filter((name) => name.startsWith(`${folder.fleet}_`))
      .map((name) => `vol-delete ${name} --pool default`),
  );
}

/** Plain vagrant-libvirt, box-less, the same machines on the same network. */
export class PlainVagrant {
  readonly dir = mkdtempSync(join(tmpdir(), 'ven-bench-vagrant-'));
  readonly prefix = `bench${process.pid}v_`;
  readonly names: string[];

  constructor(count: number) {
    this.names = Array.from({ length: count }, (_, index) => `vm${index + 1}`);
    writeFileSync(
      join(this.dir, 'Vagrantfile'),
      `Vagrant.configure('2') do |config|
  config.vm.provider :libvirt do |v|
    v.uri = '${URI}'
    v.default_prefix = '${this.prefix}'
    v.driver = 'qemu'
    v.cpu_mode = 'custom'
    v.cpu_model = 'qemu64'
    v.memory = 128
    v.cpus = 1
    v.graphics_type = 'none'
    v.management_network_name = 'default'
    v.management_network_address = '192.168.122.0/24'
    v.management_network_keep = true
    v.storage_pool_name = 'default'
    v.storage :file, size: '64M'
  end
  %w[${this.names.join(' ')}].each { |name| config.vm.define(name) }
end
`,
    );
  }

  #env(): NodeJS.ProcessEnv {
    return {
      VAGRANT_HOME: join(this.dir, 'home'),
      VAGRANT_CHECKPOINT_DISABLE: '1',
      VAGRANT_DEFAULT_PROVIDER: 'libvirt',
    };
  }

  up(...args: string[]): Promise<Sample> {
    return run(['vagrant', 'up', ...args], { cwd: this.dir, env: this.#env() });
  }

  /** A process for each VM, all at once. */
  async upEach(): Promise<Sample> {
    const began = performance.now();
    await Promise.all(this.names.map((name) => this.up(name)));
    return { seconds: (performance.now() - began) / 1000, peakMiB: null, stdout: '' };
  }

  /** A process for each VM, one after another. */
  async upOneByOne(): Promise<Sample> {
    const began = performance.now();
    for (const name of this.names) await this.up(name);
    return { seconds: (performance.now() - began) / 1000, peakMiB: null, stdout: '' };
  }

  /** By virsh, a process for each VM, all at once: the floor for destroy. */
  async away(): Promise<Sample> {
    const began = performance.now();
    await Promise.all(
      this.names.map((name) =>
        run([
          'virsh',
          '-q',
          '-c',
          URI,
          `destroy ${this.prefix}${name}; undefine ${this.prefix}${name} --nvram ` +
            '--remove-all-storage',
        ]),
      ),
    );
    const took = (performance.now() - began) / 1000;
    rmSync(join(this.dir, '.vagrant'), { recursive: true, force: true });
    return { seconds: took, peakMiB: null, stdout: '' };
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
