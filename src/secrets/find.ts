/** Where a text spells a secret. */
import { formsOf, TELLING } from './forms.js';
import { folded, needsReading, Reading } from './reading.js';

/** A part of a text, from its first character to behind its last. */
export interface Stretch {
  start: number;
  end: number;
}

/**
 * Looks for secrets in all their forms, whatever the case of their letters; those of four
 * characters and more also with single characters spelled otherwise, and broken by the ends of
 * lines.
 */
export class SecretFinder {
  readonly #forms: readonly string[];
  /** The same as they are read. */
  readonly #read: readonly Buffer[];
  readonly #hasSpace: boolean;

  constructor(secrets: readonly string[]) {
    const unique = [...new Set(secrets)];
    this.#forms = [...new Set(unique.flatMap(formsOf).map(folded))];
    const telling = unique.filter(({ length }) => length >= TELLING);
    this.#read = telling
      .flatMap((secret) => formsOf(secret).map((form) => new Reading(folded(form)).bytes))
      .filter(({ length }) => length >= TELLING)
      .filter((form, index, all) => all.findIndex((other) => other.equals(form)) === index);
    this.#hasSpace = telling.some((secret) => /[ +]/.test(secret));
  }

  /** In order, apart from each other. */
  find(text: string): Stretch[] {
    if (this.#forms.length === 0 || text === '') return [];
    const plain = folded(text);
    const found: Stretch[] = [];
    for (const form of this.#forms) {
      for (let at = plain.indexOf(form); at >= 0; at = plain.indexOf(form, at + form.length))
        found.push({ start: at, end: at + form.length });
    }
    if (this.#read.length > 0 && needsReading(plain)) {
      this.#findRead(new Reading(plain), found);
      if (this.#hasSpace && /[ +]\r?\n/.test(plain))
        this.#findRead(new Reading(plain, { keepSpace: true }), found);
    }
    return merged(found);
  }

  #findRead(reading: Reading, found: Stretch[]): void {
    const { bytes } = reading;
    for (const form of this.#read) {
      for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, at + form.length))
        found.push(reading.place(at, form.length));
    }
  }
}

function merged(found: Stretch[]): Stretch[] {
  const apart: Stretch[] = [];
  for (const { start, end } of found.sort((a, b) => a.start - b.start)) {
    const last = apart.at(-1);
    if (last && start < last.end) last.end = Math.max(last.end, end);
    else apart.push({ start, end });
  }
  return apart;
}

/** `text` with what `by` says in place of each stretch. */
export function replaced(
  text: string,
  stretches: readonly Stretch[],
  by: (secret: string) => string,
): string {
  let shown = '';
  let from = 0;
  for (const { start, end } of stretches) {
    shown += text.slice(from, start) + by(text.slice(start, end));
    from = end;
  }
  return shown + text.slice(from);
}
