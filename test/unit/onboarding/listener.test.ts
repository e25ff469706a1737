import { expect, it } from 'vitest';
import { Listener } from '../../../src/onboarding/listener.js';
import type { ConsoleReader, LogPosition, ResolvedVm } from '../../../src/model/index.js';

/** A listener to a log; `more` is what the node adds to it whenever it is read. */
function listening(
  log: string,
  more = '',
): { listener: Listener; log: () => string; say: (text: string) => void } {
  let bytes = Buffer.from(log);
  let position = 0;
  const console_: ConsoleReader = {
    get position() {
      return { file: 'log', position };
    },
    read() {
      const start = { file: 'log', position };
      const piece = Buffer.from(bytes.subarray(position));
      position = bytes.length;
      bytes = Buffer.concat([bytes, Buffer.from(more)]);
      return piece.length === 0 ? [] : [{ start, bytes: piece }];
    },
    mask(at, length) {
      bytes.fill('*', at.position, at.position + length);
      return null;
    },
    close: () => undefined,
  };
  const openConsole = (_: unknown, from: LogPosition | null): ConsoleReader => {
    position = from?.position ?? 0;
    return console_;
  };
  const ports = {
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    credentials: { username: 'edge', password: 'canary' },
    consoleEnd: () => ({ file: 'log', position: bytes.length }),
    openConsole,
  };
  return {
    listener: new Listener({} as ResolvedVm, ports, () => undefined),
    log: () => bytes.toString(),
    say: (text) => (bytes = Buffer.concat([bytes, Buffer.from(text)])),
  };
}

it('leaves alone what is read again, and finds the echo of what a former run typed', () => {
  const before = `host edge-1 boots\r\nedge-1 kernel\r\n${'x'.repeat(60)}\r\nlogin for edge-1\r\nUsername: `;
  const { listener, log, say } = listening(before);
  listener.open({ file: 'log', position: before.length });
  listener.expect('edge');
  listener.hear();
  say('edge\r\nPassword: ');
  expect(Buffer.from(listener.hear()).toString()).toBe('****\r\nPassword: ');
  expect(log()).toBe(`${before}****\r\nPassword: `);
});

it('hears all that was said until now, also of a node that never stops', () => {
  const { listener } = listening('one\r\n', 'two\r\n');
  listener.open(null);
  expect(Buffer.from(listener.hear({ all: true })).toString()).toBe('one\r\n');
  expect(Buffer.from(listener.hear({ all: true })).toString()).toBe('two\r\n');
});
