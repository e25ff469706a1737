/**
 * What new hosts of a project install, set by an apply before VMs are created; and the authority of
 * an orchestrator that is known by a fingerprint. No node boots.
 */
import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startOrchestrator, type Orchestrator } from '../../stand-in/index.ts';
import { Lab } from './lab.js';

const PASSWORD = `canary-${process.pid}`;
const lab = new Lab('prov');
const dir = mkdtempSync(join(tmpdir(), 'ven-provider-'));
let orchestrator: Orchestrator;

const write = (provider: string): void =>
  lab.write(`orchestrator: { domain: prov.test, caCertificate: ca.pem, project: ours,
  provider: ${provider} }
networks: { lab: { subnet: 10.243.${process.pid % 250}.0/24,
  dns: { hosts: { ${orchestrator.address}: [${orchestrator.names.join(', ')}] } } } }
${Lab.SMALL}vms: [{ name: node, power: off, nics: [{ network: lab }] }]
`);
const changed = async (): Promise<string[]> =>
  (await lab.plan()).changes.map(({ address, action }) => `${action} ${address}`);

beforeAll(async () => {
  const bootFile = join(dir, 'boot.efi');
  writeFileSync(bootFile, '');
  orchestrator = await startOrchestrator({
    domain: 'prov.test',
    dir: join(dir, 'lab'),
    bootFile,
    accounts: { 'api-user': { password: PASSWORD } },
    projects: ['ours'],
    sendsAuthority: true,
  });
  lab.env = {
    PROJECT_API_USER: 'api-user',
    PROJECT_API_PASSWORD: PASSWORD,
    no_proxy: orchestrator.address,
  };
});

afterAll(async () => {
  await lab.close();
  await orchestrator.close();
  rmSync(dir, { recursive: true, force: true });
});

it('fetches the authority that has the fingerprint, and says nothing to another', async () => {
  write('{ defaultOs: microvisor-nonrt }');
  const { fingerprint256 } = new X509Certificate(readFileSync(orchestrator.caCertificate));
  const other = '0'.repeat(64);
  const refused = await lab.ven('orchestrator', 'ca', '--fingerprint', other);
  expect(refused).toMatchObject({ code: 6, stdout: '' });
  expect(refused.stderr).toContain(other);
  expect(refused.stderr).toContain(fingerprint256.replaceAll(':', '').toLowerCase());
  expect(orchestrator.entries().filter(({ path }) => path !== undefined)).toEqual([]);
  const fetched = await lab.ven('orchestrator', 'ca', '--fingerprint', fingerprint256);
  expect(fetched).toMatchObject({
    code: 0,
    stdout: new X509Certificate(readFileSync(orchestrator.caCertificate)).toString(),
  });
  copyFileSync(orchestrator.caCertificate, join(lab.dir, 'ca.pem'));
});

it('sets the provider before the VM is created, and only what differs later', async () => {
  expect(await changed()).toEqual([
    'create network.lab',
    'create orchestrator.provider',
    'create vm.node',
  ]);
  const made = await lab.ven('apply', '--yes');
  expect(made).toMatchObject({ code: 0 });
  const [microvisor, standalone] = orchestrator.inventory.operatingSystems;
  expect(orchestrator.inventory.settings()).toEqual({
    defaultOs: microvisor?.osResourceID,
    autoProvision: true,
  });
  expect(await changed()).toEqual([]);

  write(`{ defaultOs: microvisor-standalone, autoProvision: false,
    defaultLocalAccount: { username: admin, sshKey: ssh-ed25519 AAAAC3Nz me } }`);
  expect(await changed()).toEqual(['update orchestrator.provider']);
  expect(await lab.ven('apply', '--yes')).toMatchObject({ code: 0 });
  expect(orchestrator.inventory.settings()).toEqual({
    defaultOs: standalone?.osResourceID,
    autoProvision: false,
    defaultLocalAccount: orchestrator.inventory.localAccounts[0]?.resourceId,
  });
  expect(await changed()).toEqual([]);
});

it('says what it can’t compare, and changes nothing; destroy leaves the provider', async () => {
  const set = orchestrator.inventory.settings();
  const fault = orchestrator.fail({ op: 'providers', how: 'echo' });
  const shown = await lab.ven('plan');
  const refused = await lab.ven('apply', '--yes');
  fault.stop();
  expect(shown).toMatchObject({ code: 0 });
  expect(shown.stdout).toContain('orchestrator.provider is not compared: GET https');
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toContain('--exclude orchestrator.provider');
  expect(shown.stdout + shown.stderr + refused.stdout + refused.stderr).not.toContain(PASSWORD);

  const gone = await lab.ven('destroy', '--yes');
  expect(gone).toMatchObject({ code: 0 });
  expect(gone.stdout).toContain('orchestrator.provider stays as it is');
  expect(orchestrator.inventory.settings()).toEqual(set);
  expect(await lab.leftovers()).toEqual([]);
});
