import { VenError } from '../model/index.js';

/**
 * The current answer. When the query fails after an earlier one succeeded: the earlier answer, and
 * the reason on one line (the file is being edited, libvirt restarts).
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
        '(the status shown is the last known one)',
    ];
  }
}
