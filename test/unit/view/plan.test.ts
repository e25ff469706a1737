import { describe, expect, it } from 'vitest';
import { diffsText } from '../../../src/view/plan/diffs.js';
import { planJson } from '../../../src/view/plan/json.js';
import { planMarkdown } from '../../../src/view/plan/markdown.js';
import { planText } from '../../../src/view/plan/text.js';
import type { Change, Plan, Refusal } from '../../../src/model/index.js';
import { created, creationPlan, examplePlan } from './example.js';

const style = { colour: false, columns: 80 };
const file = 'fleets/lab.yaml';

const updated: Change = {
  address: 'vm.edge-2',
  action: 'update',
  reason: 'drift',
  notes: ['restarts the VM'],
  fields: [
    { path: 'memory', before: '4GiB', after: '8GiB', effect: 'restart' },
    { path: 'autostart', before: 'no', after: 'yes', effect: 'live' },
    { path: 'disks.sdb.size', before: null, after: '20GiB', effect: 'live' },
  ],
};
const replaced: Change = {
  address: 'vm.edge-3',
  action: 'replace',
  reason: 'changed',
  notes: ['deletes 110GiB on sda'],
  fields: [
    {
      path: 'disks.sda.size',
      before: '110GiB',
      after: '50GiB',
      effect: 'replace',
      why: "a disk can't shrink",
    },
  ],
  before: { cpus: '4' },
  after: { cpus: '4' },
};
const deleted: Change = {
  address: 'vm.old',
  action: 'delete',
  reason: 'removed',
  notes: [],
  before: { cpus: '2' },
};

describe('planText', () => {
  it('shows each change with its fields, reasons and notes, and a recap at the end', () => {
    const plan = examplePlan([created('edge-1'), updated, replaced, deleted], {
      warnings: ['the pool is nearly full'],
    });
    plan.summary.noop = 7;
    expect(planText(plan, { style, file }))
      .toBe(`ven will change on qemu:///system, for the fleet edge-lab:

  + vm.edge-1
      cpus:    4
      memory:  8GiB

  ~ vm.edge-2  # the host has drifted
      memory:          "4GiB" -> "8GiB"  (restart)
      autostart:       "no" -> "yes"  (live)
      disks.sdb.size:  none -> "20GiB"  (live)
      ! restarts the VM

-/+ vm.edge-3  # changed in the fleet file
      disks.sda.size:  "110GiB" -> "50GiB"  (replace: a disk can't shrink)
      ! deletes 110GiB on sda

  - vm.old  # no longer in the fleet file
      cpus:  2

Warning: the pool is nearly full
Restarts: vm.edge-2
Loses its disks' data: vm.edge-3, vm.old
Plan: 1 to create, 1 to update, 1 to replace, 1 to delete; 7 unchanged.
`);
  });

  it('tells alike changes together, a line each with what differs, and once what they share', () => {
    const plan = examplePlan(
      [1, 2, 3].map((at) =>
        created(`edge-${at * 5}`, { cpus: '4', memory: '8GiB', serialNumber: `S${at}` }),
      ),
    );
    expect(planText(plan, { style, file })).toContain(`
  + vm.edge-5   serialNumber: S1
  + vm.edge-10  serialNumber: S2
  + vm.edge-15  serialNumber: S3
    each:
      cpus:    4
      memory:  8GiB
`);
  });

  it('tells two alike changes one by one', () => {
    const text = planText(creationPlan(2), { style, file });
    expect(text).not.toContain('each:');
    expect(text.match(/^ {6}cpus: /gm)).toHaveLength(2);
    expect(planText(creationPlan(3), { style, file }).match(/^ {6}cpus: /gm)).toHaveLength(1);
  });

  it('needs one line for each of 50 alike VMs', () => {
    const lines = planText(creationPlan(50), { style, file }).split('\n');
    expect(lines.filter((line) => line.includes('vm.edge-'))).toHaveLength(50);
    expect(lines.length).toBeLessThan(60);
  });

  it('says that nothing is to change, or to destroy', () => {
    expect(planText(examplePlan([]), { style, file })).toBe(
      'No changes. The host matches fleets/lab.yaml.\n',
    );
    const destroy = examplePlan([], {
      options: { mode: 'destroy', targets: [], excludes: [], replace: [], keepDisks: false },
    });
    expect(planText(destroy, { style, file })).toBe(
      'Nothing to destroy. Nothing on qemu:///system belongs to the fleet edge-lab.\n',
    );
    const warnings = ['network.lab stays: vm.edge-1 is still on it'];
    const targeted = {
      ...destroy,
      warnings,
      options: { ...destroy.options, targets: ['network.lab'] },
    };
    expect(planText(targeted, { style, file })).toBe(
      'Warning: network.lab stays: vm.edge-1 is still on it\nOnly what was asked for: network.lab\nNothing to destroy.\n',
    );
  });

  it('says what it leaves out', () => {
    const plan = examplePlan([created('a')], {
      options: {
        mode: 'apply',
        targets: ['vm.a'],
        excludes: ['vm.b'],
        replace: [],
        keepDisks: false,
      },
    });
    expect(planText(plan, { style, file })).toContain(
      'Only what was asked for, and what it needs: vm.a\nLeft out: vm.b\nPlan: 1 to create.\n',
    );
  });

  it('does not call kept disks lost', () => {
    const plan = examplePlan([deleted], {
      options: { mode: 'destroy', targets: [], excludes: [], replace: [], keepDisks: true },
    });
    expect(planText(plan, { style, file })).not.toContain('Loses');
  });

  it('colours only when asked, and never obeys the host’s strings', () => {
    const odd: Change = {
      ...updated,
      fields: [{ path: 'title', before: 'a\u001b[2J\u202e\nb', after: 'x', effect: 'live' }],
    };
    const text = planText(examplePlan([odd]), { style, file });
    expect(text).toContain(String.raw`title:  "a\u001b[2J\u202e\nb" -> "x"  (live)`);
    expect(text).not.toContain('\u001b');
    expect(
      planText(examplePlan([created('a')]), { style: { colour: true, columns: 80 }, file }),
    ).toContain('\u001b[32m+\u001b[39m');
  });
});

describe('planJson', () => {
  it('is one object with the keys of the contract', () => {
    const read = JSON.parse(planJson(examplePlan([updated]))) as Record<string, unknown>;
    expect(read).toMatchObject({
      formatVersion: '1',
      fleet: 'edge-lab',
      host: 'qemu:///system',
      changes: [
        {
          address: 'vm.edge-2',
          action: 'update',
          reason: 'drift',
          fields: [{ path: 'memory', before: '4GiB', after: '8GiB', effect: 'restart' }, {}, {}],
        },
      ],
      summary: { create: 0, update: 1, replace: 0, delete: 0, noop: 0 },
    });
    expect(read).toHaveProperty('specDigest');
    expect(read).toHaveProperty('observedDigest');
  });
});

describe('planMarkdown', () => {
  it('has what matters first, a table, and the details folded', () => {
    expect(planMarkdown(examplePlan([created('a'), updated]), { file }))
      .toBe(`### ven plan: <code>edge-lab</code> on <code>qemu&#58;///system</code>

**1 to create, 1 to update**

> Restarts&#58; vm.edge-2

| | address | action | why | note |
|---|---|---|---|---|
| <code>+</code> | <code>vm.a</code> | create |  |  |
| <code>&#126;</code> | <code>vm.edge-2</code> | update | the host has drifted | restarts the VM |

<details><summary><code>vm.a</code>: create</summary>

\`\`\`
cpus: 4
memory: 8GiB
\`\`\`

</details>

<details><summary><code>vm.edge-2</code>: update</summary>

\`\`\`
memory: "4GiB" -> "8GiB"  (restart)
autostart: "no" -> "yes"  (live)
disks.sdb.size: none -> "20GiB"  (live)
\`\`\`

</details>
`);
  });

  it('lets no string out of its place', () => {
    const odd: Change = {
      ...updated,
      notes: ['</code> | [x](http://y) @all'],
      fields: [{ path: 'title', before: '```', after: '\n```\n# big', effect: 'live' }],
    };
    const text = planMarkdown(examplePlan([odd]), { file });
    expect(text).toContain('&#60;/code&#62; &#124; &#91;x&#93;(http&#58;//y) &#64;all |');
    expect(text).toContain('\n````\ntitle: "```" -> "\\n```\\n# big"  (live)\n````\n');
  });

  it('fits a comment, however long the plan', () => {
    const text = planMarkdown(creationPlan(2000), { file });
    expect(text.length).toBeLessThan(65_000);
    expect(text).toMatch(/… and \d+ more/);
  });
});

describe('refusals', () => {
  const foreign = (name: string): Refusal => ({
    address: `vm.${name}`,
    code: 'foreign-object',
    summary: 'Something stands in its way',
    detail: `volume ${name}`,
    hint: 'Rename it.',
  });
  const waiting = (name: string): Refusal => ({
    address: `vm.${name}`,
    code: 'host-not-ready',
    summary: 'It needs pool.fast, which is refused',
    hint: 'See pool.fast.',
    because: 'pool.fast',
  });
  const pool: Refusal = {
    address: 'pool.fast',
    code: 'host-not-ready',
    summary: 'This host has no storage pool fast',
    hint: 'Define it.',
  };
  const refused = [pool, foreign('a'), foreign('b'), waiting('c'), waiting('d')];
  const plan = examplePlan([created('edge-1')], { refused });

  it('are told after the changes, alike ones together, each hint once', () => {
    expect(planText(plan, { style, file })).toContain(`
Refused, and left as it is:
  x pool.fast: This host has no storage pool fast
      hint: Define it.
  x vm.a: Something stands in its way
      volume a
  x vm.b: Something stands in its way
      volume b
      hint: Rename it.
  x vm.c, vm.d: It needs pool.fast, which is refused

Plan: 1 to create; 5 refused.
`);
  });

  it('are broken at words on a terminal, and warnings are; commands stay whole', () => {
    const hint = 'If nobody needs it any more: virsh vol-delete --pool default one.qcow2. Or not.';
    const odd = { ...pool, hint };
    const warned = examplePlan([], { refused: [odd], warnings: ['a b c '.repeat(12).trim()] });
    const text = planText(warned, { style: { ...style, wrap: 60 }, file });
    expect(text).toContain(`
      hint: If nobody needs it any more:
            virsh vol-delete --pool default one.qcow2. Or not.

Warning: a b c a b c a b c a b c a b c a b c a b c a b c a
  b c a b c a b c a b c
Plan`);
  });

  it('has no word broken where a terminal ends, and no digests of marks', () => {
    const change: Change = {
      ...{ address: 'vm.gate', action: 'update', reason: 'changed', notes: ['x '.repeat(40)] },
      fields: [
        {
          ...{ path: 'mark', before: '69d8f8b7', after: 'aa8b9741', effect: 'live' },
          why: 'its record of what was applied; changes nothing on the VM',
        },
      ],
    };
    const broken = { ...style, wrap: 60 };
    const text = planText(examplePlan([change]), { style: broken, file });
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(60);
    expect(text).toContain(`
      mark:  an earlier apply -> this one  (live: its
          record of what was applied; changes nothing on the
          VM)
`);
    expect(text).not.toMatch(/69d8f8b7|\S{61}/);
  });

  it('are the whole plan where nothing else is left', () => {
    const nothing = examplePlan([], { refused: [pool], warnings: ['a is paused'] });
    expect(planText(nothing, { style, file })).toBe(`\
ven will change nothing on qemu:///system, for the fleet edge-lab:

Refused, and left as it is:
  x pool.fast: This host has no storage pool fast
      hint: Define it.

Warning: a is paused
Plan: nothing to change; 1 refused.
`);
    expect(planMarkdown(nothing, { file })).toMatch(
      /\n\*\*nothing to change; 1 refused\*\*\n\n> Refused&#58; pool.fast[^]*a is paused\n$/,
    );
  });

  it('come before the table in Markdown, not too many of them', () => {
    const text = planMarkdown(plan, { file });
    expect(text).toContain('> Refused&#58; vm.b&#58; Something stands in its way<br>volume b<br>');
    expect(text.indexOf('Refused')).toBeLessThan(text.indexOf('| address |'));
    const many = Array.from({ length: 2000 }, (_, n) => foreign(`edge-${n}`));
    const long = planMarkdown(examplePlan([created('edge-1')], { refused: many }), { file });
    expect(long.length).toBeLessThan(65_000);
    expect(long).toContain('and 1980 more are refused');
  });
});

describe('diffs', () => {
  it('are unified, from nothing or from a text', () => {
    const diffs = [
      { address: 'vm.a', file: 'domain.xml', before: '', after: '<domain/>' },
      { address: 'vm.b', file: 'domain.xml', before: '<a>1</a>\n<b/>\n', after: '<a>2</a>\n<b/>' },
    ];
    expect(diffsText(diffs, style)).toBe(`--- /dev/null
+++ b/vm.a/domain.xml
@@ -0,0 +1,1 @@
+<domain/>
--- a/vm.b/domain.xml
+++ b/vm.b/domain.xml
@@ -1,2 +1,2 @@
-<a>1</a>
+<a>2</a>
 <b/>
`);
  });
});

describe('the host of a plan', () => {
  const on = (hostFrom: Plan['hostFrom'], changes: Change[] = [created('a')]): Plan => ({
    ...examplePlan(changes),
    host: 'qemu+ssh://box/system',
    ...(hostFrom && { hostFrom }),
  });

  it.each([
    ['flag', ' (from --connect)'],
    ['environment', ' (from LIBVIRT_DEFAULT_URI)'],
    ['file', ''],
    ['default', ''],
    [undefined, ''],
  ] as const)('from %s stands in the first line%s', (hostFrom, by) => {
    const first = (text: string): string | undefined => text.split('\n')[0];
    expect(first(planText(on(hostFrom), { style, file }))).toMatch(
      `ven will change on qemu+ssh://box/system${by}, for the fleet `,
    );
    expect(first(planMarkdown(on(hostFrom), { file }))?.replaceAll('&#95;', '_')).toContain(
      `<code>qemu+ssh&#58;//box/system</code>${by}`,
    );
    expect(planText(on(hostFrom, []), { style, file })).toBe(
      `No changes. The host${by === '' ? '' : ` qemu+ssh://box/system${by}`} matches ${file}.\n`,
    );
  });

  it('is not named after standard input', () => {
    expect(planText(on('file', []), { style, file: '-' })).toContain('matches <stdin>.');
    expect(planMarkdown(on('file', []), { file: '-' })).toContain('&#60;stdin&#62;');
  });
});
