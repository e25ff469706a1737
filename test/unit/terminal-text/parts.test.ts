import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LastBoot, LastLines, LastText } from '../../../src/terminal-text/index.js';

const ESC = '\u001b';
const CLEAR = `${ESC}[2J${ESC}[01;01H`;
const TAKEOVER = `${CLEAR}${ESC}[=3h${CLEAR}${CLEAR}${ESC}[=3h${CLEAR}`;
const KERNEL = '[    0.000000] Linux version 6.1.0 (gcc)\r\n';

const lastBoot = (text: string, cuts: readonly number[] = []): string => {
  const boot = new LastBoot();
  let from = 0;
  for (const to of [...cuts, text.length]) {
    boot.push(text.slice(from, to));
    from = Math.max(from, to);
  }
  return boot.text();
};

describe('the last boot', () => {
  it.each([
    [
      'begins where firmware takes over the console',
      `old${TAKEOVER}first${TAKEOVER}BdsDxe${ESC}[2J${ESC}[01;01Hmenu`,
      `${TAKEOVER}BdsDxe${ESC}[2J${ESC}[01;01Hmenu`,
    ],
    ['is not begun by the kernel after it', `old${TAKEOVER}${KERNEL}up`, `${TAKEOVER}${KERNEL}up`],
    ['begins with the kernel where firmware is silent', `${KERNEL}a${KERNEL}b`, `${KERNEL}b`],
    [
      'may be told by SeaBIOS',
      'old\r\nSeaBIOS (version 1.16)\r\nBooting',
      'SeaBIOS (version 1.16)\r\nBooting',
    ],
    ['is everything where no boot is seen', 'no sign at all', 'no sign at all'],
    ['of nothing is nothing', '', ''],
  ])('%s', (_, text, expected) => {
    expect(lastBoot(text)).toBe(expected);
  });

  it('wherever the log is cut', () => {
    const text = `old${TAKEOVER}first${KERNEL}${TAKEOVER}second${KERNEL}`;
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
        expect(
          lastBoot(
            text,
            cuts.sort((a, b) => a - b),
          ),
        ).toBe(`${TAKEOVER}second${KERNEL}`);
      }),
    );
  });
});

describe('the last lines', () => {
  it('are those that a whole text ends with, however it comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'bc', '\n', 'd\n', '\n\n'), { maxLength: 60 }),
        fc.nat(10),
        (pieces, count) => {
          const last = new LastLines(count);
          for (const piece of pieces) last.push(piece);
          const lines = pieces.join('').match(/[^\n]*\n|[^\n]+$/g) ?? [];
          expect(last.text()).toBe(count === 0 ? '' : lines.slice(-count).join(''));
        },
      ),
    );
  });

  it('of a long text too', () => {
    const last = new LastLines(2);
    for (let line = 0; line < 5000; line += 1) last.push(`${line}\n`);
    expect(last.text()).toBe('4998\n4999\n');
  });
});

describe('LastText', () => {
  it('is the end of a text, in whole lines, however it comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n') })),
        fc.integer({ min: 1, max: 30 }),
        (pieces, most) => {
          const last = new LastText(most);
          for (const piece of pieces) last.push(piece);
          const whole = pieces.join('');
          const kept = last.text();
          expect(whole.endsWith(kept)).toBe(true);
          expect(kept.length).toBeLessThanOrEqual(most);
          if (whole.length <= most) expect(kept).toBe(whole);
          // What was cut away ends a line, unless there is no line's end in what could be kept.
          else if (whole.slice(-most - 1).includes('\n'))
            expect(whole.at(-kept.length - 1)).toBe('\n');
        },
      ),
    );
  });
});
