/** Where a text begins in a console's bytes, and which of them are its own. */
export interface Spelled {
  places: number[];
  /** false: the bytes end in its midst; it may go on. */
  whole: boolean;
}

/** From its first byte to its last; what is further apart is no text any more. */
const FARTHEST = 8192;
const STRING = 1024;
/** Of what stands between two of its bytes, and of what is tried in vain. */
const MOST = 16;
const ESCAPE = 0x1b;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const BACKSPACE = 0x08;

/**
 * The first place from `from` on where `text` is spelled, whatever a terminal does between its bytes: colours, titles and other sequences,
 * the edge of the screen (`\r\n`, or a space and `\r`), characters painted again or covered after a backspace, a kernel's message.
 */
export function findSpelled(bytes: Uint8Array, text: Uint8Array, from: number): Spelled | null {
  const [first] = text;
  if (first === undefined) return null;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let same = 1;
    while (same < text.length && bytes[at + same] === text[same]) same += 1;
    const next = bytes[at + same] ?? 0;
    // Nearly always it goes on as another word, and nothing that a terminal does begins like that.
    if (same < text.length && next > 0x20 && next < 0x7f && next !== 0x5b) continue;
    const found = spelledAt(bytes, text, at);
    if (found) return found;
  }
  return null;
}

function spelledAt(bytes: Uint8Array, text: Uint8Array, start: number): Spelled | null {
  let places = [start];
  let at = start + 1;
  let gaps = 0;
  /** Where a byte was taken for the text's that may have been the terminal's. */
  const instead: { places: number[]; at: number }[] = [];
  let tried = 0;
  while (places.length < text.length) {
    if (at >= bytes.length) return { places, whole: false };
    const gap = gaps > MOST || at - start > FARTHEST ? null : gapAt(bytes, at, places.at(-1) ?? start);
    if (bytes[at] === text[places.length]) {
      if (gap !== null && gap !== 'cut') instead.push({ places: [...places], at: at + gap });
      places.push(at);
      at += 1;
      gaps = 0;
    } else if (gap === 'cut') return { places, whole: false };
    else if (gap !== null) {
      at += gap;
      gaps += 1;
    } else {
      const other = instead.pop();
      tried += 1;
      if (!other || tried > MOST) return null;
      ({ places, at } = other);
      gaps = 1;
    }
  }
  return { places, whole: true };
}

/** How many bytes there are the terminal's; `cut`: they end in the midst of them. `before`: the place of the text's byte before it. */
function gapAt(bytes: Uint8Array, at: number, before: number): number | 'cut' | null {
  const byte = bytes[at] ?? 0;
  const last = bytes[at - 1];
  if (byte === ESCAPE) return sequenceAt(bytes, at);
  if (byte < 0x20 || byte === 0x7f) return 1;
  if (byte === 0x20 && at + 1 >= bytes.length) return 'cut';
  if (byte === 0x20 && bytes[at + 1] === RETURN) return 1;
  if (last === BACKSPACE && (byte === 0x2a || byte === 0x20)) return 1;
  if ((last === BACKSPACE || last === RETURN) && before === at - 2 && byte === bytes[before]) return 1;
  return byte === 0x5b ? messageAt(bytes, at) : null;
}

/** A control sequence, a string (title, palette, …) up to its end, or another escape sequence. */
function sequenceAt(bytes: Uint8Array, start: number): number | 'cut' | null {
  let at = start + 1;
  const kind = bytes[at];
  if (kind === undefined) return 'cut';
  if (kind === 0x5b) {
    at += 1;
    while (at < start + STRING && within(bytes[at], 0x20, 0x3f)) at += 1;
    if (at >= bytes.length) return 'cut';
    return at + (within(bytes[at], 0x40, 0x7e) ? 1 : 0) - start;
  }
  if ([0x5d, 0x50, 0x58, 0x5e, 0x5f].includes(kind)) {
    for (at += 1; at < start + STRING; at += 1) {
      const byte = bytes[at];
      if (byte === undefined) return 'cut';
      if (byte === 0x07 || byte === LINE_FEED) return at + 1 - start;
      if (byte === ESCAPE) return bytes[at + 1] === 0x5c ? at + 2 - start : at - start;
    }
    return null;
  }
  while (within(bytes[at], 0x20, 0x2f)) at += 1;
  return at >= bytes.length ? 'cut' : at + 1 - start;
}

const MESSAGE = /^\[ *\d+\.\d{6}\] [^\n]*\n/;
const MESSAGE_BEGUN = /^\[ *(?:\d+(?:\.(?:\d{0,5}|\d{6}(?:\](?: [^\n]*)?)?))?)?$/;

function messageAt(bytes: Uint8Array, at: number): number | 'cut' | null {
  const text = Buffer.from(bytes.subarray(at, at + STRING)).toString('latin1');
  const length = MESSAGE.exec(text)?.[0].length;
  if (length !== undefined) return length;
  return at + STRING > bytes.length && MESSAGE_BEGUN.test(text) ? 'cut' : null;
}

function within(byte: number | undefined, least: number, most: number): boolean {
  return byte !== undefined && byte >= least && byte <= most;
}
