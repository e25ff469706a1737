import { describe, expect, it } from 'vitest';
import { DARK, LIGHT, type PageColours } from '../../../src/view/timeline/colours.js';
import { contrast } from './contrast.js';

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('the colours of the timeline’s page, %s', (_, colours: PageColours) => {
  const { ground, card, rail, ink, soft, good, bad, busy, label, stages } = colours;

  it('text has a contrast of 4.5 and more', () => {
    for (const text of [ink, soft, good, bad, busy])
      for (const on of [ground, card, rail])
        expect(contrast(text, on), `${text} on ${on}`).toBeGreaterThanOrEqual(4.5);
    for (const stage of stages)
      expect(contrast(label, stage), `${label} on ${stage}`).toBeGreaterThanOrEqual(4.5);
  });

  it('bars and marks have a contrast of 3 and more', () => {
    for (const mark of [...stages, bad, busy])
      for (const on of [card, rail])
        expect(contrast(mark, on), `${mark} on ${on}`).toBeGreaterThanOrEqual(3);
  });
});
