/** Where nodes spent their time: what `timeline --json` prints. Times are ISO 8601, UTC; durations are seconds. Pure JSON. */
import type { Address, OnboardingFlow } from './fleet.js';
import type { NodeFailure, NodeOutcome } from './provision.js';

export interface Timeline {
  formatVersion: '1';
  fleet: string;
  host: string;
  /** The fleet file names one: its nodes have a way to ready. */
  orchestrator: boolean;
  /** Up to when what is under way is known; null: nothing is known of any node. */
  knownUntil: string | null;
  nodes: TimelineNode[];
  /** Each stage that one of the nodes was in, in the order of the way. */
  stages: StageTimes[];
}

export interface TimelineNode {
  vm: string;
  address: Address;
  /** null: nothing is kept of it, or nothing that can be read. */
  way: NodeWay | null;
  /** Why what is kept of it can't be used; null: it can, or there is nothing. */
  damage: string | null;
}

export interface NodeWay {
  outcome: NodeOutcome;
  flow: OnboardingFlow;
  profile: string;
  startedAt: string;
  /** When it was ready, or failed; null: it is under way. */
  endedAt: string | null;
  seconds: number;
  failure: NodeFailure | null;
  lastLine: string | null;
  /** In order, each from where the one before it ends; their seconds add up to the way's. */
  stages: TimelineStage[];
}

export interface TimelineStage {
  stage: string;
  title: string;
  startedAt: string;
  /** null: the node is there still, or it failed there, or this is the last one and it is ready. */
  endedAt: string | null;
  seconds: number;
  /** It began then or before: it was read from the log later than it was said. */
  late: boolean;
  /** What began it; null for the first. */
  line: string | null;
}

/** Over the nodes that have been through the stage; 0 nodes: it is nobody's yet. Repeated visits count as one. */
export interface StageTimes {
  stage: string;
  title: string;
  nodes: number;
  shortest: number;
  median: number;
  longest: number;
}

/** Each stage of these ways once, in the order of the way: a node that left some out does not change it. */
export function stageOrder(
  ways: readonly (readonly { stage: string; title: string }[])[],
): { stage: string; title: string }[] {
  const order: { stage: string; title: string }[] = [];
  for (const way of [...ways].sort((a, b) => b.length - a.length)) {
    let after = 0;
    for (const { stage, title } of way) {
      const known = order.findIndex((other) => other.stage === stage);
      if (known < 0) order.splice(after, 0, { stage, title });
      after = Math.max(after, (known < 0 ? after : known) + 1);
    }
  }
  return order;
}
