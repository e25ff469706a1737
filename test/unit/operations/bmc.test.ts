/** `ven bmc serve` and `install`: services on loopback, and the machines in memory. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installBmcs, serveBmcs, type BmcEvent } from '../../../src/operations/index.js';
import { vmUuid } from '../../../src/model/index.js';
import { FakeHost } from '../../fake-host/index.js';
import { RedfishClient } from '../../redfish/client.js';
import { linksOf } from '../../redfish/walk.js';
import { FakeMachines, machine } from '../bmc/fake-machines.js';
import { portsOf } from './imagined.js';

const ENV = { USERNAME: 'admin', PASSWORD: 'correct horse', OTHER: 'battery staple' };
const ADMIN = { username: ENV.USERNAME, password: ENV.PASSWORD };
const CREDENTIALS = 'credentials: { username: { env: USERNAME }, password: { env: PASSWORD } }';

let dir: string;
let file: string;
let machines: FakeMachines;
let host: FakeHost;
let free: number[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ven-bmc-'));
  file = join(dir, 'fleet.yaml');
  machines = new FakeMachines(['a', 'b', 'c'].map((name) => machine(vmUuid('lab', name))));
  host = Object.defineProperty(new FakeHost(), 'bmc', { value: machines });
  free = await freePorts(3);
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => {
            resolve((server.address() as AddressInfo).port);
          });
        }),
    ),
  );
  for (const server of servers) server.close();
  return ports;
}

function write(vms: string, bmc = `port: ${free[0]}`): void {
  writeFileSync(
    file,
    `apiVersion: ven/v1\nfleet: lab\n` +
      `defaults: { nics: [], bmc: { type: redfish, ${bmc}, ${CREDENTIALS} } }\nvms: [${vms}]\n`,
  );
}

/** Serves until `end`; time passes when `pass` says so, by two seconds or `more`. */
function serve(env: Record<string, string> = ENV, from = Date.now()) {
  const events: BmcEvent[] = [];
  const stop = new AbortController();
  let now = from;
  let wake: (more: number) => void = () => undefined;
  const heard: (() => void)[] = [];
  const done = serveBmcs({
    file,
    env,
    version: '1.2.3',
    signal: stop.signal,
    tell: (event) => {
      events.push(event);
      for (const one of heard.splice(0)) one();
    },
    ports: {
      ...portsOf(() => host),
      clock: {
        now: () => now,
        sleep: (milliseconds, signal) =>
          new Promise((resolve) => {
            if (signal?.aborted) resolve();
            wake = (more) => {
              now += milliseconds + more;
              resolve();
            };
            signal?.addEventListener('abort', () => {
              resolve();
            });
          }),
      },
    },
  });
  const next = async (type: BmcEvent['type']): Promise<BmcEvent> => {
    for (;;) {
      const found = events.findIndex((event) => event.type === type);
      if (found >= 0) return events.splice(found, 1)[0] as BmcEvent;
      await Promise.race([
        done,
        new Promise<void>((resolve) => {
          heard.push(resolve);
        }),
      ]);
    }
  };
  return {
    events,
    next,
    pass: (more = 0) => {
      wake(more);
    },
    done,
    end: async () => {
      stop.abort();
      await done;
    },
  };
}

async function systems(base: string, login = ADMIN, ca?: string): Promise<string[] | number> {
  const client = new RedfishClient(base, login, ca);
  const answer = await client.ask('/redfish/v1/Systems');
  await client.close();
  if (answer.status !== 200) return answer.status;
  return linksOf(answer.body)
    .slice(1)
    .map((path) => path.replace(/.*\//, ''));
}

describe('ven bmc serve', () => {
  it('serves each VM where the file says, and the same certificate again', async () => {
    write(
      `{ name: a }, { name: b }, { name: c, bmc: { type: redfish, port: ${free[1]}, tls: false, ${CREDENTIALS} } }`,
    );
    const first = serve();
    expect(await first.next('ready')).toMatchObject({
      services: [{ vms: ['a', 'b'] }, { vms: ['c'] }],
    });
    const one = await first.next('listening');
    const two = await first.next('listening');
    expect(two).toMatchObject({ url: `http://127.0.0.1:${free[1]}`, fingerprint: null });
    const certificate = join(dir, 'ca.pem');
    writeFileSync(certificate, host.state.bmcKeys.read()?.certificate ?? '');
    expect(await systems(`https://127.0.0.1:${free[0]}`, ADMIN, certificate)).toEqual(['a', 'b']);
    expect(await systems(`http://127.0.0.1:${free[1]}`)).toEqual(['c']);
    await first.end();
    expect(first.events.map(({ type }) => type)).toEqual(['closed', 'closed']);
    await expect(systems(`http://127.0.0.1:${free[1]}`)).rejects.toThrow();

    const second = serve();
    expect(await second.next('listening')).toEqual(one);
    await second.end();
  });

  it('follows the fleet file: VMs, credentials, ports; and not one that is wrong', async () => {
    write('{ name: a }', `port: ${free[0]}, tls: false`);
    const served = serve();
    await served.next('ready');
    await served.next('listening');
    const url = `http://127.0.0.1:${free[0]}`;
    write('{ name: a }, { name: b }', `port: ${free[0]}, tls: false`);
    served.pass();
    expect(await served.next('changed')).toMatchObject({ vms: ['a', 'b'] });
    expect(await systems(url)).toEqual(['a', 'b']);

    writeFileSync(file, 'fleet: lab');
    served.pass();
    expect(await served.next('warning')).toMatchObject({
      message: expect.stringMatching(/goes on$/) as string,
    });
    expect(await systems(url)).toEqual(['a', 'b']);

    write('{ name: a }', `port: ${free[2]}, tls: false`);
    served.pass();
    expect(await served.next('closed')).toMatchObject({ url });
    await served.next('listening');
    expect(await systems(`http://127.0.0.1:${free[2]}`)).toEqual(['a']);
    await served.end();
  });

  it('takes other credentials within a minute', async () => {
    const env = { ...ENV };
    write('{ name: a }', `port: ${free[0]}, tls: false`);
    const served = serve(env);
    await served.next('ready');
    env.PASSWORD = ENV.OTHER;
    const url = `http://127.0.0.1:${free[0]}`;
    const login = { ...ADMIN, password: ENV.OTHER };
    expect(await systems(url, login)).toBe(401);
    for (let count = 0; count < 30; count++) {
      served.pass();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await systems(url, login)).toEqual(['a']);
    expect(await systems(url)).toBe(401);
    await served.end();
  });

  it('takes other credentials although a new port is taken', async () => {
    write('{ name: a }', `port: ${free[0]}, tls: false`);
    const env = { ...ENV };
    const served = serve(env);
    await served.next('ready');
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(free[2], '127.0.0.1', resolve));
    env.PASSWORD = ENV.OTHER;
    write(
      `{ name: b, bmc: { type: redfish, port: ${free[2]}, ${CREDENTIALS} } }, { name: a }`,
      `port: ${free[0]}, tls: false`,
    );
    served.pass();
    expect(await served.next('warning')).toMatchObject({
      message: expect.stringMatching(/another program listens/) as string,
    });
    const url = `http://127.0.0.1:${free[0]}`;
    expect(await systems(url)).toBe(401);
    taken.close();
    await served.end();
  });

  it('takes a new certificate before its own ends, and no connection ends', async () => {
    write('{ name: a }');
    const years = 3630 * 86_400_000;
    const served = serve(ENV, Date.now() - years);
    await served.next('ready');
    const { fingerprint } = (await served.next('listening')) as { fingerprint: string };
    const ca = (): string => host.state.bmcKeys.read()?.certificate ?? '';
    writeFileSync(join(dir, 'old.pem'), ca());
    const url = `https://127.0.0.1:${free[0]}`;
    const client = new RedfishClient(url, ADMIN, join(dir, 'old.pem'));
    const ask = async (): Promise<number> => (await client.ask('/redfish/v1/Systems')).status;
    expect(await ask()).toBe(200);

    served.pass(years);
    const renewed = (await served.next('renewed')) as { fingerprint: string };
    expect(renewed).toMatchObject({ url, vms: ['a'] });
    expect(renewed.fingerprint).not.toBe(fingerprint);
    expect(await ask()).toBe(200);
    await client.close();
    writeFileSync(join(dir, 'new.pem'), ca());
    expect(await systems(url, ADMIN, join(dir, 'new.pem'))).toEqual(['a']);
    await expect(systems(url, ADMIN, join(dir, 'old.pem'))).rejects.toThrow();
    await served.end();
    expect(served.events.map(({ type }) => type)).toEqual(['closed']);
  });

  it('says what stands in its way', async () => {
    writeFileSync(file, 'apiVersion: ven/v1\nfleet: lab\nvms: [{ name: a }]\n');
    await expect(serve().done).rejects.toMatchObject({ code: 'usage' });
    write('{ name: a }');
    await expect(serve({ USERNAME: 'admin' }).done).rejects.toMatchObject({
      code: 'fleet-file',
      findings: [
        {
          rule: 'secret',
          line: 3,
          message: 'The environment variable PASSWORD is not set',
        },
      ],
    });
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(free[0], '127.0.0.1', resolve));
    await expect(serve().done).rejects.toMatchObject({
      code: 'host-not-ready',
      summary: `another program listens on port ${free[0]} of 127.0.0.1`,
    });
    taken.close();
    write('{ name: a }', `listen: 192.0.2.1, port: ${free[0]}`);
    await expect(serve().done).rejects.toMatchObject({
      summary: 'this machine has no address 192.0.2.1',
    });
  });
});

describe('ven bmc install', () => {
  const unit = (more: object = {}) =>
    installBmcs({ file, env: ENV, ports: portsOf(() => host), dryRun: true, ...more });

  it('shows a unit that needs little, for credentials that it can have', async () => {
    write('{ name: a }');
    await expect(unit()).rejects.toMatchObject({
      code: 'usage',
      summary: expect.stringMatching(/USERNAME, PASSWORD/) as string,
    });
    const envFile = join(dir, 'bmc.env');
    writeFileSync(envFile, 'USERNAME=admin\n', { mode: 0o600 });
    await expect(unit({ envFile })).rejects.toMatchObject({
      summary: `${envFile} has no line for PASSWORD`,
    });
    writeFileSync(envFile, 'USERNAME=admin\nPASSWORD=correct horse\n', { mode: 0o644 });
    const { text, unit: name, done } = await unit({ envFile, user: 'lab' });
    expect([name, done]).toEqual(['ven-bmc-lab.service', 'none']);
    expect(text).toMatch(
      new RegExp(`^ExecStart=\\S+/bin/ven bmc serve ${file} --connect \\S+$`, 'm'),
    );
    expect(text).toContain('KillMode=mixed\nTimeoutStopSec=11min\n');
    expect(text).toContain(`EnvironmentFile=${envFile}\n`);
    expect(text).toContain('NoNewPrivileges=yes\n');
    expect(text).not.toContain('correct horse');
    const isRoot = process.geteuid?.() === 0;
    expect(text.includes('User=lab')).toBe(isRoot);
    // Its own, made for its user: nothing of who installs it.
    expect(text.includes('Environment=XDG_STATE_HOME=%S/ven-bmc-lab\n')).toBe(isRoot);
    expect(text.includes('StateDirectory=ven-bmc-lab\n')).toBe(isRoot);
  });

  it('has a path of any form in the unit as it is', async () => {
    file = join(dir, '100% $HOME.yaml');
    writeFileSync(join(dir, 'u'), 'admin', { mode: 0o600 });
    writeFileSync(
      file,
      'apiVersion: ven/v1\nfleet: lab\nvms: [{ name: a, bmc: { type: redfish, ' +
        'credentials: { username: { file: u }, password: { file: u } } } }]\n',
    );
    const { text } = await unit();
    expect(text).toContain(`bmc serve "${dir}/100%% $$HOME.yaml" --connect `);
  });
});
