import type {
  NodeTimeline,
  StageTimes,
  Timeline,
  TimelineNode,
  TimelineStage,
} from '../../model/index.js';
import { markup, NOTHING, type Markup } from '../text/markup.js';
import { clock, ticks, timeScale, type TimeScale } from './scale.js';
import { LIGHT } from './colours.js';
import { PAGE_STYLE } from './page-style.js';
import {
  failureWords,
  LATE_KEY,
  nodeName,
  noRecords,
  outcomeText,
  spans,
  spent,
  timelineCounts,
  type Span,
} from './words.js';
import { duration } from '../text/words.js';

/** Up to N nodes, the bars are high enough for a title. */
const FEW = 12;
const COLOURS = LIGHT.stages.length;

/**
 * One self-contained page: no script, no picture, no network. Every foreign text is escaped, and a
 * policy in the page forbids everything that it does not need.
 * `madeAt`: ISO 8601. `words`: they name the fleet in a command.
 */
export function timelineHtml(timeline: Timeline, madeAt: string, words = ''): string {
  const { fleet, host, nodes, stages } = timeline;
  const scale = timeScale(timeline);
  const known = nodes.some((node) => node.way !== null);
  const colours = new Map(stages.map(({ stage }, at) => [stage, `s${at % COLOURS}`]));
  const begins = scale.begins === null ? '' : `First power-on ${clock(scale.begins)}. `;
  const main = known
    ? chart(timeline, scale, colours)
    : markup`<section><p>${noRecords(timeline, words)}</p></section>`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${fleet}: timeline</title>
${PAGE_STYLE}
</head>
<body>
<main>
<header>
<h1>${fleet}</h1>
<p class="soft">From power-on to ready on ${host}. ${begins}Made ${clock(madeAt)}.</p>
${tiles(timeline)}
</header>
${main}
${failures(nodes)}
${nodes.length === 1 || stages.length === 0 ? NOTHING : statistics(stages, colours)}
${known ? details(nodes) : NOTHING}
</main>
</body>
</html>
`;
  return page.text;
}

function tiles({ nodes }: Timeline): Markup {
  const tile = (
    outcome: NodeTimeline['outcome'] | undefined,
    word: string,
    tone: string,
  ): Markup => {
    const amount = nodes.filter((node) => node.way?.outcome === outcome).length;
    return amount === 0
      ? NOTHING
      : markup`<div class="tile"><b class="${tone}">${amount}</b>${word}</div>`;
  };
  const outcomes = [
    tile('ready', 'ready', 'good'),
    tile('failed', 'failed', 'bad'),
    tile('under-way', 'under way', 'busy'),
    tile(undefined, 'not known', 'soft'),
  ];
  return markup`<div class="tiles">
<div class="tile"><b>${nodes.length}</b>${nodes.length === 1 ? 'node' : 'nodes'}</div>
${outcomes}
</div>`;
}

type Colours = ReadonlyMap<string, string>;
/** As the key numbers the stages, from 1. */
type Numbers = ReadonlyMap<string, number>;

/** One line for each node, all on one axis. */
function chart(timeline: Timeline, scale: TimeScale, colours: Colours): Markup {
  const marks = ticks(scale.seconds, 8);
  const few = timeline.nodes.length <= FEW;
  const grid = marks.map(({ at }) => {
    const x = part(at, scale);
    return markup`<line class="grid" x1="${x}" x2="${x}" y1="0" y2="100%"/>`;
  });
  const labels = marks.map(({ at, label }) => {
    const anchor = at === 0 ? 'start' : anchorNear(at / scale.seconds);
    return markup`<text x="${part(at, scale)}" y="1rem" text-anchor="${anchor}">${label}</text>`;
  });
  const since = scale.kind === 'clock' ? 'the first power-on' : 'each node’s own power-on';
  const key = timeline.stages.map(
    ({ stage, title }, at) =>
      markup`<li><i class="${colours.get(stage) ?? ''}">${at + 1}</i>${title}</li>`,
  );
  const axis = markup`<svg class="axis" aria-hidden="true">${labels}</svg>`;
  const numbers = new Map(timeline.stages.map(({ stage }, at) => [stage, at + 1]));
  const head = joined(
    markup`<th class="name" scope="col">Node</th>`,
    markup`<th class="drawing" scope="col">${axis}</th>`,
    markup`<th class="end" scope="col">Outcome</th>`,
  );
  const late = timeline.nodes.some((node) => node.way?.stages.some((stage) => stage.late));
  return markup`<section>
<h2>Time since ${since}</h2>
<ul class="key">
${key}
</ul>
<table class="chart ${few ? 'few' : 'many'}" aria-label="${timelineCounts(timeline)}">
<thead><tr>${head}</tr></thead>
<tbody>
${timeline.nodes.map((node) => row(node, { scale, colours, numbers, grid, few }))}
</tbody>
</table>
${late ? markup`<p class="soft">${LATE_KEY}.</p>` : NOTHING}
</section>`;
}

/** A label at the right end is not to leave the page. */
function anchorNear(share: number): 'middle' | 'end' {
  return share > 0.94 ? 'end' : 'middle';
}

interface Drawing {
  scale: TimeScale;
  colours: Colours;
  numbers: Numbers;
  grid: readonly Markup[];
  few: boolean;
}

function row(node: TimelineNode, { grid, ...drawn }: Drawing): Markup {
  const { way: timeline, vm } = node;
  const words = nodeName(node);
  const name = timeline === null ? markup`${words}` : markup`<a href="#node-${vm}">${words}</a>`;
  const bars =
    timeline === null ? [] : spans(timeline).map((span, at) => bar(timeline, span, at, drawn));
  const outcome = outcomeText(node);
  const label = `${words}: ${outcome}`;
  const drawing = markup`<svg class="bar" role="img" aria-label="${label}">${grid}${bars}</svg>`;
  const cells = joined(
    markup`<th class="name" scope="row" title="${words}">${name}</th>`,
    markup`<td class="drawing">${drawing}</td>`,
    markup`<td class="end ${tone(node)}" title="${outcome}">${outcome}</td>`,
  );
  return timeline?.outcome === 'failed'
    ? markup`<tr class="failed">${cells}</tr>`
    : markup`<tr>${cells}</tr>`;
}

/** A stage; its details where the pointer rests; and an end mark, if the node did not leave it. */
function bar(
  timeline: NodeTimeline,
  { stage, from, to }: Span,
  at: number,
  { scale, colours, numbers, few }: Omit<Drawing, 'grid'>,
): Markup {
  const start = scale.startOf(timeline);
  const [x, width, ends] = [
    part(start + from, scale),
    part(to - from, scale),
    part(start + to, scale),
  ];
  const began = stage.late ? 'began then or before' : 'began';
  const says =
    `${stage.title}: ${spent(timeline, at)}\n${began} ${clock(stage.startedAt)}` +
    (stage.line === null ? '' : `\n${stage.line}`);
  const size = markup`x="${x}" width="${width}" height="100%"`;
  const colour = colours.get(stage.stage) ?? '';
  return joined(
    markup`<rect class="span ${colour}" ${size} rx="3"><title>${says}</title></rect>`,
    few ? barLabel(stage, { scale, number: numbers.get(stage.stage) ?? 0, size }) : NOTHING,
    stage.endedAt === null ? endMark(timeline, ends, few) : NOTHING,
  );
}

/**
 * The stage's title; on a narrow screen the number that the key explains. What has no room is left
 * out, so that nothing is cut off.
 */
function barLabel(
  { title, seconds }: TimelineStage,
  { scale, number, size }: { scale: TimeScale; number: number; size: Markup },
): Markup {
  const share = seconds / scale.seconds;
  const text = (kind: string, words: string | number): Markup =>
    markup`<text class="${kind}" x="5" y="50%" dominant-baseline="central">${words}</text>`;
  const hasTitle = share > 0.03 + 0.0145 * title.length;
  const hasNumber = share > 0.03 + 0.02 * String(number).length;
  const texts = [
    ...(hasTitle ? [text('title', title)] : []),
    ...(hasNumber ? [text(hasTitle ? 'if-narrow' : 'always', number)] : []),
  ];
  if (texts.length === 0) return NOTHING;
  return markup`<svg class="label" ${size} overflow="hidden" aria-hidden="true">${texts}</svg>`;
}

/** Where the node failed, or how far it is. */
function endMark(timeline: NodeTimeline, x: string, few: boolean): Markup {
  const [kind, radius, title] =
    timeline.outcome === 'failed'
      ? ['stop', few ? 8 : 6, failureWords(timeline) ?? 'failed']
      : ['open', few ? 5 : 3, 'under way'];
  const circle = markup`<circle class="${kind}" r="${radius}"><title>${title}</title></circle>`;
  const arm = timeline.outcome === 'failed' ? radius / 2.4 : 0;
  const [a, b] = [(-arm).toFixed(1), arm.toFixed(1)];
  const cross =
    arm === 0
      ? NOTHING
      : markup`<path class="cross" d="M${a} ${a}L${b} ${b}M${a} ${b}L${b} ${a}"/>`;
  return markup`<svg x="${x}" y="50%" overflow="visible">${circle}${cross}</svg>`;
}

function part(seconds: number, scale: TimeScale): string {
  return `${((100 * seconds) / scale.seconds).toFixed(3)}%`;
}

function failures(nodes: readonly TimelineNode[]): Markup {
  const items = nodes.flatMap((node) => {
    const { vm, way: timeline, damage } = node;
    const name = nodeName(node);
    if (damage !== null) return [markup`<div class="failure"><b>${name}</b><p>${damage}</p></div>`];
    if (timeline?.failure == null) return [];
    const { class: kind, message, line, stage } = timeline.failure;
    const title = timeline.stages.findLast((visit) => visit.stage === stage)?.title ?? stage;
    const parts = joined(
      markup`<a href="#node-${vm}"><b>${name}</b></a> <span class="badge bad">${kind}</span>`,
      markup`<p>In ${title}, after ${duration(timeline.seconds)}: ${message}</p>`,
      line === null ? NOTHING : markup`<pre>${line.trim()}</pre>`,
    );
    return [markup`<div class="failure">${parts}</div>`];
  });
  return items.length === 0 ? NOTHING : markup`<section><h2>What went wrong</h2>${items}</section>`;
}

/** How long each stage takes, over the nodes that went through it. */
function statistics(stages: readonly StageTimes[], colours: Colours): Markup {
  const most = Math.max(1, ...stages.map(({ longest }) => longest));
  const percent = (seconds: number): string => `${((100 * seconds) / most).toFixed(2)}%`;
  const rows = stages.map(({ stage, title, nodes, shortest, median, longest }) => {
    const times = nodes === 0 ? ['–', '–', '–'] : [shortest, median, longest].map(duration);
    const colour = colours.get(stage) ?? '';
    const whole = markup`height="100%" rx="3"`;
    const spread = joined(
      markup`<rect class="rail" width="100%" ${whole}/>`,
      markup`<rect class="${colour}" width="${percent(longest)}" y="35%" height="30%" rx="1"/>`,
      markup`<rect class="${colour}" width="${percent(median)}" ${whole}/>`,
    );
    const cells = joined(
      markup`<td>${title}</td><td class="number">${nodes}</td>`,
      markup`${times.map((text) => markup`<td class="number">${text}</td>`)}`,
      markup`<td class="picture"><svg class="spread" aria-hidden="true">${spread}</svg></td>`,
    );
    return markup`<tr>${cells}</tr>`;
  });
  const head = joined(
    markup`<th scope="col">Stage</th>`,
    ...['Nodes', 'Shortest', 'Median', 'Longest'].map(numberHead),
    markup`<th class="picture" scope="col" style="width:40%">Median, and to the longest</th>`,
  );
  return markup`<section><h2>How long each stage takes</h2><div class="wide"><table class="times">
<thead><tr>${head}</tr></thead>
<tbody>${rows}</tbody></table></div></section>`;
}

/** The same as tables, for people who read rather than look. */
function details(nodes: readonly TimelineNode[]): Markup {
  const known = nodes.filter((node) => node.way !== null);
  const open = known.length === 1 ? markup` open` : NOTHING;
  const items = known.map((node) => {
    const { vm } = node;
    const outcome = markup`<span class="${tone(node)}">${outcomeText(node)}</span>`;
    return joined(
      markup`<details id="node-${vm}"${open}><summary><b>${nodeName(node)}</b>${outcome}</summary>`,
      markup`${nodeTable(node)}</details>`,
    );
  });
  return markup`<section><h2>Each node</h2>
${items}
</section>`;
}

function nodeTable({ way: timeline }: TimelineNode): Markup {
  if (timeline === null) return NOTHING;
  const rows = timeline.stages.map((stage, at) => {
    const began = `${stage.late ? '≤ ' : ''}${clock(stage.startedAt)}`;
    const took = stage.seconds === 0 && stage.endedAt === null ? '' : spent(timeline, at);
    const cells = joined(
      markup`<td>${stage.title}</td><td class="number">${began}</td>`,
      markup`<td class="number">${took}</td><td><code>${stage.line ?? ''}</code></td>`,
    );
    return markup`<tr>${cells}</tr>`;
  });
  const head = joined(
    markup`<th scope="col">Stage</th>`,
    ...['Began', 'Took'].map(numberHead),
    markup`<th scope="col">What began it</th>`,
  );
  const { flow, profile, lastLine } = timeline;
  const last =
    lastLine === null
      ? NOTHING
      : markup`<p class="soft">The last line it said:</p><pre>${lastLine}</pre>`;
  return joined(
    markup`<p class="soft">Onboarding ${flow}, profile ${profile}.</p>`,
    markup`<div class="wide"><table class="times">
<thead><tr>${head}</tr></thead>
<tbody>${rows}</tbody></table></div>${last}`,
  );
}

function numberHead(text: string): Markup {
  return markup`<th scope="col" class="number">${text}</th>`;
}

function tone({ way: timeline }: TimelineNode): string {
  if (timeline === null) return 'soft';
  return { ready: 'good', failed: 'bad', 'under-way': 'busy' }[timeline.outcome];
}

/** Parts with nothing between them. An array in a template has line breaks between its parts. */
function joined(...parts: readonly Markup[]): Markup {
  return parts.reduce((before, part) => markup`${before}${part}`, NOTHING);
}
