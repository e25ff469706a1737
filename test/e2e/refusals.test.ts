/** Files and hosts that won't do: told where and what to do about it, and nothing is changed. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Lab, lines, tryVirsh, virsh } from './lab.js';

const lab = new Lab('no');
const TAKEN = `10.235.${process.pid % 250}`;
const link = `vr${process.pid}`;
const pool = `${lab.fleet}-far`;
const vm = (more: string): string => `vms: [{ name: node, ${more} }]\n`;
const own = (subnet: string, more = ''): string =>
  `${Lab.SMALL}networks: { lab: { subnet: ${subnet} } }\n${vm(`nics: [{ network: lab${more} }]`)}`;
const orchestrator = (file: string): string =>
  `orchestrator: { domain: edge.test, caCertificate: ${file} }\n` +
  'networks: { lab: { subnet: auto } }\n' +
  `${vm('nics: [{ network: lab }]')}`;

beforeAll(async () => {
  copyFileSync(
    join(import.meta.dirname, '../unit/efi/certificates/past.pem'),
    join(lab.dir, 'expired.pem'),
  );
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', join(lab.dir, 'ca.key')]);
  writeFileSync(
    join(lab.dir, 'bad.pem'),
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
  );

  execFileSync('ip', ['link', 'add', link, 'type', 'bridge']);
  execFileSync('ip', ['address', 'add', `${TAKEN}.1/24`, 'dev', link]);
  execFileSync('ip', ['link', 'set', link, 'up']);
  lab.undo(() => Promise.resolve(execFileSync('ip', ['link', 'delete', link])));
  await virsh('pool-define-as', pool, 'dir', '--target', join(lab.dir, 'unplugged'));
  lab.undo(() => tryVirsh('pool-undefine', pool));
});

afterAll(async () => {
  lab.write(`${Lab.SMALL}${vm('nics: [{ bridge: virbr0 }]')}`);
  await lab.close();
});

/** What there is, as far as ven may change it. */
async function host(): Promise<unknown[]> {
  const lists = [
    ['list', '--all', '--name'],
    ['net-list', '--all', '--name'],
    ['pool-list', '--all'],
    ['vol-list', 'default'],
  ];
  return [
    ...(await Promise.all(lists.map((list) => lines(...list)))),
    readdirSync('/sys/class/net'),
    readdirSync(lab.stateDir),
  ];
}

it.each<[what: string, body: string, code: number, where: string, message: RegExp, hint: RegExp]>([
  [
    'a bad certificate',
    orchestrator('bad.pem'),
    3,
    'fleet.yaml:4:51',
    /can't be read \(bad\.pem\)/,
    /Fetch the file again/,
  ],
  [
    'an expired certificate',
    orchestrator('expired.pem'),
    3,
    'fleet.yaml:4:51',
    /expired on 2021-01-01/,
    /Fetch the current one/,
  ],
  [
    'a key in place of a certificate',
    orchestrator('ca.key'),
    3,
    'fleet.yaml:4:51',
    /holds a private key \(ca\.key\)/,
    /Name a file with only the certificate/,
  ],
  [
    'a certificate that is not there',
    orchestrator('none.pem'),
    3,
    'fleet.yaml:4:51',
    /no file .*none\.pem/,
    /Check the path/,
  ],
  [
    'an address outside its subnet',
    own('10.9.0.0/24', ', address: 10.9.1.5'),
    3,
    'fleet.yaml:6:53',
    /10\.9\.1\.5 is not in 10\.9\.0\.0\/24/,
    /Use 10\.9\.0\.2 to/,
  ],
  [
    'a bridge of 16 characters',
    vm('nics: [{ bridge: abcdefghijklmnop }]'),
    3,
    'fleet.yaml:4:38',
    /abcdefghijklmnop/,
    /15/,
  ],
  [
    'a subnet that the host has',
    own(`${TAKEN}.0/24`),
    6,
    'network.lab',
    new RegExp(`interface ${link} has subnet ${TAKEN}.0/24`),
    /Nothing was changed.*another subnet/,
  ],
  [
    'a pool that is unknown',
    `${Lab.SMALL}${vm('disks: [{ size: 64MiB, pool: far-off }]')}`,
    7,
    'pool.far-off',
    /no storage pool far-off/,
    /pool-define-as/,
  ],
  [
    'a pool that is unreachable',
    `${Lab.SMALL}${vm(`disks: [{ size: 64MiB, pool: ${pool} }]`)}`,
    7,
    `pool.${pool}`,
    /not active/,
    /pool-start/,
  ],
])('%s is refused, and nothing is changed', async (_what, body, code, where, message, hint) => {
  lab.write(body);
  const before = await host();
  const ran = await lab.ven('apply', '--yes');
  expect([ran.code, ran.stdout]).toEqual([code, '']);
  expect(ran.stderr).toContain(where);
  expect(ran.stderr).toMatch(message);
  expect(ran.stderr).toMatch(hint);
  expect(await host()).toEqual(before);
});

it.each(['validate', 'apply --yes --wait ready', 'provision', 'provision --retry-failed --yes'])(
  'a mistake in the profile is refused by `ven %s`, at its place, and nothing is changed',
  async (command) => {
    const profile = readFileSync(
      join(import.meta.dirname, '../../templates/profiles/edge-node.yaml'),
      'utf8',
    ).replace('class: storage', 'class: storrage');
    const line = profile.split('\n').findIndex((text) => text.includes('storrage')) + 1;
    writeFileSync(join(lab.dir, 'profile.yaml'), profile);
    copyFileSync(
      join(import.meta.dirname, '../unit/efi/certificates/root.pem'),
      join(lab.dir, 'ca.pem'),
    );
    const keys =
      'domain: edge.test, caCertificate: ca.pem, onboarding: interactive, profile: ./profile.yaml';
    lab.write(
      `orchestrator: { ${keys} }\n` +
        'networks: { lab: { subnet: auto } }\n' +
        `${vm('nics: [{ network: lab }]')}`,
    );
    const before = await host();
    const ran = await lab.ven(...command.split(' '));
    expect([ran.code, ran.stdout]).toEqual([3, '']);
    expect(ran.stderr).toMatch(
      new RegExp(`profile\\.yaml:${line}:12: error: \\S+ can't be "storrage"`),
    );
    expect(ran.stderr).toContain('Did you mean "storage"?');
    expect(await host()).toEqual(before);
  },
);

it.each(['apply --yes --wait ready', 'provision'])(
  'a host that is away is told by `ven %s` before anything is asked or made',
  async (command) => {
    copyFileSync(
      join(import.meta.dirname, '../unit/efi/certificates/root.pem'),
      join(lab.dir, 'ca.pem'),
    );
    const keys = 'domain: edge.test, caCertificate: ca.pem, onboarding: interactive';
    lab.write(
      `orchestrator: { ${keys} }\n` +
        'networks: { lab: { subnet: auto } }\n' +
        `${vm('nics: [{ network: lab }]')}`,
      'uri: "qemu+ssh://nobody@127.0.0.1:1/system"',
    );
    // ssh's connection, and what is known of the consoles, are kept in the state folder.
    const made = async (): Promise<unknown[]> => (await host()).slice(0, -1);
    const before = await made();
    const ran = await lab.ven(...command.split(' '));
    expect([ran.code, ran.stdout]).toEqual([7, '']);
    expect(ran.stderr).toContain('127.0.0.1 runs, and refuses connections to its port 1');
    expect(await made()).toEqual(before);
  },
);
