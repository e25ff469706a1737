/**
 * Other ways to the same VMs: virsh alone (the floor), plain vagrant, and kcli. Each makes them,
 * makes them again where it can, and takes them away; and cleans up after itself.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, timed, URI, VEN, type Sample } from './measure.ts';
import {
  fleetFolder,
  rendered,
  type FleetOptions,
  type Folder,
  type Rendered,
} from './subjects.ts';

export interface Peer {
  up: () => Promise<Sample>;
  /** With all VMs there; null: it has no such command that does the same. */
  again: (() => Promise<Sample>) | null;
  away: () => Promise<Sample>;
  remove: () => void;
}

export function ven(name: string, count: number, options: FleetOptions): Peer {
  const folder = fleetFolder(name, count, options);
  const act = (command: string, ...flags: string[]): Promise<Sample> =>
    run([VEN, command, folder.file, '--yes', ...flags], { env: folder.env });
  return {
    up: () => act('apply'),
    again: () => act('apply'),
    away: () => act('destroy', '--purge'),
    remove: folder.remove,
  };
}

/**
 * A fleet none of whose networks has a subnet of this machine: an apply looks for that, `render`
 * can't, and the subnets follow from the fleet's name.
 */
async function renderedApart(
  name: string,
  count: number,
  options: FleetOptions,
): Promise<[Folder, Rendered]> {
  const taken = Object.values(networkInterfaces()).flatMap((each) =>
    (each ?? []).filter(({ family }) => family === 'IPv4'),
  );
  const start = (address: string): string => address.slice(0, address.lastIndexOf('.') + 1);
  for (let again = 0; ; again += 1) {
    const folder = fleetFolder(`${name}${again}`, count, options);
    const found = await rendered(folder);
    const texts = found.networks.map(({ file }) => readFileSync(file, 'utf8'));
    const clash = ({ address }: { address: string }): boolean =>
      texts.some((text) => text.includes(`address="${start(address)}`));
    if (!taken.some(clash)) return [folder, found];
    folder.remove();
  }
}

/** The XML that ven writes, with a virsh process for each VM and each network, all at once. */
export async function parallelVirsh(
  name: string,
  count: number,
  options: FleetOptions,
): Promise<Peer> {
  const [folder, { networks, vms }] = await renderedApart(name, count, options);
  const each = (scripts: string[]): Promise<unknown> =>
    Promise.all(scripts.map((script) => run(['virsh', '-q', '-c', URI, script])));
  const start = options.power === 'running';
  return {
    up: () =>
      timed(async () => {
        await each(networks.map(({ file, name }) => `net-define ${file};net-start ${name}`));
        await each(
          vms.map(
            ({ file, name, volumes }) =>
              `define ${file};` +
              volumes.map((volume) => `vol-create default ${volume.file};`).join('') +
              (start ? `start ${name}` : ''),
          ),
        );
      }),
    again: null,
    away: () =>
      timed(async () => {
        await each(
          vms.map(
            ({ name, volumes }) =>
              (start ? `destroy ${name};` : '') +
              volumes.map((volume) => `vol-delete ${volume.name} --pool default;`).join('') +
              `undefine ${name} --nvram`,
          ),
        );
        await each(networks.map(({ name }) => `net-destroy ${name};net-undefine ${name}`));
      }),
    remove: folder.remove,
  };
}

/** Plain vagrant-libvirt, without a box, on the same network. `away` is virsh's. */
export function plainVagrant(count: number): Peer & { oneByOne: () => Promise<Sample> } {
  const dir = mkdtempSync(join(tmpdir(), 'ven-bench-vagrant-'));
  const prefix = `bench${process.pid}v_`;
  const names = Array.from({ length: count }, (_, index) => `vm${index + 1}`);
  writeFileSync(
    join(dir, 'Vagrantfile'),
    `Vagrant.configure('2') do |config|
  config.vm.provider :libvirt do |v|
    v.uri = '${URI}'
    v.default_prefix = '${prefix}'
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
  %w[${names.join(' ')}].each { |name| config.vm.define(name) }
end
`,
  );
  const env = {
    VAGRANT_HOME: join(dir, 'home'),
    VAGRANT_CHECKPOINT_DISABLE: '1',
    VAGRANT_DEFAULT_PROVIDER: 'libvirt',
  };
  const up = (...args: string[]): Promise<Sample> =>
    run(['vagrant', 'up', ...args], { cwd: dir, env });
  return {
    up: () => up('--parallel'),
    oneByOne: () =>
      timed(async () => {
        for (const name of names) await up(name);
      }),
    again: null,
    away: () =>
      timed(async () => {
        const scripts = names.map(
          (name) =>
            `destroy ${prefix}${name}; undefine ${prefix}${name} --nvram --remove-all-storage`,
        );
        await Promise.all(scripts.map((script) => run(['virsh', '-q', '-c', URI, script])));
        rmSync(join(dir, '.vagrant'), { recursive: true, force: true });
      }),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/**
 * kcli from its source (the folder of github.com/karmab/kcli, in VEN_BENCH_KCLI), run with Debian's
 * Python, since it is in neither npm nor Debian. null where there is none. Its smallest disk has
 * 1 GiB; like the others it is empty and sparse.
 */
export function kcli(count: number): Peer | null {
  const source = process.env['VEN_BENCH_KCLI'];
  if (source === undefined) return null;
  if (!existsSync(join(source, 'kvirt/cli.py')))
    throw new Error(`VEN_BENCH_KCLI names no folder with the source of kcli: ${source}`);
  const dir = mkdtempSync(join(tmpdir(), 'ven-bench-kcli-'));
  mkdirSync(join(dir, 'home'));
  const plan = `bench${process.pid}k`;
  const file = join(dir, 'plan.yml');
  writeFileSync(
    file,
    Array.from(
      { length: count },
      (_, index) =>
        `${plan}-${index + 1}:\n memory: 128\n numcpus: 1\n cpumodel: qemu64\n` +
        ' nets: [default]\n disks: [1]\n cloudinit: false\n virttype: qemu\n uefi: false\n',
    ).join(''),
  );
  const act = (...words: string[]): Promise<Sample> =>
    run(['/usr/bin/python3', '-c', 'from kvirt.cli import cli; cli()', ...words], {
      cwd: source,
      env: { HOME: join(dir, 'home'), PYTHONPATH: source, PYTHONDONTWRITEBYTECODE: '1' },
    });
  const create = (): Promise<Sample> => act('create', 'plan', '-f', file, plan);
  return {
    up: create,
    again: create,
    away: () => act('delete', 'plan', '-y', plan),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
