import { describe, expect, it } from 'vitest';
import { secondsIn } from '../../../src/model/duration.js';
import { duration } from '../../../src/view/text/words.js';

describe('secondsIn', () => {
  it.each([
    ['90', 90],
    ['30s', 30],
    ['5m', 300],
    ['1h30m', 5400],
    ['1.5h', 5400],
    ['2d', 172_800],
  ])('takes %s', (text, seconds) => {
    expect(secondsIn(text)).toBe(seconds);
  });

  it.each(['', 'soon', '5 apples', '-3s', '1h30', '5M', '1e9s', '1h-3m', '5ms', '1,000s'])(
    'takes no %j',
    (text) => {
      expect(secondsIn(text)).toBe(null);
    },
  );
});

describe('duration', () => {
  it.each([
    [0.04, '0ms'],
    [0.3, '0.3s'],
    [7, '7.0s'],
    [59.94, '59.9s'],
    [59.96, '1m'],
    [72.4, '1m 12s'],
    [119.6, '2m'],
    [3599.6, '1h'],
    [7500, '2h 5m'],
    [90_000, '1d 1h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
