/** A key or an item that is indented like nothing above, and other mistakes that are not that. */
import { describe, expect, it } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { VenError, type Finding } from '../../../src/model/index.js';

/** The first finding of a fleet file whose third line is the first given. */
function findingOf(lines: readonly string[]): Finding | undefined {
  try {
    loadFleet(`apiVersion: ven/v1\nfleet: a\n${lines.join('\n')}\n`, { file: 'fleet.yaml' });
    return undefined;
  } catch (error) {
    if (error instanceof VenError) return error.findings[0];
    throw error;
  }
}

const VM = ['vms:', '  - name: edge'];
/** The last line is the one that is wrong. */
const WRONG: [lines: string[], hint: string][] = [
  [[...VM, '   count: 2'], 'Indent `count` like `name` in line 4 (4 spaces).'],
  [[...VM, '     count: 2'], 'Indent `count` like `name` in line 4 (4 spaces).'],
  [
    [...VM, '  count: 2'],
    'Indent `count` like `name` in line 4 (4 spaces), or like `vms` in line 3 (not at all).',
  ],
  [
    [...VM, ' count: 2'],
    'Indent `count` like `name` in line 4 (4 spaces), or like `vms` in line 3 (not at all).',
  ],
  [
    [...VM, '    nics:', '      - network: lab', '     count: 2'],
    'Indent `count` like `nics` in line 5 (4 spaces).',
  ],
  [
    [...VM, '    nics:', '      - network: lab', '       model: e1000'],
    'Indent `model` like `network` in line 6 (8 spaces).',
  ],
  [
    [...VM, '    count: 2', '    # a remark: here', '', '   cpus: 1'],
    'Indent `cpus` like `count` in line 5 (4 spaces).',
  ],
  [
    ['defaults:', '  cpus: 1', '   memory: 1GiB'],
    'Indent `memory` like `cpus` in line 4 (2 spaces).',
  ],
  [[' networks:'], 'Indent `networks` like `fleet` in line 2 (not at all).'],
  [[...VM, '   - name: b'], 'Indent this `-` like the one in line 4 (2 spaces).'],
  [[...VM, ' - name: b'], 'Indent this `-` like the one in line 4 (2 spaces).'],
];

const OTHER: [what: string, lines: string[]][] = [
  ['a bracket that is open', [...VM, '    disks: [{ size: 1GiB }', '    cpus: 1']],
  ['a brace that is open', ['vms:', '  - { name: edge', '  - name: b']],
  ['a quote that is open', [...VM, '    title: "x', '    cpus: 1']],
  ['a key without a colon', [...VM, '    cpus 1', '    memory: 1GiB']],
  ['a colon within a value', [...VM, '    title: foo: bar', '    cpus: 1']],
];

describe('indentation', () => {
  it.each(WRONG)('%j', (lines, hint) => {
    const finding = findingOf(lines);
    const last = lines.at(-1) ?? '';
    expect(finding?.hint).toBe(hint);
    expect(finding?.message).toMatch(/^This is not valid YAML: .* above it$/);
    expect(finding).toMatchObject({ line: lines.length + 2, column: last.search(/\S/) + 1 });
    // What the hint says is right: followed, the file is YAML.
    const [, amount = '0'] = /\((\d+) space/.exec(hint) ?? [];
    const followed = [...lines.slice(0, -1), ' '.repeat(Number(amount)) + last.trimStart()];
    expect(findingOf(followed)?.rule).not.toBe('yaml-syntax');
  });

  it.each(OTHER)('%s is not a matter of it', (_, lines) => {
    const finding = findingOf(lines);
    expect(finding?.rule).toBe('yaml-syntax');
    expect(finding?.message).not.toContain('above it');
  });
});
