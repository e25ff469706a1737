/**
 * OpenStack's Ironic, alone: its API and its conductor in one process, SQLite, no message bus, no
 * other service of OpenStack, nothing installed. It drives nodes by its `redfish` driver.
 */
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DebianPython } from './debian-python.js';
import { sleep } from './lab.js';

export interface IronicNode {
  uuid: string;
  provision_state: string;
  target_provision_state: string | null;
  power_state: string | null;
  last_error: string | null;
  properties: Record<string, unknown>;
}

/** The newest API that the oldest supported Ironic (21.4, in Debian 12) has. */
const API_VERSION = '1.82';

export class Ironic {
  readonly #base: string;
  readonly #log: string;
  readonly #stop: () => void;
  /** How the service ended, when it has. */
  readonly #ended: Promise<unknown>;

  private constructor(base: string, log: string, stop: () => void, ended: Promise<unknown>) {
    this.#base = base;
    this.#log = log;
    this.#stop = stop;
    this.#ended = ended;
  }

  static async up(dir: string): Promise<Ironic> {
    const place = join(dir, 'ironic');
    mkdirSync(join(place, 'http'), { recursive: true });
    const python = await DebianPython.with(['python3-ironic'], place);
    const port = await freePort();
    const config = join(place, 'ironic.conf');
    writeFileSync(config, configuration(place, port));
    await python.run([...program('dbsync'), '--config-file', config, 'create_schema']);

    const log = join(place, 'ironic.log');
    const child = python.start([...program('singleprocess'), '--config-file', config], {
      // It writes what it says in its log file; whatever its modules print goes nowhere.
      PYTHONWARNINGS: 'ignore',
    });
    child.stdout?.resume();
    const errors = openSync(join(place, 'errors.log'), 'w');
    child.stderr?.on('data', (piece: Buffer) => writeFileSync(errors, piece));
    const ended = new Promise((resolve) => child.on('close', resolve));
    const ironic = new Ironic(
      `http://127.0.0.1:${port}`,
      log,
      () => void child.kill('SIGKILL'),
      ended,
    );
    for (let tries = 0; !(await ironic.#answers()); tries += 1) {
      if (tries === 300 || child.exitCode !== null) throw new Error(`no Ironic: ${ironic.said()}`);
      await sleep(200);
    }
    return ironic;
  }

  /** The end of its log. */
  said(): string {
    return readFileSync(this.#log, 'utf8').slice(-4000);
  }

  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#base}/v1/${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'x-openstack-ironic-api-version': API_VERSION,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Ironic: ${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  node(name: string): Promise<IronicNode> {
    return this.ask('GET', `nodes/${name}`);
  }

  /** Waits until the node fits; fails as soon as Ironic gives up. */
  async until(
    name: string,
    fits: (node: IronicNode) => boolean,
    seconds: number,
  ): Promise<IronicNode> {
    let node = await this.node(name);
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(200)) {
      node = await this.node(name);
      if (fits(node)) return node;
      if (/fail|error/.test(node.provision_state)) break;
    }
    const { provision_state: state, power_state: power, last_error: error } = node;
    throw new Error(`Ironic: ${name} is ${state}, ${power}: ${error}\n${this.said()}`);
  }

  /** Asks for a change of the node's provision state, and waits for it. */
  async provision(name: string, target: string, state: string, seconds = 60): Promise<IronicNode> {
    await this.ask('PUT', `nodes/${name}/states/provision`, { target });
    return this.until(name, (node) => node.provision_state === state, seconds);
  }

  async power(name: string, target: string, state: string, seconds = 60): Promise<IronicNode> {
    await this.ask('PUT', `nodes/${name}/states/power`, { target });
    return this.until(name, (node) => node.power_state === state, seconds);
  }

  /** For the next start alone. */
  setBootDevice(name: string, device: string): Promise<void> {
    const path = `nodes/${name}/management/boot_device`;
    return this.ask('PUT', path, { boot_device: device, persistent: false });
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#ended;
  }

  async #answers(): Promise<boolean> {
    try {
      return (await this.ask<{ drivers: unknown[] }>('GET', 'drivers')).drivers.length > 0;
    } catch {
      return false;
    }
  }
}

const program = (name: string): string[] => ['-c', `from ironic.cmd.${name} import main; main()`];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Media are given to BMCs by the URL that the user gave, and no disk is cleaned between users. */
const configuration = (place: string, port: number): string => `[DEFAULT]
auth_strategy = noauth
rpc_transport = none
host = ven-test
my_ip = 127.0.0.1
state_path = ${place}
log_file = ${place}/ironic.log
enabled_hardware_types = redfish
enabled_power_interfaces = redfish
enabled_management_interfaces = redfish
enabled_boot_interfaces = redfish-virtual-media
enabled_deploy_interfaces = ramdisk
enabled_inspect_interfaces = redfish
enabled_bios_interfaces = redfish,no-bios
enabled_vendor_interfaces = redfish,no-vendor
enabled_network_interfaces = noop
enabled_raid_interfaces = no-raid
enabled_storage_interfaces = noop
default_network_interface = noop
[api]
host_ip = 127.0.0.1
port = ${port}
api_workers = 1
[database]
connection = sqlite:///${place}/ironic.sqlite
[conductor]
automated_clean = false
sync_power_state_interval = 2
[deploy]
ramdisk_image_download_source = http
http_root = ${place}/http
[redfish]
use_swift = false
[oslo_concurrency]
lock_path = ${place}/locks
`;
