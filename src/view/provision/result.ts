import {
  stageOrder,
  type Address,
  type ProvisionEvent,
  type ProvisionResult,
} from '../../model/index.js';
import { failureText } from '../text/errors.js';
import { prose } from '../text/prose.js';
import { paint, type Style, type Tone } from '../text/style.js';
import { displayWidth } from '../text/width.js';
import { aligned, duration, listed, oneLine, printable } from '../text/words.js';

type Started = Extract<ProvisionEvent, { type: 'provision-started' }>;
type Finished = Extract<ProvisionEvent, { type: 'node-finished' }>;

/** What of a run's events its result does not tell again. */
export interface NodesTold {
  started: Started | null;
  finished: ReadonlyMap<Address, Finished>;
}

export function gatherNodes(): { emit: (event: ProvisionEvent) => void; told: NodesTold } {
  const finished = new Map<Address, Finished>();
  const told: NodesTold & { started: Started | null } = { started: null, finished };
  return {
    told,
    emit: (event) => {
      if (event.type === 'provision-started') told.started = event;
      if (event.type === 'node-finished') finished.set(event.address, event);
    },
  };
}

export interface ProvisionTextOptions {
  style: Style;
  /** The words that name the fleet in a command. */
  words: string;
  /** The command that goes on with what is left. Default: ven provision. */
  goOn?: string | undefined;
}

/**
 * How a run of provisioning ended: a table of its nodes, each failure in full, what to do next, and
 * the counts. Ends in a newline.
 */
export function provisionText(
  told: NodesTold,
  result: ProvisionResult,
  { style, words, goOn }: ProvisionTextOptions,
): string {
  const named = words === '' ? '' : ` ${words}`;
  const end = [
    ...next(told, result, named, goOn ?? `ven provision${named}`),
    total(told, result, style),
  ].join('\n');
  const blocks = [
    table(told, style, named),
    failures(told, result)
      .map((failure) => failureText(failure, style))
      .join(''),
    end,
  ];
  return `${blocks
    .filter((block) => block !== '')
    .map((block) => block.trimEnd())
    .join('\n\n')}\n`;
}

/** Those that could not begin, all for the same reason, are told together. */
function failures(
  { finished }: NodesTold,
  { failed }: ProvisionResult,
): Parameters<typeof failureText>[0][] {
  const told = failed.map(({ address, class: kind, stage, message, line, hint }) => {
    const stages = finished.get(address)?.stages ?? [];
    const title = oneLine(stages.findLast((spent) => spent.stage === stage)?.title ?? stage);
    const summary = `${kind}${stages.length === 0 ? '' : `, in ${title}`}: ${oneLine(message)}`;
    return {
      address,
      begun: stages.length > 0,
      summary,
      detail: line === null ? undefined : oneLine(line),
      hint,
    };
  });
  const alike = Map.groupBy(told, ({ address, begun, summary, detail, hint }) =>
    begun ? address : [summary, detail, hint].join('\n'),
  );
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ ...first, where: listed(group.map(({ address }) => address)) }] : [];
  });
}

const TONES: Record<Finished['outcome'], Tone> = {
  ready: 'green',
  reached: 'green',
  failed: 'red',
  left: 'yellow',
};

/**
 * A line a node. Stages are named in the head where that fits, else numbered, and named below; left
 * out where a terminal has no room for that either.
 */
function table({ started, finished }: NodesTold, style: Style, named: string): string {
  if (started === null || started.nodes.length === 0) return '';
  const stages = stageOrder([...finished.values()].map((node) => node.stages));
  const rows = started.nodes.map(({ address, outcome }): string[] => {
    const node = finished.get(address);
    const name = address.replace(/^vm\./, '');
    if (node === undefined)
      return [name, outcome === 'ready' ? paint(style, 'green', 'ready') : 'not started', '-', '-'];
    const spent = stages.map(({ stage }) => {
      const visits = node.stages.filter((visit) => visit.stage === stage);
      return visits.length === 0
        ? '-'
        : duration(visits.reduce((sum, { seconds }) => sum + seconds, 0));
    });
    return [
      name,
      paint(style, TONES[node.outcome], node.outcome),
      node.failure === null ? '-' : paint(style, 'red', node.failure.class),
      duration(node.durationSeconds),
      ...spent,
    ];
  });
  const head = (titles: readonly string[]): string[] =>
    ['NODE', 'RESULT', 'CLASS', 'TIME', ...titles].map((text) => paint(style, 'bold', text));
  const lines = aligned([head(stages.map(({ title }) => oneLine(title).toUpperCase())), ...rows]);
  const fits = (some: readonly string[]): boolean =>
    some.every((line) => displayWidth(line) <= style.columns);
  if (fits(lines)) return lines.join('\n');
  const below = (text: string): string =>
    prose(paint(style, 'dim', text), style, { first: '', rest: '' });
  const numbered = aligned([head(stages.map((_, at) => String(at + 1))), ...rows]);
  if (fits(numbered) || style.wrap === undefined) {
    const key = stages.map(({ title }, at) => `${at + 1} ${oneLine(title)}`).join(', ');
    return [...numbered, below(key)].join('\n');
  }
  const short = aligned([head([]), ...rows.map((row) => row.slice(0, 4))]);
  return [...short, below(`The times of their stages: ven timeline${named}`)].join('\n');
}

function total({ started }: NodesTold, result: ProvisionResult, style: Style): string {
  const { outcome, ready, failed, left, byClass, durationSeconds } = result;
  const until = started?.until ?? 'ready';
  if (started?.nodes.length === 0)
    return 'No node to onboard: each VM says power: off in the fleet file, or was left out.';
  const counts = [...Map.groupBy(failed, (one) => one.class)].map(
    ([kind, some]) => `${some.length} ${kind}`,
  );
  const timedOut = (byClass.timeout ?? 0) - failed.filter((one) => one.class === 'timeout').length;
  const parts = [`${ready.length} ${until === 'ready' ? 'ready' : 'there'}`];
  if (failed.length > 0) parts.push(`${failed.length} failed (${counts.join(', ')})`);
  if (left.length > 0) parts.push(`${left.length} not ended${timedOut > 0 ? ' (timeout)' : ''}`);
  const [head, tone] = {
    done: [until === 'ready' ? 'All ready' : `All at ${oneLine(until)}`, 'green'],
    failed: [until === 'ready' ? 'Not all ready' : `Not all at ${oneLine(until)}`, 'red'],
    interrupted: ['Interrupted', 'yellow'],
  }[outcome] as [string, Tone];
  return `${paint(style, tone, head)} after ${duration(durationSeconds)}: ${parts.join(', ')}.`;
}

function next(
  { finished }: NodesTold,
  { outcome, failed, left }: ProvisionResult,
  named: string,
  goOn: string,
): string[] {
  const lines: string[] = [];
  const name = (address: Address): string => address.replace(/^vm\./, '');
  // The others have a hint of their own.
  const toRecreate = failed.filter(({ hint }) => hint === undefined);
  const [first] = toRecreate;
  if (failed.length > 0) lines.push(`failed: ${listed(failed.map(({ address }) => address))}`);
  const where = (address: Address): string => {
    const last = finished.get(address)?.stages.at(-1);
    return `${address} (${last === undefined ? 'not started' : `in ${oneLine(last.title)}`})`;
  };
  if (left.length > 0) lines.push(`not ended: ${listed(left.map(where))}`);
  if (first !== undefined) {
    lines.push(
      `Read what ${toRecreate.length === 1 ? 'it' : 'one'} said: ` +
        `ven logs ${name(first.address)}${named}`,
    );
    const [kind, ...others] = new Set(toRecreate.map((one) => one.class));
    const some = others.length > 0 ? ` (only one class: --class ${kind})` : '';
    lines.push(
      `Recreate ${toRecreate.length === 1 ? 'it' : 'them'} and try again: ` +
        `ven provision${named} --retry-failed${some}`,
    );
  }
  if (left.length > 0) lines.push(`What is done stands; go on with the rest: ${goOn}`);
  if (outcome !== 'done' && first !== undefined)
    lines.push(`Where each spent its time: ven timeline${named}`);
  return lines.map((line) => `  ${printable(line)}`);
}
