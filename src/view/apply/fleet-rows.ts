import type { Address, Plan, RunEvent } from '../../model/index.js';
import { isInterruption, stepWords } from './steps.js';
import { oneLine } from '../text/words.js';

export type RowState = 'waiting' | 'running' | 'done' | 'failed' | 'interrupted' | 'skipped';

/** One address of a run, as the terminal shows it. */
export interface FleetRow {
  address: Address;
  state: RowState;
  /** What happens, or happened last. */
  said: string;
  /** The last line of the program that does it; only while it runs. */
  output: string;
  /** Milliseconds since 1970; null until a step has started, or finished for good. */
  startedAt: number | null;
  endedAt: number | null;
  /** Counts up with every change of state, so that the latest can be found. */
  touched: number;
}

/** The rows of a run, in the plan's order. Its events update them. */
export interface FleetRows {
  rows: readonly FleetRow[];
  /** Returns the row that the event was about. */
  take: (event: RunEvent) => FleetRow | null;
}

export function fleetRows(plan: Plan): FleetRows {
  const words = stepWords(plan);
  const left = new Map<Address, number>();
  for (const { address } of plan.steps) left.set(address, (left.get(address) ?? 0) + 1);
  const order = [...new Set([...plan.changes, ...plan.steps].map(({ address }) => address))].filter(
    (address) => left.has(address),
  );
  const byAddress = new Map<Address, FleetRow>(
    order.map((address) => [
      address,
      {
        address,
        state: 'waiting',
        said: '',
        output: '',
        startedAt: null,
        endedAt: null,
        touched: 0,
      },
    ]),
  );
  let touched = 0;

  const take = (event: RunEvent): FleetRow | null => {
    if (
      event.type !== 'step-started' &&
      event.type !== 'step-output' &&
      event.type !== 'step-finished'
    )
      return null;
    const row = byAddress.get(event.address);
    if (row === undefined) return null;
    const step = words.get(event.step);
    switch (event.type) {
      case 'step-started':
        row.startedAt ??= Date.parse(event.time);
        if (row.state === 'waiting') row.state = 'running';
        if (row.state === 'running' && !step?.quiet) row.said = step?.doing ?? event.step;
        break;
      case 'step-output':
        row.output = oneLine(event.line).trim();
        return row;
      case 'step-finished': {
        const remaining = (left.get(event.address) ?? 1) - 1;
        left.set(event.address, remaining);
        row.output = '';
        const over = row.state === 'failed' || row.state === 'interrupted';
        if (event.outcome === 'failed') {
          const doing = step?.doing ?? event.step;
          const cut = isInterruption(event.error);
          row.state = cut ? 'interrupted' : 'failed';
          row.said = cut
            ? `interrupted while ${doing}`
            : `failed ${doing}: ${oneLine(event.error.summary)}`;
        } else if (event.outcome === 'skipped' && !over) {
          // Something of it was done.
          const begun = row.startedAt !== null;
          row.state = begun ? 'interrupted' : 'skipped';
          row.said = `${begun ? 'not finished' : 'skipped'}: ${oneLine(event.because)}`;
        } else if (event.outcome === 'done' && row.state === 'running') {
          if (!step?.quiet) row.said = step?.done ?? 'done';
          if (remaining === 0) row.state = 'done';
        }
        if (remaining === 0 || (row.state !== 'running' && row.state !== 'waiting'))
          row.endedAt = Date.parse(event.time);
        break;
      }
    }
    row.touched = ++touched;
    return row;
  };
  return { rows: [...byAddress.values()], take };
}

/**
 * The rows to show on `height` lines, in the plan's order: all where they fit; else what failed
 * last (at most a third), what runs, and what was done last.
 */
export function visibleRows(rows: readonly FleetRow[], height: number): readonly FleetRow[] {
  if (rows.length <= height) return rows;
  const latest = (state: RowState): FleetRow[] =>
    rows.filter((row) => row.state === state).sort((a, b) => b.touched - a.touched);
  const running = rows.filter(({ state }) => state === 'running');
  const wanted = [
    ...latest('failed').slice(0, Math.floor(height / 3)),
    ...running,
    ...latest('interrupted'),
    ...latest('done'),
    ...latest('skipped'),
    ...rows.filter(({ state }) => state === 'waiting'),
  ];
  const shown = new Set(wanted.slice(0, Math.max(0, height)));
  return rows.filter((row) => shown.has(row));
}

/** `12 of 50 done, 4 running, 1 failed, 33 waiting`. */
export function rowCounts(rows: readonly FleetRow[]): string {
  const amount = (state: RowState): number => rows.filter((row) => row.state === state).length;
  const others = (['running', 'failed', 'interrupted', 'skipped', 'waiting'] as const).filter(
    (state) => amount(state) > 0,
  );
  return [
    `${amount('done')} of ${rows.length} done`,
    ...others.map((state) => `${amount(state)} ${state}`),
  ].join(', ');
}
