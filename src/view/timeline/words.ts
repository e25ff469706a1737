import {
  venCommand,
  type NodeTimeline,
  type Timeline,
  type TimelineNode,
  type TimelineStage,
} from '../../model/index.js';
import { count, duration, oneLine } from '../text/words.js';

/** `6 nodes: 4 ready, 1 failed, 1 under way`. */
export function timelineCounts({ nodes }: Timeline): string {
  const amount = (outcome: NodeTimeline['outcome'] | undefined): number =>
    nodes.filter((node) => node.way?.outcome === outcome).length;
  const parts = [
    [amount('ready'), 'ready'],
    [amount('failed'), 'failed'],
    [amount('under-way'), 'under way'],
    [amount(undefined), 'not known'],
  ] as const;
  const said = parts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]));
  return `${count(nodes.length, 'node')}${said.length === 0 ? '' : `: ${said.join(', ')}`}`;
}

/** `edge-1`; of a fleet on several hosts: `edge-1 on a`. */
export function nodeName({ vm, host }: TimelineNode): string {
  return host === undefined ? vm : `${vm} on ${host}`;
}

/** `ready after 12m 34s`, `failed after 3m 2s: storage`, `in HookOS for 5m 0s`, `not known`. */
export function outcomeText({ way: timeline, damage }: TimelineNode): string {
  if (timeline === null) return damage === null ? 'not known' : 'not known: its record is damaged';
  const { outcome, seconds, failure, stages } = timeline;
  switch (outcome) {
    case 'ready':
      return `ready after ${duration(seconds)}`;
    case 'failed':
      return `failed after ${duration(seconds)}${failure === null ? '' : `: ${failure.class}`}`;
    case 'under-way': {
      const last = stages.at(-1);
      if (last === undefined) return 'under way';
      return `in ${oneLine(last.title)} for ${spent(timeline, stages.length - 1)}`;
    }
  }
}

/** A stage, and where it begins and ends: seconds from its node's power-on. */
export interface Span {
  stage: TimelineStage;
  from: number;
  to: number;
}

/** The stages that take time: the last one of a node that is ready only says that it is. */
export function spans({ outcome, stages }: NodeTimeline): Span[] {
  let at = 0;
  return (outcome === 'ready' ? stages.slice(0, -1) : stages).map((stage) => ({
    stage,
    from: at,
    to: (at += stage.seconds),
  }));
}

/**
 * How long a stage took. It is a bound if a line was read late: `≤` the line that ended the stage,
 * `≥` the line that began it, `~` both.
 */
export function spent({ stages }: NodeTimeline, at: number): string {
  const stage = stages[at];
  if (stage === undefined) return '';
  const sign = boundSign(stage.late, stages[at + 1]?.late === true);
  return `${sign}${duration(stage.seconds)}`;
}

function boundSign(lateBegin: boolean, lateEnd: boolean): '~' | '≥' | '≤' | '' {
  if (lateBegin) return lateEnd ? '~' : '≥';
  return lateEnd ? '≤' : '';
}

/** Why a node failed: `storage, in Workflow: the disk is full`; null if it did not fail. */
export function failureWords({ failure, stages }: NodeTimeline): string | null {
  if (failure === null) return null;
  const title = stages.findLast(({ stage }) => stage === failure.stage)?.title ?? failure.stage;
  return `${failure.class}, in ${oneLine(title)}: ${oneLine(failure.message)}`;
}

export const LATE_KEY =
  '≤ ≥ ~ times that are bounds: what the console said then was read later, from its log';

/** No node has a record: why, and what makes one. `words`: they name the fleet in a command. */
export function noRecords({ orchestrator }: Timeline, words: string): string {
  if (orchestrator)
    return `No node has been watched yet. Watch them: ${venCommand('provision', words)}`;
  return (
    'No node has been watched: ' +
    'the fleet file has no orchestrator that its nodes would get ready for.'
  );
}
