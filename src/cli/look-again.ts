import { VenError } from '../model/index.js';

/**
 * What is seen now; once something was seen, that stays when a look fails, with why, on one line:
 * somebody edits the file, libvirt starts anew.
 */
export async function lookAgain<T>(
  look: () => Promise<T>,
  last: T | null,
): Promise<[T, string | null]> {
  try {
    return [await look(), null];
  } catch (error) {
    if (last === null || !(error instanceof VenError)) throw error;
    const { where, summary, findings } = error;
    return [
      last,
      `${where === undefined ? '' : `${where}: `}${findings[0]?.message ?? summary} ` +
        '(what is shown is from before)',
    ];
  }
}
