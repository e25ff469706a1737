import { markup } from '../text/markup.js';

/** The style of the page, light and dark. `.s0` to `.s9` are the colours of the stages. */
export const PAGE_STYLE = markup`<style>
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #ffffff; --ink: #1b2330; --soft: #5d6878; --line: #dfe3e9;
  --rail: #eef1f5;
  --good: #1a7f4b; --bad: #c5303e; --busy: #a06400;
  --c0: #8a96a8; --c1: #3f83d9; --c2: #19a2b8; --c3: #6f63d2; --c4: #d9699f; --c5: #e08a2c;
  --c6: #a6a13a; --c7: #3fa266; --c8: #2f6f9f; --c9: #a0603f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161c; --card: #1a2029; --ink: #e4e9f0; --soft: #96a3b5; --line: #2c3542;
    --rail: #222a35;
    --good: #4cc38a; --bad: #ff6b78; --busy: #e5a743;
    --c0: #7c889b; --c1: #5a9bee; --c2: #2cb8cd; --c3: #8d82ec; --c4: #e787b4; --c5: #ee9f4b;
    --c6: #bdb850; --c7: #57bb80; --c8: #5394c4; --c9: #be7d5c;
  }
}
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
  display: inline-block; width: .8rem; height: .8rem; border-radius: .2rem; margin-right: .4rem;
  vertical-align: -.08rem;
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
.span + text, svg.label text {
  fill: #fff; font-size: .78rem; font-weight: 600; pointer-events: none;
}
.stop { fill: var(--bad); }
.open { fill: none; stroke: var(--busy); stroke-width: 2; stroke-dasharray: 3 2; }
.s0 { fill: var(--c0); background: var(--c0); }
.s1 { fill: var(--c1); background: var(--c1); }
.s2 { fill: var(--c2); background: var(--c2); }
.s3 { fill: var(--c3); background: var(--c3); }
.s4 { fill: var(--c4); background: var(--c4); }
.s5 { fill: var(--c5); background: var(--c5); }
.s6 { fill: var(--c6); background: var(--c6); }
.s7 { fill: var(--c7); background: var(--c7); }
.s8 { fill: var(--c8); background: var(--c8); }
.s9 { fill: var(--c9); background: var(--c9); }
a { color: inherit; text-decoration-color: var(--line); text-underline-offset: .2em; }
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
@media (max-width: 50rem) {
  .chart .name { width: 6rem; }
  .few .end { width: 8rem; white-space: normal; }
}
@media print { body { background: none; padding: 0; } section, .tile { break-inside: avoid-page; } }
</style>`;
