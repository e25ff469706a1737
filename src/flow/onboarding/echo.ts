/** Finds, in the bytes of a console, what a node echoed of what was typed and must not be kept. It makes no difference where the stream is cut. */
import type { LogPlace } from './ports.js';

export interface EchoFound {
  at: LogPlace;
  length: number;
}

/** Shorter secrets stand in every text; they are looked for only right after they were typed. */
const TELLING_BYTES = 4;
/** So much after something was typed counts as its echo: to its line's end, or the next one's, when something came in between. */
const ECHO_BYTES = 2048;
const ECHO_LINES = 2;

export class EchoFinder {
  readonly #always: Buffer[];
  /** What was typed, while its echo may still come. */
  #expected: Buffer[] = [];
  #left = { bytes: 0, lines: 0 };
  /** What came last, so that an echo in two pieces is found; with the place of each byte. */
  #tail: { bytes: Buffer; places: LogPlace[] } = { bytes: Buffer.alloc(0), places: [] };

  /** `secrets` are never kept, whenever they are said. */
  constructor(secrets: readonly string[]) {
    this.#always = secrets.map((secret) => Buffer.from(secret)).filter(({ length }) => length >= TELLING_BYTES);
  }

  /** This is typed now: on the line that is under way it is not kept either. */
  expect(text: string): void {
    this.#expected = [Buffer.from(text)].filter(({ length }) => length > 0);
    this.#left = { bytes: ECHO_BYTES, lines: ECHO_LINES };
  }

  push({ start, bytes }: { start: LogPlace; bytes: Uint8Array }): EchoFound[] {
    const wanted = [...this.#always, ...this.#expected];
    if (wanted.length === 0) return [];
    const before = this.#tail.bytes.length;
    const all = Buffer.concat([this.#tail.bytes, bytes]);
    const placeOf = (index: number): LogPlace =>
      index < before ? (this.#tail.places[index] as LogPlace) : { file: start.file, position: start.position + index - before };
    const found: EchoFound[] = [];
    for (const secret of wanted) {
      for (let at = all.indexOf(secret); at >= 0; at = all.indexOf(secret, at + secret.length))
        found.push(...stretches(at, secret.length, placeOf));
    }
    if (this.#expected.length > 0) {
      this.#left.bytes -= bytes.length;
      for (const byte of bytes) if (byte === 0x0a) this.#left.lines -= 1;
      if (this.#left.lines <= 0 || this.#left.bytes <= 0) this.#expected = [];
    }
    const keep = Math.min(all.length, Math.max(...wanted.map(({ length }) => length)) - 1);
    const places = Array.from({ length: keep }, (_, index) => placeOf(all.length - keep + index));
    this.#tail = { bytes: Buffer.from(all.subarray(all.length - keep)), places };
    return found;
  }
}

/** In one file each: it may have been rotated in between. */
function stretches(from: number, length: number, placeOf: (index: number) => LogPlace): EchoFound[] {
  const found: EchoFound[] = [];
  for (let index = from; index < from + length; index += 1) {
    const at = placeOf(index);
    const last = found.at(-1);
    if (last && last.at.file === at.file && last.at.position + last.length === at.position) last.length += 1;
    else found.push({ at, length: 1 });
  }
  return found;
}
