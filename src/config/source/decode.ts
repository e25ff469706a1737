/** From the bytes of a file to its text, or to the words for what they are instead. */
import type { FindingRule } from '../../model/index.js';
import { FLEET_FILE, Source, throwFindings } from './source.js';

/** How much of a file tells its encoding. */
const BEGINNING = 1024;

const BYTE_ORDER_MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['UTF-32', [0xff, 0xfe, 0, 0]],
  ['UTF-32', [0, 0, 0xfe, 0xff]],
  ['UTF-16', [0xff, 0xfe]],
  ['UTF-16', [0xfe, 0xff]],
];

const ARCHIVES: readonly (readonly [string, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
];

/**
 * The text of a file from its bytes. A UTF-8 byte order mark is dropped.
 * @throws VenError `fleet-file` when it is not UTF-8, or no text with lines.
 */
export function decode(bytes: Uint8Array, file: string, kind = FLEET_FILE): string {
  const archive = beginning(bytes, ARCHIVES);
  if (archive !== null)
    refuse({ file, kind }, '', 'not-text', {
      message: `The file is compressed (${archive})`,
      hint: `Unpack it, and give the ${kind.name} that is in it.`,
    });
  const wide = beginning(bytes, BYTE_ORDER_MARKS) ?? wideByItsZeros(bytes);
  if (wide !== null)
    refuse({ file, kind }, '', 'not-utf8', {
      message: `The file is ${wide}, not UTF-8`,
      hint: `Save the file in UTF-8, or convert it: iconv -f ${wide} -t UTF-8 FILE.`,
    });
  const good = validUtf8(bytes);
  const text = utf8(bytes.subarray(0, good), good < bytes.length).replace(/^\ufeff/, '');
  if (good < bytes.length) {
    const code = (bytes[good] ?? 0).toString(16).toUpperCase();
    refuse({ file, kind }, text, 'not-utf8', {
      message: `The file is not UTF-8: byte ${good + 1} (0x${code}) can't be read`,
      hint:
        'Save the file in UTF-8, or convert it; if it is Latin-1: ' +
        'iconv -f ISO-8859-1 -t UTF-8 FILE.',
    });
  }
  return text;
}

/** Lines that end as on the first Macs: YAML's parser sees one line. */
export function refuseBareReturns(source: Source): void {
  const at = source.text.indexOf('\r');
  if (at === -1 || at === source.text.length - 1 || source.text.includes('\n')) return;
  throwFindings(source, [
    source.finding(
      'line-ends',
      { start: at, end: at + 1 },
      'The lines of the file end in a carriage return alone, so that it is one long line',
      "Save it with line feeds (Unix), or convert it: tr '\\r' '\\n'.",
    ),
  ]);
}

function refuse(
  { file, kind }: Pick<Source, 'file' | 'kind'>,
  readable: string,
  rule: FindingRule,
  { message, hint }: { message: string; hint: string },
): void {
  const source = new Source(file, readable, kind);
  const at = { start: readable.length, end: readable.length + 1 };
  throwFindings(source, [source.finding(rule, at, message, hint)]);
}

function beginning(
  bytes: Uint8Array,
  signatures: readonly (readonly [string, readonly number[]])[],
): string | null {
  return (
    signatures.find(([, signature]) => signature.every((byte, at) => bytes[at] === byte))?.[0] ??
    null
  );
}

/** Without a byte order mark: YAML's keys are ASCII, and the rest of each letter is zero. */
function wideByItsZeros(bytes: Uint8Array): string | null {
  const zeros = [0, 0, 0, 0];
  const length = Math.min(bytes.length, BEGINNING) & ~3;
  for (let at = 0; at < length; at++) if (bytes[at] === 0) zeros[at & 3] = (zeros[at & 3] ?? 0) + 1;
  const isMostlyZero = zeros.map((count) => count > length / 8);
  const columns = isMostlyZero.filter(Boolean).length;
  if (columns === 3 && (!isMostlyZero[0] || !isMostlyZero[3])) return 'UTF-32';
  const isWide = columns === 2 && isMostlyZero[0] === isMostlyZero[2];
  return isWide ? 'UTF-16' : null;
}

/** The length of the longest beginning that is UTF-8: halving finds it in a few tries. */
function validUtf8(bytes: Uint8Array): number {
  if (isUtf8(bytes, false)) return bytes.length;
  let good = 0;
  let bad = bytes.length;
  while (good + 1 < bad) {
    const middle = (good + bad) >> 1;
    if (isUtf8(bytes.subarray(0, middle), true)) good = middle;
    else bad = middle;
  }
  return good;
}

function isUtf8(bytes: Uint8Array, isCut: boolean): boolean {
  try {
    utf8(bytes, isCut);
    return true;
  } catch {
    return false;
  }
}

/** `isCut`: it may end within a character. */
function utf8(bytes: Uint8Array, isCut: boolean): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, {
    stream: isCut,
  });
}
