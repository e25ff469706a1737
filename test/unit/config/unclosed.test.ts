/** What is open to the end of the file is told where it begins. */
import { describe, expect, it } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { VenError, type Finding } from '../../../src/model/index.js';

const BEGIN = 'apiVersion: ven/v1\n';

function findingOf(text: string): Finding | undefined {
  try {
    loadFleet(text, { file: 'fleet.yaml' });
    return undefined;
  } catch (error) {
    if (error instanceof VenError) return error.findings[0];
    throw error;
  }
}

/** `«` is before what is open, `»` where what closes it is to go. */
const OPEN: [open: string, closing: string, text: string][] = [
  ['"', '"', 'fleet: «"a»\nvms:\n  - name: x\n'],
  ["'", "'", "fleet: «'a»\nvms:\n  - name: x\n    count: 2\n"],
  ['"', '"', 'fleet: «"a»\nvms:\n  - name: "x"\n'],
  ["'", "'", "defaults: { memory: «'1GiB», cpus: 1 }\nfleet: a\nvms:\n  - name: x\n"],
  ['"', '"', 'fleet: a\nvms:\n  - name: x\n    title: «"a \\" b»\n'],
  ["'", "'", "fleet: a\nvms:\n  - name: x\n    title: «'a '' b»\n"],
  ['[', ']', 'fleet: a\nvms:\n  - name: x\n    nics: «[{ bridge: br0 }»\n'],
  ['[', ']', 'fleet: a\nvms:\n  - name: x\n    nics: «[{ bridge: br0 }»\n    count: 2\n'],
  ['{', '}', 'defaults: «{ cpus: 1»\nfleet: a\nvms:\n  - name: x\n'],
  ['[', ']', 'fleet: a\nvms: «[{ name: x }»\n'],
  ['{', '}', 'fleet: a\nvms:\n  - «{ name: x, count: 2»\n  - { name: y }\n'],
];

describe('what is not closed', () => {
  it.each(OPEN)('a %s that lacks its %s is told where it begins: %j', (open, closing, marked) => {
    const before = marked.slice(0, marked.indexOf('«')).split('\n');
    const finding = findingOf(BEGIN + marked.replaceAll(/[«»]/g, ''));
    expect(finding).toMatchObject({
      rule: 'yaml-syntax',
      line: before.length + 1,
      column: (before.at(-1) ?? '').length + 1,
      message: `This is not valid YAML: this \`${open}\` is not closed`,
    });
    expect(finding?.hint).toContain(`\`${closing}\``);
    // What the hint says is right: followed, the file is YAML.
    const followed = BEGIN + marked.replace('«', '').replace('»', closing);
    expect(findingOf(followed)?.rule).not.toBe('yaml-syntax');
  });

  it('a bracket of another kind is told where it stands', () => {
    const finding = findingOf(`${BEGIN}fleet: a\nvms: [{ name: x ]\n`);
    expect(finding).toMatchObject({ rule: 'yaml-syntax', line: 3, column: 17 });
  });

  it('a bracket that is closed, and not indented enough, is not one', () => {
    const finding = findingOf(`${BEGIN}fleet: a\nvms:\n  - name: x\n    nics: [\n  ]\n`);
    expect(finding?.message ?? '').not.toContain('not closed');
  });

  it('a secret with an open quote is not shown', () => {
    const graphics = '{ type: vnc, password: "hunter2 }';
    const text = `${BEGIN}fleet: a\nvms:\n  - name: x\n    graphics: ${graphics}\n`;
    try {
      loadFleet(text, { file: 'fleet.yaml' });
    } catch (error) {
      expect(JSON.stringify((error as VenError).findings)).not.toContain('hunter2');
    }
    expect.assertions(1);
  });
});
