/**
 * A fleet in a real Kubernetes API server, with KubeVirt's definitions: `scripts/kube-api.sh build`
 * makes it, and VEN_KUBE_API names its folder. No VM starts there. VEN_KUBE_RECORD=yes also writes
 * test/kubevirt/recording.json anew.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, recordingApi, writeRecording, type Exchange } from '../kubevirt/api.js';
import { NAMESPACE, scenario } from '../kubevirt/scenario.js';

const ROOT = join(import.meta.dirname, '../..');
const DIR = process.env['VEN_KUBE_API'] ?? '';
const isBuilt = existsSync(join(DIR, 'kube-apiserver')) && DIR !== '';
const KUBECONFIG = join(DIR, 'run/kubeconfig');
const HOW = 'scripts/kube-api.sh build DIR, then VEN_KUBE_API=DIR';

let folder = '';

interface Ran {
  code: number;
  out: string;
  seconds: number;
}

function run(program: string, args: string[], env: Record<string, string> = {}): Ran {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  try {
    const out = execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, XDG_STATE_HOME: folder, ...env },
    });
    return { code: 0, out, seconds: seconds() };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return { code: status, out: `${stdout}${stderr}`, seconds: seconds() };
  }
}

const ven = (...args: string[]): Ran => run(join(ROOT, 'bin/ven'), args);
const kubectl = (...args: string[]): string => {
  const { code, out } = run(join(DIR, 'kubectl'), ['--kubeconfig', KUBECONFIG, ...args]);
  if (code !== 0) throw new Error(out);
  return out;
};

function fleet(count: number, more = ''): string {
  const file = join(folder, 'fleet.yaml');
  writeFileSync(
    file,
    `apiVersion: ven/v1
fleet: many
engine: { kubevirt: { kubeconfig: ${KUBECONFIG}, namespace: ven-e2e } }
networks: { lab: { subnet: 10.78.0.0/22 } }
defaults: { cpus: 1, memory: 128MiB, disks: [{ size: 64MiB }], nics: [{ network: lab }] }
vms:
  - { name: node, count: ${count} }
${more}`,
  );
  return file;
}

const ALL = 'virtualmachines,persistentvolumeclaims,network-attachment-definitions';
const left = (): string[] =>
  kubectl('-n', 'ven-e2e', 'get', ALL, '-o', 'name').split('\n').filter(Boolean);

describe.skipIf(!isBuilt)(`a fleet on KubeVirt (skipped without ${HOW})`, () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ven-kube-e2e-'));
    execFileSync(join(ROOT, 'scripts/kube-api.sh'), ['up', DIR], { stdio: 'ignore' });
    for (const name of ['ven-e2e', NAMESPACE]) {
      run(join(DIR, 'kubectl'), ['--kubeconfig', KUBECONFIG, 'create', 'namespace', name]);
      kubectl('-n', name, 'delete', ALL, '--all');
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('is applied, planned again, mended and destroyed: 50 VMs', () => {
    const file = fleet(50);
    const applied = ven('apply', '--yes', file);
    expect(applied.out).toContain('51 created');
    expect(applied.code).toBe(0);
    const again = ven('plan', '--detailed-exitcode', file);
    expect(again.out).toContain('No changes');
    expect(again.code).toBe(0);
    expect(left()).toHaveLength(101);

    // Drift by other tools.
    const spec = { template: { spec: { domain: { memory: { guest: '1Gi' } } } } };
    const patch = ['--type', 'merge', '-p', JSON.stringify({ spec })];
    kubectl('-n', 'ven-e2e', 'patch', 'virtualmachine', 'many-node-7', ...patch);
    kubectl('-n', 'ven-e2e', 'delete', 'virtualmachine', 'many-node-9');
    kubectl('-n', 'ven-e2e', 'delete', 'pvc', 'many-node-11-sda');
    const drifted = ven('plan', '--detailed-exitcode', file);
    expect(drifted.code).toBe(2);
    expect(drifted.out).toMatch(/~ vm\.node-7 .*drift/);
    expect(drifted.out).toMatch(/memory: +"1GiB" -> "128MiB"/);
    expect(drifted.out).toContain('+ vm.node-9');
    expect(drifted.out).toMatch(/disks\.sda: +"missing" -> "64MiB sata"/);
    expect(drifted.out).toContain('1 to create, 2 to update; 48 unchanged');
    expect(ven('apply', '--yes', file).code).toBe(0);
    expect(ven('plan', '--detailed-exitcode', file).code).toBe(0);

    // One that somebody else has made, under a name that the fleet wants.
    const foreign = {
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachine',
      metadata: { name: 'many-other', namespace: 'ven-e2e', annotations: { whose: 'not ven' } },
      spec: { runStrategy: 'Halted', template: { spec: { domain: { devices: {} } } } },
    };
    writeFileSync(join(folder, 'foreign.json'), JSON.stringify(foreign));
    kubectl('create', '-f', join(folder, 'foreign.json'));
    const version = (): string =>
      kubectl('-n', 'ven-e2e', 'get', 'virtualmachine', 'many-other', '-o', 'jsonpath={.metadata}');
    const before = version();
    const wider = fleet(50, '  - { name: other }\n');
    const refused = ven('apply', '--yes', wider);
    expect(refused.code).toBe(6);
    expect(refused.out).toContain('VirtualMachine many-other');
    expect(version()).toBe(before);

    const destroyed = ven('destroy', '--yes', file);
    expect(destroyed.out).toContain('51 deleted');
    expect(destroyed.code).toBe(0);
    expect(left()).toEqual(['virtualmachine.kubevirt.io/many-other']);
    expect(version()).toBe(before);
    const figures = { applied, again, destroyed };
    for (const [what, { seconds }] of Object.entries(figures))
      console.log(`50 VMs, ${what}: ${seconds.toFixed(2)} s`);
  });

  it('says what a user may not do', () => {
    const file = fleet(1);
    const text = readFileSync(file, 'utf8').replace(
      'kubevirt: {',
      'kubevirt: { context: ven-test-reader,',
    );
    writeFileSync(file, text);
    const plan = ven('plan', file);
    expect(plan.code).toBe(7);
    expect(plan.out).toContain('does not allow this');
    const doctor = ven('doctor', file);
    expect(doctor.code).toBe(7);
    expect(doctor.out).toContain('patch virtualmachines');
  });

  it('lives as it was recorded', async () => {
    const upstream = {
      server: /server: (.*)/.exec(readFileSync(KUBECONFIG, 'utf8'))?.[1] ?? '',
      token: 'admin-token',
      ca: readFileSync(join(DIR, 'run/certs/apiserver.crt'), 'utf8'),
    };
    const exchanges: Exchange[] = [];
    const api = await recordingApi(upstream, (exchange) => exchanges.push(exchange));
    try {
      await scenario(api.kubeconfig, async (asked, type) => {
        const { code, answer } = await ask(upstream, asked, type);
        if (code >= 300) throw new Error(JSON.stringify(answer));
      });
    } finally {
      await api.close();
    }
    if (process.env['VEN_KUBE_RECORD']) writeRecording(exchanges);
  });
});
