import type { Profile } from '../model/index.js';
import { maskLooks } from './looks.js';
import { MASK } from './mark.js';
import { showingVariables } from './known.js';
import { createMasker } from './mask.js';

/** Takes secrets out of what leaves this machine. Linear in the text, whatever stands in it. */
export interface OutgoingMask {
  /** Of a file that a person wrote: prompts have no meaning in it. */
  file: (text: string) => string;
  /** Of what programs and nodes said. */
  text: (text: string) => string;
  /**
   * JSON stays JSON: each string in it is taken as a text of its own. What is not JSON is taken as
   * text.
   */
  json: (text: string) => string;
  /** One JSON object a line. */
  jsonLines: (text: string) => string;
}

/**
 * A line of an encoded key, also without the lines around it that say so. Digests are written in
 * hex.
 */
const ENCODED = /(?<![\w+/=])(?![0-9a-f]+(?![\w+/=]))[A-Za-z0-9+/]{60,}={0,2}(?![\w+/=])/g;

const SECRET_KEY =
  /^(?:.*(?:passw(?:or)?d|passphrase|secret|token|api[-_]?key|bearer|cookie)|authorization)$/i;

/**
 * `secrets`: what is known to be secret; a variable that was inserted into the fleet file is shown
 * by its name. `profile`: of whose prompts those that are followed by a
 * secret count.
 */
export function outgoingMask(secrets: readonly string[], profile: Profile): OutgoingMask {
  const known = createMasker(secrets);
  const afterPrompts = createMasker([], profile);
  const file = (written: string): string => maskLooks(known(written));
  const text = (said: string): string => showingVariables(afterPrompts(file(said)));
  const walk = (value: unknown, of: (said: string) => string, key = ''): unknown => {
    if (typeof value === 'string') return SECRET_KEY.test(key) && value !== '' ? MASK : of(value);
    if (Array.isArray(value)) return value.map((item) => walk(item, of, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [of(name), walk(inner, of, name)]),
    );
  };
  const parsed = (said: string, of: (said: string) => string, indent?: number): string => {
    let value: unknown;
    try {
      value = JSON.parse(said);
    } catch {
      return of(said);
    }
    return JSON.stringify(walk(value, of), null, indent);
  };
  return {
    file,
    text,
    json: (said) => `${parsed(said, text, 2)}\n`,
    jsonLines: (said) =>
      said
        .split('\n')
        // Here a key comes line by line.
        .map((line) =>
          line === '' ? '' : parsed(line, (one) => text(one).replaceAll(ENCODED, MASK)),
        )
        .join('\n'),
  };
}
