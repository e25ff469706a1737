/**
 * A fleet's life in a cluster, as the operations live it: run once against a real API server, which
 * is recorded, and then against the recording.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { PlanOptions } from '../../src/model/index.js';
import {
  apply,
  doctor,
  openStatus,
  plan,
  power,
  type Request,
} from '../../src/operations/index.js';
import type { Exchange } from './api.js';

export const NAMESPACE = 'ven-recorded';

/** What a person does meanwhile, with other tools. `type`: of the body. */
export type Hand = (
  asked: Pick<Exchange, 'method' | 'path' | 'body'>,
  type: string,
) => Promise<void>;

const OPTIONS: PlanOptions = {
  ...{ mode: 'apply', targets: [], excludes: [], replace: [], keepDisks: false },
};
const VMS = `/apis/kubevirt.io/v1/namespaces/${NAMESPACE}/virtualmachines`;
const MERGE = 'application/merge-patch+json';

export async function scenario(kubeconfig: string, hand: Hand): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ven-kube-'));
  try {
    writeFileSync(join(folder, 'config'), kubeconfig);
    await live(folder, hand);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function fleetText(count: number, memory: string): string {
  return JSON.stringify({
    apiVersion: 'ven/v1',
    fleet: 'lab',
    engine: { kubevirt: { namespace: NAMESPACE } },
    networks: { lab: { subnet: '192.168.151.0/24' } },
    vms: [
      {
        ...{ name: 'edge', count, cpus: 1, memory, nics: [{ network: 'lab' }] },
        disks: [{ size: '1GiB' }, { size: '2GiB', bus: 'virtio', pool: 'fast' }],
      },
    ],
  });
}

async function live(folder: string, hand: Hand): Promise<void> {
  const env = {
    PATH: process.env['PATH'],
    KUBECONFIG: join(folder, 'config'),
    XDG_STATE_HOME: folder,
  };
  const requestOf = (count: number, memory = '256MiB'): Request => ({
    ...{ file: 'fleet.yaml', content: fleetText(count, memory), env },
  });
  const carryOut = async (request: Request, options: PlanOptions = OPTIONS) => {
    const never = new AbortController().signal;
    const {
      plan: made,
      result,
      lost,
    } = await apply({
      ...request,
      options,
      ...{ consent: 'given', typed: [], lockTimeoutSeconds: 0 },
      confirm: () => Promise.resolve(true),
      emit: () => undefined,
      interrupt: { graceful: never, hard: never },
    });
    return { made, code: result?.exitCode, lost: [...lost] };
  };
  const shown = async (request: Request) => {
    const { plan: made } = await plan({ ...request, options: OPTIONS });
    return made.changes.map((change) => [
      ...[change.address, change.action, change.reason],
      ...('fields' in change ? change.fields : []).map(
        ({ path, before, after }) => `${path} ${before} ${after}`,
      ),
    ]);
  };
  const three = requestOf(3);
  const DONE = { code: 0, lost: [] };

  const found = await doctor(three);
  expect(found.map(({ check, level }) => `${check} ${level}`)).toEqual([
    ...['api ok', 'kubevirt ok', 'kubevirt-api warning', 'multus ok', 'namespace ok'],
    ...['permissions ok', 'storage missing', 'storage missing'],
  ]);

  // Created, and then nothing is left to do.
  expect(await shown(three)).toEqual([
    ['network.lab', 'create', 'missing'],
    ...['edge-1', 'edge-2', 'edge-3'].map((name) => [`vm.${name}`, 'create', 'missing']),
  ]);
  expect(await carryOut(three)).toMatchObject(DONE);
  expect(await shown(three)).toEqual([]);
  const status = openStatus(three);
  const { vms, host } = await status.again();
  await status.close();
  expect(host).toBe(`kubevirt://test/${NAMESPACE}`);
  expect(vms.map(({ name, power, ready }) => [name, power, ready])).toEqual(
    ['edge-1', 'edge-2', 'edge-3'].map((name) => [name, 'off', true]),
  );

  // What people change by hand is drift, and mended; what they add stays.
  const spec = { template: { spec: { domain: { cpu: { cores: 2 } } } }, runStrategy: 'Halted' };
  await hand({ method: 'PATCH', path: `${VMS}/lab-edge-1`, body: { spec } }, MERGE);
  const labels = { metadata: { labels: { mine: 'yes' } } };
  await hand({ method: 'PATCH', path: `${VMS}/lab-edge-2`, body: labels }, MERGE);
  await hand({ method: 'DELETE', path: `${VMS}/lab-edge-3`, body: null }, 'application/json');
  expect(await shown(three)).toEqual([
    ['vm.edge-1', 'update', 'drift', 'cpus 2 1', 'power off running'],
    ['vm.edge-3', 'create', 'missing'],
  ]);
  expect(await carryOut(three)).toMatchObject(DONE);
  expect(await shown(three)).toEqual([]);

  // A changed file, one VM fewer, and one more whose name is taken.
  const foreign = {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: { name: 'lab-edge-4', labels: { 'ven/fleet': 'lab', 'ven/vm': 'edge-4' } },
    spec: { runStrategy: 'Halted', template: { spec: { domain: { devices: {} } } } },
  };
  await hand({ method: 'POST', path: VMS, body: foreign }, 'application/json');
  const four = requestOf(4, '512MiB');
  const { made, code } = await carryOut(four);
  expect(made.refused.map(({ address, code }) => [address, code])).toEqual([
    ['vm.edge-4', 'foreign-object'],
  ]);
  expect(made.changes.map(({ address, action, reason }) => [address, action, reason])).toEqual(
    ['edge-1', 'edge-2', 'edge-3'].map((name) => [`vm.${name}`, 'update', 'changed']),
  );
  expect(code).toBe(6);
  const two = requestOf(2, '512MiB');
  expect(await shown(two)).toEqual([['vm.edge-3', 'delete', 'removed']]);
  expect(await carryOut(two)).toMatchObject(DONE);

  // KubeVirt's own API is not there.
  const never = new AbortController().signal;
  const powered = await power({
    ...two,
    ...{ action: 'on', vms: ['edge-1'], force: false, consent: 'given', typed: [] },
    ...{ lockTimeoutSeconds: 0, interrupt: { graceful: never, hard: never } },
    confirm: () => Promise.resolve(),
    tell: () => undefined,
  });
  expect(powered.vms.map(({ outcome, error }) => [outcome, error?.code])).toEqual([
    ['failed', 'tool-failed'],
  ]);

  const destroyed = await carryOut(two, { ...OPTIONS, mode: 'destroy' });
  expect(destroyed.code).toBe(0);
  expect(destroyed.made.summary.delete).toBe(3);
}
