import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { fleetGraph } from '../../../src/graph/index.js';
import type { FleetGraph, GraphNode, ResolvedFleet, VmNode } from '../../../src/model/index.js';
import { FakeHost, Lab } from '../../fake-host/index.js';

const authority = readFileSync(new URL('../efi/certificates/root.pem', import.meta.url), 'utf8');

function fleetOf(text: string): ResolvedFleet {
  return loadFleet(`apiVersion: ven/v1\nfleet: lab\n${text}`, {
    file: 'fleet.yaml',
    surroundings: { readFile: () => authority, now: new Date('2026-11-22') },
  });
}

function host(): Lab {
  const lab = new Lab(new FakeHost({ uplink: { device: 'eno1', address: '10.49.76.112' } }));
  lab.host.addForeignNetwork({
    ...{ name: 'default', bridge: 'virbr0', gateway: '192.168.122.1/24', forward: 'nat' },
    dhcp: { start: '192.168.122.2', end: '192.168.122.254' },
  });
  return lab;
}

async function seen(lab: Lab, fleet: ResolvedFleet, leases = {}): Promise<FleetGraph> {
  const [state, plan] = [await lab.observe(fleet), await lab.plan(fleet)];
  return fleetGraph(fleet, { state, plan, leases });
}

function node<Kind extends GraphNode['kind']>(
  { nodes }: FleetGraph,
  kind: Kind,
  id: string,
): Extract<GraphNode, { kind: Kind }> {
  const found = nodes.find((one) => one.kind === kind && one.id === id);
  return found as Extract<GraphNode, { kind: Kind }>;
}

const TWO = `
networks: { lab: { subnet: auto }, cut: { mode: isolated, subnet: 10.77.0.0/28 } }
vms:
  - { name: edge, count: 2, nics: [{ network: lab }] }
  - { name: both, nics: [{ network: lab }, { network: cut, address: 10.77.0.5 }, { bridge: br0 }] }
  - { name: plain }
`;

describe('the graph of a fleet', () => {
  it('has from the file alone what the file says, and no changes', () => {
    const graph = fleetGraph(fleetOf(TWO), null);
    expect(graph.source).toBe('file');
    expect(graph.nodes.map(({ id }) => id)).toEqual([
      ...['outside', 'uplink', 'network.lab', 'network.cut', 'network.default', 'bridge.br0'],
      ...['vm.edge-1', 'vm.edge-2', 'vm.both', 'vm.plain'],
    ]);
    expect(node(graph, 'network', 'network.lab').subnet).toBeNull();
    expect(node(graph, 'network', 'network.default')).toMatchObject({ own: false, bridge: null });
    expect(graph.nodes.every((one) => !('action' in one) || one.action === null)).toBe(true);
    expect(node(graph, 'uplink', 'uplink')).toMatchObject({ device: null, address: null });
  });

  it('leads each NIC to its place, and each place but an isolated one to the outside', () => {
    const { edges } = fleetGraph(fleetOf(TWO), null);
    expect(
      edges.filter(({ kind }) => kind !== 'nic').map(({ from, kind }) => [from, kind]),
    ).toEqual([
      ['uplink', 'uplink'],
      ['network.lab', 'nat'],
      ['network.default', 'unknown'],
      ['bridge.br0', 'bridged'],
    ]);
    expect(edges.filter(({ from }) => from === 'vm.both').map(({ to }) => to)).toEqual([
      ...['network.lab', 'network.cut', 'bridge.br0'],
    ]);
  });

  it('has from the host the chosen subnet, foreign networks as they are, the uplink', async () => {
    const graph = await seen(host(), fleetOf(TWO.replace(', { bridge: br0 }', '')));
    const lab = node(graph, 'network', 'network.lab');
    expect(lab.subnet).toMatch(/^192\.168\.\d+\.0\/24$/);
    expect(lab).toMatchObject({ action: 'create', mode: 'nat' });
    expect(lab.dhcp?.start).toMatch(/\.3$/);
    expect(node(graph, 'network', 'network.default')).toMatchObject({
      ...{ bridge: 'virbr0', subnet: '192.168.122.0/24', gateway: '192.168.122.1', mode: 'nat' },
      ...{ dhcp: { start: '192.168.122.2', end: '192.168.122.254' }, action: null },
    });
    expect(node(graph, 'uplink', 'uplink')).toMatchObject({ device: 'eno1' });
  });

  it('keeps the subnet once it is chosen, and nothing changes after an apply', async () => {
    const fleet = fleetOf(TWO.replace(', { bridge: br0 }', ''));
    const lab = host();
    const before = node(await seen(lab, fleet), 'network', 'network.lab');
    await lab.apply(fleet);
    const graph = await seen(lab, fleet);
    expect(node(graph, 'network', 'network.lab')).toEqual({ ...before, action: 'unchanged' });
    for (const one of graph.nodes)
      if ('action' in one)
        expect(one.action).toBe(one.id === 'network.default' ? null : 'unchanged');
  });

  it('shows what a plan deletes, replaces and refuses where it is', async () => {
    const before = `
networks: { lab: { subnet: 10.20.0.0/24 }, gone: { subnet: 10.21.0.0/24 } }
vms:
  - { name: old, nics: [{ network: gone }] }
  - { name: kept, protect: true, nics: [{ network: lab }] }
  - { name: other, nics: [{ network: lab }] }
`;
    const after = before
      .replace(', gone: { subnet: 10.21.0.0/24 }', '')
      .replace('  - { name: old, nics: [{ network: gone }] }\n', '')
      .replaceAll('nics: [{ network: lab }]', 'firmware: bios, nics: [{ network: lab }]');
    const lab = host();
    await lab.apply(fleetOf(before));
    const graph = await seen(lab, fleetOf(after));
    expect(node(graph, 'network', 'network.gone')).toMatchObject({
      ...{ action: 'delete', subnet: '10.21.0.0/24', own: true },
    });
    const old: VmNode = node(graph, 'vm', 'vm.old');
    expect(old).toMatchObject({ action: 'delete', firmware: 'uefi', tpm: true });
    expect(old.nics).toMatchObject([{ on: 'network.gone' }]);
    expect(node(graph, 'vm', 'vm.other').action).toBe('replace');
    expect(node(graph, 'vm', 'vm.kept').action).toBe('refused');
  });

  it('gives each leased address to the NIC on whose network it is', async () => {
    const fleet = fleetOf(TWO.replace(', { bridge: br0 }', '').replace(', address: 10.77.0.5', ''));
    const lab = host();
    await lab.apply(fleet);
    const network = node(await seen(lab, fleet), 'network', 'network.lab');
    const leased = `${network.gateway?.slice(0, -1) ?? ''}77`;
    const uuid = fleet.vms.find(({ name }) => name === 'both')?.uuid ?? '';
    const graph = await seen(lab, fleet, { [uuid]: ['10.77.0.9', leased] });
    expect(node(graph, 'vm', 'vm.both').nics.map(({ address }) => address)).toEqual([
      ...[leased, '10.77.0.9'],
    ]);
    expect(node(graph, 'vm', 'vm.edge-1').nics[0]?.address).toBeNull();
  });

  it('marks the way to the boot file, from the VMs to the orchestrator', () => {
    const graph = fleetGraph(
      fleetOf(`
orchestrator: { domain: edge.test, caCertificate: ca.pem, onboarding: none }
networks: { lab: { subnet: 10.20.0.0/24 } }
vms: [{ name: edge, nics: [{ network: lab }] }, { name: off, nics: [{ bridge: br0 }] }]
`),
      null,
    );
    expect(node(graph, 'outside', 'outside').orchestrator?.name).toBe('edge.test');
    const ways = graph.edges.filter(({ boots }) => boots).map(({ from, to }) => `${from} ${to}`);
    expect(ways).toEqual(['uplink outside', 'network.lab uplink', 'vm.edge network.lab']);
  });

  it('shows no password of a boot URL', async () => {
    const fleet = fleetOf(`
orchestrator: { bootUrl: "https://me:pa55word@boot.test/a.efi", caCertificate: ca.pem }
networks: { lab: { subnet: 10.20.0.0/24 } }
vms: [{ name: edge, nics: [{ network: lab }] }]
`);
    const lab = host();
    lab.host.addForeignNetwork({
      ...{ name: 'other', bridge: 'virbr7', gateway: '192.168.7.1/24', forward: 'nat' },
    });
    for (const graph of [fleetGraph(fleet, null), await seen(lab, fleet)]) {
      expect(JSON.stringify(graph)).not.toContain('pa55word');
      expect(node(graph, 'outside', 'outside').orchestrator?.bootUrl).toMatch(/@boot\.test/);
    }
  });
});
