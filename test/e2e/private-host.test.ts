/** The private host of the tests is a real one, and apart from this machine's. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changes, Lab, lines } from './lab.js';
import { PrivateHost } from './private-host.js';

let host: PrivateHost;
let lab: Lab;

beforeAll(async () => {
  host = await PrivateHost.up();
  lab = new Lab('priv', host);
});

afterAll(async () => {
  await lab.close();
  await host.close();
  expect(existsSync(host.dir)).toBe(false);
});

it('runs a fleet that this machine does not see', async () => {
  lab.write(
    `${Lab.SMALL}networks: { lab: { subnet: auto } }\n` +
      'vms: [{ name: node, nics: [{ network: lab }] }]\n',
  );
  await lab.apply();
  expect(changes(await lab.plan())).toEqual([]);
  expect(await lab.domains('--state-running')).toEqual(['node']);
  expect(await lines('list', '--all', '--name')).not.toContain(lab.domain('node'));
});

it('keeps its VMs while libvirtd is away', async () => {
  await host.killLibvirtd();
  await host.startLibvirtd();
  expect(await lab.domains('--state-running')).toEqual(['node']);
});
