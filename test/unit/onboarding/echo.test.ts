import { describe, expect, it } from 'vitest';
import { EchoFinder } from '../../../src/onboarding/echo.js';

interface Left {
  /** Of the log. */
  kept: string;
  /** What a watcher hears. */
  heard: string;
}

/** What is left of a text when all that is found in it, in pieces of this size, is masked. */
function left(
  text: string | Buffer,
  size: number,
  finder: EchoFinder,
  before: (position: number) => void = () => undefined,
): Left {
  const log = Buffer.from(text);
  const kept = Buffer.from(log);
  const heard: Uint8Array[] = [];
  for (let position = 0; position < log.length; position += size) {
    before(position);
    const { found, said } = finder.push(
      { start: { file: 'log', position }, bytes: log.subarray(position, position + size) },
      position,
    );
    for (const { at, length } of found) kept.fill('*', at.position, at.position + length);
    heard.push(said);
  }
  heard.push(finder.release(0, { all: true }));
  return { kept: kept.toString('latin1'), heard: Buffer.concat(heard).toString('latin1') };
}

const masked = (...of: Parameters<typeof left>): string => left(...of).kept;

/** Of this process: what else the machine does is not counted. */
const cpuMs = (): number => process.cpuUsage().user / 1000;

describe('an echo of what may not be kept', () => {
  it('is found wherever the stream is cut', () => {
    const text = 'Password: gehéim!\r\nagain gehéim! and gehéimgehéim!\r\n';
    for (let size = 1; size < text.length + 2; size += 1) {
      const said = left(text, size, new EchoFinder(['gehéim!']));
      expect(said.kept).toBe(
        Buffer.from('Password: ********\r\nagain ******** and gehéim********\r\n').toString(
          'latin1',
        ),
      );
      expect(said.heard).toBe(Buffer.from(text).toString('latin1'));
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

  it('of something typed is looked for in its line and the next, wherever the stream is cut', () => {
    const text = `Username: edge\r\nPassword for edge: \r\n${'edge-1 says edge\r\n'.repeat(6)}`;
    const { length } = 'Username: ';
    for (let size = 1; size <= text.length; size += 1) {
      const finder = new EchoFinder(['canary-pass']);
      finder.push(
        { start: { file: 'log', position: 0 }, bytes: Buffer.from(text.slice(0, length)) },
        0,
      );
      finder.expect('edge');
      expect({ size, kept: masked(text.slice(length), size, finder) }).toEqual({
        size,
        kept: `****\r\nPassword for ****: \r\n${'edge-1 says edge\r\n'.repeat(6)}`,
      });
    }
  });

  it('of something typed is looked for over two thousand bytes, wherever the stream is cut', () => {
    const text = `${'x'.repeat(2040)} edge ${'edge '.repeat(100)}`;
    for (const size of [1, 7, 1000, 2046, 65536]) {
      const finder = new EchoFinder([]);
      finder.expect('edge');
      expect(masked(text, size, finder)).toBe(text.replace('edge edge', '**** ****'));
    }
  });

  it('that a former run typed is looked for behind what that handed on', () => {
    const before = `edge-1 boots\r\n${'edge-1 kernel\r\n'.repeat(200)}login for edge, once\r\nUsername: `;
    const text = `${before}edge\r\nPassword for edge: \r\nedge-1 says\r\n`;
    const kept = `${before}****\r\nPassword for ****: \r\nedge-1 says\r\n`;
    for (const begun of [0, 1, 3]) {
      for (const size of [1, 7, 61, 1000, 65536]) {
        const finder = new EchoFinder(['canary-pass']);
        const to = before.length + begun;
        finder.known({ file: 'log', position: 0 }, { file: 'log', position: to });
        finder.expect('edge');
        const said = left(text, size, finder);
        expect({ begun, size, ...said }).toEqual({
          begun,
          size,
          kept,
          heard: `${'*'.repeat(4 - begun)}\r\nPassword for edge: \r\nedge-1 says\r\n`,
        });
      }
    }
  });

  it('of a password is found in what is read again', () => {
    const text = 'Password: canary-pass\r\nwrong\r\nUsername: edge\r\n';
    for (let size = 1; size <= text.length; size += 1) {
      const finder = new EchoFinder(['canary-pass']);
      finder.known({ file: 'log', position: 0 }, { file: 'log', position: text.indexOf('edge') });
      finder.expect('edge');
      expect(masked(text, size, finder)).toBe(
        'Password: ***********\r\nwrong\r\nUsername: ****\r\n',
      );
    }
  });

  it('is asterisks on the line that it was typed on; on the next one it may be part of a prompt', () => {
    const text = 'Username: admin\r\nPassword for admin: ';
    for (let size = 1; size <= text.length; size += 1) {
      const finder = new EchoFinder(['hunter2']);
      finder.expect('admin');
      expect({ size, ...left(text, size, finder) }).toEqual({
        size,
        kept: 'Username: *****\r\nPassword for *****: ',
        heard: 'Username: *****\r\nPassword for admin: ',
      });
    }
  });

  it('may begin in one file and end in the next', () => {
    const finder = new EchoFinder(['secret']);
    const push = (file: string, position: number, text: string) =>
      finder.push({ start: { file, position }, bytes: Buffer.from(text) }, 0);
    expect(push('old', 10, 'my sec').found).toEqual([]);
    expect(finder.position({ file: 'old', position: 16 })).toEqual({ file: 'old', position: 13 });
    expect(push('new', 0, 'ret').found).toEqual([
      { at: { file: 'old', position: 13 }, length: 3 },
      { at: { file: 'new', position: 0 }, length: 3 },
    ]);
  });

  it.each([4000, 30_000, 65_536])(
    'of %i characters is found, broken by the edge, too',
    (length) => {
      const secret = Array.from({ length: length / 8 }, (_, at) =>
        ((at * 2654435761) % 2 ** 32).toString(36).padStart(8, '+'),
      )
        .join('')
        .slice(0, length);
      for (const edge of ['', ' \r', '\r\n']) {
        const echoed = secret.replace(/.{80}/g, `$&${edge}`);
        const { kept } = left(`Token: ${echoed}\r\nok`, 65536, new EchoFinder([secret]));
        expect(kept.replaceAll(/[ \r\n]/g, '')).toBe(`Token:${'*'.repeat(secret.length)}ok`);
      }
    },
  );

  it.each(['', 'u', 'u:'])('is found in base64 of a longer text, after %j', (before) => {
    const encoded = Buffer.from(`${before}hunter2-secret and more`).toString('base64');
    const { kept } = left(`auth ${encoded}\r\n`, 7, new EchoFinder(['hunter2-secret']));
    expect(Buffer.from(kept.slice(5).replaceAll('*', ''), 'base64').toString()).not.toMatch(
      /unter/,
    );
    expect(kept).toContain('****************');
  });

  it('costs little in megabytes without a line', () => {
    for (const word of ['a ', 'a\r', 'a\u001b[m', 'a s\u001b]0;', 'a \r']) {
      const finder = new EchoFinder(['a secret that is never said']);
      const bytes = Buffer.alloc(64 * 1024, word);
      const began = cpuMs();
      for (let piece = 0; piece < 32; piece += 1)
        finder.push({ start: { file: 'log', position: piece * bytes.length }, bytes }, piece);
      expect(cpuMs() - began, JSON.stringify(word)).toBeLessThan(1500);
    }
  });

  it.each([
    ['hunter2-secret', 'h['],
    ['hunter2-secret', 'h[ '],
    ['hunter2-secret', 'h\u001b]'],
    [`${'a'.repeat(13)}b`, 'a\b'],
    [`${'a'.repeat(13)}b`, 'a['],
    ['    secret', ' \r'],
    [`${'['.repeat(12)}b`, '['],
    ['hunter2-secret', 'h[    1.123456] '],
  ])('costs little for a node that knows it is %j and says %j', (secret, word) => {
    const finder = new EchoFinder([secret]);
    const bytes = Buffer.alloc(64 * 1024, word);
    const began = process.cpuUsage().user;
    for (let piece = 0; piece < 4; piece += 1)
      finder.push({ start: { file: 'log', position: piece * bytes.length }, bytes }, piece);
    expect((process.cpuUsage().user - began) / 1000).toBeLessThan(1000);
  });
});

const WIDE = 'canary-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-pass';
const stars = (count: number): string => '*'.repeat(count);

describe('a secret that a terminal has other bytes in', () => {
  it.each([
    ['colours', 'hunt2 x', 'h\u001b[1munt\u001b[0m2 x', '*\u001b[1m***\u001b[0m***'],
    ['a title', 'hunt2 x', 'hu\u001b]0;root@n: ~\u0007nt2 x', '**\u001b]0;root@n: ~\u0007*****'],
    [
      'palettes and pictures',
      'hunt2 x',
      'hu\u001bP1$r0m\u001b\\nt\u001b_Gi=1\u001b\\2 x',
      '**\u001bP1$r0m\u001b\\**\u001b_Gi=1\u001b\\***',
    ],
    [
      'the edge of the screen, as readline writes it',
      WIDE,
      `${WIDE.slice(0, 70)} \r${WIDE.slice(70)}`,
      `${stars(70)} \r${stars(7)}`,
    ],
    [
      'the edge of the screen, as BusyBox writes it',
      WIDE,
      `${WIDE.slice(0, 70)}\r\n${WIDE.slice(70)}`,
      `${stars(70)}\r\n${stars(7)}`,
    ],
    ['the edge of the screen after a space', 'hunt 2 x', 'hunt \r\n2 \r x', '*****\r\n**\r *'],
    ['characters painted again', 'hunt2 x', 'hu\bunt\rt2 x', '**\bu**\rt***'],
    ['characters covered at once', 'hunt2 x', 'h\b*u\b*n\b*t\b*2 x', '*\b**\b**\b**\b****'],
    [
      'a kernel message',
      'hunt2 x',
      'hunt[   52.123456] veth1: up\r\n2 x',
      '****[   52.123456] veth1: up\r\n***',
    ],
    [
      'cursor movements',
      'hunt2 x',
      'hu\u001b(B\u001b[1;3Hn\u001b7\u001b8t2 x',
      '**\u001b(B\u001b[1;3H*\u001b7\u001b8****',
    ],
    ['escapes for eight bits', 'gehéim x', 'geh\\303\\251im x', stars(15)],
  ])('%s', (_, secret, echoed, expected) => {
    const end = '\r\ndone\r\n';
    for (let size = 1; size < echoed.length + 10; size += 1) {
      const whole = left(`a\r\nPassword: ${echoed}${end}`, size, new EchoFinder([secret]));
      const masks = `a\r\nPassword: ${expected}${end}`;
      expect({ size, ...whole }).toEqual({ size, kept: masks, heard: masks });
    }
  });

  it.each([
    ['JSON', 'say "hi"', 'say \\"hi\\"'],
    ['base64', 'hunter2', 'aHVudGVyMg=='],
    ['a title', 'hunter2', '\u001b]0;hunter2\u0007'],
    ['an 8-bit console', 'geh\u00e9im', Buffer.from('geh\u00e9im', 'latin1')],
  ])('%s', (_, secret, echoed) => {
    const text = Buffer.concat([Buffer.from('a '), Buffer.from(echoed), Buffer.from(' b')]);
    for (let size = 1; size <= text.length; size += 1) {
      const kept = masked(text, size, new EchoFinder([secret]))
        .replace('\u001b]0;', '')
        .replace('\u0007', '');
      expect(kept).toMatch(/^a \*+ b$/);
    }
  });

  it('far along a line, where lines are cut', () => {
    const { kept, heard } = left(`${'x'.repeat(4090)}hunter2 y`, 512, new EchoFinder(['hunter2']));
    expect(kept).toBe(`${'x'.repeat(4090)}******* y`);
    expect(heard).toBe(kept);
  });

  it('is no secret when other words stand between its letters', () => {
    const text = 'h unter\r\nhun xter2\r\nhun \nter2 hunter\r\n';
    expect(left(text, 3, new EchoFinder(['hunter2']))).toEqual({ kept: text, heard: text });
  });
});

describe('what may be the beginning of a secret', () => {
  const push = (finder: EchoFinder, position: number, text: string, now: number): string => {
    const { said } = finder.push(
      { start: { file: 'log', position }, bytes: Buffer.from(text) },
      now,
    );
    return Buffer.from(said).toString();
  };
  const released = (finder: EchoFinder, now: number): string =>
    Buffer.from(finder.release(now)).toString();

  it('is handed on when nothing follows for a second; five, when it is telling', () => {
    const finder = new EchoFinder([': canary']);
    expect(push(finder, 0, 'Password: ', 0)).toBe('Password');
    expect(released(finder, 900)).toBe('');
    expect(released(finder, 1000)).toBe(': ');
    expect(push(finder, 10, '\r\n: can', 2000)).toBe('\r\n');
    expect(released(finder, 6900)).toBe('');
    expect(finder.position({ file: 'log', position: 17 })).toEqual({ file: 'log', position: 12 });
    expect(released(finder, 7000)).toBe(': can');
    expect(finder.position({ file: 'log', position: 17 })).toEqual({ file: 'log', position: 17 });
    // It may become one all the same.
    expect(
      finder.push({ start: { file: 'log', position: 17 }, bytes: Buffer.from('ary') }, 8000).found,
    ).toEqual([{ at: { file: 'log', position: 12 }, length: 8 }]);
  });

  it('does not keep back a line that ends like it', () => {
    expect(push(new EchoFinder(['one-secret']), 0, 'all done on\r\n', 0)).toBe('all done on\r\n');
  });

  it('that a former run has handed on is masked with the rest, of which nothing is shown', () => {
    const text = 'a\r\ncanary-secret\r\n';
    for (let stopped = 0; stopped <= text.length; stopped += 1) {
      const finder = new EchoFinder(['canary-secret']);
      finder.known({ file: 'log', position: 0 }, { file: 'log', position: stopped });
      const { kept, heard } = left(text, 5, finder);
      expect(kept).toBe('a\r\n*************\r\n');
      const inside = stopped > 3 && stopped < 16;
      expect(heard).toBe((inside ? kept : text).slice(stopped));
    }
  });
});
