/**
 * The pictures of the documentation, as ven draws them from fleets of this repository, on a host in
 * memory. `npm run pictures` draws them anew.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { fleetGraph } from '../../../src/graph/index.js';
import type { FleetGraph } from '../../../src/model/index.js';
import { GRAPH_VIEWS } from '../../../src/view/index.js';
import { FakeHost, Lab } from '../../fake-host/index.js';

/** The host of the documentation: a NIC to the outside, and libvirt's own network. */
function host(): Lab {
  const lab = new Lab(new FakeHost({ uplink: { device: 'eno1', address: '10.49.76.112' } }));
  lab.host.addForeignNetwork({
    ...{ name: 'default', bridge: 'virbr0', gateway: '192.168.122.1/24', forward: 'nat' },
    dhcp: { start: '192.168.122.2', end: '192.168.122.254' },
  });
  return lab;
}

const AUTHORITY = readFileSync(new URL('../efi/certificates/root.pem', import.meta.url), 'utf8');

/** After `before` was applied. */
async function graphOf(before: string, after = before): Promise<FleetGraph> {
  const options = {
    ...{ file: 'fleet.yaml' },
    surroundings: { readFile: () => AUTHORITY, now: new Date('2026-11-22') },
  };
  const lab = host();
  await lab.apply(loadFleet(before, options));
  const fleet = loadFleet(after, options);
  const [state, plan] = [await lab.observe(fleet), await lab.plan(fleet)];
  return fleetGraph(fleet, { state, plan, leases: {} });
}

const image = (name: string): string =>
  new URL(`../../../docs/images/${name}.svg`, import.meta.url).pathname;

const BEFORE = `
apiVersion: ven/v1
fleet: edge-lab
orchestrator: { domain: edge.example, caCertificate: ca.pem, onboarding: none }
networks:
  lab: { subnet: 192.168.150.0/24 }
  storage: { mode: isolated, subnet: 10.77.0.0/28 }
defaults: { nics: [{ network: lab }] }
vms:
  - { name: edge, count: 12 }
  - { name: gateway, nics: [{ network: lab, address: 192.168.150.10 }, { network: storage }] }
  - { name: cache }
  - { name: records, protect: true }
  - { name: old }
`;
/** One more, a larger one, one with other firmware, one that is protected, one that is gone. */
const AFTER = BEFORE.replace('count: 12', 'count: 16')
  .replace('name: gateway', 'name: gateway, memory: 16GiB')
  .replace('name: cache', 'name: cache, firmware: bios, tpm: false')
  .replace('name: records', 'name: records, firmware: bios, tpm: false')
  .replace('  - { name: old }\n', '');

describe('the pictures of the documentation', () => {
  test.each(['default-bridge', 'bridge-per-vm'])('%s is what ven draws', async (name) => {
    const file = new URL(`../../../fleets/${name}.yaml`, import.meta.url);
    const graph = await graphOf(readFileSync(file, 'utf8'));
    await expect(await GRAPH_VIEWS.svg(graph, 4)).toMatchFileSnapshot(image(name));
  });

  test('plan is what ven draws of a plan with every kind of change', async () => {
    const graph = await graphOf(BEFORE, AFTER);
    await expect(await GRAPH_VIEWS.svg(graph, 4)).toMatchFileSnapshot(image('plan'));
  });
});
