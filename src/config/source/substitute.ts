/**
 * `${VAR}` and `${VAR:-default}` in a parsed string; a default may hold others. `$${` is a literal
 * `${`. Inserted text is not searched again.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Substitution {
  text: string;
  /** At least one reference was replaced, by a value or a default. */
  substituted: boolean;
  /** The variables whose values are in the text. */
  inserted: { name: string; value: string }[];
  problems: { rule: 'unset-variable' | 'bad-substitution'; message: string; hint: string }[];
}

const MAX_DEPTH = 16;
const FORMS =
  'Write ${NAME} or ${NAME:-default}, where the default may hold others; ' +
  'for a literal ${ write $${.';
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
/** Up to what may have a meaning. */
const PLAIN = /[^$}]*/y;

export function substitute(text: string, env: Environment): Substitution {
  if (!text.includes('${')) return { text, substituted: false, inserted: [], problems: [] };
  const reader = new Reader(text, env);
  const read = reader.read(0, true);
  return { text: read, ...reader.found };
}

class Reader {
  readonly #text: string;
  readonly #env: Environment;
  #at = 0;
  readonly found = {
    substituted: false,
    inserted: [] as Substitution['inserted'],
    problems: [] as Substitution['problems'],
  };

  constructor(text: string, env: Environment) {
    this.#text = text;
    this.#env = env;
  }

  /** Up to the end, or to the brace that closes the default that this is. `isUsed`: it counts. */
  read(depth: number, isUsed: boolean): string {
    let read = '';
    while (this.#at < this.#text.length) {
      read += this.#take(PLAIN);
      if (this.#skip('$${')) read += '${';
      else if (this.#skip('${')) read += this.#reference(depth + 1, isUsed);
      else if (depth > 0 && this.#text[this.#at] === '}') break;
      else read += this.#text.charAt(this.#at++);
    }
    return read;
  }

  /** After its `${`. */
  #reference(depth: number, isUsed: boolean): string {
    const start = this.#at;
    const name = this.#take(NAME);
    if (depth > MAX_DEPTH)
      return this.#bad(`Defaults stand in each other more than ${MAX_DEPTH} deep`);
    if (name !== '' && this.#skip('}')) return this.#value(name, null, isUsed);
    if (name === '' || !this.#skip(':-')) {
      const end = this.#text.indexOf('}', start);
      if (end < 0) return this.#bad();
      const body = JSON.stringify(`\${${this.#text.slice(start, Math.min(end, start + 40))}}`);
      this.#at = end + 1;
      return this.#problem(
        /^[A-Za-z_]\w*[:?+=-]/.test(this.#text.slice(start, end))
          ? `${body} has a form that is not used here`
          : `${body} does not name a variable`,
      );
    }
    const isSet = Boolean(this.#set(name));
    const fallback = this.read(depth, isUsed && !isSet);
    return this.#skip('}') ? this.#value(name, fallback, isUsed) : this.#bad();
  }

  #value(name: string, fallback: string | null, isUsed: boolean): string {
    if (!isUsed) return '';
    const value = this.#set(name);
    if (fallback === null ? value !== undefined : value) {
      this.found.substituted = true;
      this.found.inserted.push({ name, value: value ?? '' });
      return value ?? '';
    }
    if (fallback !== null) {
      this.found.substituted = true;
      return fallback;
    }
    this.found.problems.push({
      rule: 'unset-variable',
      message: `The environment variable ${name} is not set`,
      hint: `Set it (export ${name}=…), or give a default: \${${name}:-…}.`,
    });
    return '';
  }

  #set(name: string): string | undefined {
    return Object.hasOwn(this.#env, name) ? this.#env[name] : undefined;
  }

  /** Nothing after it can be read. */
  #bad(message = 'A `${` is never closed'): string {
    this.#at = this.#text.length;
    return this.#problem(message);
  }

  #problem(message: string): string {
    const { problems } = this.found;
    if (!problems.some(({ rule }) => rule === 'bad-substitution'))
      problems.push({ rule: 'bad-substitution', message, hint: FORMS });
    return '';
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [taken = ''] = pattern.exec(this.#text) ?? [];
    this.#at += taken.length;
    return taken;
  }

  #skip(word: string): boolean {
    const isHere = this.#text.startsWith(word, this.#at);
    if (isHere) this.#at += word.length;
    return isHere;
  }
}

/**
 * Keys whose value may be a number or a boolean. Elsewhere inserted text stays text, so that a
 * title may be `42`.
 */
const NUMBERS_AND_BOOLEANS: ReadonlySet<unknown> = new Set([
  'count',
  'cpus',
  'port',
  'tpm',
  'autostart',
  'protect',
  'dhcp',
]);

/** The value of an unquoted `${VAR}` at this key. */
export function asScalar(
  text: string,
  key: string | number | undefined,
): string | number | boolean {
  if (!NUMBERS_AND_BOOLEANS.has(key)) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^(0|[1-9][0-9]{0,8})$/.test(text) ? Number(text) : text;
}
