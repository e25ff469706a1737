/** Texts without the secrets that are known. */
import type { Profile } from '../model/index.js';
import { replaced, SecretFinder } from './find.js';
import { TELLING } from './forms.js';
import { MASK, starsFor } from './mark.js';
import { maskAfterPrompt, secretPrompts } from './prompts.js';

export type Masker = (text: string) => string;

/**
 * Takes out `secrets` in all their forms, and, with a profile, all that follows a secret prompt on
 * its line. For text of any number of lines.
 */
export function createMasker(secrets: readonly string[], profile?: Profile): Masker {
  const finder = new SecretFinder(secrets);
  const prompts = profile === undefined ? null : secretPrompts(profile);
  const mark = (): string => MASK;
  return (text) => {
    const shown = replaced(text, finder.find(text), mark);
    return prompts === null
      ? shown
      : shown.replace(/[^\r\n]+/g, (line) => maskAfterPrompt(line, prompts, mark));
  };
}

/** The same for single lines, each as long as before, so that columns stay. */
export class LineMask {
  readonly #secrets: readonly string[];
  readonly #finder: SecretFinder;
  readonly #prompts: RegExp | null;

  /** @param prompts what is followed by a secret. */
  constructor(secrets: readonly string[], prompts: RegExp | null) {
    this.#secrets = secrets;
    this.#finder = new SecretFinder(secrets);
    this.#prompts = prompts;
  }

  /**
   * @param underWay the line may end in the midst of a secret: then what may be the beginning of
   * one is masked as well.
   */
  mask(line: string, underWay = false): string {
    let masked = replaced(line, this.#finder.find(line), starsFor);
    if (this.#prompts !== null) masked = maskAfterPrompt(masked, this.#prompts, starsFor);
    return underWay ? maskBeginning(masked, this.#secrets) : masked;
  }
}

function maskBeginning(line: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    for (let length = Math.min(secret.length - 1, line.length); length >= TELLING; length--) {
      if (line.endsWith(secret.slice(0, length)))
        return line.slice(0, -length) + '*'.repeat(length);
    }
  }
  return line;
}
