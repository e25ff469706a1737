import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DARK, LIGHT, terminalSvg } from '../../../scripts/record/terminal-svg.js';
import { tourOf } from '../../../scripts/record/tour.js';
import { attribute, elementsOf, parseXml, textOf } from '../../../src/xml/index.js';
import { contrast } from '../view/contrast.js';

const ROOT = new URL('../../../', import.meta.url);
const readme = readFileSync(new URL('README.md', ROOT), 'utf8');

const scenes = [
  { command: "sed 's/a/<b>/' & \u001b", lines: [], seconds: 1 },
  {
    command: 'ven plan',
    seconds: 9,
    lines: [
      [
        { text: '+', column: 2, colour: 2 },
        { text: 'vm.edge-1', column: 4, bold: true },
      ],
      [{ text: '</text><script>', column: 0, dim: true }],
    ],
  },
];

describe('a terminal as SVG', () => {
  const svg = terminalSvg('A <tour>', scenes, 66);

  it('is XML in which what was printed is text', () => {
    const root = parseXml(svg);
    expect(svg).not.toMatch(/<script|url\(|@import|\u001b/);
    expect(attribute(root, 'role')).toBe('img');
    const [title, description] = elementsOf(root);
    expect(textOf(title)).toBe('A <tour>');
    expect(textOf(description)).toContain("sed 's/a/<b>/' &");
    const lines = elementsOf(root)
      .filter(({ name }) => name === 'g')
      .flatMap((scene) => elementsOf(scene).map(textOf));
    expect(lines).toEqual(["$sed 's/a/<b>/' &  ", '$ven plan', '+vm.edge-1', '</text><script>']);
  });

  it('shows one scene after another, or all at once to those who want no motion', () => {
    const delays = [...svg.matchAll(/animation-delay: ([\d.]+)s/g)].map(([, time]) => Number(time));
    expect(delays).toEqual([0, 1, 1.8, 4.8]);
    expect(svg).toContain('(prefers-reduced-motion: reduce) { .scene { animation: none; } }');
    expect(terminalSvg('A <tour>', structuredClone(scenes), 66)).toBe(svg);
  });

  it.each([
    ['light', LIGHT],
    ['dark', DARK],
  ])('has a contrast of 4.5 and more, %s', (_, { ground, bar, ink, dim, colours }) => {
    for (const colour of [ink, dim, ...colours])
      expect(contrast(colour, ground), colour).toBeGreaterThanOrEqual(4.5);
    expect(contrast(dim, bar)).toBeGreaterThanOrEqual(3);
  });
});

describe('the recording in the documentation', () => {
  const file = new URL('docs/images/tour.svg', ROOT);

  it('is of the tour that the README has', () => {
    const { commands, fleet } = tourOf(readme);
    expect(fleet).toContain('fleet: tour');
    const [, description] = elementsOf(parseXml(readFileSync(file, 'utf8')));
    expect(textOf(description)).toContain(commands.join('; '));
  });

  it('is small, and narrow enough to be read on a phone', () => {
    expect(statSync(file).size).toBeLessThan(150_000);
    const root = parseXml(readFileSync(file, 'utf8'));
    expect(Number(attribute(root, 'width'))).toBeLessThan(520);
  });
});
