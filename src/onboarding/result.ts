/** The results of nodes and of the run. */
import {
  EXIT,
  type Address,
  type FailureClass,
  type NodeFailure,
  type NodeRecord,
  type Profile,
  type ProvisionEvent,
  type ProvisionResult,
  type ResolvedVm,
  type StageVisit,
} from '../model/index.js';
import type { NodeWatcher } from '../stages/index.js';
import type { NodeBoot } from './ports.js';

export type NodeEnd = 'ready' | 'reached' | 'failed' | 'left';

type Finished = Extract<ProvisionEvent, { type: 'node-finished' }>;

/** The result of one node. */
export interface EndedNode {
  address: Address;
  stage: string | null;
  visits: readonly StageVisit[];
  end: NodeEnd | null;
  failure: NodeFailure | null;
}

/** With the time of each visit of a stage; the last one counts to its end, or until now. */
export function finishedEvent(
  { address, visits, failure }: EndedNode,
  outcome: NodeEnd,
  now: number,
): Finished {
  const arrived = outcome === 'ready' || outcome === 'reached';
  const stayed = arrived ? visits.slice(0, -1) : visits;
  const end = (visit: StageVisit): number =>
    visit.leftAt === null ? now : Date.parse(visit.leftAt);
  const stages = stayed.map((visit) => ({
    stage: visit.stage,
    title: visit.title,
    seconds: seconds(end(visit) - Date.parse(visit.enteredAt)),
  }));
  const [first] = visits;
  const last = stayed.at(-1);
  const durationSeconds = first && last ? seconds(end(last) - Date.parse(first.enteredAt)) : 0;
  return {
    type: 'node-finished',
    time: new Date(now).toISOString(),
    address,
    outcome,
    failure,
    durationSeconds,
    stages,
  };
}

/** `cut`: why the run ended before its nodes did; null: it did not. */
export function resultOf(
  nodes: readonly EndedNode[],
  cut: 'interrupted' | 'timeout' | null,
  milliseconds: number,
): ProvisionResult {
  const failed = nodes.flatMap(({ address, end, failure }) => {
    if (end !== 'failed' || failure === null) return [];
    const { class: cause, stage, message, line, hint } = failure;
    return [
      { address, class: cause, stage, message, line, ...(hint === undefined ? {} : { hint }) },
    ];
  });
  const left = nodes.filter(({ end }) => end === 'left' || end === null);
  const byClass: Partial<Record<FailureClass, number>> = {};
  for (const cause of [
    ...failed.map((each) => each.class),
    ...left.flatMap(({ failure }) => (failure ? [failure.class] : [])),
  ]) {
    byClass[cause] = (byClass[cause] ?? 0) + 1;
  }
  const ended = failed.length > 0 || left.length > 0 ? 'failed' : 'done';
  const outcome = cut === 'interrupted' ? 'interrupted' : ended;
  return {
    outcome,
    exitCode: { interrupted: EXIT.interrupted, failed: EXIT.someVmsFailed, done: EXIT.done }[
      outcome
    ],
    ready: nodes
      .filter(({ end }) => end === 'ready' || end === 'reached')
      .map(({ address }) => address),
    failed,
    left: left.map(({ address }) => address),
    byClass,
    durationSeconds: seconds(milliseconds),
  };
}

function seconds(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds)) / 1000;
}

/** The record of a node. */
export function recordOf(
  { name, uuid }: ResolvedVm,
  profile: Profile,
  { outcome, failure, visits, lastLine, memory }: NodeWatcher,
  about: NodeBoot & Pick<NodeRecord, 'flow' | 'log'>,
): NodeRecord {
  const by = { name: profile.name, digest: profile.digest };
  return {
    formatVersion: '1',
    vm: name,
    uuid,
    ...about,
    profile: by,
    outcome,
    failure,
    visits: [...visits],
    lastLine,
    memory,
  };
}
