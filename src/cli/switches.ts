/** Flags without a value. */
import { CommandLineError } from './usage-errors.js';

type Known = Readonly<Record<string, { type: string; char?: string | undefined }>>;

/**
 * oclif takes `--yes=no` for the flag and an argument `no`, which would be the fleet file.
 * @throws CommandLineError for the first flag that is given a value and takes none
 */
export function checkSwitches(words: readonly string[], flags: Known): void {
  const end = words.indexOf('--');
  for (const word of words.slice(0, end < 0 ? undefined : end)) {
    const name = word.startsWith('--') ? longWithValue(word, flags) : shortWithValue(word, flags);
    if (name === null) continue;
    throw new CommandLineError({
      summary: `${name} takes no value: ${word}`,
      hint: `Write ${name}, or leave it out`,
    });
  }
}

function longWithValue(word: string, flags: Known): string | null {
  const [, name = ''] = /^--([^=]+)=/.exec(word) ?? [];
  const takesNone = name === 'help' || (Object.hasOwn(flags, name) && isSwitch(flags[name]));
  return takesNone ? `--${name}` : null;
}

/** Of `-y=no`; of several in one word, `-fy=no`, the last. */
function shortWithValue(word: string, flags: Known): string | null {
  const [, letters = ''] = /^-([a-z]+)[=\d]/i.exec(word) ?? [];
  const all = [...letters];
  const takeNone = all.every(
    (char) => char === 'h' || isSwitch(Object.values(flags).find((flag) => flag.char === char)),
  );
  return letters !== '' && takeNone ? `-${all.at(-1)}` : null;
}

function isSwitch(flag: Known[string] | undefined): boolean {
  return flag?.type === 'boolean';
}
