/**
 * Twenty times apply and destroy with running VMs, on a host of its own: all that can be counted is
 * afterwards what it was after the first time.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Lab } from './lab.js';
import { PrivateHost } from './private-host.js';

const CYCLES = 20;
/** Runs whose events stay. */
const MAX_RUNS = 50;

let host: PrivateHost;
let lab: Lab;

beforeAll(async () => {
  host = await PrivateHost.up();
  lab = new Lab('cycle', host);
  // Reached by its other name; the console's log is read here all the same.
  lab.write(
    `${Lab.SMALL.replace('shutdownTimeout: 1s', 'shutdownTimeout: 0s')}` +
      'networks: { lab: { subnet: auto } }\n' +
      'vms: [{ name: node, count: 2, nics: [{ network: lab }] }]\n',
    'accelerator: qemu, uri: "qemu+unix:///system"',
  );
}, 60_000);

afterAll(async () => {
  await lab.close();
  await host.close();
});

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/(^|\/)runs\/./.test(name))
    .sort();

/** The open files of libvirtd by kind: sockets and pipes have another number each time. */
function descriptors(): string[] {
  const pid = readFileSync(join(host.dir, 'libvirtd.pid'), 'utf8').trim();
  return readdirSync(`/proc/${pid}/fd`)
    .flatMap((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/\d+/g, 'N');
      } catch {
        return [];
      }
    })
    .sort();
}

async function counted(): Promise<Record<string, unknown>> {
  const text = async (...command: string[]): Promise<string> =>
    (await host.run(...command)).stdout.replaceAll(/\[\d+:\d+\]|^#.*$/gm, '');
  const names = host.processes().map((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
  return {
    domains: await host.lines('list', '--all', '--name'),
    networks: await host.lines('net-list', '--all', '--name'),
    pools: await host.lines('pool-list', '--all', '--name'),
    volumes: await host.lines('vol-list', 'default'),
    links: (await text('ip', '-o', 'link')).match(/^\d+: [^:@]+/gm)?.map((line) => line.slice(3)),
    addresses: (await text('ip', '-o', '-4', 'address')).replaceAll(/^\d+:/gm, ''),
    routes: await text('ip', 'route'),
    firewall: await text('iptables-save'),
    processes: names.sort(),
    descriptors: descriptors(),
    files: ['etc', 'lib', 'run', 'log'].flatMap((folder) => filesIn(join(host.dir, folder))),
    state: filesIn(lab.stateDir),
  };
}

it(
  `${CYCLES} applies and destroys leave nothing`,
  async () => {
    const cycle = async (): Promise<void> => {
      await lab.apply();
      const { code, stdout, stderr } = await lab.ven('destroy', '--yes');
      expect(code, stdout + stderr).toBe(0);
    };
    const pristine = await counted();
    await lab.apply();
    const running = await counted();
    expect(running['domains']).toHaveLength(2);
    expect((await lab.ven('logs', 'node-1')).code).toBe(0);
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    const first = await counted();
    for (const key of [
      'domains',
      'networks',
      'volumes',
      'links',
      'addresses',
      'routes',
      'processes',
    ])
      expect(first[key], key).toEqual(pristine[key]);
    for (let done = 1; done < CYCLES; done += 1) await cycle();
    expect(await counted()).toEqual(first);
    const runs = readdirSync(lab.stateDir, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('events.jsonl'),
    );
    expect(runs.length).toBeLessThanOrEqual(MAX_RUNS);
  },
  CYCLES * 30_000,
);
