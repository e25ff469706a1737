import type {
  NodeTimeline,
  StageTimes,
  Timeline,
  TimelineNode,
  TimelineStage,
} from '../../model/index.js';
import { markup, NOTHING, type Markup } from '../text/markup.js';
import { clock, ticks, timeScale, type TimeScale } from './scale.js';
import { PAGE_STYLE } from './page-style.js';
import {
  nothingKept,
  failureWords,
  LATE_KEY,
  spans,
  spent,
  timelineCounts,
  wayWords,
  type Span,
} from './words.js';
import { duration } from '../text/words.js';

/** Up to so many nodes the bars are high enough to be written on. */
const FEW = 12;
const COLOURS = 10;

/**
 * One page that needs nothing else: no script, no picture, no network. Every text of somebody else's is escaped, and a policy in
 * the page forbids all that it does not need. `madeAt`: ISO 8601. `file`: the fleet file, to name it.
 */
export function timelineHtml(timeline: Timeline, madeAt: string, file = './fleet.yaml'): string {
  const { fleet, host, nodes, stages } = timeline;
  const scale = timeScale(timeline);
  const known = nodes.some(({ way }) => way !== null);
  const colours = new Map(stages.map(({ stage }, at) => [stage, `s${at % COLOURS}`]));
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
<p class="soft">From power-on to ready on ${host}. ${scale.begins === null ? '' : `First power-on ${clock(scale.begins)}. `}Made ${clock(madeAt)}.</p>
${tiles(timeline)}
</header>
${known ? chart(timeline, scale, colours) : markup`<section><p>${nothingKept(timeline, file)}</p></section>`}
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
    const amount = nodes.filter(({ way }) => way?.outcome === outcome).length;
    return amount === 0
      ? NOTHING
      : markup`<div class="tile"><b class="${tone}">${amount}</b>${word}</div>`;
  };
  return markup`<div class="tiles">
<div class="tile"><b>${nodes.length}</b>${nodes.length === 1 ? 'node' : 'nodes'}</div>
${[tile('ready', 'ready', 'good'), tile('failed', 'failed', 'bad'), tile('under-way', 'under way', 'busy'), tile(undefined, 'not known', 'soft')]}
</div>`;
}

type Colours = ReadonlyMap<string, string>;

/** A line a node, all on one axis. */
function chart(timeline: Timeline, scale: TimeScale, colours: Colours): Markup {
  const marks = ticks(scale.seconds, 8);
  const few = timeline.nodes.length <= FEW;
  const grid = marks.map(
    ({ at }) =>
      markup`<line class="grid" x1="${part(at, scale)}" x2="${part(at, scale)}" y1="0" y2="100%"/>`,
  );
  const late = timeline.nodes.some(({ way }) => way?.stages.some((stage) => stage.late));
  return markup`<section>
<h2>${scale.kind === 'clock' ? 'Time since the first power-on' : 'Time since each node’s own power-on'}</h2>
<ul class="key">
${timeline.stages.map(({ stage, title }) => markup`<li><i class="${colours.get(stage) ?? ''}"></i>${title}</li>`)}
</ul>
<table class="chart ${few ? 'few' : 'many'}" aria-label="${timelineCounts(timeline)}">
<thead><tr><th class="name" scope="col">Node</th><th scope="col"><svg class="axis" aria-hidden="true">${marks.map(
    ({ at, label }) =>
      markup`<text x="${part(at, scale)}" y="1rem" text-anchor="${at === 0 ? 'start' : 'middle'}">${label}</text>`,
  )}</svg></th><th class="end" scope="col">Outcome</th></tr></thead>
<tbody>
${timeline.nodes.map((node) => row(node, { scale, colours, grid, few }))}
</tbody>
</table>
${late ? markup`<p class="soft">${LATE_KEY}.</p>` : NOTHING}
</section>`;
}

interface Drawing {
  scale: TimeScale;
  colours: Colours;
  grid: readonly Markup[];
  few: boolean;
}

function row(node: TimelineNode, { scale, colours, grid, few }: Drawing): Markup {
  const { way, vm } = node;
  const name = way === null ? markup`${vm}` : markup`<a href="#node-${vm}">${vm}</a>`;
  const bars =
    way === null ? [] : spans(way).map((span, at) => bar(way, span, at, { scale, colours, few }));
  return markup`<tr><th class="name" scope="row" title="${vm}">${name}</th><td><svg class="bar" role="img" aria-label="${vm}: ${wayWords(node)}">${grid}${bars}</svg></td><td class="end ${tone(node)}" title="${wayWords(node)}">${wayWords(node)}</td></tr>`;
}

/** A stage, with what there is to know of it where the pointer rests; and how it ended, if the node did not leave it. */
function bar(
  way: NodeTimeline,
  { stage, from, to }: Span,
  at: number,
  { scale, colours, few }: Omit<Drawing, 'grid'>,
): Markup {
  const start = scale.startOf(way);
  const [x, width, ends] = [
    part(start + from, scale),
    part(to - from, scale),
    part(start + to, scale),
  ];
  const says = `${stage.title}: ${spent(way, at)}\n${stage.late ? 'began then or before' : 'began'} ${clock(stage.startedAt)}${stage.line === null ? '' : `\n${stage.line}`}`;
  const label = few
    ? markup`<svg class="label" x="${x}" width="${width}" height="100%" overflow="hidden" aria-hidden="true"><text x="7" y="50%" dominant-baseline="central">${fits(stage, scale) ? stage.title : ''}</text></svg>`
    : NOTHING;
  const end =
    stage.endedAt !== null
      ? NOTHING
      : way.outcome === 'failed'
        ? markup`<svg x="${ends}" y="50%" overflow="visible"><circle class="stop" r="${few ? 6 : 4}"><title>${failureWords(way) ?? 'failed'}</title></circle></svg>`
        : markup`<svg x="${ends}" y="50%" overflow="visible"><circle class="open" r="${few ? 5 : 3}"><title>under way</title></circle></svg>`;
  return markup`<rect class="span ${colours.get(stage.stage) ?? ''}" x="${x}" width="${width}" height="100%" rx="3"><title>${says}</title></rect>${label}${end}`;
}

/** Whether the title has room on the bar, at the width of a common screen. */
function fits({ title, seconds }: TimelineStage, scale: TimeScale): boolean {
  return seconds / scale.seconds > 0.022 + 0.011 * title.length;
}

function part(seconds: number, scale: TimeScale): string {
  return `${((100 * seconds) / scale.seconds).toFixed(3)}%`;
}

function failures(nodes: readonly TimelineNode[]): Markup {
  const items = nodes.flatMap(({ vm, way, damage }) => {
    if (damage !== null) return [markup`<div class="failure"><b>${vm}</b><p>${damage}</p></div>`];
    if (way?.failure == null) return [];
    const { class: kind, message, line, stage } = way.failure;
    const title = way.stages.findLast((visit) => visit.stage === stage)?.title ?? stage;
    return [
      markup`<div class="failure"><a href="#node-${vm}"><b>${vm}</b></a> <span class="badge bad">${kind}</span><p>In ${title}, after ${duration(way.seconds)}: ${message}</p>${line === null ? NOTHING : markup`<pre>${line.trim()}</pre>`}</div>`,
    ];
  });
  return items.length === 0 ? NOTHING : markup`<section><h2>What went wrong</h2>${items}</section>`;
}

/** How long each stage takes, over the nodes that have been through it. */
function statistics(stages: readonly StageTimes[], colours: Colours): Markup {
  const most = Math.max(1, ...stages.map(({ longest }) => longest));
  const percent = (seconds: number): string => `${((100 * seconds) / most).toFixed(2)}%`;
  const rows = stages.map(({ stage, title, nodes, shortest, median, longest }) => {
    const times = nodes === 0 ? ['–', '–', '–'] : [shortest, median, longest].map(duration);
    const spread = markup`<svg class="spread" aria-hidden="true"><rect class="rail" width="100%" height="100%" rx="3"/><rect class="${colours.get(stage) ?? ''}" width="${percent(longest)}" height="100%" rx="3" opacity=".45"/><rect class="${colours.get(stage) ?? ''}" width="${percent(median)}" height="100%" rx="3"/></svg>`;
    return markup`<tr><td>${title}</td><td class="number">${nodes}</td>${times.map((text) => markup`<td class="number">${text}</td>`)}<td>${spread}</td></tr>`;
  });
  return markup`<section><h2>How long each stage takes</h2><div class="wide"><table class="times">
<thead><tr><th scope="col">Stage</th><th scope="col" class="number">Nodes</th><th scope="col" class="number">Shortest</th><th scope="col" class="number">Median</th><th scope="col" class="number">Longest</th><th scope="col" style="width:40%">Median, and the longest behind it</th></tr></thead>
<tbody>${rows}</tbody></table></div></section>`;
}

/** All of it as tables, for who reads rather than looks. */
function details(nodes: readonly TimelineNode[]): Markup {
  const known = nodes.filter(({ way }) => way !== null);
  return markup`<section><h2>Each node</h2>
${known.map((node) => markup`<details id="node-${node.vm}"${known.length === 1 ? markup` open` : NOTHING}><summary><b>${node.vm}</b><span class="${tone(node)}">${wayWords(node)}</span></summary>${wayTable(node)}</details>`)}
</section>`;
}

function wayTable({ way }: TimelineNode): Markup {
  if (way === null) return NOTHING;
  const rows = way.stages.map(
    (stage, at) =>
      markup`<tr><td>${stage.title}</td><td class="number">${stage.late ? '≤ ' : ''}${clock(stage.startedAt)}</td><td class="number">${stage.seconds === 0 && stage.endedAt === null ? '' : spent(way, at)}</td><td><code>${stage.line ?? ''}</code></td></tr>`,
  );
  return markup`<p class="soft">Onboarding ${way.flow}, profile ${way.profile}.</p><div class="wide"><table class="times">
<thead><tr><th scope="col">Stage</th><th scope="col" class="number">Began</th><th scope="col" class="number">Took</th><th scope="col">What began it</th></tr></thead>
<tbody>${rows}</tbody></table></div>${way.lastLine === null ? NOTHING : markup`<p class="soft">The last line it said:</p><pre>${way.lastLine}</pre>`}`;
}

function tone({ way }: TimelineNode): string {
  return way === null ? 'soft' : { ready: 'good', failed: 'bad', 'under-way': 'busy' }[way.outcome];
}
