import { markup, type Markup } from '../text/markup.js';
import { DARK, LIGHT, type PageColours } from './colours.js';

/** The style of the page, light and dark. `.s0` to `.s9` are the colours of the stages. */
export const PAGE_STYLE = markup`<style>
:root { color-scheme: light dark; ${variables(LIGHT)} }
@media (prefers-color-scheme: dark) { :root { ${variables(DARK)} } }
* { box-sizing: border-box; }
body {
  margin: 0; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; background: var(--ground);
  color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 90rem; margin: 0 auto; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 1.05rem; margin: 0 0 .8rem; }
p { margin: .3rem 0 0; }
.soft { color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); } .busy { color: var(--busy); }
section {
  background: var(--card); border: 1px solid var(--line); border-radius: .7rem;
  padding: 1.2rem 1.4rem; margin-top: 1.2rem;
}
.tiles { display: flex; flex-wrap: wrap; gap: .7rem; margin-top: 1.1rem; }
.tile {
  background: var(--card); border: 1px solid var(--line); border-radius: .7rem;
  padding: .5rem 1.1rem; min-width: 6.5rem;
}
.tile b {
  display: block; font-size: 1.5rem; line-height: 1.25; font-variant-numeric: tabular-nums;
}
.key {
  display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; margin: 0 0 1rem; padding: 0;
  list-style: none; font-size: .87rem;
}
.key i {
  display: inline-block; min-width: 1.25rem; border-radius: .2rem; margin-right: .4rem;
  color: var(--label); font: 600 .78rem/1.25rem inherit; font-style: normal; text-align: center;
}
.chart { width: 100%; border-collapse: collapse; table-layout: fixed; }
.chart th, .chart td {
  padding: 0; border: 0; vertical-align: middle; font-weight: normal; text-align: left;
}
.chart .name {
  width: 9rem; padding-right: .8rem; white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis;
}
.chart .end {
  width: 14rem; padding-left: .9rem; white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; font-size: .87rem; font-variant-numeric: tabular-nums;
}
.chart thead .end, .chart thead .name { color: var(--soft); font-size: .8rem; }
.chart svg { display: block; width: 100%; overflow: visible; }
.chart tbody tr:hover { background: var(--rail); }
.few td, .few tbody th { height: 2.5rem; } .few .bar { height: 1.8rem; }
.many td, .many tbody th { height: 1.25rem; font-size: .82rem; }
.many .end { font-size: .8rem; }
.many .bar { height: .85rem; }
.axis { height: 1.4rem; } .axis text { fill: var(--soft); font-size: .78rem; }
.grid { stroke: var(--line); stroke-width: 1; }
.span { stroke: var(--card); stroke-width: 1; } .span:hover { filter: brightness(1.12); }
svg.label text { fill: var(--label); font-size: .78rem; font-weight: 600; pointer-events: none; }
.if-narrow { display: none; }
.stop { fill: var(--bad); stroke: var(--card); stroke-width: 1.5; }
.cross { stroke: var(--card); stroke-width: 2; stroke-linecap: round; pointer-events: none; }
.failed { background: var(--rail); }
.open { fill: var(--card); stroke: var(--busy); stroke-width: 2; stroke-dasharray: 3 2; }
${stageRules()}
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .2em; }
a:hover { text-decoration-color: currentColor; }
.times { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.times th { font-size: .8rem; font-weight: 600; color: var(--soft); text-align: left; }
.times th, .times td {
  padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top;
}
.times tr:last-child td { border-bottom: 0; }
.times .number { text-align: right; white-space: nowrap; }
.times code, pre {
  font: .83rem/1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere;
  white-space: pre-wrap;
}
pre { margin: .5rem 0 0; padding: .6rem .8rem; background: var(--rail); border-radius: .4rem; }
.wide { overflow-x: auto; }
.spread { display: block; width: 100%; min-width: 8rem; height: .7rem; margin-top: .4rem; }
.spread .rail { fill: var(--rail); }
details { border-top: 1px solid var(--line); } details:first-of-type { border-top: 0; }
summary { cursor: pointer; padding: .5rem 0; }
summary b { display: inline-block; min-width: 8rem; margin-right: .6rem; }
details[open] { padding-bottom: .9rem; }
.failure + .failure { margin-top: 1rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.badge {
  display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .6rem;
  font-size: .8rem; font-weight: 600; margin-left: .5rem;
}
@media (max-width: 64rem) { .title { display: none; } .if-narrow { display: inline; } }
@media (max-width: 50rem) {
  body { padding-top: 1rem; } section { padding: .9rem .8rem; }
  .chart, .chart thead, .chart tbody { display: block; }
  .chart tr { display: flex; flex-wrap: wrap; align-items: baseline; padding: .3rem 0; }
  .chart .name, .chart .end { width: auto; height: auto; white-space: normal; padding: 0; }
  .chart .name { margin-right: auto; padding-right: .6rem; }
  .chart thead .name, .chart thead .end { display: none; }
  .chart .drawing { order: 3; flex: 0 0 100%; height: auto; padding-top: .2rem; }
  .times .number { white-space: normal; } .times th, .times td { padding-right: .5rem; }
  .times .picture { display: none; }
}
@media print { body { background: none; padding: 0; } section, .tile { break-inside: avoid-page; } }
</style>`;

function variables({ stages, ...colours }: PageColours): string {
  const named = Object.entries(colours).map(([name, colour]) => `--${name}: ${colour};`);
  return [...named, ...stages.map((colour, at) => `--c${at}: ${colour};`)].join(' ');
}

function stageRules(): Markup {
  const rules = LIGHT.stages.map(
    (_, at) => markup`.s${at} { fill: var(--c${at}); background: var(--c${at}); }`,
  );
  return markup`${rules}`;
}
