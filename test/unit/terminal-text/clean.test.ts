import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConsoleText, type ConsoleState } from '../../../src/terminal-text/index.js';
import { cpuMs } from '../cpu.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const clean = (text: string): string => {
  const console = new ConsoleText();
  return console.push(bytes(text)) + console.end();
};
const ESC = '\u001b';
const CLEAR = `${ESC}[2J${ESC}[01;01H`;

/** What OVMF and its shell said on a real machine, up to a typed command. */
const FIRMWARE =
  `${CLEAR}${ESC}[=3h${CLEAR}${CLEAR}${ESC}[=3h${CLEAR}` +
  ('BdsDxe: loading Boot0002 "EFI Internal Shell"\r\n' +
    `${ESC}[2J${ESC}[01;01H${ESC}[01;01HUEFI Interactive Shell v2.2\r\n`) +
  (`${ESC}[1m${ESC}[33m${ESC}[40mMapping table${ESC}[0m${ESC}[37m${ESC}[40m\r\n` +
    '          PciRoot(0x0)\r\n') +
  [3, 2, 1]
    .map((left) => `${ESC}[07;01HPress ${ESC}[1mESC${ESC}[0m in ${left} seconds to skip`)
    .join('') +
  ('\r\n' +
    `${ESC}[08;01H${ESC}[33mShell> ` +
    `${ESC}[0m${ESC}[08;08Hv${ESC}[08;09H${ESC}[08;09He` +
    `${ESC}[08;10H${ESC}[08;10Hr${ESC}[08;11H${ESC}[08;11H\r\n`) +
  `${ESC}[09;01HUEFI v2.70\r\n`;
const FIRMWARE_READ = [
  'BdsDxe: loading Boot0002 "EFI Internal Shell"',
  'UEFI Interactive Shell v2.2',
  'Mapping table',
  '          PciRoot(0x0)',
  'Press ESC in 1 seconds to skip',
  'Shell> ver',
  'UEFI v2.70',
  '',
].join('\n');

describe('a console cleaned for reading', () => {
  it.each([
    ['plain lines stay', 'one\r\ntwo\n\r\n  three\n', 'one\ntwo\n\n  three\n'],
    ['the last line needs no end', 'login: ', 'login:\n'],
    ['nothing is nothing', '', ''],
    ['colours go', `${ESC}[1;31mred${ESC}[0m and ${ESC}[38;5;12mblue${ESC}[m\n`, 'red and blue\n'],
    ['so do bells, NULs and the like', 'a\u0007b\u0000c\u007fd\u000ee\u0084f\n', 'abcdef\n'],
    ['a title is not text', `${ESC}]0;root@node: ~\u0007$ ls${ESC}]2;x${ESC}\\\n`, '$ ls\n'],
    [
      'other strings neither',
      `${ESC}P1$r0m${ESC}\\a${ESC}_x${ESC}\\b\u009dtitle\u009cc\n`,
      'abc\n',
    ],
    ['a string without an end takes no more than its line', `${ESC}]0;oops\nnext\n`, '\nnext\n'],
    ["Linux's palette", `${ESC}]P0123456text${ESC}]Rmore\n`, 'textmore\n'],
    ['character sets and keypad modes', `${ESC}(B${ESC})0${ESC}=${ESC}>${ESC}7x${ESC}8\n`, 'x\n'],
    ['modes', `${ESC}[?25l${ESC}[?2004hx${ESC}[>c${ESC}[6n\n`, 'x\n'],
    ['8-bit sequences', 'a\u009b31mb\n', 'ab\n'],
    ['a line painted over is read as it was last', ' 10%\r 50%\r100%\n', '100%\n'],
    ['but only as far as it was painted', 'abcdef\rxy\n', 'xycdef\n'],
    ['backspaces', 'lsx\b \b -l\n', 'ls -l\n'],
    ['tabs', 'a\tb\tc\n', 'a       b       c\n'],
    ['erasing to the end', `abcdef\r${ESC}[3C${ESC}[K\n`, 'abc\n'],
    [
      'erasing the line, the start, some',
      `abc${ESC}[2K\rx\n12345${ESC}[3D${ESC}[1Ky\nabcd\r${ESC}[2Xz\n`,
      'x\n  y45\nz cd\n',
    ],
    ['an edited command', `$ ct x\r${ESC}[3C${ESC}[@a${ESC}[C${ESC}[2P\n`, '$ cat\n'],
    [
      'the cursor placed along the line',
      `${ESC}[5;1Habc${ESC}[5;10Hdef${ESC}[5;2HX\n`,
      'aXc      def\n',
    ],
    ['the cursor placed on other lines', `${ESC}[5;1Habc${ESC}[7;3Hdef${ESC}[9;1H`, 'abc\n  def\n'],
    [
      'blanks that clear a screen are not lines',
      `${ESC}[1;1H      ${ESC}[2;1H      ${ESC}[3;1Hmenu\n`,
      'menu\n',
    ],
    ['a cleared screen ends the line', `abc${ESC}[2Jdef\n`, 'abc\ndef\n'],
    [
      'the cursor up and down',
      `abc${ESC}[Adef${ESC}[Bghi${ESC}[Ejkl\n`,
      'abc\n   def\n      ghi\njkl\n',
    ],
    ['a newline within a sequence is a newline', `a${ESC}[3\n1mb\n`, 'a\nb\n'],
    ['a sequence that is broken off', `a${ESC}[3${ESC}[1mb\u001b[3\u0018c\u001b[1éd\n`, 'abcéd\n'],
    ['a sequence cut by the end', `a${ESC}[3`, 'a\n'],
    ['other scripts', '温度: 20 °C 😀\n', '温度: 20 °C 😀\n'],
    ['firmware and its shell', FIRMWARE, FIRMWARE_READ],
  ])('%s', (_, said, read) => {
    expect(clean(said)).toBe(read);
  });

  it('bytes that are no text become replacement characters', () => {
    const console = new ConsoleText();
    expect(console.push(Uint8Array.of(0x61, 0xff, 0xc3, 0x0a)) + console.end()).toBe(
      'a\ufffd\ufffd\n',
    );
  });

  it('no number is too large, no line too long', () => {
    expect(clean(`a${ESC}[99999999999Cb\n`)).toHaveLength(257);
    expect(clean(`${ESC}[99999999999@x${ESC}[;;;999999999999999999999Hy\n`).length).toBeLessThan(
      10_000,
    );
    const lines = clean('x'.repeat(100_000)).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBe(4096);
    expect(lines.join('')).toHaveLength(100_000);
    expect(clean(`${ESC}[${'1;'.repeat(50_000)}mx\n`)).toBe('x\n');
  });

  /** Text in which much is special. */
  const console = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          ESC,
          `${ESC}[`,
          `${ESC}]`,
          '\r',
          '\n',
          '\b',
          '\t',
          ';',
          'H',
          'K',
          'J',
          'P',
          '@',
          '2',
          '17',
          '\u009b',
          '\u0007',
          'é',
          '😀',
        ),
        fc.string({ maxLength: 6 }),
        fc.constantFrom(FIRMWARE.slice(0, 200), FIRMWARE.slice(-200)),
      ),
      { maxLength: 40 },
    )
    .map((pieces) => bytes(pieces.join('')));

  it('few bytes do not become many, nor take long', () => {
    for (const word of [
      '[4096Cx\n',
      '[B x',
      '[9;4096Hx',
      '[4096@',
      '[4096Gx\n',
      '[Bx[D',
      '[4096dx',
    ]) {
      const bytes = Buffer.alloc(128 * 1024, word.replaceAll('[', `${ESC}[`));
      const text = new ConsoleText();
      text.push(Buffer.from('x'.repeat(4090)));
      const took = cpuMs(() => {
        expect(text.push(bytes).length, word).toBeLessThan(100 * bytes.length);
      });
      expect(took, word).toBeLessThan(1500);
    }
  });

  it.each([
    ['inserted blanks', '', '[999@'],
    ['inserted blanks on a wide line', 'x'.repeat(4095) + '\r', '[@'],
    ['a wide line erased up to the cursor', 'x'.repeat(4095), '[1K'],
    ['a wide line erased from the cursor on', 'x'.repeat(4095) + '\r', '[4096X'],
  ])('a node that says it again and again costs little: %s', (_, before, word) => {
    const text = new ConsoleText();
    text.push(Buffer.from(before));
    const took = cpuMs(() => {
      text.push(Buffer.alloc(512 * 1024, `${ESC}${word}`));
    });
    expect(took).toBeLessThan(600);
  });

  it('inserted blanks move what is on the screen, as far as its edge', () => {
    const long = 'x'.repeat(300);
    expect(clean(`abc\r${ESC}[C${ESC}[2@\n`)).toBe('a  bc\n');
    expect(clean(`${'y'.repeat(255)}z\r${ESC}[3@\n`)).toBe(`   ${'y'.repeat(253)}\n`);
    expect(clean(`${long}\b\b${ESC}[5@\n`)).toBe(`${long}\n`);
    expect(clean(`a${ESC}[5@b\n`)).toBe('ab\n');
  });

  it('it makes no difference where the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.oneof(console, fc.uint8Array({ maxLength: 200 })),
        fc.array(fc.nat(300), { maxLength: 10 }),
        (stream, cuts) => {
          const whole = new ConsoleText();
          const expected = whole.push(stream) + whole.end();
          const cut = new ConsoleText();
          let read = '';
          let from = 0;
          for (const to of [...cuts.sort((a, b) => a - b), stream.length]) {
            read += cut.push(stream.subarray(from, to));
            from = Math.max(from, to);
          }
          expect(read + cut.end()).toBe(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('nothing that a terminal obeys comes through, but line ends', () => {
    fc.assert(
      fc.property(fc.oneof(console, fc.uint8Array({ maxLength: 200 })), (stream) => {
        const cleaned = new ConsoleText();
        const read = cleaned.push(stream) + cleaned.flush() + cleaned.end();
        expect(read).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a reader who waits', () => {
  it('is shown the line under way, and then only what is new of it', () => {
    const console = new ConsoleText();
    expect(console.push(bytes('up\r\nlogin: '))).toBe('up\n');
    expect(console.flush()).toBe('login:');
    expect(console.flush()).toBe('');
    expect(console.push(bytes('ro'))).toBe('');
    expect(console.flush()).toBe(' ro');
    expect(console.push(bytes('ot\r\nPassword: '))).toBe('ot\n');
    expect(console.end()).toBe('Password:\n');
  });

  it('is shown a line again when it was painted over', () => {
    const console = new ConsoleText();
    console.push(bytes('in 5 s'));
    expect(console.flush()).toBe('in 5 s');
    console.push(bytes('\rin 4 s'));
    expect(console.flush()).toBe('\nin 4 s');
    expect(console.push(bytes(`${ESC}[2K\rdone\r\n`))).toBe('\ndone\n');
  });
});

describe('a reader that was ended and goes on', () => {
  it('reads the same as one that went on reading, from any byte', () => {
    const pieces = fc.oneof(
      fc.constantFrom(
        '\r',
        '\n',
        '\b',
        `${ESC}[2J`,
        `${ESC}[5;9H`,
        `${ESC}[=3h`,
        `${ESC}[K`,
        `${ESC}]0;title`,
        `${ESC}\\`,
        'é€😀',
        '\ufeff',
      ),
      fc.string({ maxLength: 6 }),
    );
    const streams = fc.oneof(
      fc.array(pieces, { maxLength: 30 }).map((all) => bytes(all.join(''))),
      fc.uint8Array({ maxLength: 100 }),
    );
    fc.assert(
      fc.property(streams, (stream) => {
        const whole = new ConsoleText();
        const expected = whole.push(stream) + whole.end();
        let reader = new ConsoleText();
        let read = '';
        for (const byte of stream) {
          read += reader.push(Uint8Array.of(byte));
          reader = new ConsoleText(JSON.parse(JSON.stringify(reader.state)) as ConsoleState);
        }
        expect(read + reader.end()).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('has the line under way', () => {
    const reader = new ConsoleText();
    reader.push(bytes('up\r\nUsername: '));
    expect(reader.line).toBe('Username:');
    expect(new ConsoleText(reader.state).line).toBe('Username:');
  });
});
