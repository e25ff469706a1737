/** Values of environment variables that were inserted into a file: they may be secrets. */
import { replaced, SecretFinder } from './find.js';
import { TELLING } from './forms.js';

/** Nor would a text be readable without them. */
const NEVER_SECRET = /^(?:|true|false|[0-9]{1,9})$/;

/** Knows them, and shows them as what the file says. */
export class InsertedVariables {
  /** By their values. */
  readonly #names = new Map<string, string>();
  #finders: { reference: string; finder: SecretFinder }[] | null = null;

  add(name: string, value: string): void {
    if (NEVER_SECRET.test(value) || this.#names.has(value)) return;
    this.#names.set(value, name);
    this.#finders = null;
  }

  forEach(of: (name: string, value: string) => void): void {
    for (const [value, name] of this.#names) of(name, value);
  }

  /**
   * `text` with `${NAME}` in place of each value, in all its forms. One of few characters is only
   * seen where it stands alone in quotes.
   */
  shown(text: string): string {
    if (this.#names.size === 0) return text;
    this.#finders ??= this.#open();
    let shown = text.replace(/"([^"\\]{1,3})"/g, (whole, value: string) => {
      const name = this.#names.get(value);
      return name === undefined || value.length >= TELLING ? whole : `"\${${name}}"`;
    });
    for (const { reference, finder } of this.#finders)
      shown = replaced(shown, finder.find(shown), () => reference);
    return shown;
  }

  #open(): { reference: string; finder: SecretFinder }[] {
    return [...this.#names]
      .filter(([value]) => value.length >= TELLING)
      .sort(([a], [b]) => b.length - a.length)
      .map(([value, name]) => ({ reference: `\${${name}}`, finder: new SecretFinder([value]) }));
  }
}
