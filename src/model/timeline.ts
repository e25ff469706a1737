/**
 * Where nodes spent their time: the data of `timeline --json`. Times are ISO 8601, UTC; durations
 * are seconds. Pure JSON.
 */
import type { Address, OnboardingFlow } from './fleet.js';
import type { NodeFailure, NodeOutcome } from './provision.js';

export interface Timeline {
  formatVersion: '1';
  fleet: string;
  host: string;
  /** Whether the fleet file has an orchestrator: only then do its nodes have stages. */
  orchestrator: boolean;
  /** Until when the nodes under way are known; null: nothing is known of any node. */
  knownUntil: string | null;
  nodes: TimelineNode[];
  /** Each stage that any node was in, in the profile's order. */
  stages: StageTimes[];
}

export interface TimelineNode {
  vm: string;
  address: Address;
  /** Of a fleet on several hosts: the one that the node was onboarded on, where it has a record. */
  host?: string;
  /** null: it has no record, or no readable one. */
  way: NodeTimeline | null;
  /** Why its record can't be used; null: it can, or there is none. */
  damage: string | null;
}

export interface NodeTimeline {
  outcome: NodeOutcome;
  flow: OnboardingFlow;
  profile: string;
  startedAt: string;
  /** When it was ready, or failed; null: it is still under way. */
  endedAt: string | null;
  seconds: number;
  failure: NodeFailure | null;
  lastLine: string | null;
  /** In order, each from the end of the one before; their seconds add up to `seconds` above. */
  stages: TimelineStage[];
}

export interface TimelineStage {
  stage: string;
  title: string;
  startedAt: string;
  /**
   * null: the node is still there, or failed there, or it is the last stage and the node is ready.
   */
  endedAt: string | null;
  seconds: number;
  /** Its line was read later than it was printed: the stage began then or before. */
  late: boolean;
  /** The line that began it; null for the first stage. */
  line: string | null;
}

/**
 * Over the nodes that were in the stage; `nodes` 0: none yet. A node's repeated visits count as
 * one.
 */
export interface StageTimes {
  stage: string;
  title: string;
  nodes: number;
  shortest: number;
  median: number;
  longest: number;
}

/** Each stage of these nodes once, in the profile's order, also where some nodes skipped stages. */
export function stageOrder(
  nodes: readonly (readonly { stage: string; title: string }[])[],
): { stage: string; title: string }[] {
  const order: { stage: string; title: string }[] = [];
  for (const stages of [...nodes].sort((a, b) => b.length - a.length)) {
    let after = 0;
    for (const { stage, title } of stages) {
      const known = order.findIndex((other) => other.stage === stage);
      if (known < 0) order.splice(after, 0, { stage, title });
      after = Math.max(after, (known < 0 ? after : known) + 1);
    }
  }
  return order;
}
