import { describe, expect, it } from 'vitest';
import { timelineOf } from '../../../src/operations/timeline.js';
import type { NodeRecord, Timeline } from '../../../src/model/index.js';
import { timelineHtml } from '../../../src/view/timeline/html.js';
import { timelineJson } from '../../../src/view/timeline/json.js';
import { timelineText } from '../../../src/view/timeline/text.js';
import { markup } from '../../../src/view/text/markup.js';
import { ticks } from '../../../src/view/timeline/scale.js';
import { failure, nodeRecord, time } from './nodes.js';

const style = { colour: false, columns: 80 };

function drawn(
  records: (NodeRecord | { vm: string; damage: string | null })[],
  until = 600,
): Timeline {
  return timelineOf(
    { fleet: 'edge-lab', host: 'qemu:///system', orchestrator: true },
    records.map((record) =>
      'damage' in record
        ? { vm: record.vm, record: null, writtenAt: null, damage: record.damage }
        : { vm: record.vm, record, writtenAt: new Date(time(until)), damage: null },
    ),
  );
}

const ready = (vm: string, from = 0): NodeRecord =>
  nodeRecord(vm, [['power-on', from], ['http-boot', from + 60], ['workflow', from + 180], ['ready', from + 600]], { outcome: 'ready' }); // prettier-ignore
const failed = (vm: string, from = 0): NodeRecord =>
  nodeRecord(
    vm,
    [
      ['power-on', from],
      ['http-boot', from + 60],
    ],
    {
      outcome: 'failed',
      failure: failure('boot', 'http-boot', from + 240, {
        message: 'no answer',
        line: '\u001b[31m>>Start HTTP Boot <b>&',
      }),
    },
  );

describe('timelineText', () => {
  it('draws a line a stage for few nodes, on one axis', () => {
    const underWay = nodeRecord('edge-3', [['power-on', 300], ['http-boot', 360, true]]); // prettier-ignore
    expect(
      timelineText(
        drawn([ready('edge-1'), failed('edge-2', 60), underWay, { vm: 'edge-4', damage: null }]),
        style,
      ),
    ).toBe(`edge-lab on qemu:///system. From 2026-01-01 00:00:00 UTC.

             0                     5m
edge-1                                                    ready after 10m
  Power on   ████                                         1m
  HTTP boot      █████████                                2m
  Workflow                ██████████████████████████████  7m
edge-2                                                    failed after 4m: boot
  Power on       █████                                    1m
  HTTP boot           ████████████✗                       3m
edge-3                                                    in HTTP boot for ≥4m
  Power on                         ████                   ≤1m
  HTTP boot                            ≤███████████████…  ≥4m
edge-4                                                    not known

edge-2: boot, in HTTP boot: no answer
  \\x1b[31m>>Start HTTP Boot <b>&
≤ ≥ ~ times that are bounds: what the console said then was read later, from its log

4 nodes: 1 ready, 1 failed, 1 under way, 1 not known.
`);
  });

  it('draws a line a node for many, with what each stage takes', () => {
    const nodes = [
      ready('edge-1'),
      ready('edge-2', 60),
      failed('edge-3'),
      ready('edge-4'),
      ready('edge-5'),
    ];
    const text = timelineText(drawn(nodes, 660), style);
    expect(text).toContain('edge-1  aaaa');
    expect(text).toMatch(/^edge-2 {6}a+b+c+ {2}ready after 10m$/m);
    expect(text).toMatch(/^edge-3 {2}a+b+✗ +failed after 4m: boot$/m);
    expect(text).toContain(`   STAGE      NODES  SHORTEST  MEDIAN  LONGEST
a  Power on   5      1m        1m      1m
b  HTTP boot  4      2m        2m      2m
c  Workflow   4      7m        7m      7m
`);
    for (const line of text.split('\n').slice(2, 8))
      expect([...line].length).toBeLessThanOrEqual(80);
  });

  it('is never wider than the terminal, nor loses a node, for hundreds in colours', () => {
    const nodes = Array.from({ length: 200 }, (_, at) =>
      at % 3 === 0 ? failed(`n${at}`, at) : ready(`n${at}`, at * 7),
    );
    const text = timelineText(drawn(nodes, 3000), { colour: true, columns: 100 });
    const rows = text.replaceAll(/\u001b\[\d+m/g, '').split('\n');
    expect(rows.filter((row) => /^n\d+ /.test(row))).toHaveLength(200);
    for (const row of rows.slice(2, 203)) expect([...row].length).toBeLessThanOrEqual(100);
  });

  it('gives each node its own beginning when they lie far apart', () => {
    const day = 24 * 3600;
    const text = timelineText(drawn([ready('edge-1'), ready('edge-2', day)], day + 600), style);
    expect(text).toContain('Each from its own power-on.');
    const bars = text.split('\n').filter((line) => line.startsWith('  Workflow'));
    expect(bars).toHaveLength(2);
    expect(bars[0]).toBe(bars[1]);
  });

  it('names the host of each node, of a fleet on several', () => {
    const on = (timeline: Timeline): Timeline => ({
      ...timeline,
      nodes: timeline.nodes.map((node, at) => ({ ...node, host: at % 2 === 0 ? 'a' : 'b' })),
    });
    const few = on(drawn([ready('edge-1'), failed('edge-2'), { vm: 'edge-3', damage: 'no JSON' }]));
    const text = timelineText(few, style);
    expect(text).toMatch(/^edge-1 on a {2,}ready after 10m$/m);
    expect(text).toMatch(/^edge-2 on b: boot, in HTTP boot/m);
    expect(text).toMatch(/^edge-3 on a: no JSON$/m);
    const many = timelineText(on(drawn(['a', 'b', 'c', 'd', 'e'].map((vm) => ready(vm)))), style);
    expect(many).toMatch(/^b on b {2}a+b+c+ {2}ready after 10m$/m);
    const page = timelineHtml(few, time(700));
    expect(page.match(/>edge-1 on a</g)).toHaveLength(2);
    expect(page).toContain('<b>edge-2 on b</b>');
  });

  it('says so when nothing is kept, or what is kept is damaged', () => {
    expect(timelineText(drawn([{ vm: 'a', damage: null }]), style)).toMatch(
      /:\/\/\/system\.\n\nNo node has been watched[^]*\n\n1 node: 1 not known\.\n$/,
    );
    expect(timelineText(drawn([{ vm: 'a', damage: null }]), style, 'my.yaml')).toContain(
      'ven provision my.yaml\n',
    );
    const without = { ...drawn([{ vm: 'a', damage: null }]), orchestrator: false };
    expect(timelineText(without, style)).toContain('has no orchestrator');
    expect(timelineText(without, style)).not.toContain('ven provision');
    expect(timelineText(drawn([{ vm: 'a', damage: '/x/a.json: too large' }]), style)).toContain(
      '\na: /x/a.json: too large\n',
    );
  });
});

describe('timelineOf', () => {
  it('adds up: the stages of a way are its time', () => {
    const { nodes, stages, knownUntil } = drawn(
      [ready('a'), failed('b'), nodeRecord('c', [['power-on', 10]])],
      100,
    );
    for (const { way } of nodes)
      expect(way?.stages.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(way?.seconds);
    expect(nodes.map(({ way }) => way?.seconds)).toEqual([600, 240, 90]);
    expect(nodes.map(({ way }) => way?.endedAt)).toEqual([time(600), time(240), null]);
    expect(knownUntil).toBe(time(100));
    expect(stages.map(({ stage, nodes: amount }) => [stage, amount])).toEqual([['power-on', 2], ['http-boot', 1], ['workflow', 1]]); // prettier-ignore
  });

  it('counts a stage that was visited twice as one, and finds the middle', () => {
    const twice = nodeRecord('a', [['power-on', 0], ['reboot', 10], ['power-on', 20], ['ready', 50]], { outcome: 'ready' }); // prettier-ignore
    const once = nodeRecord('b', [['power-on', 0], ['reboot', 20], ['ready', 21]], { outcome: 'ready' }); // prettier-ignore
    expect(drawn([twice, once]).stages).toEqual([
      { stage: 'power-on', title: 'Power on', nodes: 2, shortest: 20, median: 30, longest: 40 },
      { stage: 'reboot', title: 'Reboot', nodes: 2, shortest: 1, median: 5.5, longest: 10 },
    ]);
  });

  it('does not go backwards with a clock that does', () => {
    const { nodes } = drawn([nodeRecord('a', [['power-on', 100], ['hook', 40]])], 10); // prettier-ignore
    expect(nodes[0]?.way?.seconds).toBe(0);
    expect(() => timelineText(drawn([nodeRecord('a', [['power-on', 100], ['hook', 40]])], 10), style)).not.toThrow(); // prettier-ignore
  });

  it('is one JSON object', () => {
    const timeline = drawn([ready('a')]);
    expect(JSON.parse(timelineJson(timeline))).toEqual(timeline);
  });
});

describe('the axis', () => {
  it('has round marks, as many as were asked for', () => {
    expect(ticks(12, 4).map(({ label }) => label)).toEqual(['0', '5s', '10s']);
    expect(ticks(754, 5).map(({ label }) => label)).toEqual(['0', '5m', '10m']);
    expect(ticks(5400, 4).map(({ label }) => label)).toEqual(['0', '30m', '1h', '1h30m']);
    expect(ticks(30 * 86400, 4)).toHaveLength(4);
  });
});

describe('the page', () => {
  const hostile = `</title></style><script>alert(1)</script><img src=x onerror=alert(1)>"'\`&\u0000\u202e\u001b[31m`;

  it('labels a bar by its title or its number where that has room, else not at all', () => {
    const page = timelineHtml(drawn([ready('edge-1')]), time(9));
    const labels = [...page.matchAll(/<svg class="label".*?<\/svg>/gs)].map(([label]) =>
      [...label.matchAll(/<text class="([^"]+)"[^>]*>([^<]*)</g)].map(([, kind, text]) => [
        kind,
        text,
      ]),
    );
    // Of ten minutes: one, two, seven.
    expect(labels).toEqual([
      [['always', '1']],
      [
        ['title', 'HTTP boot'],
        ['if-narrow', '2'],
      ],
      [
        ['title', 'Workflow'],
        ['if-narrow', '3'],
      ],
    ]);
    const short = timelineHtml(
      drawn([nodeRecord('a', [['power-on', 0], ['ipxe', 10], ['ready', 600]], { outcome: 'ready' })]), // prettier-ignore
      time(9),
    );
    expect([...short.matchAll(/<svg class="label"/g)]).toHaveLength(1);
  });

  it('marks the row of a failed node, and the place where it failed, by more than colour', () => {
    const page = timelineHtml(drawn([ready('edge-1'), failed('edge-2')]), time(9));
    expect([...page.matchAll(/<tr class="failed">.*?<\/tr>/gs)]).toHaveLength(1);
    expect(page).toMatch(/<tr class="failed">.*edge-2.*<path class="cross".*failed after/s);
  });

  it('needs nothing else, and lets no text become anything but text', () => {
    const record = nodeRecord(
      'edge-1',
      [
        ['power-on', 0],
        ['hook', 60, true],
        ['workflow', 120],
      ],
      {
        // prettier-ignore
        outcome: 'failed',
        failure: failure('storage', 'workflow', 200, { message: hostile, line: hostile }),
        lastLine: hostile,
        profile: { name: hostile, digest: '' },
      },
    );
    for (const visit of record.visits) Object.assign(visit, { title: hostile, line: hostile });
    const timeline = drawn([record, ready('edge-2'), { vm: 'edge-3', damage: hostile }]);
    const page = timelineHtml({ ...timeline, fleet: hostile, host: hostile }, time(9));
    const tags = new Set([...page.matchAll(/<\/?([a-z0-9!]+)/gi)].map(([, tag]) => tag));
    const known =
      '!doctype html head meta title style body main header h1 h2 p div b section ul li i table thead tbody tr th td svg line text rect circle path a span pre details summary code';
    expect([...tags].filter((tag) => !known.split(' ').includes(tag ?? ''))).toEqual([]);
    expect(page).not.toMatch(/<[^>]*\s(src|onerror|onload|style)=(?!"width:40%")/);
    expect(page).not.toMatch(/(href|xlink:href)="(?!#node-)/);
    expect(page).not.toMatch(/@import|url\(|https?:/);
    expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
    expect(page.match(/<style>/g)).toHaveLength(1);
  });

  it('has each node with bars, a table, and what went wrong', () => {
    const page = timelineHtml(drawn([ready('edge-1'), failed('edge-2')]), time(9));
    expect(page).toContain('<title>edge-lab: timeline</title>');
    expect(page.match(/<svg class="bar"/g)).toHaveLength(2);
    expect(page.match(/<rect class="span/g)).toHaveLength(5);
    expect(page).toContain(
      '<title>HTTP boot: 2m\nbegan 2026-01-01 00:01:00 UTC\nhttp-boot begins</title>',
    );
    expect(page).toContain('failed after 4m: boot');
    expect(page.match(/<details id="node-/g)).toHaveLength(2);
    expect(page).toContain('no answer');
  });

  it('escapes by construction', () => {
    expect(
      markup`<b title="${`"'><`}">${['<', '&'].join('')}${1}${markup`<i>${'>'}</i>`}</b>`.text,
    ).toBe('<b title="&#34;&#39;&#62;&#60;">&#60;&#38;1<i>&#62;</i></b>');
  });
});
