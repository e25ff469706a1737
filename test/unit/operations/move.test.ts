/** VMs that are moved between hosts in memory; a run that is killed at any of its changes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { domainFacts, domainMark, tpmFolder } from '../../../src/libvirt/index.js';
import {
  VenError,
  vmUuid,
  type DomainMark,
  type Plan,
  type PlanOptions,
} from '../../../src/model/index.js';
import { apply, type ApplyResult } from '../../../src/operations/apply.js';
import { move, type MoveRequest, type MoveResult } from '../../../src/operations/move.js';
import { plan } from '../../../src/operations/plan.js';
import { parseXml } from '../../../src/xml/index.js';
import { FakeHost, HostDied } from '../../fake-host/index.js';
import { portsOf } from './imagined.js';

const URIS = { a: 'qemu:///system', b: 'qemu+ssh://root@b/system' };
const UUID = vmUuid('lab', 'edge');
const DISK = '/var/lib/libvirt/images/lab_edge-sda.qcow2';
const TPM = `${tpmFolder({ uuid: UUID })}/tpm2/tpm2-00.permall`;

let hosts: Record<'a' | 'b', FakeHost>;
let folder: string;
let file: string;

function write(vm = ''): void {
  writeFileSync(
    file,
    `apiVersion: ven/v1
fleet: lab
hosts:
  a: { uri: '${URIS.a}', accelerator: qemu }
  b: { uri: '${URIS.b}', accelerator: qemu }
vms: [{ name: edge, cpus: 1, memory: 1GiB, power: off, placement: { strategy: pack }${vm} }]
`,
  );
}

const env = (): Record<string, string> => ({ XDG_STATE_HOME: folder });
const ports = () =>
  portsOf(({ uri }) => {
    const host = Object.values(hosts).find((each) => each.uri === uri);
    if (!host) throw new Error(`no host ${uri}`);
    return host;
  });
const OPTIONS: PlanOptions = {
  ...{ mode: 'apply', targets: [], excludes: [], replace: [], keepDisks: false },
};
const interrupt = { graceful: new AbortController().signal, hard: new AbortController().signal };

const applied = (options: Partial<PlanOptions> = {}): Promise<ApplyResult> =>
  apply({
    ...{ file, env: env(), ports: ports(), options: { ...OPTIONS, ...options } },
    ...{ lockTimeoutSeconds: 0, consent: 'given', typed: ['apply'], interrupt },
    confirm: () => Promise.resolve(true),
    emit: () => undefined,
  });
const planned = async (options: Partial<PlanOptions> = {}): Promise<Plan> =>
  (await plan({ file, env: env(), ports: ports(), options: { ...OPTIONS, ...options } })).plan;
const moved = (to = 'b', more: Partial<MoveRequest> = {}): Promise<MoveResult> =>
  move({
    ...{ file, env: env(), ports: ports(), vms: ['edge'], to, lockTimeoutSeconds: 0, interrupt },
    progress: () => undefined,
    tell: () => undefined,
    ...more,
  });
const briefly = ({ changes }: Plan): string[] =>
  changes.map(({ action, address, reason, host }) => `${action} ${address} ${reason} on ${host}`);

const markOn = (host: FakeHost): DomainMark | null => {
  const xml = host.domains.get(UUID)?.config;
  return xml === undefined ? null : domainMark(parseXml(xml));
};
const nvramOn = (host: FakeHost): string =>
  domainFacts(parseXml(host.domains.get(UUID)?.config ?? '')).nvram ?? '';

/** What is there of the VM, as bytes. */
const bytesOn = (host: FakeHost): string[] =>
  [DISK, nvramOn(host), TPM].map((path) => String(host.storage.contents.get(path)));

async function made(): Promise<void> {
  await applied();
  expect(hosts.a.domains.has(UUID)).toBe(true);
  [DISK, nvramOn(hosts.a), TPM].forEach((path, at) =>
    hosts.a.storage.contents.set(path, new Uint8Array([1, 2, at])),
  );
}

beforeEach(async () => {
  const newHost = (uri: string): FakeHost => {
    const host = new FakeHost({ uri });
    host.addForeignNetwork({ name: 'default' });
    return host;
  };
  hosts = { a: newHost(URIS.a), b: newHost(URIS.b) };
  folder = mkdtempSync(join(tmpdir(), 'ven-move-'));
  file = join(folder, 'fleet.yaml');
  write();
  await made();
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a VM that is off', () => {
  test('is on the other host, with its disk, its variables and its TPM', async () => {
    const before = bytesOn(hosts.a);
    const result = await moved();
    expect(result).toMatchObject({ outcome: 'done', exitCode: 0 });
    expect(result.vms[0]).toMatchObject({ from: 'a', to: 'b', outcome: 'done' });
    expect(bytesOn(hosts.b)).toEqual(before);
    expect(hosts.a.domains.has(UUID)).toBe(false);
    expect(hosts.a.storage.has('default', 'lab_edge-sda.qcow2')).toBe(false);
    expect(markOn(hosts.b)).toMatchObject({ ready: true });
    expect(markOn(hosts.b)?.move).toBeUndefined();
    expect((await planned()).changes).toEqual([]);
    expect((await moved()).vms[0]).toMatchObject({ outcome: 'already' });
  });

  test('killed before or after any change: one copy counts, and a move or an apply ends it', async () => {
    const trial = { a: hosts.a.copy(), b: hosts.b.copy() };
    const start = { ...hosts };
    const before = bytesOn(hosts.a);
    hosts = trial;
    await moved();
    const counts = { a: trial.a.changes, b: trial.b.changes };
    expect(counts.a).toBeGreaterThan(3);
    expect(counts.b).toBeGreaterThan(6);
    for (const name of ['a', 'b'] as const)
      for (let at = 1; at <= counts[name]; at += 1)
        for (const when of ['before', 'after'] as const) {
          const next = (at % 2 === 0) === (when === 'before') ? 'move' : 'apply';
          const told = `${name} ${at} ${when}, then ${next}`;
          hosts = { a: start.a.copy(), b: start.b.copy() };
          hosts[name].faults.dieAt(at, when);
          await expect(moved(), told).rejects.toThrow(HostDied);
          for (const host of Object.values(hosts)) host.faults.revive();
          const made = await planned();
          expect(made.refused, told).toEqual([]);
          const ready = Object.values(hosts).filter((host) => markOn(host)?.ready);
          expect(ready.length, told).toBeGreaterThan(0);
          if (next === 'move') await moved();
          else await applied();
          const [only, ...more] = Object.values(hosts).filter((host) => host.domains.has(UUID));
          expect(more, told).toEqual([]);
          expect(only && bytesOn(only), told).toEqual(before);
          expect(only && markOn(only)?.ready, told).toBe(true);
          if (next === 'move') expect(only, told).toBe(hosts.b);
          expect((await planned()).changes, told).toEqual([]);
          const volumes = Object.values(hosts).filter((host) =>
            host.storage.has('default', 'lab_edge-sda.qcow2'),
          );
          expect(volumes, told).toEqual([only]);
        }
  }, 120_000);

  test('a change that fails is undone', async () => {
    const { changes } = hosts.b;
    hosts.b.faults.failAt((change) => change.startsWith('upload /var/lib/libvirt/swtpm'));
    const result = await moved();
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 4 });
    expect(hosts.b.changes).toBeGreaterThan(changes);
    expect(hosts.b.domains.has(UUID)).toBe(false);
    expect(hosts.b.storage.has('default', 'lab_edge-sda.qcow2')).toBe(false);
    expect(markOn(hosts.a)?.move).toBeUndefined();
    expect((await planned()).changes).toEqual([]);
  });

  test('one that is written to meanwhile stays', async () => {
    const write = hosts.b.files.write.bind(hosts.b.files);
    vi.spyOn(hosts.b.files, 'write').mockImplementation(async (place, copy) => {
      await write(place, copy);
      hosts.a.storage.contents.set(DISK, new Uint8Array([9]));
    });
    const { vms } = await moved();
    expect(vms[0]).toMatchObject({ outcome: 'refused', error: { code: 'cannot-move' } });
    expect(hosts.b.domains.has(UUID)).toBe(false);
    expect((await planned()).changes).toEqual([]);
  });
});

describe('what a killed move left', () => {
  async function killedAt(change: RegExp): Promise<void> {
    const trial = { ...hosts };
    hosts = { a: hosts.a.copy(), b: hosts.b.copy() };
    await moved();
    const at = hosts.b.faults.changes.findIndex((each) => change.test(each));
    hosts = trial;
    hosts.b.faults.dieAt(at + 1, 'after');
    await expect(moved()).rejects.toThrow(HostDied);
    hosts.b.faults.revive();
  }
  const lose = (name: 'a' | 'b'): (() => void) => {
    const error = new VenError('host-not-ready', { summary: 'no route to host' });
    const spies = [
      vi.spyOn(hosts[name], 'survey').mockRejectedValue(error),
      vi.spyOn(hosts[name], 'observe').mockRejectedValue(error),
    ];
    return () => {
      for (const spy of spies) spy.mockRestore();
    };
  };

  test('is deleted on the target, and named so', async () => {
    await killedAt(/^upload .*sda/);
    const made = await planned();
    expect(briefly(made)).toEqual(['update vm.edge drift on a', 'delete vm.edge@b half-made on b']);
    expect(made.changes[1]?.notes).toContain('a move left it: the VM itself is on a, and stays');
    expect(briefly(await planned({ targets: ['vm.edge@b'] }))).toEqual([
      'delete vm.edge@b half-made on b',
    ]);
  });

  test('while a host is away nothing is done to what may be the only copy', async () => {
    await killedAt(/^upload .*sda/);
    for (const name of ['a', 'b'] as const) {
      const bringBack = lose(name);
      const made = await planned();
      expect(made.changes).toEqual([]);
      expect(made.unknown).toEqual([{ address: 'vm.edge', hosts: [name] }]);
      bringBack();
    }
  });

  test('is deleted on the source once the target is complete, also of a protected VM', async () => {
    write(', protect: true');
    await applied();
    // The last but one of the marks: the decision.
    const trial = { ...hosts };
    hosts = { a: hosts.a.copy(), b: hosts.b.copy() };
    await moved();
    const marks = hosts.b.faults.changes.flatMap((each, at) =>
      each.startsWith('metadata') ? [at] : [],
    );
    hosts = trial;
    hosts.b.faults.dieAt((marks.at(-2) ?? 0) + 1, 'after');
    await expect(moved()).rejects.toThrow(HostDied);
    hosts.b.faults.revive();
    expect([markOn(hosts.a)?.ready, markOn(hosts.b)?.ready]).toEqual([true, true]);
    expect(briefly(await planned())).toEqual([
      'update vm.edge drift on b',
      'delete vm.edge@a half-made on a',
    ]);
    await applied();
    expect((await planned()).changes).toEqual([]);
    expect(hosts.a.domains.has(UUID)).toBe(false);
  });
});

describe('what is refused, with nothing changed', () => {
  const refusal = async (to = 'b'): Promise<string | undefined> => {
    const before = [hosts.a.changes, hosts.b.changes];
    const { vms } = await moved(to);
    expect([hosts.a.changes, hosts.b.changes]).toEqual(before);
    expect(vms[0]?.outcome).toBe('refused');
    return `${vms[0]?.error?.code}: ${vms[0]?.error?.summary}`;
  };

  test('a VM that runs', async () => {
    hosts.a.storage.contents.clear();
    await hosts.a.startDomain(UUID);
    expect(await refusal()).toMatch(/^cannot-move: it is running on a/);
  });

  test('one that the file has changed', async () => {
    write(', description: new');
    expect(await refusal()).toMatch(/^cannot-move: it is not as the fleet file says/);
  });

  test('a target with something in the way', async () => {
    hosts.b.addForeignVolume('default', 'lab_edge-sda.qcow2');
    expect(await refusal()).toMatch(/^foreign-object/);
  });

  test('a VM that two hosts have: each can be deleted by its host', async () => {
    hosts.b.addDomain(hosts.a.domains.get(UUID)?.config ?? '');
    expect(await refusal()).toBe('on-two-hosts: vm.edge is on a and on b');
    const made = await planned();
    expect(made.refused[0]?.hint).toContain('ven destroy --target vm.edge@a, or');
    expect(briefly(await planned({ mode: 'destroy', targets: ['vm.edge'] }))).toEqual([]);
    const options = { mode: 'destroy' as const, targets: ['vm.edge@b'] };
    expect(briefly(await planned(options))).toEqual(['delete vm.edge@b destroy on b']);
    await applied(options);
    expect(hosts.b.domains.has(UUID)).toBe(false);
    expect((await planned()).changes).toEqual([]);
  });
});
