/**
 * Recordings of consoles give the timelines that they say, however they are cut, and whoever is
 * killed meanwhile.
 */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeInput } from '../../../src/model/index.js';
import {
  cutAt,
  inputsOf,
  POWER_ON,
  readRecording,
  RECORDINGS,
  replay,
  type Replay,
  SECRETS,
  told,
} from './replay.js';

/** Cut at each of its bytes; the others at every seventh. */
const SAMPLE = 'lab-interactive.yaml';
const names = readdirSync(RECORDINGS).filter((name) => name.endsWith('.yaml'));
const length = (inputs: readonly NodeInput[]): number =>
  inputs.reduce((sum, input) => sum + (input.kind === 'console' ? input.bytes.length : 0), 0);
const everywhere = (inputs: readonly NodeInput[]): Set<number> =>
  new Set(Array.from({ length: length(inputs) }, (_, index) => index));

/** The same, with a look at the clock every `every` seconds. */
function withTicks(inputs: readonly NodeInput[], every: number): NodeInput[] {
  const all = [...inputs];
  const end = inputs.at(-1)?.at ?? POWER_ON;
  for (let at = POWER_ON; at <= end; at += every * 1000) all.push({ kind: 'tick', at });
  return all.sort((a, b) => a.at - b.at);
}

it('there are recordings', () => {
  expect(names.length).toBeGreaterThanOrEqual(6);
  expect(names).toContain(SAMPLE);
});

describe.each(names)('%s', (name) => {
  const { flow, osLogin = false, steps, expect: expected } = readRecording(name);
  const play = (inputs: readonly NodeInput[], restored = false): Replay =>
    replay(flow, inputs, { restored, osLogin });
  const inputs = inputsOf(steps);

  it('gives its timeline', () => {
    expect(told(play(inputs))).toEqual(expected);
  });

  it('has stages that follow one another, and no gaps', () => {
    const { watcher } = play(inputs);
    for (const [index, visit] of watcher.visits.entries()) {
      const next = watcher.visits[index + 1];
      expect(visit.leftAt).toBe(next ? next.enteredAt : (watcher.failure?.at ?? null));
      expect(Date.parse(visit.leftAt ?? visit.enteredAt)).toBeGreaterThanOrEqual(
        Date.parse(visit.enteredAt),
      );
    }
    const sum = watcher.visits.reduce(
      (all, { enteredAt, leftAt }) =>
        all + (leftAt ? Date.parse(leftAt) - Date.parse(enteredAt) : 0),
      0,
    );
    expect(sum).toBe(
      Date.parse(watcher.failure?.at ?? watcher.visits.at(-1)?.enteredAt ?? '') - POWER_ON,
    );
  });

  it('gives the same cut at any byte', () => {
    for (let place = 0; place < length(inputs); place += name === SAMPLE ? 1 : 7) {
      expect(told(play(cutAt(inputs, new Set([place])))), `cut at ${place}`).toEqual(expected);
    }
  });

  it('gives the same byte by byte', () => {
    expect(told(play(cutAt(inputs, everywhere(inputs))))).toEqual(expected);
  });

  it('gives the same however often one looks', () => {
    for (const every of [0.1, 0.7, 5, 45])
      expect(told(play(withTicks(inputs, every)))).toEqual(expected);
  });

  it('gives the same when the watcher is killed after each piece', () => {
    expect(told(play(inputs, true))).toEqual(expected);
    expect(told(play(cutAt(withTicks(inputs, 0.2), everywhere(inputs)), true))).toEqual(expected);
  });

  it('gives the same in any pieces, killed or not', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat({ max: length(inputs) }), { maxLength: 60 }),
        fc.boolean(),
        (places, restored) => {
          expect(told(play(cutAt(inputs, new Set(places)), restored))).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('says no secret', () => {
    const { watcher, effects } = play(cutAt(inputs, everywhere(inputs)));
    const all = JSON.stringify([
      effects,
      watcher.visits,
      watcher.failure,
      watcher.lastLine,
      watcher.memory,
    ]);
    for (const secret of SECRETS) expect(all).not.toContain(secret);
  });
});
