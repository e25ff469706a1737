/** Plans and events for the tests of the views: small, whole, and without a host. */
import type {
  Change,
  Plan,
  ResolvedVm,
  RunEvent,
  RunResult,
  Step,
} from '../../../src/model/index.js';

export function examplePlan(changes: Change[], parts: Partial<Plan> = {}): Plan {
  const amount = (action: Change['action']): number =>
    changes.filter((change) => change.action === action).length;
  return {
    formatVersion: '1',
    fleet: 'edge-lab',
    host: 'qemu:///system',
    specDigest: 'a'.repeat(64),
    observedDigest: 'b'.repeat(64),
    options: { mode: 'apply', targets: [], excludes: [], replace: [], keepDisks: false },
    changes,
    steps: [],
    refused: [],
    warnings: [],
    summary: {
      create: amount('create'),
      update: amount('update'),
      replace: amount('replace'),
      delete: amount('delete'),
      noop: 0,
    },
    ...parts,
  };
}

export function created(
  name: string,
  after: Record<string, string> = { cpus: '4', memory: '8GiB' },
): Change {
  return { address: `vm.${name}`, action: 'create', reason: 'missing', notes: [], after };
}

/** `amount` VMs to create, each with its steps `up` and `ready`. */
export function creationPlan(amount: number): Plan {
  const names = Array.from({ length: amount }, (_, at) => `edge-${at + 1}`);
  const steps = names.flatMap((name): Step[] => {
    const address = `vm.${name}`;
    const vm: ResolvedVm = {
      address,
      name,
      domain: `edge-lab_${name}`,
      uuid: '00000000-0000-5000-8000-000000000000',
      title: '',
      description: '',
      cpus: 1,
      memoryKiB: 524288,
      accelerator: 'qemu',
      firmware: 'uefi',
      tpm: false,
      boot: ['disk'],
      pxe: true,
      nvram: null,
      disks: [],
      nics: [],
      serialNumber: 'S1',
      graphics: { type: 'none' },
      autostart: false,
      power: 'running',
      protect: false,
      shutdownTimeoutSeconds: 60,
      digest: 'c'.repeat(64),
    };
    const mark = {
      fleet: 'edge-lab',
      vm: name,
      digest: vm.digest,
      ready: true,
      volumes: [],
      nics: [],
    };
    return [
      { kind: 'vm-up', id: `${address}:up`, address, needs: [], timeoutSeconds: 300, vm },
      {
        kind: 'vm-ready',
        id: `${address}:ready`,
        address,
        needs: [`${address}:up`],
        timeoutSeconds: 30,
        uuid: vm.uuid,
        mark,
      },
    ];
  });
  return examplePlan(
    names.map((name) => created(name)),
    { steps },
  );
}

const START = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

export const started = (step: string, seconds = 0): RunEvent => ({
  type: 'step-started',
  time: at(seconds),
  step,
  address: step.split(':')[0] ?? '',
});

export const finished = (step: string, seconds: number, durationSeconds = seconds): RunEvent => ({
  type: 'step-finished',
  time: at(seconds),
  step,
  address: step.split(':')[0] ?? '',
  outcome: 'done',
  durationSeconds,
});

export const failed = (
  step: string,
  seconds: number,
  summary = 'no such bridge: br9',
): RunEvent => ({
  type: 'step-finished',
  time: at(seconds),
  step,
  address: step.split(':')[0] ?? '',
  outcome: 'failed',
  durationSeconds: seconds,
  error: { code: 'tool-failed', summary, detail: 'virsh said so', hint: 'make the bridge' },
});

export const skipped = (step: string, because: string): RunEvent => ({
  type: 'step-finished',
  time: at(0),
  step,
  address: step.split(':')[0] ?? '',
  outcome: 'skipped',
  durationSeconds: 0,
  because,
});

export function exampleResult(parts: Partial<RunResult> = {}): RunResult {
  return {
    outcome: 'done',
    exitCode: 0,
    done: [],
    failed: [],
    skipped: [],
    unfinished: [],
    notRecreated: [],
    refused: [],
    durationSeconds: 12.34,
    ...parts,
  };
}
