import { Spelling } from '../terminal-text/index.js';
import { bytesOf } from '../secrets/index.js';
import type { LogPosition } from '../model/index.js';

export interface EchoFound {
  at: LogPosition;
  length: number;
}

/** Any text may contain a shorter secret, so those are searched only right after typing. */
const TELLING_BYTES = 4;
/**
 * How far the echo of typed text may reach: to the end of its line, or of the next one when other
 * output came in between.
 */
const ECHO_BYTES = 2048;
const ECHO_LINES = 2;
/**
 * How long a possible beginning of a secret is held back after the last byte: it may also be the
 * end of a prompt.
 */
const HELD_MS = 1000;
const HELD_TELLING_MS = 5000;
/** The part of a line that the profile's patterns match against. */
const MATCHED_BYTES = 1024;
const LINE_FEED = 0x0a;
const STAR = 0x2a;

interface Form {
  bytes: Buffer;
  /** `typed`: just now; `unknown`: the views' masks do not know this form. */
  kind: 'typed' | 'known' | 'unknown';
}

interface Match extends Pick<Form, 'kind'> {
  places: number[];
}

/**
 * Finds in a console's bytes the echoes of typed secrets, which must not stay in the log: in all
 * forms that consoles echo, also inside terminal control strings, and with everything in between
 * that `Spelling` knows. Where the stream is cut makes no difference: a possible beginning of a
 * secret is held back until the next bytes decide.
 *
 * A secret in one piece is passed on unchanged, since it may be a word that the profile matches;
 * the views mask it. Passed on as asterisks: text typed on its line, text that only a terminal puts
 * together, text far along a line, and text whose beginning a former run has passed on.
 *
 * Not found: an echo with missing characters (a line scrolled sideways on a dumb terminal; an
 * overrun), or with changed ones (a line that drops the eighth bit); an echo with output of another
 * program in it, unless that is the kernel. If an echo is split by more than a terminal's wrap
 * after a pause of seconds, or by a line end after fewer than four characters, its beginning is
 * shown, but masked in the log.
 */
export class EchoFinder {
  readonly #always: Form[];
  /** The typed text, while its echo may still come. */
  #expected: Form[] = [];
  /** Where in `#bytes` it may begin. Bytes that a former run has passed on do not count. */
  #echo = { from: 0, to: Infinity };
  #left = { bytes: 0, lines: 0 };
  /** Whether the bytes after typing begin on the line that was typed on. */
  #onLine = false;
  /** The bytes from the first possible beginning of an incomplete secret on. */
  #bytes: Buffer = Buffer.alloc(0);
  /** The place in the log of each piece of `#bytes`. */
  #pieces: { start: LogPosition; length: number }[] = [];
  /** How many of `#bytes` were passed on, and how many of these by a former run. */
  #handed = 0;
  #known = 0;
  #knownBetween: { from: LogPosition; to: LogPosition } | null = null;
  /** The column of its line at which `#bytes` begin. */
  #column = 0;
  #held = { since: 0, milliseconds: 0 };

  /** `secrets` are masked whenever they appear. */
  constructor(secrets: readonly string[]) {
    this.#always = secrets.flatMap((secret) =>
      Buffer.byteLength(secret) < TELLING_BYTES ? [] : formsOf(secret),
    );
  }

  /** Call before `push`: a former run has passed on the bytes between these places. */
  known(from: LogPosition, to: LogPosition): void {
    this.#knownBetween = { from, to };
  }

  /**
   * This is typed now, or a former run typed it at the end of what it passed on: it is masked on
   * the current line too.
   */
  expect(text: string): void {
    this.#expected = formsOf(text).map(({ bytes }) => ({ bytes, kind: 'typed' }));
    this.#echo = { from: this.#bytes.length, to: Infinity };
    this.#left = { bytes: ECHO_BYTES, lines: ECHO_LINES };
    this.#onLine = true;
  }

  /** `said`: the bytes that can be passed on now. */
  push(
    { start, bytes }: { start: LogPosition; bytes: Uint8Array },
    now: number,
  ): { found: EchoFound[]; said: Uint8Array } {
    const before = this.#bytes.length;
    const known = this.#knownOf(start, bytes.length);
    if (known > 0) this.#handed = this.#known = before + known;
    this.#bytes =
      before === 0
        ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
        : Buffer.concat([this.#bytes, bytes]);
    this.#pieces.push({ start, length: bytes.length });
    this.#pass(bytes, before, known);
    const { found, open } = this.#find();
    this.#held = { since: now, milliseconds: open === null ? 0 : this.#holdsFor(open) };
    const end = this.#bytes.length;
    const said = this.#handOn(
      this.#held.milliseconds === 0 ? end : (open?.places[0] ?? end),
      found,
    );
    const stretches = this.#stretches(found.flatMap(({ places }) => places));
    // A match in which the open one begins is passed on with it.
    const overlapping = found.filter(
      ({ places }) => open !== null && (places.at(-1) ?? 0) >= (open.places[0] ?? end),
    );
    this.#forget(
      Math.min(
        end,
        ...[...(open ? [open] : []), ...overlapping].map(({ places }) => places[0] ?? end),
      ),
    );
    return { found: stretches, said };
  }

  /** The bytes held back for too long to be an echo; `all`: all that are held back. */
  release(now: number, { all = false } = {}): Uint8Array {
    if (
      this.#handed === this.#bytes.length ||
      (!all && now - this.#held.since < this.#held.milliseconds)
    )
      return Buffer.alloc(0);
    return this.#handOn(this.#bytes.length, this.#find().found);
  }

  /** The place of the first byte not passed on; `end`: the place of the next byte. */
  position(end: LogPosition): LogPosition {
    if (this.#knownBetween) return this.#knownBetween.to;
    return this.#handed < this.#bytes.length ? this.#placeOf(this.#handed) : end;
  }

  #knownOf({ file, position }: LogPosition, length: number): number {
    const { from, to } = this.#knownBetween ?? {};
    const isKnown =
      from?.file === file &&
      to?.file === file &&
      position >= from.position &&
      position < to.position;
    if (!isKnown || position + length >= to.position) this.#knownBetween = null;
    return isKnown ? Math.min(length, to.position - position) : 0;
  }

  /** All complete matches, and the first incomplete one. */
  #find(): { found: Match[]; open: Match | null } {
    const found: Match[] = [];
    let open: Match | null = null;
    const spelling = new Spelling(this.#bytes);
    for (const { bytes, kind } of [...this.#expected, ...this.#always]) {
      const { from: begin, to } = kind === 'typed' ? this.#echo : { from: 0, to: Infinity };
      let from = begin;
      for (let next = spelling.find(bytes, from); next; next = spelling.find(bytes, from)) {
        const { places, whole } = next;
        const [first = 0] = places;
        const last = places.at(-1) ?? first;
        if (first >= to) break;
        if (!whole && (open === null || first < (open.places[0] ?? 0))) open = { places, kind };
        // A former run has passed on at most its beginning.
        if (whole && (kind !== 'typed' || last >= this.#known)) found.push({ places, kind });
        from = (whole ? last : first) + 1;
      }
    }
    return { found, open };
  }

  /**
   * Counts these bytes; `known` of them were passed on by a former run, `before` bytes precede
   * them. After `ECHO_BYTES` or `ECHO_LINES` an echo is no longer expected.
   */
  #pass(bytes: Uint8Array, before: number, known: number): void {
    if (this.#expected.length === 0) return;
    for (let at = known; at < bytes.length && this.#echo.to === Infinity; at += 1) {
      this.#left.bytes -= 1;
      if (bytes[at] === LINE_FEED) this.#left.lines -= 1;
      if (this.#left.lines <= 0 || this.#left.bytes <= 0) this.#echo.to = before + at + 1;
    }
  }

  /** A line that ends in the first letters of a secret must not wait for the next line. */
  #holdsFor({ places }: Match): number {
    if (places.length >= TELLING_BYTES) return HELD_TELLING_MS;
    return this.#bytes.includes(LINE_FEED, places[0]) ? 0 : HELD_MS;
  }

  #handOn(end: number, found: readonly Match[]): Uint8Array {
    const from = this.#handed;
    if (end <= from) return Buffer.alloc(0);
    this.#handed = end;
    const hidden = found.filter((match) => this.#isHidden(match)).flatMap(({ places }) => places);
    if (hidden.length === 0) return this.#bytes.subarray(from, end);
    const said = Buffer.from(this.#bytes.subarray(from, end));
    for (const place of hidden) if (place >= from && place < end) said[place - from] = STAR;
    return said;
  }

  #isHidden({ places, kind }: Match): boolean {
    const [first = 0] = places;
    const last = places.at(-1) ?? first;
    if (kind === 'unknown' || first < this.#known || last - first >= places.length) return true;
    const lineEnd = first === 0 ? -1 : this.#bytes.lastIndexOf(LINE_FEED, first - 1);
    // On the next line it may be part of a prompt.
    if (kind === 'typed' && this.#onLine && lineEnd < this.#typedAt) return true;
    return last - lineEnd + (lineEnd < 0 ? this.#column : 0) > MATCHED_BYTES;
  }

  /** The index in `#bytes` of the first byte after typing. */
  get #typedAt(): number {
    return Math.max(this.#echo.from, this.#known);
  }

  #forget(count: number): void {
    const lineEnd = count === 0 ? -1 : this.#bytes.lastIndexOf(LINE_FEED, count - 1);
    this.#column = lineEnd < 0 ? this.#column + count : count - 1 - lineEnd;
    this.#onLine &&= lineEnd < this.#typedAt;
    this.#echo = { from: Math.max(0, this.#echo.from - count), to: this.#echo.to - count };
    if (this.#echo.to <= 0) this.#expected = [];
    this.#bytes = Buffer.from(this.#bytes.subarray(count));
    this.#handed -= Math.min(count, this.#handed);
    this.#known -= Math.min(count, this.#known);
    let left = count;
    while (left > 0) {
      const [first] = this.#pieces;
      if (!first) return;
      const { start, length } = first;
      if (length <= left) this.#pieces.shift();
      else
        this.#pieces[0] = {
          start: { file: start.file, position: start.position + left },
          length: length - left,
        };
      left -= length;
    }
  }

  #placeOf(index: number): LogPosition {
    let before = 0;
    for (const { start, length } of this.#pieces) {
      if (index < before + length)
        return { file: start.file, position: start.position + index - before };
      before += length;
    }
    throw new Error('no such byte');
  }

  /** Each within one file, as the log may be rotated in between. */
  #stretches(places: readonly number[]): EchoFound[] {
    const found: EchoFound[] = [];
    for (const place of places) {
      const at = this.#placeOf(place);
      const last = found.at(-1);
      if (last && last.at.file === at.file && last.at.position + last.length === at.position)
        last.length += 1;
      else found.push({ at, length: 1 });
    }
    return found;
  }
}

function formsOf(secret: string): Form[] {
  return bytesOf(secret).map(({ bytes, inText }) => ({
    bytes,
    kind: inText ? 'known' : 'unknown',
  }));
}
