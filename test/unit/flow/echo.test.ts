import { describe, expect, it } from 'vitest';
import { EchoFinder } from '../../../src/flow/onboarding/echo.js';

/** What is left of a text when all that is found in it, in pieces of this size, is masked. */
function masked(text: string, size: number, finder: EchoFinder, before: (position: number) => void = () => undefined): string {
  const log = Buffer.from(text);
  const result = Buffer.from(log);
  for (let position = 0; position < log.length; position += size) {
    before(position);
    for (const { at, length } of finder.push({ start: { file: 'log', position }, bytes: log.subarray(position, position + size) }))
      result.fill('*', at.position, at.position + length);
  }
  return result.toString();
}

describe('an echo of what may not be kept', () => {
  it('is found wherever the stream is cut', () => {
    const text = 'Password: gehéim!\r\nagain gehéim! and gehéimgehéim!\r\n';
    for (let size = 1; size < text.length + 2; size += 1) {
      expect(masked(text, size, new EchoFinder(['gehéim!']))).toBe('Password: ********\r\nagain ******** and gehéim********\r\n');
    }
  });

  it('of something short, or not secret everywhere, is looked for only where it was typed', () => {
    const text = 'root disk\r\nUsername: root\r\nPassword: abc\r\nroot abc\r\n';
    const finder = new EchoFinder(['abc']);
    const shown = masked(text, 1, finder, (position) => {
      if (position === text.indexOf('root\r\nPassword')) finder.expect('root');
      if (position === text.indexOf('abc')) finder.expect('abc');
    });
    expect(shown).toBe('root disk\r\nUsername: ****\r\nPassword: ***\r\nroot ***\r\n');
  });

  it('may begin in one file and end in the next', () => {
    const finder = new EchoFinder(['secret']);
    expect(finder.push({ start: { file: 'old', position: 10 }, bytes: Buffer.from('my sec') })).toEqual([]);
    expect(finder.push({ start: { file: 'new', position: 0 }, bytes: Buffer.from('ret') })).toEqual([
      { at: { file: 'old', position: 13 }, length: 3 },
      { at: { file: 'new', position: 0 }, length: 3 },
    ]);
  });

  it('costs little in ten megabytes without a line', () => {
    const finder = new EchoFinder(['a secret that is never said']);
    const bytes = Buffer.alloc(64 * 1024, 'a ');
    const began = performance.now();
    for (let piece = 0; piece < 160; piece += 1) finder.push({ start: { file: 'log', position: piece * bytes.length }, bytes });
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
