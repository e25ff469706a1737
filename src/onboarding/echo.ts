import { Spelling } from '../terminal-text/index.js';
import { bytesOf } from '../secrets/index.js';
import type { LogPosition } from '../model/index.js';

export interface EchoFound {
  at: LogPosition;
  length: number;
}

/** Shorter secrets stand in every text; they are looked for only right after they were typed. */
const TELLING_BYTES = 4;
/**
 * What counts as the echo of something typed: to its line's end, or the next one's, when something
 * came in between.
 */
const ECHO_BYTES = 2048;
const ECHO_LINES = 2;
/**
 * So long after the last byte is held back what may be a secret's beginning: it may as well be how
 * a prompt ends.
 */
const HELD_MS = 1000;
const HELD_TELLING_MS = 5000;
/** Of a line's beginning, where the profile's patterns look. */
const LOOKED_AT_BYTES = 1024;
const LINE_FEED = 0x0a;
const STAR = 0x2a;

interface Form {
  bytes: Buffer;
  /** `typed`: just now; `unknown`: who shows what was said does not know this form. */
  kind: 'typed' | 'known' | 'unknown';
}

interface Match extends Pick<Form, 'kind'> {
  places: number[];
}

/**
 * Finds, in the bytes of a console, what a node echoed of what was typed and must not be kept: in
 * all forms that consoles echo, in the strings of terminals, too, and with all in between that
 * `Spelling` knows. It makes no difference where the stream is cut: what may be the beginning of a
 * secret is handed on once the next bytes tell.
 *
 * A secret in one piece is handed on as it is, since it may be a word that the profile looks for:
 * who shows it masks it. Handed on as asterisks is what was typed at its line, what only a terminal
 * puts together, what is far along a line, and what a former run has handed on the beginning of.
 *
 * Not found: an echo that lacks characters (a line scrolled sideways on a dumb terminal; an
 * overrun), or has others (a line that drops the eighth bit); one with the words of another program
 * in it, unless that is the kernel. An echo may be broken by more than a terminal's wrap after a
 * pause of seconds, or by a line's end after less than four characters: then that beginning is
 * shown; in the log it is masked.
 */
export class EchoFinder {
  readonly #always: Form[];
  /** What was typed, while its echo may still come. */
  #expected: Form[] = [];
  /** Of `#bytes`: where it may begin. What a former run has handed on does not count. */
  #echo = { from: 0, to: Infinity };
  #left = { bytes: 0, lines: 0 };
  /** What of `#bytes` is from then on begins on the line that it was typed on. */
  #onLine = false;
  /** From where something may begin that is not whole yet. */
  #bytes: Buffer = Buffer.alloc(0);
  /** Of each piece of `#bytes`. */
  #pieces: { start: LogPosition; length: number }[] = [];
  /** So many of `#bytes` were handed on, and so many of these by a former run. */
  #handed = 0;
  #known = 0;
  #knownBetween: { from: LogPosition; to: LogPosition } | null = null;
  /** So far along its line do `#bytes` begin. */
  #column = 0;
  #held = { since: 0, milliseconds: 0 };

  /** `secrets` are never kept, whenever they are said. */
  constructor(secrets: readonly string[]) {
    this.#always = secrets.flatMap((secret) =>
      Buffer.byteLength(secret) < TELLING_BYTES ? [] : formsOf(secret),
    );
  }

  /** Before anything is pushed: what will be pushed first was handed on by a former run. */
  known(from: LogPosition, to: LogPosition): void {
    this.#knownBetween = { from, to };
  }

  /**
   * This is typed now, or was by the former run at the end of what it handed on: on the line that
   * is under way there it is not kept either.
   */
  expect(text: string): void {
    this.#expected = formsOf(text).map(({ bytes }) => ({ bytes, kind: 'typed' }));
    this.#echo = { from: this.#bytes.length, to: Infinity };
    this.#left = { bytes: ECHO_BYTES, lines: ECHO_LINES };
    this.#onLine = true;
  }

  /** `said`: what may be handed on now. */
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
    // One that the open one begins in is handed on with it.
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

  /** What was held back for so long that it is no echo; `all`: whatever was. */
  release(now: number, { all = false } = {}): Uint8Array {
    if (
      this.#handed === this.#bytes.length ||
      (!all && now - this.#held.since < this.#held.milliseconds)
    )
      return Buffer.alloc(0);
    return this.#handOn(this.#bytes.length, this.#find().found);
  }

  /** Where begins what was not handed on; `end`: where the next byte will be. */
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

  /** All that is whole, and the first that is not yet. */
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
        // A former run has handed on its beginning at most.
        if (whole && (kind !== 'typed' || last >= this.#known)) found.push({ places, kind });
        from = (whole ? last : first) + 1;
      }
    }
    return { found, open };
  }

  /**
   * Of these, so many are known, and so many stood before them: what was typed is expected no more
   * after so much.
   */
  #pass(bytes: Uint8Array, before: number, known: number): void {
    if (this.#expected.length === 0) return;
    for (let at = known; at < bytes.length && this.#echo.to === Infinity; at += 1) {
      this.#left.bytes -= 1;
      if (bytes[at] === LINE_FEED) this.#left.lines -= 1;
      if (this.#left.lines <= 0 || this.#left.bytes <= 0) this.#echo.to = before + at + 1;
    }
  }

  /** A line that ends in a secret's first letters must not wait for the next. */
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
    return last - lineEnd + (lineEnd < 0 ? this.#column : 0) > LOOKED_AT_BYTES;
  }

  /** Of `#bytes`: the first that came after it was typed. */
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

  /** In one file each: it may have been rotated in between. */
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
