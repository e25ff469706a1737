/** Events of provisioning for the tests of the views and reports: small, whole, and without a node. */
import type {
  FailureClass,
  NodeFailure,
  NodeRecord,
  ProvisionEvent,
  ProvisionResult,
  StageVisit,
} from '../../../src/model/index.js';

type Event<Type extends ProvisionEvent['type']> = Extract<ProvisionEvent, { type: Type }>;

export const STAGES: readonly (readonly [stage: string, title: string])[] = [
  ['power-on', 'Power on'],
  ['http-boot', 'HTTP boot'],
  ['ipxe', 'iPXE'],
  ['hook', 'HookOS'],
  ['login', 'Login'],
  ['workflow', 'Workflow'],
  ['reboot', 'Reboot'],
  ['os', 'OS'],
  ['agents', 'Agents'],
  ['ready', 'Ready'],
];

/** Seconds after midnight of 1 January 2026. */
export function time(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
}

export const titleOf = (stage: string): string =>
  STAGES.find(([name]) => name === stage)?.[1] ?? stage;

export function provisionStarted(
  nodes: (string | Event<'provision-started'>['nodes'][number])[],
  parts: Partial<Event<'provision-started'>> = {},
): Event<'provision-started'> {
  return {
    type: 'provision-started',
    formatVersion: '1',
    time: time(0),
    run: 'run-1',
    fleet: 'edge-lab',
    host: 'qemu:///system',
    profile: 'edge-node',
    flow: 'interactive',
    until: 'ready',
    nodes: nodes.map((node) =>
      typeof node === 'string'
        ? { address: `vm.${node}`, outcome: 'under-way', stage: null }
        : node,
    ),
    ...parts,
  };
}

export const nodeStarted = (name: string, at: number): ProvisionEvent => ({
  type: 'node-started',
  time: time(at),
  address: `vm.${name}`,
});

export function reached(
  name: string,
  stage: string,
  at: number,
  parts: Partial<Event<'stage-reached'>> = {},
): ProvisionEvent {
  return {
    type: 'stage-reached',
    time: time(at),
    address: `vm.${name}`,
    stage,
    title: titleOf(stage),
    line: `${stage} begins`,
    late: false,
    ...parts,
  };
}

export const output = (name: string, line: string, at = 1): ProvisionEvent => ({
  type: 'node-output',
  time: time(at),
  address: `vm.${name}`,
  line,
});

export function failure(
  kind: FailureClass,
  stage: string,
  at: number,
  parts: Partial<NodeFailure> = {},
): NodeFailure {
  return {
    class: kind,
    stage,
    at: time(at),
    message: 'the disk is full',
    line: 'tar: write error: No space left on device',
    ...parts,
  };
}

/** `stages`: their names with seconds, in order. */
export function nodeFinished(
  name: string,
  outcome: Event<'node-finished'>['outcome'],
  stages: readonly (readonly [string, number])[],
  at: number,
  why: NodeFailure | null = null,
): ProvisionEvent {
  return {
    type: 'node-finished',
    time: time(at),
    address: `vm.${name}`,
    outcome,
    failure: why,
    durationSeconds: stages.reduce((sum, [, seconds]) => sum + seconds, 0),
    stages: stages.map(([stage, seconds]) => ({ stage, title: titleOf(stage), seconds })),
  };
}

export function provisionResult(parts: Partial<ProvisionResult> = {}): ProvisionResult {
  return {
    outcome: 'done',
    exitCode: 0,
    ready: [],
    failed: [],
    left: [],
    byClass: {},
    durationSeconds: 754,
    ...parts,
  };
}

/** A record whose stages begin at these seconds; the last is the one that it is in. */
export function nodeRecord(
  vm: string,
  visits: readonly (readonly [stage: string, at: number, late?: boolean])[],
  parts: Partial<NodeRecord> = {},
): NodeRecord {
  return {
    formatVersion: '1',
    vm,
    uuid: '00000000-0000-5000-8000-000000000000',
    flow: 'interactive',
    profile: { name: 'edge-node', digest: 'ab12' },
    outcome: 'under-way',
    failure: null,
    visits: visits.map(([stage, at, late], index): StageVisit => {
      const following = visits[index + 1];
      return {
        stage,
        title: titleOf(stage),
        enteredAt: time(at),
        leftAt: following === undefined ? null : time(following[1]),
        line: index === 0 ? null : `${stage} begins`,
        late: late ?? false,
      };
    }),
    lastLine: null,
    log: null,
    memory: null,
    ...parts,
  };
}
