import type { Address, ProvisionEvent } from '../../model/index.js';
import { answered } from './answered.js';
import { oneLine } from '../text/words.js';

export type NodeState = 'waiting' | 'under-way' | 'ready' | 'reached' | 'failed' | 'left';

/** One node of a run of provisioning. Times are milliseconds since 1970; null: not known (yet). */
export interface NodeRow {
  address: Address;
  state: NodeState;
  /** The stage's title; empty before the first. */
  stage: string;
  enteredAt: number | null;
  /** Its power-on. */
  startedAt: number | null;
  endedAt: number | null;
  /** What is to say beside the stage. */
  note: string;
  /** The last line said; empty once it has ended. */
  output: string;
  /** Counts up with every change but output, so that the latest can be found. */
  touched: number;
}

/** The rows of a run, in the fleet's order. `provision-started` adds them; events update them. */
export interface NodeRows {
  rows: readonly NodeRow[];
  take: (event: ProvisionEvent) => void;
}

export function nodeRows(): NodeRows {
  const rows: NodeRow[] = [];
  const byAddress = new Map<Address, NodeRow>();
  let touched = 0;
  const time = (text: string | null | undefined): number | null => (text ? Date.parse(text) : null);

  const begin = ({ nodes }: Extract<ProvisionEvent, { type: 'provision-started' }>): void => {
    for (const { address, outcome, stage, title, startedAt, enteredAt } of nodes) {
      const waiting = outcome === 'under-way' && stage === null;
      const row: NodeRow = {
        address,
        state: waiting ? 'waiting' : outcome,
        stage: oneLine(title ?? stage ?? ''),
        enteredAt: time(enteredAt),
        startedAt: time(startedAt),
        endedAt: null,
        note: outcome === 'ready' ? 'since before' : '',
        output: '',
        touched: 0,
      };
      rows.push(row);
      byAddress.set(address, row);
    }
  };

  const take = (event: ProvisionEvent): void => {
    if (event.type === 'provision-started') begin(event);
    const row =
      'address' in event && event.address !== null ? byAddress.get(event.address) : undefined;
    if (row === undefined) return;
    switch (event.type) {
      case 'node-started':
        Object.assign(row, {
          state: 'under-way',
          startedAt: Date.parse(event.time),
          endedAt: null,
          stage: '',
          enteredAt: null,
          note: '',
        });
        break;
      case 'node-registered':
        row.note = `registered as ${oneLine(event.id)}`;
        break;
      case 'stage-reached':
        row.startedAt ??= Date.parse(event.time);
        Object.assign(row, {
          state: 'under-way',
          stage: oneLine(event.title),
          enteredAt: Date.parse(event.time),
          note: '',
        });
        break;
      case 'node-output':
        row.output = oneLine(event.line).trim();
        return;
      case 'node-answered':
        row.note = answered(event);
        break;
      case 'node-recovering':
        row.note = `recovering from ${oneLine(event.trouble)}, ${event.attempt} of ${event.atMost}`;
        break;
      case 'node-finished': {
        const { outcome, failure, durationSeconds } = event;
        row.state = outcome;
        row.note = failure === null ? '' : `${failure.class}: ${oneLine(failure.message)}`;
        row.endedAt = Date.parse(event.time);
        // What the run says counts: it knows of the time before it.
        row.startedAt = row.endedAt - durationSeconds * 1000;
        row.output = '';
        break;
      }
      case 'provision-warning':
      case 'provision-started':
      case 'provision-finished':
        return;
    }
    row.touched = ++touched;
  };
  return { rows, take };
}

/**
 * The rows to show on `height` lines. If all fit: all, in the fleet's order. Else those under way,
 * then those that ended, failures first. Within each state the latest change comes first.
 */
export function visibleNodes(rows: readonly NodeRow[], height: number): readonly NodeRow[] {
  if (rows.length <= height) return rows;
  const of = (...states: NodeState[]): NodeRow[] =>
    rows.filter(({ state }) => states.includes(state)).sort((a, b) => b.touched - a.touched);
  const failed = of('failed');
  // A third is reserved for failures, however many nodes are under way.
  const reserved = failed.slice(0, Math.floor(height / 3));
  const others = [
    ...failed.slice(reserved.length),
    ...of('left'),
    ...of('ready', 'reached'),
    ...of('waiting'),
  ];
  const active = of('under-way').slice(0, height - reserved.length);
  return [...active, ...reserved, ...others].slice(0, height);
}

/** `12 of 50 ready, 4 under way, 1 failed, 33 waiting`. */
export function nodeCounts(rows: readonly NodeRow[]): string {
  const amount = (state: NodeState): number => rows.filter((row) => row.state === state).length;
  const others = (['reached', 'under-way', 'failed', 'left', 'waiting'] as const).filter(
    (state) => amount(state) > 0,
  );
  return [
    `${amount('ready')} of ${rows.length} ready`,
    ...others.map((state) => `${amount(state)} ${STATE_WORDS[state]}`),
  ].join(', ');
}

const STATE_WORDS = {
  reached: 'there',
  'under-way': 'under way',
  failed: 'failed',
  left: 'not ended',
  waiting: 'waiting',
} as const;
