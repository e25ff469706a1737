/** The measured fleets. Each cleans up after itself. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, URI, VEN, virsh } from './measure.ts';

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

export interface FleetOptions {
  power: 'running' | 'off';
  /** Default: ven's. */
  backend?: 'vagrant' | 'libvirt';
  /** A network of its own for each VM; default: the network `default` for all. */
  networks?: 'per-vm';
}

/** With a fleet file of `count` small VMs. */
export function fleetFolder(name: string, count: number, options: FleetOptions): Folder {
  const { power, backend, networks } = options;
  const folder = folderOf(name);
  writeFileSync(
    folder.file,
    'apiVersion: ven/v1\n' +
      `fleet: ${folder.fleet}\n` +
      `host: { accelerator: qemu${backend === undefined ? '' : `, backend: ${backend}`} }\n` +
      `defaults: { ${SMALL}, power: ${power}, shutdownTimeout: 1s` +
      `${networks === undefined ? '' : `, nics: ${networks}`} }\n` +
      'vms:\n' +
      `  - { name: vm, count: ${count} }\n`,
  );
  return folder;
}

interface RenderedThing {
  /** The file with its XML. */
  file: string;
  /** As libvirt knows it. */
  name: string;
}

export interface Rendered {
  networks: RenderedThing[];
  vms: (RenderedThing & { uuid: string; volumes: RenderedThing[] })[];
}

/** The output of `ven render`, ready for virsh: with the marks of a fleet that was applied. */
export async function rendered(folder: Folder): Promise<Rendered> {
  const out = join(folder.dir, 'rendered');
  mkdirSync(out);
  await run([VEN, 'render', folder.file, '--out-dir', out], { env: folder.env });
  const things = (kind: string): RenderedThing[] =>
    (existsSync(join(out, kind)) ? readdirSync(join(out, kind)) : []).map((name) => {
      const file = join(out, kind, name);
      return { file, name: tagOf(readFileSync(file, 'utf8'), 'name') };
    });
  const volumes = things('volumes');
  const vms = things('domains').map(({ file, name }) => {
    // As a backend does it: the disk by its path.
    const xml = readFileSync(file, 'utf8')
      .replace('ready="no"', 'ready="yes"')
      .replace('<disk type="volume"', '<disk type="file"')
      .replace(
        /<source pool="default" volume="([^"]+)"\/>/,
        '<source file="/var/lib/libvirt/images/$1"/>',
      );
    writeFileSync(file, xml);
    const own = volumes.filter((volume) => volume.name.startsWith(`${name}-`));
    return { file, name, uuid: tagOf(xml, 'uuid'), volumes: own };
  });
  return { networks: things('networks'), vms };
}

function tagOf(xml: string, tag: string): string {
  return new RegExp(`<${tag}>([^<]+)`).exec(xml)?.[1] as string;
}

/** Defines a fleet's VMs, off, by virsh alone, as an apply would. */
export async function defineAll(folder: Folder): Promise<string[]> {
  const { vms } = await rendered(folder);
  await virsh(vms.map(({ file }) => `define ${file}`));
  await virsh(
    vms.flatMap(({ volumes }) => volumes.map(({ file }) => `vol-create default ${file}`)),
  );
  return vms.map(({ uuid }) => uuid);
}

/** Defines domains of nobody's, with a disk and a NIC as a person's might have; their UUIDs. */
export async function defineOthers(folder: Folder, count: number): Promise<string[]> {
  const uuids: string[] = [];
  const commands: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const uuid = randomUUID();
    const file = join(folder.dir, `${uuid}.xml`);
    writeFileSync(
      file,
      `<domain type="qemu"><name>${folder.fleet}_other-${index}</name><uuid>${uuid}</uuid>
<memory unit="MiB">128</memory><vcpu>1</vcpu><os><type arch="x86_64">hvm</type></os>
<features><acpi/></features><devices>
<disk type="file" device="disk"><driver name="qemu" type="qcow2"/>
<source file="/var/lib/libvirt/images/${folder.fleet}_other-${index}.qcow2"/>
<target dev="vda" bus="virtio"/></disk>
<interface type="network"><source network="default"/><model type="virtio"/></interface>
<serial type="pty"/><graphics type="vnc" autoport="yes"/></devices></domain>`,
    );
    uuids.push(uuid);
    commands.push(`define ${file}`);
  }
  await virsh(commands);
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
