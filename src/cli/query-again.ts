import { VenError } from '../model/index.js';

/**
 * The answer of now. When a query fails after an earlier one had an answer: that answer, and the
 * reason on one line (somebody edits the file, libvirt restarts).
 */
export async function queryAgain<T>(
  query: () => Promise<T>,
  last: T | null,
): Promise<[T, string | null]> {
  try {
    return [await query(), null];
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
