/** The forms in which programs write a secret. */

/**
 * Shorter secrets stand in every text: parts of encodings and broken spellings of them tell
 * nothing.
 */
export const TELLING = 4;

/**
 * The secret as it is, and as JSON (twice, too), HTML, forms, URLs, base64 and hex write it. Base64
 * also without what depends on the text around it, so that it is found inside a longer encoded
 * text. Case is the reader's business; none is empty.
 */
export function formsOf(secret: string): string[] {
  if (secret === '') return [];
  const json = jsonOf(secret);
  const html = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  const valid = secret.toWellFormed(); // else it has no form in a URL
  const encoded = Buffer.from(secret).toString('base64');
  const forms = [
    secret,
    json,
    asciiOf(json),
    jsonOf(json),
    html,
    html.replaceAll("'", '&#39;'),
    html.replaceAll('&quot;', '&#34;').replaceAll("'", '&#39;'),
    new URLSearchParams({ s: secret }).toString().slice(2),
    encodeURIComponent(valid),
    encodeURI(valid),
    encoded,
    urlSafe(encoded),
  ];
  if (secret.length >= TELLING) {
    const aligned = alignedBase64(secret);
    forms.push(...aligned, ...aligned.map(urlSafe), hexOf(secret));
  }
  return [...new Set(forms)];
}

export interface ByteForm {
  bytes: Buffer;
  /** It is also one of those that a masker of texts finds. */
  inText: boolean;
}

/**
 * For streams of bytes: the forms that consoles echo, and how readline (`\303`) and Latin-1 spell
 * the secret. Each costs a pass over the stream.
 */
export function bytesOf(secret: string): ByteForm[] {
  const octal = [...Buffer.from(secret)]
    .map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`))
    .join('');
  const latin1 = /^[^\u0100-\uffff]*$/.test(secret) ? [Buffer.from(secret, 'latin1')] : [];
  const forms = [
    ...echoed(secret).map((form) => ({ bytes: Buffer.from(form), inText: true })),
    ...[Buffer.from(octal), ...latin1].map((bytes) => ({ bytes, inText: false })),
  ];
  return forms.filter(
    ({ bytes }, index) =>
      bytes.length > 0 && forms.findIndex((other) => other.bytes.equals(bytes)) === index,
  );
}

function echoed(secret: string): string[] {
  const parts = secret.length < TELLING ? [] : [...alignedBase64(secret), hexOf(secret)];
  const encoded = Buffer.from(secret).toString('base64');
  return [secret, jsonOf(secret), encodeURIComponent(secret.toWellFormed()), encoded, ...parts];
}

function hexOf(secret: string): string {
  return Buffer.from(secret).toString('hex');
}

function jsonOf(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As writers of JSON do that know ASCII alone. */
function asciiOf(json: string): string {
  return json.replace(
    /[^\u0000-\u007f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function urlSafe(encoded: string): string {
  return encoded.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/**
 * Inside a longer text a secret begins at one of three places; the characters that its neighbours
 * change are left out.
 */
function alignedBase64(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3)),
  );
}
