/** `ven export` of two real VMs, read by the programs that it is for. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultsOf, type Manifest } from '../published-schemas/manifest.js';
import { blocksOf } from '../unit/docs/blocks.js';
import { Lab, sleep, virsh } from './lab.js';

const SUBNET = '192.168.207';
const ENV = { BMC_USERNAME: 'admin', BMC_PASSWORD: '0o17 "$(id)"' };

let lab: Lab;
let leased: string | undefined;

beforeAll(async () => {
  lab = new Lab('export');
  lab.env = ENV;
  // The first looks for a boot file, and so gets a lease; the second is idle.
  lab.write(
    `${Lab.SMALL.trimEnd().replace(/}$/, '')},
  bmc: { type: redfish, listen: ${SUBNET}.1, port: 8443, credentials: {
    username: { env: BMC_USERNAME }, password: { env: BMC_PASSWORD } } } }
networks: { lab: { subnet: ${SUBNET}.0/24 } }
vms:
  - { name: seeking, boot: [network], nics: [{ network: lab }] }
  - { name: fixed, nics: [{ network: lab, address: ${SUBNET}.200 }] }
`,
  );
  await lab.apply();
  while (leased === undefined) {
    const leases = await virsh('domifaddr', lab.domain('seeking'));
    [leased] = /[\d.]+(?=\/24)/.exec(leases) ?? [];
    await sleep(1000);
  }
}, 240_000);

afterAll(async () => {
  await lab.close();
});

async function exported(format: string, ...more: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.ven('export', '--for', format, ...more);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout;
}

/** What Python reads: its YAML is 1.1, as is that of kubectl. */
function byPython(expression: string, input: string): unknown {
  const program = `import csv, json, sys, yaml; print(json.dumps(list(${expression})))`;
  return JSON.parse(execFileSync('python3', ['-c', program], { input, encoding: 'utf8' }));
}

it('is taken by ssh, with the address of a lease', async () => {
  const file = join(lab.dir, 'ssh.conf');
  await exported('ssh-config', '--user', 'ubuntu', '--out', file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const read = (host: string): string =>
    execFileSync('ssh', ['-T', '-G', '-F', file, host], { encoding: 'utf8' });
  expect(read('seeking')).toContain(`\nhostname ${leased}\n`);
  expect(read(lab.domain('fixed'))).toContain(`\nhostname ${SUBNET}.200\n`);
  expect(read('fixed')).toContain(`\nhostkeyalias ${lab.domain('fixed')}\n`);
  expect(read('fixed')).toContain('user ubuntu\n');
});

it('is taken by ansible', async () => {
  const file = join(lab.dir, 'inventory.yaml');
  await exported('ansible', '--user', 'ubuntu', '--out', file);
  const run = spawnSync('ansible-inventory', ['-i', file, '--list'], {
    ...{ encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } },
  });
  expect(run.stderr).toBe('');
  expect(JSON.parse(run.stdout)).toMatchObject({
    [lab.fleet.replaceAll('-', '_')]: { hosts: ['seeking', 'fixed'] },
    _meta: {
      hostvars: {
        seeking: { ansible_host: leased, ansible_user: 'ubuntu' },
        fixed: {
          ansible_host: `${SUBNET}.200`,
          ven_bmc: `https://${SUBNET}.1:8443/redfish/v1/Systems/fixed`,
        },
      },
    },
  });
});

it('is a table', async () => {
  expect(byPython('csv.DictReader(sys.stdin)', await exported('csv'))).toMatchObject([
    { name: 'seeking', addresses: leased, uuid: await lab.uuid('seeking') },
    { name: 'fixed', addresses: `${SUBNET}.200`, domain: lab.domain('fixed') },
  ]);
});

it.each(['metal3', 'tinkerbell'])('is objects of Kubernetes for %s', async (format) => {
  const text = await exported(format, '--with-secrets');
  const found = byPython('yaml.safe_load_all(sys.stdin)', text) as Manifest[];
  expect(found.flatMap(faultsOf)).toEqual([]);
  expect(found.find(({ kind }) => kind === 'Secret')).toMatchObject({
    stringData: { username: ENV.BMC_USERNAME, password: ENV.BMC_PASSWORD },
  });
  const without = await exported(format);
  for (const secret of Object.values(ENV)) expect(without).not.toContain(secret);
});

it('becomes calls of maas, as the docs have it', () => {
  const block = blocksOf('docs/export.md').find(({ text }) => text.includes('jq'));
  const calls = join(lab.dir, 'calls');
  const maas = join(lab.dir, 'maas');
  writeFileSync(maas, `#!/bin/sh\nprintf '%s\\n' "$#" "$@" >>'${calls}'\n`, { mode: 0o755 });
  const run = spawnSync('sh', ['-c', `ven() { '${lab.program}' "$@"; }\n${block?.text ?? ''}`], {
    ...{ cwd: lab.dir, encoding: 'utf8' },
    env: { ...process.env, ...ENV, PATH: `${lab.dir}:${process.env['PATH'] ?? ''}` },
  });
  expect(run.status, run.stderr).toBe(0);
  const words = readFileSync(calls, 'utf8').split('\n');
  expect(words).toContain(`power_parameters_power_pass=${ENV.BMC_PASSWORD}`);
  expect(words.filter((word) => word === 'create')).toHaveLength(2);
  expect(words.filter((word) => word.startsWith('mac_addresses='))).toHaveLength(2);
});
